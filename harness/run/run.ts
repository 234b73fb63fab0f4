/** One stored run, top to bottom: plan, cluster, engine, record, verdict read back from disk, report. */

import { existsSync, statSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { lossOf } from '../../checkers/fault-windows.ts';
import { promiseOf } from '../../systems/system.ts';
import {
  builtIn,
  type Catalogue,
  nemesisNamed,
  systemNamed,
  workloadNamed,
} from '../config/catalogue.ts';
import type { RunConfig } from '../config/config.ts';
import type { Backend } from '../core/backend.ts';
import { HarnessError, infrastructure, usage } from '../core/errors.ts';
import type { OnStart } from '../core/start-event.ts';
import { hasNodeTraces, readTraces } from '../docker/trace.ts';
import { readReached } from '../host/reach-file.ts';
import { HistoryWatch, stoppedAt } from '../judge/history-watch.ts';
import { judgeRun, quietTimeNs } from '../judge/judge.ts';
import { outcomeOf } from '../judge/outcome.ts';
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
import { addReach } from '../variants/tally.ts';
import { type ActiveRules, applyVariants } from '../variants/variants.ts';
import type { PreparedRun } from './prepared.ts';
import { runRealtime } from './realtime.ts';
import { compareWithReplay } from './replay.ts';
import { describeRun } from './run-file.ts';
import { isSettled, phasesOf, planOf, virtualRun } from './simulate.ts';
import { VirtualDriver } from './virtual.ts';

/** What surrounds a run. */
export interface RunContext {
  readonly store: string;
  /** Aborted by Ctrl-C: what is recorded so far is judged and kept. */
  readonly signal: AbortSignal;
  /** Told now and then how far the run is. */
  readonly progress: (state: string) => void;
  /** Told how far containers, and the image that they need, are on their way. */
  readonly onStart: OnStart;
}

/** What an execution leaves, besides what is on disk. */
interface Executed {
  readonly directory: string;
  readonly idle: readonly number[] | null;
  readonly simulatedS: number | null;
  readonly realS: number;
  readonly reached: RunFigures['reached'];
  readonly cutShort: string | null;
  readonly interrupted: boolean;
  /** What went wrong in our own machinery; null where nothing did. */
  readonly failure: string | null;
}

const INTERRUPTED = 'the run was interrupted';
/** Events between two looks at the signal and two writes. */
const SLICE_EVENTS = 200_000;
/** How often a long simulation says how far it is. */
const PROGRESS_MS = 2_000;
/** A replay doubles the time of a run: longer ones are only replayed when asked for. */
const REPLAY_SECONDS_MAX = 10;

/** Makes the run, stores it, judges it from disk and writes its report. */
export async function runAndStore(prepared: PreparedRun, context: RunContext): Promise<RunSummary> {
  const simulated = prepared.config.backend === 'sim';
  const executed = simulated
    ? await executeSimulated(prepared, context)
    : await executeLive(prepared, context);
  const stored = readBack(executed);
  const determinism = simulated ? await replayed(prepared, executed, context.signal) : null;
  const execution = { ...executed, determinism };
  const results = judgeStored(stored, execution, prepared.catalogue);
  try {
    writeResults(stored.directory, results);
    return writeReport(stored, results);
  } catch (error) {
    // No room for the verdict: it is said nevertheless, and that the run could not be kept.
    if (!(error instanceof HarnessError)) throw error;
    const failure = executed.failure ?? error.message;
    const unkept = judgeStored(stored, { ...execution, failure }, prepared.catalogue);
    const directory = relative(process.cwd(), stored.directory) || '.';
    return { run: stored.run, results: unkept, paths: { directory, report: null } };
  }
}

/** What was recorded; a store that somebody removed in the meantime is no mistake in the command. */
function readBack({ directory, failure }: Executed): StoredRun {
  try {
    return readRun(directory);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    throw infrastructure(failure ?? `the run was removed from the store: ${error.message}`, error);
  }
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
  const loss = lossOf(stored.history);
  const cutShort =
    execution.cutShort ?? loss ?? (stored.truncated ? 'the recording is cut off' : null);
  const judged = judgeRun({
    config,
    workload: workloadNamed(config.workload, catalogue),
    system: systemNamed(config.system, catalogue),
    promise: promiseOf(systemNamed(config.system, catalogue), config.set),
    history: stored.history,
    follower,
    gap: stored.lost ?? (stored.truncated ? 'the trace is cut off' : gap),
    idle: execution.idle ?? null,
    cutShort,
    slowness: Number(stored.run.backend['slowness'] ?? 1),
  });
  const figures = figuresOf(stored.history, judged.checks, { ...execution, cutShort });
  const suspects = suspectsIn(config, stored.run.byValue);
  // A node that died of something else is our own trouble, also where the run went on.
  const failure = figures.failure ?? loss;
  const { verdict, status } = outcomeOf(judged.verdict, { ...figures, failure, suspects });
  return {
    schema: SCHEMA,
    kind: 'results',
    judgedAt: new Date().toISOString(),
    verdict,
    exitStatus: status,
    checks: judged.checks,
    figures,
  };
}

/** Code that is not ours, else what was planted: the first to suspect where two runs differ. */
export function suspectsIn(config: RunConfig, byValue: readonly string[]): readonly string[] {
  const own = [...config.rules, ...(config.modules ?? []), ...byValue];
  return own.length > 0 ? own : config.mutants;
}

/** Writes what a person reads: the report and the summary. */
export function writeReport(stored: StoredRun, results: ResultsFile): RunSummary {
  const { run, directory } = stored;
  const html = reportHtml({ ...stored, results });
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

async function executeSimulated(prepared: PreparedRun, context: RunContext): Promise<Executed> {
  const { config, variants, catalogue } = prepared;
  const watching = { follower: null, record: true, stopAtViolation: false };
  const { run, active } = virtualRun(config, variants, watching, catalogue);
  const driver = new VirtualDriver(run);
  using writer = new RunWriter({ store: context.store, run: describeRun(prepared), live: false });
  const begunMs = performance.now();
  let ended = false;
  let failure: string | null = null;
  let toldMs = begunMs;
  try {
    writer.plan(run.plan);
    while (!ended && !context.signal.aborted) {
      ended = driver.advance(SLICE_EVENTS);
      if (performance.now() - toldMs > PROGRESS_MS) {
        toldMs = performance.now();
        const doneS = Math.round(driver.result().endUs / 1e6);
        context.progress(`simulated ${doneS} of about ${Math.round(config.timeLimitS)} s`);
      }
      writer.history(driver.history);
      writer.trace(driver.takeLines());
      // Lets a signal through.
      await new Promise(setImmediate);
    }
    writer.close();
  } catch (thrown) {
    const error = mistakeOfOwn(thrown) ?? thrown;
    // A mistake of a user's code shows when it is asked: nothing was run that counts.
    if (error instanceof HarnessError && error.failure === 'usage') writer.discard();
    if (!(error instanceof HarnessError && error.failure === 'infrastructure')) throw error;
    failure = error.message;
  }
  const interrupted = failure === null && !ended;
  return {
    directory: writer.directory,
    idle: driver.result().idle,
    simulatedS: driver.result().endUs / 1e6,
    realS: (performance.now() - begunMs) / 1000,
    reached: variants.length === 0 ? null : active.reached,
    cutShort: failure ?? (interrupted ? INTERRUPTED : stopOf(driver.result())),
    interrupted,
    failure,
  };
}

/** Why a run ended before its time although nobody interrupted it. */
function stopOf(result: { readonly violated: boolean; readonly endUs: number }): string | null {
  return result.violated ? stoppedAt(result.endUs) : null;
}

async function executeLive(prepared: PreparedRun, context: RunContext): Promise<Executed> {
  const { config, catalogue, variants } = prepared;
  const system = systemNamed(config.system, catalogue);
  const dockerBackend = await readyBackend(prepared);
  const run = describeRun(prepared);
  using writer = new RunWriter({ store: context.store, run, live: true });
  const workload = workloadNamed(config.workload, catalogue);
  const active = applyVariants(system, variants);
  const plan = planOf(config, catalogue);
  writer.plan(plan);
  const begunMs = performance.now();
  const executed = (cutShort: string | null, failure: string | null = null): Executed => ({
    directory: writer.directory,
    idle: null,
    simulatedS: null,
    realS: (performance.now() - begunMs) / 1000,
    reached: variants.length === 0 ? null : reachedBy(active, writer.logPath('')),
    cutShort,
    interrupted: cutShort === INTERRUPTED,
    failure,
  });
  const modules = (config.modules ?? []).map((file) => resolve(file));
  let hasTrace = false;
  try {
    await using cluster = await dockerBackend.launch({
      runId: basename(writer.directory),
      system,
      client: active.client(config.seed),
      nodes: config.nodes,
      options: config.set,
      mutants: config.mutants,
      ruleFiles: config.rules.map((file) => resolve(file)),
      // What was named last goes before, as in the catalogue.
      systemModules: isOwn(prepared) ? modules.toReversed() : [],
      seed: config.seed,
      logDirectory: resolve(writer.logPath('')),
      startupTimeoutS: config.startupTimeoutS,
      onStart: context.onStart,
      signal: context.signal,
    });
    const describe = () => ({ ...cluster.facts, slowness: String(cluster.slowness()) });
    writer.run({ ...run, backend: describe() });
    const running = runRealtime({
      cluster,
      plan,
      workload,
      nemeses: catalogue.nemeses,
      engine: phasesOf(config),
      isSettled: (quietAtNs, nowNs) => {
        const follower = new TraceFollower(system);
        follower.feedAll(cluster.trace().lines, quietAtNs);
        return isSettled(system, config, follower.liveness, quietAtNs, nowNs, cluster.slowness());
      },
      watch: config.stopAtViolation ? new HistoryWatch(workload) : null,
      signal: context.signal,
      onStep: (history) => writer.history(history),
      progress: context.progress,
    });
    // However the run ended: what its nodes reported may hold a violation.
    await Promise.allSettled([running]);
    const { lines, lost } = cluster.trace();
    writer.trace(lines);
    hasTrace = true;
    // It may have become slower since the run began.
    writer.run({ ...run, backend: describe() });
    const result = await running;
    if (lost !== null) throw infrastructure(lost);
    writer.close();
    return executed(result.finished ? null : (stopOf(result) ?? INTERRUPTED));
  } catch (error) {
    // A cluster that never formed may have said why: a node that stopped itself, say.
    if (!hasTrace && hasNodeTraces(writer.logPath(''))) {
      writer.trace(readTraces(writer.logPath('')).lines);
    }
    // Interrupted while the cluster was starting: it has cleaned up after itself.
    if (error === context.signal.reason) return executed(INTERRUPTED);
    if (error instanceof HarnessError) return executed(error.message, error.message);
    throw error;
  }
}

/** What variants were asked in the clients, which run here, and in the nodes, by their logs. */
function reachedBy(active: ActiveRules, logDirectory: string): RunFigures['reached'] {
  const sum = existsSync(logDirectory) ? { ...readReached(logDirectory) } : {};
  addReach(sum, active.reached);
  return sum;
}

/** Throws, before anything is made or started, when containers cannot run this here. */
export async function refuseEarly(prepared: PreparedRun): Promise<void> {
  if (prepared.config.backend === 'docker') await readyBackend(prepared);
}

async function readyBackend(prepared: PreparedRun): Promise<Backend> {
  // Loaded only when needed: the Docker client costs as much start-up time as everything else.
  const { dockerBackend } = await import('../docker/index.ts');
  refuseUnsupported(prepared, dockerBackend.faults);
  await dockerBackend.prepare();
  return dockerBackend;
}

/** Whether the system is a user's own, also where it bears the name of one of ours. */
function isOwn({ config, catalogue }: PreparedRun): boolean {
  return catalogue.systems[config.system] !== builtIn.systems[config.system];
}

function refuseUnsupported(
  { config, catalogue, byValue, variants }: PreparedRun,
  faults: readonly string[],
): void {
  if (byValue.length > 0) {
    throw usage(
      `backend docker cannot run ${byValue.join(', ')}: containers load what is not ` +
        'built in from files (ordeal run ./my-system.ts --rules FILE)',
    );
  }
  const misusing = variants.filter(({ disk }) => disk !== undefined).map(({ id }) => id);
  if (misusing.length > 0) {
    throw usage(
      `backend docker cannot run ${misusing.join(', ')}, which misuses the simulator's disk ` +
        '(try --backend sim)',
    );
  }
  const lacking = config.nemesis.filter(
    (name) => !faults.includes(nemesisNamed(name, catalogue).needs),
  );
  if (lacking.length > 0) {
    throw usage(`backend docker cannot carry out ${lacking.join(', ')} (try --backend sim)`);
  }
}

/** Simulates once more and compares the bytes; whoever interrupts that has had the run itself. */
async function replayed(
  prepared: PreparedRun,
  executed: Executed,
  signal: AbortSignal,
): Promise<RunFigures['determinism']> {
  const { interrupted, failure, realS, directory } = executed;
  if (interrupted || failure !== null || realS > REPLAY_SECONDS_MAX) return null;
  const parting = await compareWithReplay(directory, false, prepared, signal);
  if (signal.aborted) return null;
  return parting === null ? { replays: 1, identical: 1 } : { replays: 1, identical: 0, parting };
}
