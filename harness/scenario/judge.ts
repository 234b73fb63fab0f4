/** Plays a whole scenario, its claims too, and says what it came to. */

import type { Violation } from '../../checkers/trace.ts';
import { type Verdict, worst } from '../../checkers/verdict.ts';
import type { Options } from '../../systems/protocol.ts';
import type { Variant } from '../../systems/system.ts';
import { resolveSystemOptions } from '../config/settings.ts';
import { plain, plural } from '../report/text.ts';
import { builtInVariant } from '../variants/variants.ts';
import { type Played, play } from './play.ts';
import type { Case, Claim, Scenario } from './scenario.ts';

export interface PlayedClaim {
  readonly claim: Claim;
  readonly played: Played;
  readonly verdict: Verdict;
}

export interface PlayedCase {
  readonly case: Case;
  readonly played: Played;
  readonly claims: readonly PlayedClaim[];
  readonly verdict: Verdict;
}

export interface PlayedScenario {
  readonly scenario: Scenario;
  /** Variants of the user's that it was played with; then claims are left out. */
  readonly variants: readonly string[];
  readonly cases: readonly PlayedCase[];
  readonly verdict: Verdict;
}

/** Makes the play of a case under the rules, or that of one of its claims. */
export type PlayOf = (one: Case, claim: Claim | null) => Played;

/**
 * Valid if the rules break nothing and everything expected holds, and each claim comes to what it
 * is said to come to. With variants of the user's the same is asked of them, and of no claim.
 */
export function playScenario(
  scenario: Scenario,
  variants: readonly Variant[] = [],
  options: Options = {},
): PlayedScenario {
  const { system } = scenario;
  const ids = variants.map(({ id }) => id);
  return judgeScenario(scenario, ids, (one, claim) =>
    play({
      scenario,
      circumstances: one,
      options: optionsOf(scenario, one, claim, options),
      variants:
        claim === null
          ? [...one.variants.map((id) => builtInVariant(system, id)), ...variants]
          : [...one.variants, ...claim.variants].map((id) => builtInVariant(system, id)),
      steps: claim === null ? one.steps : [...one.steps, ...claim.afterwards],
      expect: (claim ?? one).expect,
    }),
  );
}

/** Judges the plays of a scenario, which are made or read back; `variants` are the user's. */
export function judgeScenario(
  scenario: Scenario,
  variants: readonly string[],
  playOf: PlayOf,
): PlayedScenario {
  const cases = scenario.cases.map((one): PlayedCase => {
    const played = playOf(one, null);
    const claims = (variants.length > 0 ? [] : one.claims).map((claim): PlayedClaim => {
      const otherwise = playOf(one, claim);
      return { claim, played: otherwise, verdict: judgeClaim(claim, otherwise) };
    });
    const verdicts = [judgeRules(played), ...claims.map((claim) => claim.verdict)];
    return { case: one, played, claims, verdict: worst(verdicts) };
  });
  const verdict = worst(cases.map((one) => one.verdict));
  return {
    scenario,
    variants,
    cases,
    verdict: verdict.kind === 'valid' ? { kind: 'valid', note: noteOf(cases) } : verdict,
  };
}

/** The settings of a play, resolved. Those of the user go over a case's, and not over a claim's. */
export function optionsOf(
  { system }: Scenario,
  one: Case,
  claim: Claim | null,
  options: Options,
): Options {
  return resolveSystemOptions(system, { ...one.options, ...(claim?.options ?? options) });
}

function judgeRules({ violations, otherwise, judged }: Played): Verdict {
  const [violation] = violations;
  if (violation !== undefined) {
    const { told, because } = violation;
    if (told === undefined) return invalid(because, violation);
    return { ...invalid(told, violation), detail: because };
  }
  const [first] = otherwise;
  if (first !== undefined) return invalid(first);
  if (judged) return { kind: 'valid' };
  return { kind: 'unknown', because: 'no invariants are known for the traces of this system' };
}

function judgeClaim({ breaks, says }: Claim, { violations, final, judged }: Played): Verdict {
  const broken = violations.map(({ property }) => property);
  const found = broken.length === 0 ? 'nothing' : broken.join(', ');
  if (breaks !== null && !judged) {
    return { kind: 'unknown', because: 'no invariants are known for the traces of this system' };
  }
  if (breaks?.length === 0 && broken.length > 0) {
    return invalid(`the claim "${says}" was to break nothing, and broke ${found}`, violations[0]);
  }
  const missing = breaks?.filter((property) => !broken.includes(property)) ?? [];
  if (missing.length > 0) {
    return invalid(`the claim "${says}" was to break ${missing.join(', ')}, and broke ${found}`);
  }
  const unmet = final.find((one) => one.found !== null);
  if (unmet === undefined) return { kind: 'valid' };
  return invalid(`the claim "${says}": expected ${unmet.text}; found ${unmet.found}`);
}

function invalid(because: string, violation?: Violation): Verdict & { readonly kind: 'invalid' } {
  const base = { kind: 'invalid', because, events: [] } as const;
  if (violation === undefined) return base;
  return { ...base, trace: violation.lines, property: violation.property };
}

function noteOf(cases: readonly PlayedCase[]): string {
  const claims = cases.flatMap((one) => one.claims);
  const broken = claims.filter(({ played }) => played.violations.length > 0).length;
  const safe = claims.filter(({ claim }) => claim.breaks?.length === 0).length;
  const other = claims.length - broken - safe;
  const told = [
    'everything is as expected, and no invariant is broken',
    broken === 0
      ? ''
      : `${plural(broken, 'claim')} ${broken === 1 ? 'breaks' : 'break'} what it should`,
    other === 0 ? '' : `${plural(other, 'claim')} ${other === 1 ? 'goes' : 'go'} wrong without`,
    safe === 0 ? '' : `${plural(safe, 'change')} ${safe === 1 ? 'is' : 'are'} safe, as said`,
  ]
    .filter((part) => part !== '')
    .join('; ');
  return plain(told);
}
