/**
 * What is known beforehand of runs of a program of others, from its documentation and its list of
 * issues, as data: which must be valid, which must not, and which known issue explains a failure. It
 * changes no verdict and no exit status; it says whether a verdict is news.
 */

import type { Options } from './protocol.ts';

/** Which runs an expectation is about: all of it must hold; what is absent holds of any run. */
export interface RunsOf {
  readonly workloads?: readonly string[];
  /** Options that have these values. */
  readonly set?: Options;
  /** At least one of these nemeses was in force. */
  readonly nemeses?: readonly string[];
}

/** Something that is known to be wrong with the program. */
export interface KnownIssue {
  /** As people look it up: `etcd#20418`. */
  readonly name: string;
  readonly describe: string;
  readonly when: RunsOf;
  /** The checkers that show it, or of one that has several properties, those. */
  readonly shownBy: readonly string[];
}

export type Expectation = {
  readonly when: RunsOf;
  /** Why, in one sentence. */
  readonly because: string;
  /** Where that stands. */
  readonly source: string;
} & (
  | { readonly verdict: 'valid'; readonly issues?: readonly KnownIssue[] }
  /** `shownBy`: the checkers that must, or may, find it; what others find is news. */
  | { readonly verdict: 'invalid' | 'either'; readonly shownBy: readonly string[] }
);

/** A run, as far as expectations ask. */
export interface RunFacts {
  readonly workload: string;
  readonly options: Options;
  /** Nemeses that were in force. */
  readonly inForce: readonly string[];
  /** The checkers, or properties of theirs, that found a violation; empty of a valid run. */
  readonly brokenBy: readonly string[];
}

/** What came of an expectation. */
export interface Met {
  readonly expected: Expectation['verdict'];
  /** `issue`: not as it should be, but a known issue explains it. */
  readonly outcome: 'as-expected' | 'news' | 'issue';
  readonly because: string;
  readonly source: string;
  /** The known issues that may explain it, each with what it is. */
  readonly issues?: readonly string[];
}

/** The first expectation that is about a run decides; null where none is. */
export function met(expectations: readonly Expectation[], run: RunFacts): Met | null {
  const expectation = expectations.find(({ when }) => isOf(when, run));
  if (expectation === undefined) return null;
  const { because, source } = expectation;
  const told = { expected: expectation.verdict, because, source };
  const isValid = run.brokenBy.length === 0;
  if (expectation.verdict === 'valid') {
    if (isValid) return { ...told, outcome: 'as-expected' };
    const issues = (expectation.issues ?? []).filter(({ when }) => isOf(when, run));
    const names = explanationOf(run.brokenBy, issues);
    return names === null
      ? { ...told, outcome: 'news' }
      : { ...told, outcome: 'issue', issues: names };
  }
  if (isValid)
    return { ...told, outcome: expectation.verdict === 'either' ? 'as-expected' : 'news' };
  const { shownBy } = expectation;
  const isKnown = run.brokenBy.every((checker) => shownBy.includes(checker));
  return { ...told, outcome: isKnown ? 'as-expected' : 'news' };
}

function isOf({ workloads, set, nemeses }: RunsOf, run: RunFacts): boolean {
  if (workloads !== undefined && !workloads.includes(run.workload)) return false;
  if (nemeses !== undefined && !nemeses.some((name) => run.inForce.includes(name))) return false;
  return Object.entries(set ?? {}).every(([name, value]) => run.options[name] === value);
}

/** The issues of which each explains something, if all that is broken is explained; else null. */
function explanationOf(
  brokenBy: readonly string[],
  issues: readonly KnownIssue[],
): readonly string[] | null {
  const isExplained = (checker: string) => issues.some(({ shownBy }) => shownBy.includes(checker));
  if (!brokenBy.every(isExplained)) return null;
  return issues
    .filter(({ shownBy }) => brokenBy.some((checker) => shownBy.includes(checker)))
    .map(({ name, describe }) => `${name} (${describe})`);
}
