/** What `ordeal check` is asked about a history, and what it answers. */

import type { Value } from '../../checkers/history.ts';
import type { Budget, FailedCas, NilReads } from '../../checkers/linearizable/index.ts';
import type { TransactionWorkload } from '../../checkers/transactional/index.ts';
import type { Millis } from '../../checkers/units.ts';
import type { CheckResult, Verdict } from '../../checkers/verdict.ts';
import type { HistoryFile } from '../formats/builder.ts';
import type { ForeignHistory } from '../formats/index.ts';

/** `--initial empty`: what is judged held nothing at first. */
export const EMPTY = 'empty';

/** The flags that say how to judge; undefined where they were not given. */
export interface CheckFlags {
  readonly model?: string | undefined;
  /** One, or several with commas between. */
  readonly checker?: string | undefined;
  readonly workload?: TransactionWorkload | undefined;
  readonly initial?: Value | undefined;
  readonly failedCas?: FailedCas | undefined;
  readonly nilReads?: NilReads | undefined;
  readonly level?: string | undefined;
  readonly budget?: Budget | undefined;
  /** Whether positions count for each key by itself, or for all together. */
  readonly positionScope?: 'key' | 'all' | undefined;
  /** How many versions, and how many milliseconds, a read of a register may be behind. */
  readonly stalenessVersions?: number | undefined;
  readonly stalenessMs?: Millis | undefined;
  /** Whether the positions that answers carry propose an order that is tried first. */
  readonly witness?: 'positions' | 'off' | undefined;
  /** Threads that may search at a time, this one among them. */
  readonly threads?: number | undefined;
}

/** A history with the flags. */
export interface Question extends CheckFlags {
  readonly file: ForeignHistory;
  /** How the file is called in messages. */
  readonly name: string;
}

/** What the checkers themselves say. */
export interface Answer {
  readonly checker: string;
  /** The model that was judged by; absent for checkers without one. */
  readonly model?: string;
  readonly verdict: Verdict;
  /** Which algorithm gave the answer. */
  readonly decidedBy?: string;
  /** Configurations that a search explored. */
  readonly configurations?: number;
  readonly operations?: number;
  /** The history whose events the verdict names, where it is not the one that was read. */
  readonly file?: HistoryFile;
  /** Figures of the checker. */
  readonly stats?: Readonly<Record<string, number | string>>;
  /** Further sentences for a person. */
  readonly also?: readonly string[];
  /** How the history was understood, for people and programs. */
  readonly notes?: readonly string[];
  /** More than a verdict, for `--json`: anomalies, levels, promises. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One checker of `--checker`. */
export interface Checker {
  readonly name: string;
  readonly describe: string;
  /** The functions that it knows; null where that depends on the question. */
  readonly functions: readonly string[] | null;
  /** The flags that it looks at, besides `--model`. */
  readonly flags: readonly (keyof CheckFlags)[];
  judge(question: Question): Answer | Promise<Answer>;
}

/** The answer of a checker of the library. */
export function answerOf({ checker, verdict, stats }: CheckResult): Answer {
  return { checker, verdict, ...(stats === undefined ? {} : { stats }) };
}
