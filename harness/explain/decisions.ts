/**
 * Suspicious decisions: what a rule of the protocol answered in futures that break the property, more
 * often than in those that do not. Statistical debugging, after Liblit et al., "Scalable statistical bug
 * isolation" (PLDI 2005): the wrong line is among the few things that failing runs do and passing ones
 * do not.
 */

import { isProtocol, type Rules, type System, type Variant } from '../../systems/system.ts';
import { type Proportion, rise } from '../core/proportion.ts';
import type { Suspicion } from '../store/explanation.ts';
import { sameAnswer } from '../variants/guard.ts';

/** How often each thing was decided in one run: by rule and answer. */
type Decided = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What was decided in a run, and whether it broke the property. */
export interface DecidedRun {
  readonly decided: Decided;
  readonly isBroken: boolean;
}

const OTHERWISE = 'otherwise than the protocol does';
/** Suspicions that are told. */
const SUSPICIONS_MAX = 3;

type Rule = (...parameters: unknown[]) => unknown;

/** Lays itself around the rules of a system, and counts what they answer. */
export class Decisions {
  #decided = new Map<string, Map<string, number>>();

  /** The system with its rules watched, whatever variants make of them. */
  watched(system: System, variants: readonly Variant[]): System {
    // Nobody looks into a program.
    if (!isProtocol(system)) return system;
    const replaced = new Set(
      variants.flatMap((one) => Object.keys(one.rules?.(system.rules) ?? {})),
    );
    const watch = (rules: Rules): Rules => {
      const entries = Object.entries<unknown>({ ...rules }).map(([name, rule]) => {
        if (typeof rule !== 'function') return [name, rule] as const;
        const own = replaced.has(name) ? Reflect.get(system.rules, name) : null;
        return [name, this.#watchedRule(name, rule as Rule, own as Rule | null)] as const;
      });
      return Object.fromEntries(entries) as Rules;
    };
    return {
      ...system,
      protocol: (rules) => system.protocol(watch(rules)),
      client: (rules) => system.client(watch(rules)),
    };
  }

  /** What was decided since the last call. */
  taken(): Decided {
    const decided = this.#decided;
    this.#decided = new Map();
    return decided;
  }

  #watchedRule(name: string, rule: Rule, own: Rule | null): Rule {
    const note = (what: string) => this.#note(name, what);
    return function watched(this: unknown, ...parameters: unknown[]): unknown {
      const answer = Reflect.apply(rule, this, parameters);
      note(answerText(answer));
      // A rule changes nothing but what it is handed to draw with.
      const isAskedAgain = own !== null && !parameters.some((one) => typeof one === 'function');
      if (isAskedAgain && !sameAnswer(answer, Reflect.apply(own, this, parameters)))
        note(OTHERWISE);
      return answer;
    };
  }

  #note(rule: string, answer: string): void {
    const answers = this.#decided.get(rule) ?? new Map<string, number>();
    this.#decided.set(rule, answers);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
}

/** Answers of a kind, since no two runs have the same numbers. */
function answerText(answer: unknown): string {
  switch (typeof answer) {
    case 'boolean':
      return answer ? 'yes' : 'no';
    case 'number':
      return answer === 0 ? 'zero' : answer < 0 ? 'below zero' : 'above zero';
    case 'string':
      return `"${answer}"`;
    case 'object':
      if (answer === null) return 'nothing';
      if (Array.isArray(answer)) return answer.length === 0 ? 'an empty list' : 'a list';
      for (const name of ['kind', 'status']) {
        const value: unknown = Reflect.get(answer, name);
        if (typeof value === 'string') return `${name} ${value}`;
      }
      return 'something';
    default:
      return answer === undefined ? 'nothing' : 'something';
  }
}

/** The few decisions that tell failing runs from passing ones best, the first of them first. */
export function suspicions(
  runs: readonly DecidedRun[],
  ruleTable: System['ruleTable'],
): readonly Suspicion[] {
  const failing = runs.filter(({ isBroken }) => isBroken).length;
  const best = new Map<string, { readonly score: number; readonly suspicion: Suspicion }>();
  for (const [rule, answer] of answersIn(runs)) {
    for (const times of thresholds(runs, rule, answer)) {
      const counts = countsOf(runs, (one) => (one.get(rule)?.get(answer) ?? 0) >= times);
      const context = countsOf(runs, (one) => one.has(rule));
      const score = importance(counts, context, failing);
      if (score === null || score <= (best.get(rule)?.score ?? 0)) continue;
      const says = ruleTable?.[rule]?.says ?? '';
      best.set(rule, { score, suspicion: { rule, says, answer, times, ...counts } });
    }
  }
  return [...best.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, SUSPICIONS_MAX)
    .map(({ suspicion }) => suspicion);
}

function answersIn(runs: readonly DecidedRun[]): readonly (readonly [string, string])[] {
  const all = new Map<string, readonly [string, string]>();
  for (const { decided } of runs) {
    for (const [rule, answers] of decided) {
      for (const answer of answers.keys()) all.set(JSON.stringify([rule, answer]), [rule, answer]);
    }
  }
  return [...all.values()];
}

/** Once, twice, four times ... as far as any run goes. */
function thresholds(runs: readonly DecidedRun[], rule: string, answer: string): readonly number[] {
  const most = Math.max(...runs.map(({ decided }) => decided.get(rule)?.get(answer) ?? 0));
  const times: number[] = [];
  for (let least = 1; least <= most; least *= 2) times.push(least);
  return times;
}

type Split = Pick<Suspicion, 'failing' | 'passing'>;

function countsOf(runs: readonly DecidedRun[], does: (decided: Decided) => boolean): Split {
  const of = (isBroken: boolean): Proportion => {
    const all = runs.filter((run) => run.isBroken === isBroken);
    return { hits: all.filter(({ decided }) => does(decided)).length, of: all.length };
  };
  return { failing: of(true), passing: of(false) };
}

/**
 * Liblit's Importance: the harmonic mean of Increase (how much likelier a violation is where it was
 * decided so than where the rule was asked at all) and of how many failing runs that accounts for, on a
 * scale of logarithms. Null where Increase is not more than chance explains.
 */
function importance(so: Split, asked: Split, failing: number): number | null {
  const failure = { hits: so.failing.hits, of: so.failing.hits + so.passing.hits };
  const context = { hits: asked.failing.hits, of: asked.failing.hits + asked.passing.hits };
  const increase = rise(context, failure);
  if (increase === null || so.failing.hits < 2 || failing < 2) return null;
  const coverage = Math.log(so.failing.hits) / Math.log(failing);
  return 2 / (1 / increase + 1 / coverage);
}
