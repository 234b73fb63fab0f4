/**
 * Carries faults out on a cluster of containers, and proves by probing that they hold or are gone.
 *
 * Overlapping faults compose by counting: a link cut twice needs two heals, a node killed twice is
 * started once the second kill ends.
 */

import { isDeepStrictEqual } from 'node:util';
import { nodeName } from '../../checkers/trace.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import type { ClockReading } from '../host/clock.ts';
import { reason } from './engine.ts';
import { Links } from './links.ts';
import type { NodeContainer } from './node-container.ts';
import { type Pace, Patience } from './patience.ts';

type ClockFault = Extract<Fault, { kind: 'clock' }>;

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

/** A clock fault in force. */
interface ActiveClock {
  readonly fault: ClockFault;
  /** Nodes that were down when it began, with how often each had been started again by then. */
  readonly downAt: Map<number, number>;
}

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
  readonly #onCrash: (node: number) => void;
  readonly #links: Links;
  readonly #queues: Promise<unknown>[];
  readonly #kills: number[];
  readonly #pauses: number[];
  readonly #paused: boolean[];
  /** How often each was started again and answered. */
  readonly #restarts: number[];
  #clocks: readonly ActiveClock[] = [];

  /** `onCrash` is told of each node that was killed, once its process is gone. */
  constructor(nodes: readonly NodeContainer[], pace: Pace, onCrash: (node: number) => void) {
    this.#nodes = nodes;
    this.#pace = pace;
    this.#onCrash = onCrash;
    this.#links = new Links(nodes);
    this.#queues = nodes.map(() => Promise.resolve());
    this.#kills = nodes.map(() => 0);
    this.#pauses = nodes.map(() => 0);
    this.#paused = nodes.map(() => false);
    this.#restarts = nodes.map(() => 0);
  }

  /** Whether a node may be expected to answer. */
  isUp(node: number): boolean {
    return this.#kills[node] === 0 && this.#paused[node] === false;
  }

  /**
   * Never rejects: what could not be carried out or proved is `indeterminate`. What is `skipped` was
   * carried out on nobody and holds nothing: it is not to be ended.
   */
  async start(fault: Fault): Promise<Receipt> {
    const receipt = await this.#start(fault);
    if (receipt.status === 'skipped') this.#release(fault);
    return receipt;
  }

  /** It no longer holds down whom it found down. */
  #release(fault: Fault): void {
    const counts = { kill: this.#kills, pause: this.#pauses, partition: null, clock: null };
    const held = counts[fault.kind];
    if (held === null || !('nodes' in fault)) return;
    for (const node of fault.nodes) this.#count(held, node, -1);
  }

  #start(fault: Fault): Promise<Receipt> {
    switch (fault.kind) {
      case 'partition':
        return settled(this.#links.cut(fault.cuts));
      case 'kill':
        return this.#onEach(fault.nodes, started, (node) => this.#kill(node));
      case 'pause':
        return this.#onEach(fault.nodes, started, (node) => this.#pause(node));
      case 'clock': {
        const clock: ActiveClock = { fault, downAt: new Map() };
        this.#clocks = [...this.#clocks, clock];
        return this.#onEach(fault.nodes, started, (node) => this.#skew(node, clock));
      }
    }
  }

  end(fault: Fault): Promise<Receipt> {
    switch (fault.kind) {
      case 'partition':
        return settled(this.#links.heal(fault.cuts));
      case 'kill':
        return this.#onEach(fault.nodes, ended, (node) => this.#restart(node));
      case 'pause':
        return this.#onEach(fault.nodes, ended, (node) => this.#resume(node));
      case 'clock': {
        const clock = this.#clocks.find((active) => isDeepStrictEqual(active.fault, fault));
        this.#clocks = this.#clocks.filter((active) => active !== clock);
        return this.#onEach(fault.nodes, ended, (node) => this.#unskew(node, clock));
      }
    }
  }

  async #kill(node: number): Promise<Effect> {
    const container = this.#node(node);
    if (this.#count(this.#kills, node, 1) > 1) {
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

  async #restart(node: number): Promise<Effect> {
    const container = this.#node(node);
    if (this.#count(this.#kills, node, -1) > 0) {
      const stays = await isDown(container);
      return stays ? installed('stays down: killed twice') : indeterminate(NOT_DOWN);
    }
    const began = performance.now();
    const patience = new Patience(this.#pace, RESTART_MS);
    container.writeSkews(this.#skews(node));
    await container.start();
    for (let poll = 1; patience.goesOn(String(container.saidBytes)); poll++) {
      try {
        const answer = await container.control.ask({ kind: 'view' }, ANSWER_TIMEOUT_MS);
        if (answer.kind !== 'view') break;
        this.#count(this.#restarts, node, 1);
        const tookMs = Math.round(performance.now() - began);
        return installed(`up again after ${tookMs} ms, incarnation ${answer.incarnation}`);
      } catch {
        if (container.control.closed) return indeterminate('was removed before it answered');
        await sleep(POLL_MS);
        // The engine is asked seldom: it is busy starting the others.
        if (poll % POLLS_PER_LOOK !== 0) continue;
        const state = await container.state();
        if (state.kind === 'exited') return indeterminate(`did not stay up (exit ${state.status})`);
      }
    }
    return indeterminate(`does not answer after its start: ${patience.describe()}`);
  }

  async #pause(node: number): Promise<Effect> {
    this.#count(this.#pauses, node, 1);
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

  async #resume(node: number): Promise<Effect> {
    const left = this.#count(this.#pauses, node, -1);
    const container = this.#node(node);
    // Asked of the engine: a pause that seemed to fail may have taken hold.
    const before = await container.state();
    if (left > 0) return installed(`stays ${before.kind}: paused twice`);
    if (before.kind !== 'paused') {
      return skipped('no longer paused: was killed, or was down');
    }
    await container.unpause();
    this.#paused[node] = false;
    const state = await container.state();
    return state.kind === 'running' ? installed('running') : indeterminate(`is ${state.kind}`);
  }

  /** A node that is down gets the skew if it comes back before the fault's end: not known yet. */
  async #skew(node: number, { downAt }: ActiveClock): Promise<Effect> {
    if (this.#isRunning(node)) return this.#setClock(node);
    downAt.set(node, this.#restarts[node] ?? 0);
    this.#node(node).writeSkews(this.#skews(node));
    return indeterminate('is down: will hold from its next start on, if that is before the end');
  }

  async #unskew(node: number, clock: ActiveClock | undefined): Promise<Effect> {
    const restarts = clock?.downAt.get(node);
    const cameBack = restarts !== undefined && restarts < (this.#restarts[node] ?? 0);
    const held = restarts === undefined ? '' : cameBack ? ', had held since its restart' : '';
    const hasHeld = cameBack ? { held: true } : {};
    if (this.#isRunning(node)) {
      const effect = await this.#setClock(node);
      return { ...effect, evidence: `${effect.evidence}${held}`, ...hasHeld };
    }
    this.#node(node).writeSkews(this.#skews(node));
    if (restarts !== undefined && !cameBack) return skipped('was down all the time: never held');
    return { ...installed(`is down: its next start is without it${held}`), ...hasHeld };
  }

  async #setClock(node: number): Promise<Effect> {
    const container = this.#node(node);
    const skews = this.#skews(node);
    container.writeSkews(skews);
    let answer: Awaited<ReturnType<typeof container.control.ask>>;
    try {
      answer = await container.control.ask({ kind: 'clock', skews }, ANSWER_TIMEOUT_MS);
    } catch (error) {
      const when = this.#paused[node] === true ? 'is paused: holds once it goes on' : reason(error);
      return indeterminate(when);
    }
    if (answer.kind !== 'clock') return indeterminate('answered something else');
    const { reading } = answer;
    const offsetMs = Math.round((reading.wallUs - reading.trueWallUs) / 1000);
    let text = `wall clock off by ${offsetMs} ms, rate ${reading.ratePpm} ppm`;
    for (const strobeMs of reading.strobesMs) text += `, strobing by ${strobeMs} ms`;
    return matches(skews, reading) ? installed(text) : indeterminate(text);
  }

  #skews(node: number): ClockFault[] {
    return this.#clocks.map(({ fault }) => fault).filter(({ nodes }) => nodes.includes(node));
  }

  #isRunning(node: number): boolean {
    return this.#kills[node] === 0;
  }

  #count(counts: number[], node: number, change: 1 | -1): number {
    const count = Math.max(0, (counts[node] ?? 0) + change);
    counts[node] = count;
    return count;
  }

  #node(node: number): NodeContainer {
    const container = this.#nodes[node];
    if (container === undefined) throw new Error(`there is no node ${node}`);
    return container;
  }

  /** What is done to one node is done in order; nodes and lanes do not wait for one another. */
  async #onEach(
    nodes: readonly number[],
    combine: (effects: readonly Effect[]) => Receipt['status'],
    act: (node: number) => Promise<Effect>,
  ): Promise<Receipt> {
    const began = performance.now();
    const seenMs: number[] = [];
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
      const laterMs = Math.round((seenMs[i] as number) - firstMs);
      const when = laterMs < APART_MS_MIN ? '' : `, ${laterMs} ms after the first`;
      return `${nodeName(nodes[i] as number)} ${effect.evidence}${when}`;
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
  if (reading.ratePpm !== of('drift').reduce((total, skew) => total + skew.ratePpm, 0))
    return false;
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

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
