/** Drives the engine in real time against a live cluster: the same engine, with timers and promises. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../../checkers/history.ts';
import type { Micros, Nanos, ProcessId } from '../../checkers/units.ts';
import type { Fault, Nemesis, PlannedFault, Receipt } from '../../nemesis/fault.ts';
import { withStandIn } from '../../nemesis/targets.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { LiveClient, LiveCluster } from '../core/backend.ts';
import { describeFault } from '../core/describe-fault.ts';
import type { Ending } from '../core/ending.ts';
import { type Command, Engine, type EngineConfig, WAIT_TIMES } from '../core/engine.ts';
import { type HarnessError, infrastructure } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { HistoryWatch } from '../judge/history-watch.ts';
import type { RunEvent } from './run-event.ts';

export interface RealtimeRun {
  readonly cluster: LiveCluster;
  readonly plan: Plan;
  readonly workload: Workload;
  /** By the names of the plan's lanes. */
  readonly nemeses: Readonly<Record<string, Nemesis>>;
  /** Whether faults that are meant for a leader may hit any node: there are none who lead. */
  readonly isLeaderless: boolean;
  /** But for what it asks while the run goes on. */
  readonly engine: EngineConfig;
  /**
   * Whether what is to be shown of recovery has been shown, one way or the other, at this time after
   * the quiet end: the run goes on while it has not.
   */
  readonly isSettled: (quietAtNs: Nanos, nowNs: Nanos) => boolean;
  /** Ends the run as soon as this finds the history wrong; null to go on to the end. */
  readonly watch: HistoryWatch | null;
  /** Interrupts the run: what is recorded so far is kept. */
  readonly signal: AbortSignal;
  /** Called after every step, so that what was recorded can be written. */
  readonly onStep: (history: History) => void;
  /** Told now and then how far the run is. */
  readonly progress: (event: RunEvent) => void;
}

/** What quiet end and final reads may take beyond the time that was planned. */
const OVERDUE_MS = 120_000;
/** How long undoing faults may take when a run ends before its time. */
const UNDO_MS_MAX = 20_000;
/** Whoever interrupts a run does not wait for nodes to come up again: they are removed anyway. */
const UNDO_INTERRUPTED_MS_MAX = 5_000;
/** Looking through the trace takes at most one part of so many of the time. */
const ASK_SHARE = 10;
/** How often progress is told. */
const PROGRESS_MS = 10_000;

export interface RealtimeResult {
  readonly history: History;
  readonly quietAtUs: Micros | null;
  readonly ending: Ending;
}

/** A fault with its targets, and what was found when it was carried out. */
interface StartedFault {
  readonly fault: Fault | null;
  readonly receipt: Receipt;
}

/** Runs to the end, or until the signal; every fault that was started has been undone by then. */
export async function runRealtime(run: RealtimeRun): Promise<RealtimeResult> {
  const driver = new RealtimeDriver(run);
  return driver.run();
}

class RealtimeDriver {
  readonly #run: RealtimeRun;
  readonly #engine: Engine;
  readonly #startNs: bigint;
  readonly #clients = new Map<number, LiveClient>();
  readonly #processes = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Faults that are started, or being started, by id of the plan. */
  readonly #inForce = new Map<number, Promise<StartedFault>>();
  /** Starts and ends of faults that are under way. */
  readonly #faultWork = new Set<Promise<void>>();
  readonly #end = Promise.withResolvers<Ending>();
  #stopped = false;
  #askAgainUs = 0;
  #latestUs = 0;

  constructor(run: RealtimeRun) {
    this.#run = run;
    this.#startNs = run.cluster.begin();
    const settled = (nowUs: Micros) => this.#isSettled(nowUs);
    this.#engine = new Engine(run.plan, run.workload, { ...run.engine, settled, seeksOn: true });
  }

  async run(): Promise<RealtimeResult> {
    const interrupted = () => this.#end.resolve({ kind: 'interrupted' });
    this.#run.signal.addEventListener('abort', interrupted, { once: true });
    this.#run.cluster.onLoss((failure) => this.#lose(failure));
    this.#step(() => this.#engine.start());
    const telling = setInterval(() => this.#tell(), PROGRESS_MS);
    const { timeLimitUs, recoveryMaxUs } = this.#run.engine;
    const limitMs = (timeLimitUs + WAIT_TIMES * recoveryMaxUs) / 1000 + OVERDUE_MS;
    const overdue = setTimeout(() => {
      const message = `the run did not end within ${Math.round(limitMs / 1000)} s`;
      this.#end.reject(infrastructure(message));
    }, limitMs);
    let ending: Ending;
    try {
      ending = await this.#end.promise;
      const isDone = ending.kind === 'finished';
      const loss = isDone ? await this.#run.cluster.lossSoFar() : null;
      if (loss !== null) {
        this.#lose(loss);
        throw loss;
      }
    } finally {
      clearInterval(telling);
      clearTimeout(overdue);
      this.#run.signal.removeEventListener('abort', interrupted);
      for (const timer of this.#timers) clearTimeout(timer);
      await this.#undoFaults();
      this.#stopped = true;
      for (const client of this.#clients.values()) client.close();
    }
    const { history, quietAtUs } = this.#engine;
    return { history, quietAtUs, ending };
  }

  /** What was recorded says so as well: whoever judges it later must know. */
  #lose(failure: HarnessError): void {
    this.#step(() => this.#engine.lost(failure.message, this.#nowUs()));
    this.#end.reject(failure);
  }

  /** Asked again only after a while where the answer took long: clients are served meanwhile. */
  #isSettled(nowUs: Micros): boolean {
    const { quietAtUs } = this.#engine;
    if (quietAtUs === null) return true;
    if (nowUs < this.#askAgainUs) return false;
    const settled = this.#run.isSettled(quietAtUs * 1000, nowUs * 1000);
    const answeredUs = this.#nowUs();
    this.#askAgainUs = answeredUs + ASK_SHARE * (answeredUs - nowUs);
    return settled;
  }

  #tell(): void {
    const { phase, history } = this.#engine;
    this.#run.progress({
      kind: 'live',
      elapsedS: this.#nowUs() / 1e6,
      phase,
      events: history.length,
      faultsInForce: this.#inForce.size,
    });
  }

  /**
   * Microseconds since the load began, never less than before: a timer may come a little early, and
   * counts as in time (`atLeastUs`). What is recorded after it must not seem to be before it.
   */
  #nowUs(atLeastUs = 0): Micros {
    const measuredUs = Number((process.hrtime.bigint() - this.#startNs) / 1000n);
    this.#latestUs = Math.max(this.#latestUs, atLeastUs, measuredUs);
    return this.#latestUs;
  }

  /** Everything that reaches the engine passes here: a bug of ours ends the run, loudly. */
  #step(advance: () => readonly Command[]): void {
    if (this.#stopped) return;
    try {
      for (const command of advance()) this.#carryOut(command);
      const { history } = this.#engine;
      this.#run.onStep(history);
      if (this.#run.watch?.isViolated(history) !== true) return;
      this.#end.resolve({ kind: 'violated', atUs: this.#nowUs() });
    } catch (error) {
      this.#end.reject(error);
    }
  }

  #carryOut(command: Command): void {
    switch (command.kind) {
      case 'invoke':
        this.#invoke(command.client, command.process, command.operation);
        break;
      case 'wake':
        this.#wakeAt(command.client, command.atUs);
        break;
      case 'start-fault':
        this.#beside(this.#startFault(command.fault));
        break;
      case 'end-fault':
        this.#beside(this.#endFault(command.fault));
        break;
      case 'finish':
        this.#end.resolve({ kind: 'finished' });
        break;
    }
  }

  #wakeAt(client: number, atUs: Micros): void {
    const delayMs = Math.max(0, (atUs - this.#nowUs()) / 1000);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#step(() => this.#engine.wake(client, this.#nowUs(atUs)));
    }, delayMs);
    this.#timers.add(timer);
  }

  #invoke(client: number, process: ProcessId, operation: Operation): void {
    this.#clientOf(client, process)
      .invoke(operation)
      .then(
        (outcome: Outcome) =>
          this.#step(() => this.#engine.completed(client, outcome, this.#nowUs())),
        (error: unknown) => this.#end.reject(error),
      );
  }

  /** A process is its own endpoint: a new process number means a new client. */
  #clientOf(client: number, process: ProcessId): LiveClient {
    const known = this.#clients.get(client);
    if (known !== undefined && this.#processes.get(client) === process) return known;
    known?.close();
    const fresh = this.#run.cluster.client(process);
    this.#clients.set(client, fresh);
    this.#processes.set(client, process);
    return fresh;
  }

  async #startFault(planned: PlannedFault): Promise<void> {
    const started = this.#begin(planned);
    this.#inForce.set(planned.id, started);
    const { fault, receipt } = await started;
    const targets = describeFault(fault);
    this.#step(() =>
      receipt.status === 'skipped'
        ? this.#engine.faultSkipped(planned, receipt, targets, this.#nowUs())
        : this.#engine.faultStarted(planned, receipt, targets, this.#nowUs()),
    );
  }

  /** Chooses the targets among the nodes as they are now, and carries the fault out. */
  async #begin(planned: PlannedFault): Promise<StartedFault> {
    const { cluster, nemeses } = this.#run;
    const nemesis = nemeses[planned.lane];
    const seen = await cluster.view();
    const view = this.#run.isLeaderless ? withStandIn(seen, planned.draw) : seen;
    const found = nemesis?.resolve(planned, view) ?? null;
    if (found !== null) return { fault: found, receipt: await cluster.start(planned.id, found) };
    const late = this.#hasSought(planned) ? withStandIn(view, planned.draw) : view;
    const fault = nemesis?.resolve(planned, late) ?? null;
    if (fault === null) return { fault, receipt: { status: 'skipped', evidence: 'no target' } };
    const receipt = await cluster.start(planned.id, fault);
    return { fault, receipt: { ...receipt, evidence: `nobody led; ${receipt.evidence}` } };
  }

  /** Half of its time has gone by: on a slow machine nobody may come to lead while there is load. */
  #hasSought({ startUs, endUs }: PlannedFault): boolean {
    return this.#nowUs() >= (startUs + endUs) / 2;
  }

  async #endFault(planned: PlannedFault): Promise<void> {
    const started = await this.#inForce.get(planned.id);
    this.#inForce.delete(planned.id);
    const fault = started?.receipt.status === 'skipped' ? null : (started?.fault ?? null);
    const receipt: Receipt =
      fault === null
        ? { status: 'skipped', evidence: 'nothing to undo' }
        : await this.#run.cluster.end(planned.id);
    const targets = describeFault(fault);
    this.#step(() => this.#engine.faultEnded(planned, receipt, targets, this.#nowUs()));
  }

  /** Undoes what is still in force and waits for what is being undone, within a budget of its own. */
  async #undoFaults(): Promise<void> {
    this.#step(() => this.#engine.stop(this.#nowUs()));
    const settled = Promise.allSettled(this.#faultWork);
    const budgetMs = this.#run.signal.aborted ? UNDO_INTERRUPTED_MS_MAX : UNDO_MS_MAX;
    await Promise.race([settled, sleep(budgetMs, null, { ref: false })]);
  }

  /** Fault work goes on beside the run; whatever fails in it ends the run. */
  #beside(work: Promise<void>): void {
    const watched = work.catch((error: unknown) => this.#end.reject(error));
    this.#faultWork.add(watched);
    void watched.finally(() => this.#faultWork.delete(watched));
  }
}
