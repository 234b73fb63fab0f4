/**
 * Carries faults out on a cluster of containers, and proves by probing that they hold or are gone.
 *
 * What it means that faults overlap stands in `core/fault-ledger.ts`, as in the simulator.
 */

import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Millis, NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import { type ClockFault, FaultLedger, ratePpmOf } from '../core/fault-ledger.ts';
import type { ClockReading } from '../host/clock.ts';
import { reason } from './engine.ts';
import { Links } from './links.ts';
import type { NodeContainer } from './node-container.ts';
import { type Pace, Patience } from './patience.ts';

const ANSWER_TIMEOUT_MS = 1000;
/** A node that was started must answer within this, on an idle machine. */
const RESTART_MS = 20_000;
const NOT_DOWN = 'is up, although it was killed';
/** What is seen of several nodes within this is told as one. */
const APART_MS_MIN = 250;
const POLL_MS = 30;
const POLLS_PER_LOOK = 20;
/** How far a clock that was read back may be off what was set: reading it takes time, too. */
const CLOCK_TOLERANCE_US = 20_000;

/** Nodes that were down when a clock fault began, with how often each had been started again by then. */
type DownAt = Map<number, number>;

/** What a fault did to one node, for the receipt. */
interface Effect {
  readonly status: Receipt['status'];
  readonly evidence: string;
  /** See `Receipt.held`. */
  readonly held?: boolean;
}

export class DockerFaults {
  readonly #nodes: readonly NodeContainer[];
  readonly #pace: Pace;
  readonly #onCrash: (node: NodeId) => void;
  readonly #links: Links;
  readonly #queues: Promise<unknown>[];
  /** What is in force or on its way. */
  readonly #ledger: FaultLedger;
  readonly #paused: boolean[];
  /** How often each was started again and answered. */
  readonly #restarts: number[];
  /** Of clock faults, by id. */
  readonly #downAt = new Map<number, DownAt>();

  /** `onCrash` is told of each node that was killed, once its process is gone. */
  constructor(nodes: readonly NodeContainer[], pace: Pace, onCrash: (node: NodeId) => void) {
    this.#nodes = nodes;
    this.#pace = pace;
    this.#onCrash = onCrash;
    this.#ledger = new FaultLedger(nodes.length);
    this.#links = new Links(nodes, this.#ledger);
    this.#queues = nodes.map(() => Promise.resolve());
    this.#paused = nodes.map(() => false);
    this.#restarts = nodes.map(() => 0);
  }

  /** Whether a node may be expected to answer. */
  isUp(node: NodeId): boolean {
    return this.#isRunning(node) && this.#paused[node] === false;
  }

  /**
   * Never rejects: what could not be carried out or proved is `indeterminate`. What is `skipped` was
   * carried out on nobody, and is not in force.
   */
  async start(id: number, fault: Fault): Promise<Receipt> {
    this.#ledger.begin(id, fault);
    const receipt = await this.#start(id, fault);
    if (receipt.status === 'skipped') {
      this.#ledger.forget(id);
      this.#downAt.delete(id);
    }
    return receipt;
  }

  #start(id: number, fault: Fault): Promise<Receipt> {
    switch (fault.kind) {
      case 'partition':
        return settled(this.#links.cut(fault.cuts, id));
      case 'kill':
        return this.#onEach(fault.nodes, started, (node) => this.#kill(node, id));
      case 'pause':
        return this.#onEach(fault.nodes, started, (node) => this.#pause(node, id));
      case 'clock': {
        const downAt: DownAt = new Map();
        this.#downAt.set(id, downAt);
        return this.#onEach(fault.nodes, started, (node) => this.#skew(node, downAt));
      }
      default:
        throw refusedBefore(fault);
    }
  }

  async end(id: number): Promise<Receipt> {
    const fault = this.#ledger.end(id);
    if (fault === null) return { status: 'skipped', evidence: 'nothing to undo' };
    switch (fault.kind) {
      case 'partition':
        return settled(this.#links.heal(fault.cuts, id));
      case 'kill':
        return this.#onEach(fault.nodes, ended, (node) => this.#restart(node, id));
      case 'pause':
        return this.#onEach(fault.nodes, ended, (node) => this.#resume(node, id));
      case 'clock': {
        const downAt = this.#downAt.get(id) ?? new Map();
        this.#downAt.delete(id);
        return this.#onEach(fault.nodes, ended, (node) => this.#unskew(node, downAt));
      }
      default:
        throw refusedBefore(fault);
    }
  }

  async #kill(node: NodeId, id: number): Promise<Effect> {
    const container = this.#node(node);
    if (!this.#ledger.kill(id, node)) {
      return (await isDown(container)) ? installed('was killed already') : indeterminate(NOT_DOWN);
    }
    const outcome = await container.kill();
    this.#paused[node] = false;
    this.#onCrash(node);
    const state = await container.state();
    if (state.kind !== 'exited') return indeterminate(`is ${state.kind} after a kill`);
    if (outcome === 'was down') return skipped(`was down (exit ${state.status})`);
    return installed(`down (exit ${state.status})`);
  }

  async #restart(node: NodeId, id: number): Promise<Effect> {
    const container = this.#node(node);
    if (!this.#ledger.revive(id, node)) {
      const stays = await isDown(container);
      return stays ? installed('stays down: killed twice') : indeterminate(NOT_DOWN);
    }
    const began = performance.now();
    const patience = new Patience(this.#pace, RESTART_MS);
    container.program.clock?.write(this.#skews(node));
    await container.start();
    for (let poll = 1; patience.goesOn(String(container.saidBytes)); poll++) {
      try {
        const evidence = await container.program.up(ANSWER_TIMEOUT_MS);
        this.#restarts[node] = (this.#restarts[node] ?? 0) + 1;
        const tookMs = Math.round(performance.now() - began);
        return installed(`up again after ${tookMs} ms, ${evidence}`);
      } catch {
        if (container.program.closed) return indeterminate('was removed before it answered');
        await sleep(POLL_MS);
        // The engine is asked seldom: it is busy starting the others.
        if (poll % POLLS_PER_LOOK !== 0) continue;
        const state = await container.state();
        if (state.kind === 'exited') return indeterminate(`did not stay up (exit ${state.status})`);
      }
    }
    return indeterminate(`does not answer after its start: ${patience.describe()}`);
  }

  async #pause(node: NodeId, id: number): Promise<Effect> {
    this.#ledger.pause(id, node);
    const container = this.#node(node);
    const before = await container.state();
    if (before.kind === 'paused') {
      this.#paused[node] = true;
      return installed('was paused already');
    }
    if (before.kind === 'exited') return skipped('is down');
    // An engine that reports a failure, or nothing in time, may have paused it all the same.
    const refusal = await container.pause().then(() => '', reason);
    const state = await container.state();
    this.#paused[node] = state.kind === 'paused';
    if (this.#paused[node] === true) return installed('paused');
    return indeterminate(`is ${state.kind} ${refusal}`.trim());
  }

  async #resume(node: NodeId, id: number): Promise<Effect> {
    const isFree = this.#ledger.resume(id, node);
    const container = this.#node(node);
    // Asked of the engine: a pause that seemed to fail may have taken hold.
    const before = await container.state();
    if (!isFree) return installed(`stays ${before.kind}: paused twice`);
    if (before.kind !== 'paused') {
      return skipped('no longer paused: was killed, or was down');
    }
    await container.unpause();
    this.#paused[node] = false;
    const state = await container.state();
    return state.kind === 'running' ? installed('running') : indeterminate(`is ${state.kind}`);
  }

  /** A node that is down gets the skew if it comes back before the fault's end: not known yet. */
  async #skew(node: NodeId, downAt: DownAt): Promise<Effect> {
    if (this.#isRunning(node)) return this.#setClock(node);
    downAt.set(node, this.#restarts[node] ?? 0);
    this.#node(node).program.clock?.write(this.#skews(node));
    return indeterminate('is down: will hold from its next start on, if that is before the end');
  }

  async #unskew(node: NodeId, downAt: DownAt): Promise<Effect> {
    const restarts = downAt.get(node);
    const cameBack = restarts !== undefined && restarts < (this.#restarts[node] ?? 0);
    const held = restarts === undefined ? '' : cameBack ? ', had held since its restart' : '';
    const hasHeld = cameBack ? { held: true } : {};
    if (this.#isRunning(node)) {
      const effect = await this.#setClock(node);
      return { ...effect, evidence: `${effect.evidence}${held}`, ...hasHeld };
    }
    this.#node(node).program.clock?.write(this.#skews(node));
    if (restarts !== undefined && !cameBack) return skipped('was down all the time: never held');
    return { ...installed(`is down: its next start is without it${held}`), ...hasHeld };
  }

  async #setClock(node: NodeId): Promise<Effect> {
    const { clock } = this.#node(node).program;
    if (clock === undefined) return indeterminate('its clock cannot be set');
    const skews = this.#skews(node);
    clock.write(skews);
    let reading: ClockReading;
    try {
      reading = await clock.set(skews, ANSWER_TIMEOUT_MS);
    } catch (error) {
      const when = this.#paused[node] === true ? 'is paused: holds once it goes on' : reason(error);
      return indeterminate(when);
    }
    const offsetMs = Math.round((reading.wallUs - reading.trueWallUs) / 1000);
    let text = `wall clock off by ${offsetMs} ms, rate ${reading.ratePpm} ppm`;
    for (const strobeMs of reading.strobesMs) text += `, strobing by ${strobeMs} ms`;
    return matches(skews, reading) ? installed(text) : indeterminate(text);
  }

  #skews(node: NodeId): ClockFault[] {
    return this.#ledger.clocksOn(node);
  }

  #isRunning(node: NodeId): boolean {
    return !this.#ledger.isKilled(node);
  }

  #node(node: NodeId): NodeContainer {
    const container = this.#nodes[node];
    if (container === undefined) throw new Error(`there is no node ${node}`);
    return container;
  }

  /** What is done to one node is done in order; nodes and lanes do not wait for one another. */
  async #onEach(
    nodes: readonly NodeId[],
    combine: (effects: readonly Effect[]) => Receipt['status'],
    act: (node: NodeId) => Promise<Effect>,
  ): Promise<Receipt> {
    const began = performance.now();
    const seenMs: Millis[] = [];
    const effects = await Promise.all(
      nodes.map((node, i) => {
        const turn = (this.#queues[node] ?? Promise.resolve())
          .then(() => act(node))
          .catch((error: unknown) => indeterminate(reason(error)))
          .then((effect) => {
            seenMs[i] = performance.now() - began;
            return effect;
          });
        this.#queues[node] = turn;
        return turn;
      }),
    );
    const firstMs = Math.min(...seenMs);
    const evidence = effects.map((effect, i) => {
      const laterMs = Math.round(itemAt(seenMs, i) - firstMs);
      const when = laterMs < APART_MS_MIN ? '' : `, ${laterMs} ms after the first`;
      return `${nodeName(itemAt(nodes, i))} ${effect.evidence}${when}`;
    });
    const held = effects.some((effect) => effect.held === true) ? { held: true } : {};
    return { status: combine(effects), evidence: evidence.join('; '), ...held };
  }
}

/** In force on somebody is in force; on nobody, it is told whether that is certain. */
function started(effects: readonly Effect[]): Receipt['status'] {
  const has = (wanted: Receipt['status']) => effects.some(({ status }) => status === wanted);
  if (has('installed')) return 'installed';
  return has('indeterminate') ? 'indeterminate' : 'skipped';
}

/** Undone is undone on everybody: the node of which that is not certain counts. */
function ended(effects: readonly Effect[]): Receipt['status'] {
  return effects.some(({ status }) => status === 'indeterminate')
    ? 'indeterminate'
    : started(effects);
}

/** Whether a reading agrees with the skews; a strobe may stand on either side. */
function matches(skews: readonly ClockFault[], reading: ClockReading): boolean {
  const of = (mode: ClockFault['mode']) => skews.filter((skew) => skew.mode === mode);
  if (reading.ratePpm !== ratePpmOf(skews)) return false;
  if (reading.strobesMs.length !== of('strobe').length) return false;
  // What a drift has added up to by now nobody knows exactly; its rate was checked.
  if (of('drift').length > 0) return true;
  let expectedUs = [of('bump').reduce((total, skew) => total + 1000 * skew.offsetMs, 0)];
  for (const { offsetMs } of of('strobe')) {
    expectedUs = [...expectedUs, ...expectedUs.map((sum) => sum + 1000 * offsetMs)];
  }
  const offsetUs = reading.wallUs - reading.trueWallUs;
  return expectedUs.some((sum) => Math.abs(offsetUs - sum) < CLOCK_TOLERANCE_US);
}

async function isDown(container: NodeContainer): Promise<boolean> {
  return (await container.state()).kind === 'exited';
}

async function settled(receipt: Promise<Receipt>): Promise<Receipt> {
  try {
    return await receipt;
  } catch (error) {
    return indeterminate(reason(error));
  }
}

function installed(evidence: string): Effect {
  return { status: 'installed', evidence };
}

function skipped(evidence: string): Effect {
  return { status: 'skipped', evidence };
}

function indeterminate(evidence: string): Effect {
  return { status: 'indeterminate', evidence };
}

function sleep(ms: Millis): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Of kinds that the backend does not list, no run begins. */
function refusedBefore({ kind }: Fault): Error {
  return new Error(`containers know no fault of kind ${kind}`);
}
