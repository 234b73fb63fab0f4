/**
 * The run itself, as a pure step: what happens in, what is to be done out. Driven in virtual time
 * by the simulator and in real time on containers; it knows no system, workload or nemesis by name.
 *
 * Phases: load under faults; a quiet end that undoes every fault; a recovery window in which load
 * goes on; a rest, where the workload asks for one; final reads; finish when the last operation has
 * ended.
 */

import { assert } from '../../checkers/assert.ts';
import { LOST } from '../../checkers/fault-windows.ts';
import { History, type Value } from '../../checkers/history.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Micros, ProcessId } from '../../checkers/units.ts';
import type { PlannedFault, Receipt } from '../../nemesis/fault.ts';
import { type Operation, type Outcome, tellsMore } from '../../systems/operations.ts';
import type { PlannedOperation, Workload } from '../../workloads/workload.ts';
import { type FaultEnd, FaultSchedule } from './fault-schedule.ts';
import { type Phase, phaseAfter } from './phase.ts';
import type { Plan } from './plan.ts';

/** What the driver is to do. A `wake` for client -1 is the engine's own. */
export type Command =
  | {
      readonly kind: 'invoke';
      readonly client: number;
      readonly process: ProcessId;
      readonly operation: Operation;
    }
  | { readonly kind: 'wake'; readonly client: number; readonly atUs: Micros }
  | { readonly kind: 'start-fault'; readonly fault: PlannedFault }
  | { readonly kind: 'end-fault'; readonly fault: PlannedFault }
  | { readonly kind: 'finish' };

export interface EngineConfig {
  readonly clients: number;
  readonly timeLimitUs: Micros;
  /** Load goes on at least this long after the quiet end ... */
  readonly recoveryMinUs: Micros;
  /** ... and at most this long, while nothing has succeeded since, or too little in the run. */
  readonly recoveryMaxUs: Micros;
  /** How many nodes there are, for final reads at each of them; 1 by default. */
  readonly nodes?: number;
  /** How long nobody asks for anything between recovery and the final reads; 0 by default. */
  readonly restUs?: Micros;
  /** So many operations that succeeded are enough for a run to show something; by default 1. */
  readonly okEnough?: number;
  /**
   * Asked once load may end: whether all that the run is to show of recovery has been shown, one
   * way or the other. The run waits for what has not, up to `WAIT_TIMES` the longest load.
   */
  readonly settled?: (nowUs: Micros) => boolean;
  /**
   * Whether a fault that found nobody to act on looks on until the load ends, and not only until its
   * own planned end: nobody knows how long nodes of a real machine take to come back.
   */
  readonly seeksOn?: boolean;
}

/** What is slow to come about is waited for so many times as long as load goes on at most. */
export const WAIT_TIMES = 4;
/** How often it is looked for meanwhile, in the shortest time that load goes on. */
const LOOKS = 4;

/** One client slot: its share of the plan, and the process that it currently is. */
interface Slot {
  process: ProcessId;
  readonly planned: PlannedOperation[];
  next: number;
  open: Operation | null;
}

export class Engine {
  readonly history = new History();
  phase: Phase = 'load';
  /** When every fault had been undone; null before that. */
  quietAtUs: Micros | null = null;

  readonly #config: EngineConfig;
  readonly #workload: Workload;
  readonly #faults: FaultSchedule;
  readonly #slots: Slot[];
  /** Last value seen by any client, by key. */
  readonly #seen = new Map<string, Value>();
  /** The wake that counts: the earliest asked for. */
  #wakeUs = Number.POSITIVE_INFINITY;
  #finals: Operation[] | null = null;
  #open = 0;
  #okSinceQuiet = false;
  /** When the rest before the final reads is over. */
  #restedUs = Number.POSITIVE_INFINITY;
  #oks = 0;

  constructor(plan: Plan, workload: Workload, config: EngineConfig) {
    assert(config.clients > 0, 'somebody asks');
    assert(config.recoveryMinUs <= config.recoveryMaxUs, 'recovery takes least at its fastest');
    this.#config = config;
    this.#workload = workload;
    const { timeLimitUs: loadEndUs, seeksOn = false } = config;
    this.#faults = new FaultSchedule(plan.faults, { loadEndUs, seeksOn });
    this.#slots = Array.from({ length: config.clients }, (_, client) => ({
      process: client,
      planned: [],
      next: 0,
      open: null,
    }));
    for (const operation of plan.operations) {
      const { planned } = this.#slot(operation.client);
      assert((planned.at(-1)?.atUs ?? 0) <= operation.atUs, 'a client asks in order of time');
      planned.push(operation);
    }
  }

  /** Takes on the state of another one, of the same plan, in the middle of its run. */
  copyFrom(original: Engine): void {
    this.history.copyFrom(original.history);
    this.phase = original.phase;
    this.quietAtUs = original.quietAtUs;
    this.#faults.copyFrom(original.#faults);
    for (const [client, slot] of original.#slots.entries()) this.#slots[client] = { ...slot };
    for (const [key, value] of original.#seen) this.#seen.set(key, value);
    this.#wakeUs = original.#wakeUs;
    this.#finals = original.#finals === null ? null : [...original.#finals];
    this.#open = original.#open;
    this.#okSinceQuiet = original.#okSinceQuiet;
    this.#restedUs = original.#restedUs;
    this.#oks = original.#oks;
  }

  /** The first step: asks to be woken for whatever comes first. */
  start(): Command[] {
    const commands: Command[] = [];
    for (const [client, slot] of this.#slots.entries()) this.#wakeFor(client, slot, commands);
    this.#wakeEngine(0, commands);
    return commands;
  }

  /** A time that was asked for has come. */
  wake(client: number, nowUs: Micros): Command[] {
    const commands: Command[] = [];
    if (client >= 0) this.#advanceClient(client, nowUs, commands);
    else if (nowUs >= this.#wakeUs) {
      this.#wakeUs = Number.POSITIVE_INFINITY;
      this.#advanceFaults(nowUs, commands);
    }
    return commands;
  }

  /** A client's operation has ended; `nowUs` is when the client received the answer. */
  completed(client: number, outcome: Outcome, nowUs: Micros): Command[] {
    const slot = this.#slot(client);
    const operation = slot.open;
    assert(operation !== null, 'what has ended was open');
    assert(this.#open > 0, 'so many operations are open as were asked for and have not ended');
    slot.open = null;
    this.#open--;
    this.#record(nowUs, outcome, slot.process, operation);
    const commands: Command[] = [];
    if (outcome.type === 'ok') {
      this.#learn(operation, outcome.value);
      const loadEndUs = this.#loadEndUs();
      this.#oks++;
      if (this.phase === 'recovery') this.#okSinceQuiet = true;
      if (this.#loadEndUs() < loadEndUs) this.#wakeEngine(nowUs, commands);
    }
    // Whoever does not know how an operation ended can take no further part: a new process comes.
    if (outcome.type === 'info') slot.process += this.#config.clients;
    this.#advanceClient(client, nowUs, commands);
    return commands;
  }

  /** A fault has been carried out, or could not be; `targets` says on whom, for a reader. */
  faultStarted(fault: PlannedFault, receipt: Receipt, targets: string, nowUs: Micros): Command[] {
    this.#recordFault(nowUs, fault, ['start', receipt, targets]);
    this.#faults.started(fault, receipt, nowUs);
    const commands: Command[] = [];
    // Installed late, it may have to go on for longer than was planned.
    if (nowUs > fault.startUs) this.#wakeEngine(nowUs, commands);
    return commands;
  }

  /**
   * A fault found nobody to act on (the leader of a cluster that has none, a node that is down),
   * and holds nothing. It looks again until its time is over.
   */
  faultSkipped(fault: PlannedFault, receipt: Receipt, targets: string, nowUs: Micros): Command[] {
    if (!this.#faults.skipped(fault, { receipt, targets }, nowUs)) {
      return this.faultStarted(fault, receipt, targets, nowUs);
    }
    const commands: Command[] = [];
    this.#wakeEngine(nowUs, commands);
    return commands;
  }

  faultEnded(fault: PlannedFault, receipt: Receipt, targets: string, nowUs: Micros): Command[] {
    const shown = this.#faults.ended(fault, receipt, nowUs);
    this.#recordFault(nowUs, fault, ['end', receipt, targets], shown);
    const commands: Command[] = [];
    if (this.phase === 'quiet') this.#advanceFaults(nowUs, commands);
    return commands;
  }

  /** The machine lost what the run needs: whatever follows says nothing about the system. */
  lost(because: string, nowUs: Micros): Command[] {
    const event = { type: 'info', process: 'nemesis', f: LOST, value: because } as const;
    this.history.push({ time: nowUs * 1000, ...event });
    return [];
  }

  /** The cluster never came about: a history of nothing but that. */
  unformed(nowUs: Micros): void {
    assert(this.history.length === 0, 'nothing is asked of a cluster that never formed');
    this.#enter('unformed');
    this.#recordPhase(nowUs);
  }

  /** Ends the run before its time: asks for nothing more, but that faults be undone. */
  stop(nowUs: Micros): Command[] {
    this.#enter('done');
    const commands: Command[] = [];
    this.#end(this.#faults.takeAll(nowUs), nowUs, commands);
    return commands;
  }

  #advanceClient(client: number, nowUs: Micros, commands: Command[]): void {
    const slot = this.#slot(client);
    if (slot.open !== null) return;
    if (this.phase === 'final') {
      this.#finalRead(client, slot, nowUs, commands);
      return;
    }
    if (this.phase === 'rest' || this.phase === 'done') return;
    const planned = slot.planned[slot.next];
    if (planned === undefined) return;
    if (planned.atUs > nowUs) {
      this.#wakeFor(client, slot, commands);
      return;
    }
    slot.next++;
    const operation = this.#workload.settle(planned, this.#seen.get(planned.key) ?? null);
    if (!this.#seen.has(planned.key)) this.#seen.set(planned.key, null);
    this.#invoke(client, slot, operation, nowUs, commands);
  }

  #invoke(
    client: number,
    slot: Slot,
    operation: Operation,
    nowUs: Micros,
    commands: Command[],
  ): void {
    assert(slot.open === null, 'a client asks for one thing at a time');
    slot.open = operation;
    this.#open++;
    assert(this.#open <= this.#slots.length, 'no more is open than there are clients');
    const { f, value } = operation;
    const key = keyOf(operation);
    this.history.push({ time: nowUs * 1000, type: 'invoke', process: slot.process, f, key, value });
    commands.push({ kind: 'invoke', client, process: slot.process, operation });
  }

  /** Starts and ends faults whose time has come, and moves from phase to phase. */
  #advanceFaults(nowUs: Micros, commands: Command[]): void {
    // A wake may come late: what has not started by the quiet end does not start any more.
    if (this.phase === 'load' && nowUs >= this.#config.timeLimitUs) this.#enter('quiet');
    if (this.phase === 'load' || this.phase === 'quiet') {
      this.#end(this.#faults.takeEnds(nowUs), nowUs, commands);
    }
    if (this.phase === 'load') {
      for (const fault of this.#faults.takeStarts(nowUs)) {
        commands.push({ kind: 'start-fault', fault });
      }
    }
    if (this.phase === 'quiet' && this.#faults.isIdle) {
      this.#enter('recovery');
      assert(this.quietAtUs === null, 'the quiet end comes once');
      this.quietAtUs = nowUs;
      this.#recordPhase(nowUs);
    }
    const { restUs = 0 } = this.#config;
    if (this.phase === 'recovery' && restUs > 0 && this.#recovered(nowUs)) {
      this.#enter('rest');
      this.#restedUs = nowUs + restUs;
    }
    if (this.#isTimeToRead(nowUs)) this.#startFinalReads(nowUs, commands);
    else this.#wakeEngine(nowUs, commands);
  }

  #end(endings: readonly FaultEnd[], nowUs: Micros, commands: Command[]): void {
    for (const { fault, unfound } of endings) {
      if (unfound !== null) {
        this.#recordFault(nowUs, fault, ['start', unfound.receipt, unfound.targets]);
      }
      commands.push({ kind: 'end-fault', fault });
    }
  }

  #recovered(nowUs: Micros): boolean {
    const { recoveryMaxUs, settled } = this.#config;
    assert(this.quietAtUs !== null, 'recovery begins at the quiet end');
    const sinceUs = nowUs - this.quietAtUs;
    if (sinceUs < this.#loadEndUs()) return false;
    return sinceUs >= WAIT_TIMES * recoveryMaxUs || settled === undefined || settled(nowUs);
  }

  #isTimeToRead(nowUs: Micros): boolean {
    if (this.phase === 'rest') return nowUs >= this.#restedUs;
    return this.phase === 'recovery' && this.#recovered(nowUs);
  }

  /** How long load goes on after the quiet end, as things stand. */
  #loadEndUs(): Micros {
    const { recoveryMinUs, recoveryMaxUs, okEnough = 1 } = this.#config;
    return this.#okSinceQuiet && this.#oks >= okEnough ? recoveryMinUs : recoveryMaxUs;
  }

  #startFinalReads(nowUs: Micros, commands: Command[]): void {
    this.#enter('final');
    this.#recordPhase(nowUs);
    const { nodes = 1 } = this.#config;
    this.#finals = [...this.#workload.finalReads([...this.#seen.keys()], nodes)].reverse();
    for (const client of this.#slots.keys()) this.#advanceClient(client, nowUs, commands);
  }

  #finalRead(client: number, slot: Slot, nowUs: Micros, commands: Command[]): void {
    const operation = this.#finals?.pop();
    if (operation !== undefined) this.#invoke(client, slot, operation, nowUs, commands);
    else if (this.#open === 0) {
      this.#enter('done');
      commands.push({ kind: 'finish' });
    }
  }

  #wakeFor(client: number, slot: Slot, commands: Command[]): void {
    const planned = slot.planned[slot.next];
    if (planned !== undefined) commands.push({ kind: 'wake', client, atUs: planned.atUs });
  }

  /** Asks for the next time at which a fault starts or ends or a phase may change. */
  #wakeEngine(nowUs: Micros, commands: Command[]): void {
    const { timeLimitUs, recoveryMinUs } = this.#config;
    let atUs = Number.POSITIVE_INFINITY;
    if (this.phase === 'recovery') {
      assert(this.quietAtUs !== null, 'recovery begins at the quiet end');
      const endUs = this.quietAtUs + this.#loadEndUs();
      atUs = endUs > nowUs ? endUs : nowUs + Math.ceil(recoveryMinUs / LOOKS);
    } else if (this.phase === 'rest') {
      atUs = this.#restedUs;
    } else if (this.phase === 'load' || this.phase === 'quiet') {
      atUs = this.#faults.nextChangeUs(nowUs);
      if (this.phase === 'load') atUs = Math.min(atUs, timeLimitUs, this.#faults.nextStartUs);
    }
    assert(!Number.isNaN(atUs), 'a time to wake is a time, or never');
    if (atUs >= this.#wakeUs) return;
    this.#wakeUs = atUs;
    commands.push({ kind: 'wake', client: -1, atUs });
  }

  #learn(operation: Operation, result: Value): void {
    const { f, key, value } = operation;
    if (f === 'read' || f === 'watch') this.#seen.set(key, result);
    else if (f === 'write') this.#seen.set(key, value);
    else if (f === 'cas') this.#seen.set(key, (value as readonly Value[])[1] as Value);
  }

  #record(nowUs: Micros, outcome: Outcome, process: ProcessId, operation: Operation): void {
    const { f } = operation;
    const ok = outcome.type === 'ok';
    this.history.push({
      time: nowUs * 1000,
      type: outcome.type,
      process,
      f,
      key: keyOf(operation),
      // What tells no more than that it was done repeats its argument, as Jepsen's histories do.
      value: ok && tellsMore(operation) ? outcome.value : operation.value,
      error: ok ? undefined : outcome.error,
      node: outcome.node === undefined ? undefined : nodeName(outcome.node),
      position: outcome.type === 'info' ? undefined : outcome.position,
    });
  }

  /** `shown`: at its end, what that shows that its start could not. */
  #recordFault(
    nowUs: Micros,
    { lane, form, id }: PlannedFault,
    [phase, { status, evidence }, targets]: readonly ['start' | 'end', Receipt, string],
    shown: 'held' | 'short' | null = null,
  ): void {
    const value = [phase, form, id, status, evidence, targets];
    this.history.push({
      time: nowUs * 1000,
      type: 'info',
      process: 'nemesis',
      f: lane,
      value: shown === null ? value : [...value, shown],
    });
  }

  #enter(next: Phase): void {
    this.phase = phaseAfter(this.phase, next);
  }

  /** Marks in the history where the recovery window and the final reads begin. */
  #recordPhase(nowUs: Micros): void {
    const event = { type: 'info', process: 'nemesis', f: 'phase', value: this.phase } as const;
    this.history.push({ time: nowUs * 1000, ...event });
  }

  #slot(client: number): Slot {
    const slot = this.#slots[client];
    assert(slot !== undefined, 'a client is one of those that there are');
    return slot;
  }
}

/** The key under which an operation stands in the history, if there are keys; a transaction names its own. */
function keyOf(operation: Operation): string | undefined {
  return operation.f === 'txn' || operation.key === '' ? undefined : operation.key;
}
