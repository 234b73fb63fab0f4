/**
 * The files of a stored run, schema version 1. `history.jsonl`, `trace.jsonl` and `plan.json` know
 * nothing of the real clock, so that one seed gives the same bytes; what varies from one execution
 * to the next stands in `run.json` and `results.json`.
 */

import type { CheckResult, Verdict } from '../../checkers/verdict.ts';
import type { Met } from '../../systems/expectation.ts';
import type { RunConfig } from '../config/config.ts';
import type { EndingFigures } from '../core/ending.ts';
import type { GitState } from '../core/git.ts';

/** Raised when a reader of the old version would misread the new one. */
export const SCHEMA = 1;

/** Names of the files in a run's directory. */
export const FILES = {
  run: 'run.json',
  plan: 'plan.json',
  history: 'history.jsonl',
  trace: 'trace.jsonl',
  logs: 'logs',
  results: 'results.json',
  report: 'report.html',
  summary: 'summary.md',
  junit: 'junit.xml',
  /** Only of a run that was made smaller. */
  repro: 'repro.json',
  explanation: 'explanation.json',
} as const;

/** `run.json`: what was run, with which code, on what machine. Written before the run starts. */
export interface RunFile {
  readonly schema: typeof SCHEMA;
  readonly kind: 'run';
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** Fully resolved: with the code, it determines a simulated run. */
  readonly config: RunConfig;
  /** One line to paste in a shell that makes this run again, without the store. */
  readonly command: string;
  /** Systems, workloads and variants that a program passed by value: no command makes them again. */
  readonly byValue: readonly string[];
  readonly versions: { readonly ordeal: string; readonly node: string };
  /** Of Ordeal's own checkout; null outside of one. */
  readonly git: GitState | null;
  /** Of the user's, where modules of theirs took part; null outside of one, absent before it was kept. */
  readonly project?: GitState | null;
  /** The folder from which paths in `config` and `command` go; absent in runs of older versions. */
  readonly startedIn?: string;
  /** What the backend says of itself: versions, image digest, mechanism per fault. */
  readonly backend: Readonly<Record<string, string>>;
  readonly machine: {
    readonly platform: string;
    readonly arch: string;
    readonly cpus: number;
    readonly memoryBytes: number;
  };
}

/** One checker's answer and how long it took. */
export interface TimedCheck extends CheckResult {
  /** Real time. */
  readonly seconds: number;
}

/** `results.json`: the verdict and the figures it rests on. Written once, never changed. */
export interface ResultsFile {
  readonly schema: typeof SCHEMA;
  readonly kind: 'results';
  /** UTC, ISO 8601. */
  readonly judgedAt: string;
  readonly verdict: Verdict;
  /** Exit status of the command that wrote it. */
  readonly exitStatus: number;
  readonly checks: readonly TimedCheck[];
  readonly figures: RunFigures;
  /** Whether that was to be expected, where its system says what is. */
  readonly expectation?: Met;
}

/** What happened in a run, in numbers. */
export interface RunFigures extends EndingFigures {
  readonly operations: {
    readonly invoked: number;
    readonly ok: number;
    readonly fail: number;
    /** Outcome unknown, those that never ended among them. */
    readonly info: number;
  };
  /** Faults in order of first use, by lane. */
  readonly faults: readonly LaneFigures[];
  /** Null where there is no trace that tells. */
  readonly leaderChanges: number | null;
  /** From the quiet end to the first `ok` of an operation that began after it; null if never. */
  readonly recoveryS: number | null;
  /**
   * Nodes that exchanged no message, stored nothing and answered nobody; null where nobody counted,
   * absent in runs of older versions.
   */
  readonly idle?: readonly number[] | null;
  /** Virtual seconds; null where time was real. */
  readonly simulatedS: number | null;
  readonly realS: number;
  /** By `variant: rule`: how often a replaced rule was asked, and answered otherwise. */
  readonly reached: Readonly<
    Record<string, { readonly calls: number; readonly changed: number }>
  > | null;
  /** Replays of the run that were compared byte for byte; null where none was made. */
  readonly determinism: {
    readonly replays: number;
    readonly identical: number;
    /** Where the first of those that differ parts from the stored run. */
    readonly parting?: Divergence;
  } | null;
}

/** Where two runs part: the first line that differs. */
export interface Divergence {
  readonly file: string;
  /** Position of the event, from 0. */
  readonly event: number;
  /** The stored line and the replayed one; null where one of the two has ended. */
  readonly stored: string | null;
  readonly replayed: string | null;
}

/** Receipts of one lane, counted. */
export interface LaneFigures {
  readonly lane: string;
  readonly installed: number;
  readonly skipped: number;
  readonly indeterminate: number;
}

/** Everything that the terminal block and `summary.md` say. */
export interface RunSummary {
  readonly run: RunFile;
  readonly results: ResultsFile;
  readonly paths: {
    /** The run's directory, as the user would type it; null when nothing was stored. */
    readonly directory: string | null;
    /** Null when no report was written. */
    readonly report: { readonly path: string; readonly bytes: number } | null;
  };
}

/** The first line of a `.jsonl` file. */
export interface LinesHeader {
  readonly schema: typeof SCHEMA;
  readonly kind: 'history' | 'trace';
}
