/** One stored run, top to bottom: prepare, execute and record, judge from disk, report. */

import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { lossOf } from '../../checkers/fault-windows.ts';
import { promiseOf } from '../../systems/system.ts';
import { isLockstep, isVirtual } from '../config/backends.ts';
import { builtIn, type Catalogue, systemNamed, workloadNamed } from '../config/catalogue.ts';
import type { RunConfig } from '../config/config.ts';
import { type Ending, whyCutShort } from '../core/ending.ts';
import { EXIT, HarnessError, infrastructure } from '../core/errors.ts';
import { expectedOf } from '../judge/expected.ts';
import { judgeRun } from '../judge/judge.ts';
import { outcomeOf } from '../judge/outcome.ts';
import { quietTimeNs } from '../judge/phases.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import { mistakeOfOwn } from '../own/import.ts';
import { reportHtml } from '../report/html.ts';
import { junitXml } from '../report/junit.ts';
import { summaryMarkdown } from '../report/summary.ts';
import { type ExecutionFigures, figuresOf } from '../store/figures.ts';
import { writeDerived, writeResults } from '../store/files.ts';
import { type ResultsFile, type RunFigures, type RunSummary, SCHEMA } from '../store/format.ts';
import { readRun, type StoredRun } from '../store/reader.ts';
import { RunWriter } from '../store/writer.ts';
import type { Backend, Execution } from './backend.ts';
import { backendNamed } from './backends.ts';
import type { PreparedRun, RunContext } from './prepared.ts';
import { describeRun } from './run-file.ts';

/** What an execution leaves, besides what is on disk. */
interface Executed extends Omit<ExecutionFigures, 'determinism'> {
  readonly directory: string;
}

/**
 * A replay doubles the time of a run: longer ones are only replayed when asked for, but for programs in
 * lock-step, of which nobody knows otherwise that what was seen means anything.
 */
const REPLAY_SECONDS_MAX = 10;

/**
 * Makes the run, stores it, judges it from disk and writes its report. `backend` is the one that the
 * configuration names, unless a test brings its own.
 */
export async function runAndStore(
  prepared: PreparedRun,
  context: RunContext,
  backend?: Backend,
): Promise<RunSummary> {
  const used = backend ?? (await backendNamed(prepared.config.backend));
  await used.prepare(prepared);
  const executed = await execute(used, prepared, context);
  const stored = readBack(executed);
  const determinism = await compared(used, prepared, executed, context.signal);
  const execution = { ...executed, determinism };
  const judged = judgeStored(stored, execution, prepared.catalogue);
  const isUnrepeated = isWhole(executed.ending) && context.signal.aborted;
  const results = isUnrepeated ? unrepeated(judged, isLockstep(prepared.config)) : judged;
  try {
    writeResults(stored.directory, results);
    return writeReport(stored, results, prepared.catalogue);
  } catch (error) {
    // No room for the verdict: it is said nevertheless, and that the run could not be kept.
    if (!(error instanceof HarnessError)) throw error;
    const ending = failed(executed.ending, error.message);
    const unkept = judgeStored(stored, { ...execution, ending }, prepared.catalogue);
    const directory = relative(process.cwd(), stored.directory) || '.';
    return { run: stored.run, results: unkept, paths: { directory, report: null } };
  }
}

/** Throws, before anything is made or started, where the backend cannot run this here. */
export async function refuseEarly(prepared: PreparedRun): Promise<void> {
  const backend = await backendNamed(prepared.config.backend);
  await backend.prepare(prepared);
}

/** Carries the run out, and records it. */
async function execute(
  backend: Backend,
  prepared: PreparedRun,
  context: RunContext,
): Promise<Executed> {
  const execution = backend.execution(prepared);
  const live = !isVirtual(prepared.config.backend);
  using writer = new RunWriter({ store: context.store, run: describeRun(prepared), live });
  const ending = await drive(execution, writer, context);
  return { directory: writer.directory, ending, ...execution.figures(writer.logPath('')) };
}

async function drive(
  execution: Execution,
  writer: RunWriter,
  context: RunContext,
): Promise<Ending> {
  try {
    writer.plan(execution.plan);
    const ending = await execution.drive(writer, context);
    writer.close();
    return ending;
  } catch (thrown) {
    // Interrupted while the cluster was starting: it has cleaned up after itself.
    if (context.signal.aborted && thrown === context.signal.reason) return { kind: 'interrupted' };
    const error = mistakeOfOwn(thrown) ?? thrown;
    if (!(error instanceof HarnessError)) throw error;
    if (error.failure === 'infrastructure') return { kind: 'failed', because: error.message };
    // A mistake of a user's code shows when it is asked: nothing was run that counts.
    writer.discard();
    throw error;
  }
}

/** The first failure is the one that is told. */
function failed(ending: Ending, because: string): Ending {
  return ending.kind === 'failed' ? ending : { kind: 'failed', because };
}

/** What was recorded; a store that somebody removed in the meantime is no mistake in the command. */
function readBack({ directory, ending }: Executed): StoredRun {
  try {
    return readRun(directory);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const removed = `the run was removed from the store: ${error.message}`;
    throw infrastructure(ending.kind === 'failed' ? ending.because : removed, error);
  }
}

/** Makes the run once more and compares the bytes; whoever interrupts that has had the run itself. */
async function compared(
  backend: Backend,
  prepared: PreparedRun,
  { ending, realS, directory }: Executed,
  signal: AbortSignal,
): Promise<RunFigures['determinism']> {
  if (backend.compare === undefined || !isWhole(ending)) return null;
  if (realS > REPLAY_SECONDS_MAX && !isLockstep(prepared.config)) return null;
  const parting = await backend.compare(directory, false, prepared, signal);
  if (signal.aborted) return null;
  return parting === null ? { replays: 1, identical: 1 } : { replays: 1, identical: 0, parting };
}

function isWhole({ kind }: Ending): boolean {
  return kind !== 'interrupted' && kind !== 'failed';
}

/**
 * Of a run that went to its end, and whose repetition was interrupted: a valid one says so, and of a
 * program in lock-step nothing is known then.
 */
function unrepeated(results: ResultsFile, isProgram: boolean): ResultsFile {
  const { verdict } = results;
  const note = 'interrupted before it was made again: nobody knows whether it repeats itself';
  if (verdict.kind === 'valid') return { ...results, verdict: { ...verdict, note } };
  if (verdict.kind === 'unknown' || !isProgram) return results;
  return {
    ...results,
    verdict: { kind: 'unknown', because: `${note} (${verdict.because})` },
    exitStatus: EXIT.interrupted,
  };
}

/** Judges a stored run by what is on disk, and nothing else. */
export function judgeStored(
  stored: StoredRun,
  execution: ExecutionFigures,
  catalogue: Catalogue = builtIn,
): ResultsFile {
  const { config } = stored.run;
  const follower = new TraceFollower(systemNamed(config.system, catalogue));
  const gap = follower.feedAll(stored.trace, quietTimeNs(stored.history));
  const ending = endingOnDisk(execution.ending, stored);
  const judged = judgeRun({
    config,
    workload: workloadNamed(config.workload, catalogue),
    system: systemNamed(config.system, catalogue),
    nemeses: catalogue.nemeses,
    promise: promiseOf(systemNamed(config.system, catalogue), config.set),
    history: stored.history,
    follower,
    gap: stored.lost ?? (stored.truncated ? 'the trace is cut off' : gap),
    idle: execution.idle ?? null,
    ending,
    slowness: Number(stored.run.backend['slowness'] ?? 1),
  });
  const figures = figuresOf(stored.history, judged.checks, { ...execution, ending });
  const suspects = suspectsIn(config, stored.run.byValue);
  const { verdict, status } = outcomeOf(judged.verdict, {
    ...figures,
    ending,
    suspects,
    isLockstep: isLockstep(config),
  });
  const results: ResultsFile = {
    schema: SCHEMA,
    kind: 'results',
    judgedAt: new Date().toISOString(),
    verdict,
    exitStatus: status,
    checks: judged.checks,
    figures,
  };
  const expectation = expectedOf(systemNamed(config.system, catalogue), config, results);
  return expectation === null ? results : { ...results, expectation };
}

/** What is on disk may know better than whoever made the run. */
function endingOnDisk(ending: Ending, { history, truncated }: StoredRun): Ending {
  // A node that died of something else is our own trouble, also where the run went on.
  const loss = lossOf(history);
  if (loss !== null) return failed(ending, loss);
  if (!truncated || whyCutShort(ending) !== null) return ending;
  return { kind: 'broken-off', because: 'the recording is cut off' };
}

/** Code that is not ours, else what was planted: the first to suspect where two runs differ. */
export function suspectsIn(config: RunConfig, byValue: readonly string[]): readonly string[] {
  const own = [...config.rules, ...(config.modules ?? []), ...byValue];
  return own.length > 0 ? own : config.mutants;
}

/** Writes what a person reads: the report and the summary. */
export function writeReport(
  stored: StoredRun,
  results: ResultsFile,
  { nemeses }: Catalogue,
): RunSummary {
  const { run, directory } = stored;
  const html = reportHtml({ ...stored, results }, nemeses);
  const path = writeDerived(directory, 'report', html);
  const shown = (absolute: string) => relative(process.cwd(), absolute) || '.';
  const summary: RunSummary = {
    run,
    results,
    paths: {
      directory: shown(directory),
      report: { path: shown(path), bytes: statSync(path).size },
    },
  };
  writeDerived(directory, 'summary', summaryMarkdown(summary));
  writeDerived(directory, 'junit', junitXml([summary]));
  return summary;
}
