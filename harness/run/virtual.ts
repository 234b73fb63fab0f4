/** Drives the engine in virtual time: one synchronous loop over the simulator's events. */

import type { LivenessObserver } from '../../checkers/agreement/liveness/observer.ts';
import { assert } from '../../checkers/assert.ts';
import type { History } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName, type TraceEvent, type TraceLine } from '../../checkers/trace.ts';
import type { Micros, Nanos, NodeId, ProcessId } from '../../checkers/units.ts';
import { type PlannedFault, type Receipt, targetsOf } from '../../nemesis/fault.ts';
import { drawFor, withStandIn } from '../../nemesis/targets.ts';
import { isLeaderless, isReady, primaryOf, type Views } from '../../systems/leadership.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import { DataCopying } from '../core/copying.ts';
import { describeFault } from '../core/describe-fault.ts';
import type { Ending } from '../core/ending.ts';
import { type Command, Engine } from '../core/engine.ts';
import { usage } from '../core/errors.ts';
import { SimFaults } from '../sim/faults.ts';
import { World } from '../sim/world.ts';
import { bounded } from '../variants/bounded.ts';
import { stepped } from '../variants/stepped.ts';
import { StepTriggers } from './step-triggers.ts';
import type { Struck, Turn, VirtualResult, VirtualRun, Watchers } from './virtual-run.ts';

/** Events between two looks at a signal: of processes, each takes a while. */
const SLICE_EVENTS = 200_000;
const SLICE_EVENTS_LOCKSTEP = 200;

/** Few enough that code at its slowest does not look like code that never returns. */
const BOUNDED_EVENTS = 100;

/**
 * Beyond it a run eats memory and never ends. Seven nodes of Zab under 1,000 operations a second,
 * with a tenth of the messages up to a second late, have 106,000 under way.
 */
const PENDING_MAX = 2_000_000;

/**
 * Who is woken is a client from 0 on, the engine (-1), or from here downwards, by turns, a fault that
 * waits for a step and one that comes and goes.
 */
const FIRST_FAULT = -2;
const WAITS = 0;
const TURNS = 1;

/** A step that no node reports, since it comes before a record is durable: faults may wait for it. */
const PERSIST = 'persist';

function faultWoken(id: number, why: typeof WAITS | typeof TURNS): number {
  return FIRST_FAULT - 2 * id - why;
}

/** Runs to the end at once. */
export function runVirtual(run: VirtualRun): VirtualResult {
  using driver = new VirtualDriver(run);
  driver.advance(Number.POSITIVE_INFINITY);
  return driver.result();
}

/** A run in slices, so that whoever drives it can write, show progress and stop in between. */
export class VirtualDriver implements Disposable {
  readonly #run: VirtualRun;
  readonly #engine: Engine;
  readonly #liveness: LivenessObserver | null;
  readonly #world: World;
  readonly #faults: SimFaults;
  #lines: TraceLine[] = [];
  /** Whether some of the lines were taken away. */
  #isTold = false;
  /** Trace lines from before the load began, until it is known when that is. */
  #early: TraceLine[] | null = [];
  /** Virtual time at which the load began: zero of the history and the plan. */
  #epochUs = 0;
  /** Null while it goes on. */
  #ending: Ending | null = null;
  #started = false;
  /** Null where no fault of the plan waits for a step. */
  readonly #triggers: StepTriggers | null;
  #struck: Struck[] = [];
  /** How many lines there were when the followers were told of the quiet end; null before that. */
  #quietAtLine: number | null = null;

  constructor(run: VirtualRun) {
    this.#run = run;
    this.#liveness = run.follower?.liveness ?? run.liveness;
    const settled = (nowUs: Micros) => this.#isSettled(nowUs);
    this.#engine = new Engine(run.plan, run.workload, { ...run.engine, settled });
    const waits = run.plan.faults.some(({ step }) => step !== undefined);
    this.#triggers = waits ? new StepTriggers() : null;
    this.#world = new World(run.world, {
      trace: (event, node, incarnation, sequence, lamport, timeUs) => {
        this.#triggers?.reported(event.kind, node, (id, delayUs) =>
          this.#world.wakeAt(timeUs + delayUs, faultWoken(id, WAITS)),
        );
        if (this.#early !== null) {
          this.#early.push({ time: timeUs, node, incarnation, sequence, lamport, event });
          return;
        }
        const time = (timeUs - this.#epochUs) * 1000;
        this.#follow(event, node, incarnation, time);
        if (run.record) this.#lines.push({ time, node, incarnation, sequence, lamport, event });
      },
      persisting: (node) =>
        this.#triggers?.reported(PERSIST, node, (id, delayUs) =>
          this.#world.wakeAt(this.#world.nowUs + delayUs, faultWoken(id, WAITS)),
        ),
      completed: (endpoint, outcome) => this.#completed(endpoint, outcome),
      wake: (client) => {
        if (client <= FIRST_FAULT) {
          this.#wakeFault(FIRST_FAULT - client);
          return;
        }
        this.#carryOut(this.#engine.wake(client, this.#nowUs()));
        if (client < 0) this.#noteQuiet();
      },
    });
    this.#faults = new SimFaults(this.#world, run.crashModel, (id, atUs) =>
      this.#world.wakeAt(atUs, faultWoken(id, TURNS)),
    );
  }

  /** Carries out a slice of the run, after which signals are to be heard; true when it has ended. */
  advanceSlice(): boolean {
    return this.advance(this.#run.isLockstep ? SLICE_EVENTS_LOCKSTEP : SLICE_EVENTS);
  }

  /** Carries out up to so many events; true when the run has ended. */
  advance(steps: number): boolean {
    // What our own machinery asks of processes is no code of a user's.
    if (this.#run.isLockstep) return this.#advance(steps);
    if (!this.#run.bounded) return stepped(() => this.#advance(steps));
    const until = this.#world.steps + steps;
    const some = () => this.#advance(Math.min(BOUNDED_EVENTS, until - this.#world.steps));
    let ended = false;
    do ended = bounded(() => stepped(some));
    while (!ended && this.#world.steps < until);
    return ended;
  }

  #advance(steps: number): boolean {
    const world = this.#world;
    const { watch, stopAtViolation } = this.#run;
    const follower = stopAtViolation ? this.#run.follower : null;
    const until = world.steps + steps;
    if (this.#early !== null) this.#form(until);
    while (this.#ending === null && world.steps < until) {
      if (world.queue.size === 0) throw waitingForEver(this.#run.bounded);
      world.step();
      const isViolated =
        (follower !== null && follower.violations.length > 0) ||
        watch?.isViolated(this.#engine.history) === true;
      if (isViolated) this.#ending = { kind: 'violated', atUs: this.#nowUs() };
      else if (world.queue.size > PENDING_MAX) {
        this.#ending = { kind: 'flooded', atUs: this.#nowUs(), pending: world.queue.size };
      }
    }
    return this.#ending !== null;
  }

  /**
   * A run that stands where this one does, and goes on by itself: as this one will, or, where it takes
   * a `turn`, another way. What was planned stays planned. `watchers` are new ones, told of all that
   * was before; this run must record its trace, and no lines may have been taken from it.
   */
  branch(watchers: Watchers, turn: Turn = {}): VirtualDriver {
    assert(this.#run.record && !this.#isTold, 'a run is branched whose whole trace is at hand');
    const world = { ...this.#run.world, ...turn };
    const branch = new VirtualDriver({ ...this.#run, ...watchers, world });
    branch.#copyFrom(this, new DataCopying(world.seed));
    return branch;
  }

  #copyFrom(original: VirtualDriver, copying: DataCopying): void {
    this.#engine.copyFrom(original.#engine);
    this.#world.copyFrom(original.#world, copying);
    this.#faults.copyFrom(original.#faults);
    this.#early = original.#early === null ? null : [...original.#early];
    this.#epochUs = original.#epochUs;
    this.#ending = original.#ending;
    this.#started = original.#started;
    this.#lines = original.#lines.slice();
    this.#struck = original.#struck.slice();
    if (original.#triggers !== null) this.#triggers?.copyFrom(original.#triggers);
    if (this.#liveness !== null || this.#run.follower !== null) {
      this.#tellAgain(original.#quietAtLine ?? this.#lines.length + 1);
    }
    this.#quietAtLine = original.#quietAtLine;
  }

  /** Tells the followers of a branch what was before it, in the order in which it was told. */
  #tellAgain(quietAtLine: number): void {
    for (let at = 0; at < this.#lines.length; at++) {
      if (at === quietAtLine) this.#noteQuiet();
      const { event, node, incarnation, time } = itemAt(this.#lines, at);
      this.#follow(event, node, incarnation, time);
    }
    if (this.#lines.length === quietAtLine) this.#noteQuiet();
  }

  /** Nothing more is asked of it but what it has come to. */
  [Symbol.dispose](): void {
    this.#world.dispose();
  }

  /** When its next event is, from the start of the load; null before that. */
  get nextUs(): Micros | null {
    return this.#early === null ? this.#world.queue.nextTimeUs() - this.#epochUs : null;
  }

  get history(): History {
    return this.#engine.history;
  }

  /** The trace's lines since the last call. */
  takeLines(): readonly TraceLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#isTold ||= lines.length > 0;
    return lines;
  }

  result(): VirtualResult {
    return {
      history: this.#engine.history,
      quietAtUs: this.#engine.quietAtUs,
      endUs: this.#nowUs(),
      steps: this.#world.steps,
      messages: this.#world.network.sent,
      syncs: this.#world.syncs,
      ending: this.#ending ?? { kind: 'interrupted' },
      panics: this.#world.panics,
      idle: this.#world.nodes.filter(({ atWork }) => !atWork).map(({ self }) => self),
      struck: this.#struck,
    };
  }

  /** The health gate: the load begins when the system says that it is ready. */
  #form(until: number): void {
    const world = this.#world;
    if (!this.#started) world.boot();
    this.#started = true;
    while (!isReady(this.#run.leadership, this.#views())) {
      if (this.#isHopeless()) {
        this.#ending = { kind: 'unformed' };
        break;
      }
      if (world.steps >= until) return;
      world.step();
    }
    this.#beginLoad();
    if (this.#ending === null) this.#carryOut(this.#engine.start());
  }

  /** Whether the cluster will never form. */
  #isHopeless(): boolean {
    const { panics, queue, nowUs } = this.#world;
    // What the protocol's own code throws is a finding, which the trace tells.
    if (panics.length > 0) return true;
    const isOver = nowUs > this.#run.formationUs || queue.size === 0 || queue.size > PENDING_MAX;
    if (isOver) this.#engine.unformed(0);
    return isOver;
  }

  /** Time is counted from here on: also in what the trace has said so far. */
  #beginLoad(): void {
    this.#epochUs = this.#world.nowUs;
    const early = this.#early ?? [];
    this.#early = null;
    for (const line of early) {
      const time = (line.time - this.#epochUs) * 1000;
      this.#follow(line.event, line.node, line.incarnation, time);
      if (this.#run.record) this.#lines.push({ ...line, time });
    }
  }

  #follow(event: TraceEvent, node: NodeId, incarnation: number, timeNs: Nanos): void {
    const { follower } = this.#run;
    if (follower === null) this.#liveness?.feed(event, node, incarnation, timeNs);
    else follower.feed(event, node, incarnation, timeNs);
  }

  #isSettled(nowUs: Micros): boolean {
    const { quietAtUs } = this.#engine;
    if (this.#liveness === null || quietAtUs === null) return true;
    return this.#run.isSettled(this.#liveness, quietAtUs * 1000, nowUs * 1000);
  }

  #views(): Views {
    return this.#world.nodes.map((node) => node.view);
  }

  #nowUs(): Micros {
    return this.#world.nowUs - this.#epochUs;
  }

  #completed(endpoint: number, outcome: Outcome): void {
    const client = endpoint % this.#run.engine.clients;
    this.#carryOut(this.#engine.completed(client, outcome, this.#nowUs()));
  }

  #carryOut(commands: readonly Command[]): void {
    for (const command of commands) {
      switch (command.kind) {
        case 'invoke':
          this.#invoke(command.process, command.operation);
          break;
        case 'wake':
          this.#world.wakeAt(command.atUs + this.#epochUs, command.client);
          break;
        case 'start-fault':
          this.#startFault(command.fault);
          break;
        case 'end-fault':
          this.#endFault(command.fault);
          break;
        case 'finish':
          this.#ending = { kind: 'finished' };
          break;
      }
    }
  }

  /** A process is its own endpoint: late answers to a retired one reach nobody. */
  #invoke(process: ProcessId, operation: Operation): void {
    this.#world.client(process).invoke(operation);
  }

  /** Tells whoever follows the trace, once, that the last fault has been undone. */
  #noteQuiet(): void {
    const { quietAtUs } = this.#engine;
    if (quietAtUs === null || this.#quietAtLine !== null) return;
    this.#quietAtLine = this.#lines.length;
    if (this.#run.follower === null) this.#liveness?.quiet(quietAtUs * 1000);
    else this.#run.follower.quiet(quietAtUs * 1000);
  }

  /** A fault that waits for a step begins with it, or at the latest some time later. */
  #startFault(planned: PlannedFault): void {
    if (this.#triggers === null || planned.step === undefined) {
      this.#beginFault(planned, planned, '', null);
      return;
    }
    const untilUs = this.#triggers.wait(planned, planned.step, this.#nowUs());
    this.#world.wakeAt(untilUs + this.#epochUs, faultWoken(planned.id, WAITS));
  }

  #wakeFault(which: number): void {
    const id = Math.floor(which / 2);
    if (which % 2 === TURNS) this.#faults.turn(id);
    else this.#startTriggered(id);
  }

  #startTriggered(id: number): void {
    const due = this.#triggers?.take(id, this.#nowUs()) ?? null;
    if (due === null) return;
    const { planned, hit, kind } = due;
    if (hit === null) {
      this.#beginFault(planned, planned, `, as no node reported ${kind} in time`, null);
      return;
    }
    const draw = drawFor(hit, this.#world.members, planned.draw);
    const why = `, after ${nodeName(hit)} reported ${kind}`;
    this.#beginFault(planned, { ...planned, draw }, why, { node: hit, kind });
  }

  /** `aimed`: the same fault, with the draw that chooses its targets. */
  #beginFault(
    planned: PlannedFault,
    aimed: PlannedFault,
    why: string,
    awaited: Struck['awaited'],
  ): void {
    const { leadership, nemeses } = this.#run;
    const leader = primaryOf(leadership, this.#views());
    const seen = { nodes: this.#world.members, leader };
    const view = isLeaderless(leadership) ? withStandIn(seen, aimed.draw) : seen;
    const fault = nemeses[aimed.lane]?.resolve(aimed, view) ?? null;
    if (fault !== null) this.#struck.push({ fault: planned.id, nodes: targetsOf(fault), awaited });
    const found: Receipt =
      fault === null
        ? { status: 'skipped', evidence: 'no target' }
        : this.#faults.start(planned.id, fault);
    const receipt = why === '' ? found : { ...found, evidence: `${found.evidence}${why}` };
    const tell = receipt.status === 'skipped' ? 'faultSkipped' : 'faultStarted';
    this.#carryOut(this.#engine[tell](planned, receipt, describeFault(fault), this.#nowUs()));
  }

  #endFault(planned: PlannedFault): void {
    this.#triggers?.forget(planned.id);
    const ended = this.#faults.end(planned.id);
    const receipt = ended?.receipt ?? { status: 'skipped', evidence: 'nothing to undo' };
    const targets = describeFault(ended?.fault ?? null);
    this.#carryOut(this.#engine.faultEnded(planned, receipt, targets, this.#nowUs()));
    this.#noteQuiet();
  }
}

/** Nothing is under way, and the load is not over: a client neither completes nor gives up. */
function waitingForEver(isOwn: boolean): Error {
  if (!isOwn) return new Error('the run would hang: nothing is scheduled');
  return usage(
    'a client waits for ever: its operation is open, no timer of it is set, and nothing is on its ' +
      'way; a client must give up in the end (`env.setTimer`, then `env.complete` with info)',
  );
}
