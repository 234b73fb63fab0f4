/** The last word on a comparison, and its exit status. */

import type { Verdict } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import { wilson } from '../core/proportion.ts';
import { LAST_WORDS, outcomeOf, type RunStatus } from '../judge/outcome.ts';
import { signatureText } from '../judge/signature.ts';
import { plain, plural } from '../report/text.ts';
import type { CompareLimits, Pairs } from './compare.ts';
import type { Finding } from './findings.ts';
import type { Pair } from './pair.ts';
import { isMoreOften, type Populations } from './populations.ts';
import { isRegression, type Schedule } from './schedules.ts';
import { percentText } from './words.ts';

/** All that a comparison came to. */
export interface Comparison {
  readonly pair: Pair;
  readonly limits: CompareLimits;
  readonly pairs: Pairs;
  readonly populations: Populations;
  readonly findings: readonly Finding[];
  readonly schedules: readonly Schedule[];
  /** Where it is stored. */
  readonly directory: string;
}

export interface Conclusion {
  readonly verdict: Verdict;
  readonly status: RunStatus;
}

/** What B brought: a kind that A does not show, not under the same schedule either. */
export function introducedIn({ findings }: Pick<Comparison, 'findings'>): readonly Finding[] {
  return findings.filter(({ small }) => small?.brokenOnA !== true);
}

/**
 * A violation that B brought outweighs everything. Without one, what went wrong with our machinery or
 * the code under test comes before what was not shown, and that before what is valid.
 */
export function conclusionOf(comparison: Comparison): Conclusion {
  const { pairs, populations, schedules } = comparison;
  const brought = introducedIn(comparison);
  const returned = schedules.filter(isRegression);
  if (brought.length + returned.length > 0) {
    const kinds = [...new Set(brought.map(({ signature }) => signatureText(signature)))];
    const told = [
      ...(kinds.length === 0 ? [] : [`B breaks what A keeps: ${kinds.join(', ')}`]),
      ...(returned.length === 0
        ? []
        : [
            `${plural(returned.length, 'kept schedule')} that A survives ${returned.length === 1 ? 'breaks' : 'break'} B`,
          ]),
    ];
    const verdict: Verdict = { kind: 'invalid', because: plain(told.join('; ')), events: [] };
    return { verdict, status: EXIT.invalid };
  }
  const { stop } = pairs;
  if (stop?.kind === 'failed') return doubt(stop.error.message, EXIT.infrastructure);
  if (stop?.kind === 'interrupted') {
    return doubt(`interrupted after ${plural(populations.pairs, 'pair')}`, EXIT.interrupted);
  }
  return judged(comparison, stop?.kind === 'differs');
}

function judged({ pair, populations }: Comparison, differs: boolean): Conclusion {
  const { pairs, unknown, unknownBecause, invalid, variants } = populations;
  if (pairs === 0) return doubt('no pair of runs came to its end within the budget', EXIT.unknown);
  for (const side of ['a', 'b'] as const) {
    if (unknown[side].hits < pairs || differs) continue;
    const name = side.toUpperCase();
    return doubt(`no run of ${name} could be judged: ${unknownBecause[side]}`, EXIT.unknown);
  }
  if (isMoreOften(unknown) && !differs) {
    const because = `B could be judged less often than A (${unknown.b.hits} of ${pairs} runs are unknown, ${unknown.a.hits} of A's): ${unknownBecause.b}`;
    return doubt(because, EXIT.unknown);
  }
  const { high } = wilson(invalid.b);
  const note =
    invalid.b.hits === 0
      ? `B breaks nothing in ${plural(pairs, 'run')}: something in up to ${percentText(high)} of such runs would not have shown`
      : `B breaks nothing that A does not break as well, in ${plural(pairs, 'run')}${isMoreOften(invalid) ? ', but more often' : ''}`;
  const reached = [variants.a, variants.b].map((one) =>
    Object.keys(one).length === 0 ? null : one,
  );
  const suspects = [...pair.a.base.rules, ...pair.b.base.rules];
  const determinism = differs ? { replays: 1, identical: 0 } : null;
  // A variant that changed nothing on either side was not compared with anything.
  const outcomes = reached.map((one) =>
    outcomeOf(
      { kind: 'valid', note: plain(note) },
      { ending: { kind: 'finished' }, reached: one, determinism, suspects },
    ),
  );
  return outcomes.find(({ status }) => status !== EXIT.valid) ?? (outcomes[0] as Conclusion);
}

function doubt(because: string, status: RunStatus): Conclusion {
  return { verdict: { kind: 'unknown', because: plain(because) }, status };
}

/** Nothing new is no praise of what both sides have. */
export function lastWordOn({ status }: Conclusion): {
  readonly word: string;
  readonly mark: string;
  readonly className: string;
} {
  const known = LAST_WORDS[status];
  return status === EXIT.valid ? { ...known, word: 'NOTHING NEW' } : known;
}
