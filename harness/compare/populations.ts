/** What pairs of runs come to, as populations: how many broke something, what that was, what they cost. */

import { type Proportion, rise } from '../core/proportion.ts';
import { type Signature, signatureText } from '../judge/signature.ts';
import type { RunFigures } from '../store/format.ts';
import { addReach } from '../variants/tally.ts';
import { differenceOf, type Figures } from './difference.ts';
import { MEASURES, type Measure } from './measures.ts';
import type { PairTrial } from './pair.ts';

/** The same of both sides. */
export interface Both<Value> {
  readonly a: Value;
  readonly b: Value;
}

/** A kind of violation, and in how many runs of each side it was seen. */
export interface KindSeen extends Both<Proportion> {
  readonly signature: Signature;
  /** The first pair that shows it, on B where it does. */
  readonly seed: number;
  readonly strategy: string;
}

export interface Populations {
  readonly pairs: number;
  /** By strategy. */
  readonly strategies: Readonly<Record<string, number>>;
  /** Pairs whose two runs are the same, byte for byte. */
  readonly identical: number;
  readonly invalid: Both<Proportion>;
  readonly unknown: Both<Proportion>;
  /** Why runs are unknown, as the first of each side says. */
  readonly unknownBecause: Both<string | null>;
  /** Kinds that B shows and A does not, that both show, and that A shows and B does not. */
  readonly introduced: readonly KindSeen[];
  readonly shared: readonly KindSeen[];
  readonly gone: readonly KindSeen[];
  readonly figures: Readonly<Record<Measure, Figures>>;
  /** How often variants of each side decided otherwise. */
  readonly variants: Both<NonNullable<RunFigures['reached']>>;
}

const SIDES = ['a', 'b'] as const;

export function populationsOf(trials: readonly PairTrial[]): Populations {
  const of = trials.length;
  const both = <Value>(value: (side: 'a' | 'b') => Value): Both<Value> => ({
    a: value('a'),
    b: value('b'),
  });
  const ended = (verdict: string) =>
    both((side) => ({ hits: trials.filter((one) => one[side].verdict === verdict).length, of }));
  const strategies: Record<string, number> = {};
  for (const { strategy } of trials) strategies[strategy] = (strategies[strategy] ?? 0) + 1;
  const kinds = kindsIn(trials);
  return {
    pairs: of,
    strategies,
    identical: trials.filter(({ a, b }) => a.digest === b.digest).length,
    invalid: ended('invalid'),
    unknown: ended('unknown'),
    unknownBecause: both(
      (side) => trials.find((one) => one[side].verdict === 'unknown')?.[side].because ?? null,
    ),
    introduced: kinds.filter(({ a }) => a.hits === 0),
    shared: kinds.filter(({ a, b }) => a.hits > 0 && b.hits > 0),
    gone: kinds.filter(({ b }) => b.hits === 0),
    figures: figuresIn(trials),
    variants: both((side) => {
      const sum: NonNullable<RunFigures['reached']> = {};
      for (const one of trials) addReach(sum, one[side].variants);
      return sum;
    }),
  };
}

/** Whether B shows something more often than A by more than chance explains: bands of 95 % apart. */
export function isMoreOften({ a, b }: Both<Proportion>): boolean {
  return a.of > 0 && rise(a, b) !== null;
}

function kindsIn(trials: readonly PairTrial[]): KindSeen[] {
  const all = new Map<string, Signature>();
  for (const trial of trials) {
    for (const side of SIDES) {
      for (const one of trial[side].kinds) all.set(signatureText(one), one);
    }
  }
  return [...all].map(([text, signature]) => {
    const shows = (side: 'a' | 'b') =>
      trials.filter((trial) => trial[side].kinds.some((one) => signatureText(one) === text));
    const [a, b] = [shows('a'), shows('b')];
    const first = (b[0] ?? a[0]) as PairTrial;
    const { seed, strategy } = first;
    const of = trials.length;
    return { signature, seed, strategy, a: { hits: a.length, of }, b: { hits: b.length, of } };
  });
}

/** Over pairs that are valid on both sides: what is not may have ended before its time. */
function figuresIn(trials: readonly PairTrial[]): Populations['figures'] {
  const names = Object.keys(MEASURES) as Measure[];
  const figures = names.map((name) => {
    const pairs = trials.flatMap(({ a, b }) => {
      const [one, other] = [a.measured?.[name] ?? null, b.measured?.[name] ?? null];
      return one === null || other === null ? [] : [[one, other] as const];
    });
    return [name, differenceOf(pairs, names.length)] as const;
  });
  return Object.fromEntries(figures) as Populations['figures'];
}
