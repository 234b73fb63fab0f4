/** Carries faults out on programs: signals to their processes, and what becomes of their messages. */

import { nodeName } from '../../checkers/trace.ts';
import type { Millis, NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import { drawAt, streamBase } from '../core/draw.ts';
import { FaultLedger } from '../core/fault-ledger.ts';
import type { Message } from './message.ts';
import { type Fate, type Meddling, programName } from './network.ts';
import type { NodeProcess } from './node-process.ts';

type LinksFault = Extract<Fault, { kind: 'links' }>;
type MessagesFault = Extract<Fault, { kind: 'messages' }>;

const DRAWS = 0x1_0000_0000;
const DOMAIN = 0xfa17;
const ARRIVES: Fate = [0];
const LOST: Fate = [];
/** Of so many kinds of messages a fault waits for one. */
const KINDS = 3;

/** A fault on messages that are still to come. */
interface Picking {
  readonly fault: MessagesFault;
  kind: string | null;
  taken: number;
}

export class ProcessFaults implements Meddling {
  readonly #nodes: readonly NodeProcess[];
  readonly #restart: (node: NodeId) => Promise<string | null>;
  readonly #letGo: () => void;
  readonly #ledger: FaultLedger;
  readonly #draws: number;
  #count = 0;
  readonly #linksSince = new Map<LinksFault, Millis>();
  /** Of faults that hold, and let go now and then: the next time that they do. */
  readonly #lettingGo = new Map<LinksFault, NodeJS.Timeout>();
  /** The one whose moment it is to let go, however late its timer was. */
  #lets: LinksFault | null = null;
  readonly #picking = new Map<number, Picking>();

  /**
   * `restart` brings a node up, or says why it cannot; `letGo` has the network look again at what it
   * keeps back.
   */
  constructor(
    nodes: readonly NodeProcess[],
    seed: number,
    restart: (node: NodeId) => Promise<string | null>,
    letGo: () => void,
  ) {
    this.#nodes = nodes;
    this.#restart = restart;
    this.#letGo = letGo;
    this.#ledger = new FaultLedger(nodes.length);
    this.#draws = streamBase(seed, DOMAIN, 0);
  }

  async start(id: number, fault: Fault): Promise<Receipt> {
    this.#ledger.begin(id, fault);
    const receipt = await this.#start(id, fault);
    if (receipt.status === 'skipped') this.#ledger.forget(id);
    return receipt;
  }

  async #start(id: number, fault: Fault): Promise<Receipt> {
    switch (fault.kind) {
      case 'partition':
        for (const cut of fault.cuts) this.#ledger.cut(id, cut);
        return installed(`${fault.cuts.length} links cut in the harness`);
      case 'kill':
        return this.#kill(id, fault.nodes);
      case 'pause':
        return this.#pause(id, fault.nodes);
      case 'links':
        this.#linksSince.set(fault, performance.now());
        if (fault.effect === 'hold' && fault.offMs > 0) this.#letGoInTime(fault);
        return installed(`${fault.cuts.length} links: ${fault.effect}`);
      case 'messages':
        this.#picking.set(id, { fault, kind: null, taken: 0 });
        return installed(
          `${fault.how}: the next ${fault.count} of a kind from ${names(fault.nodes)}`,
        );
      case 'client-links':
        return installed(`links between clients and ${names(fault.nodes)}`);
      default:
        throw new Error(`a fault of kind ${fault.kind} is refused before a run`);
    }
  }

  async end(id: number): Promise<Receipt> {
    const fault = this.#ledger.end(id);
    if (fault === null) return { status: 'skipped', evidence: 'nothing to undo' };
    switch (fault.kind) {
      case 'partition':
        for (const cut of fault.cuts) this.#ledger.mend(id, cut);
        return installed(`${fault.cuts.length} links open`);
      case 'kill':
        return this.#revive(id, fault.nodes);
      case 'pause':
        return this.#resume(id, fault.nodes);
      case 'links':
        this.#linksSince.delete(fault);
        clearTimeout(this.#lettingGo.get(fault));
        this.#lettingGo.delete(fault);
        if (fault.effect === 'hold') this.#letGo();
        return installed(`${fault.cuts.length} links as they were`);
      case 'messages': {
        const { kind, taken } = this.#picking.get(id) ?? { kind: null, taken: 0 };
        this.#picking.delete(id);
        const what =
          kind === null ? 'no such message was sent' : `${taken} of ${fault.count} ${kind}`;
        return { ...installed(`${fault.how}: ${what}`), ...(taken === 0 ? { held: false } : {}) };
      }
      default:
        return installed('as it was');
    }
  }

  isCut(from: NodeId, to: NodeId): boolean {
    if (this.#ledger.isCut(from, to)) return true;
    return this.#linksOn(from, to).some(({ effect }) => effect === 'cut');
  }

  isHeld(from: NodeId, to: NodeId): boolean {
    return this.#linksOn(from, to).some((fault) => fault.effect === 'hold' && fault !== this.#lets);
  }

  between(from: NodeId, to: NodeId, message: Message): Fate {
    let fate: Fate = this.#picked(from, message);
    for (const fault of this.#linksOn(from, to)) {
      if (fault.effect === 'slow') {
        const lateMs = this.#chance() * fault.delayMs;
        fate = fate.map((delay) => delay + lateMs);
      } else if (fault.effect === 'lossy') {
        const [lost, twice] = [this.#chance(), this.#chance()].map((at) => at < fault.ppm / 1e6);
        if (lost) fate = LOST;
        else if (twice) fate = [...fate, ...fate.map((at) => at + 1)];
      }
    }
    return fate;
  }

  withClient(node: NodeId, { src }: Message): Fate {
    // A client of Maelstrom asks once: only answers come twice, which nobody heeds.
    const isAnswer = src === programName(node);
    let fate: Fate = ARRIVES;
    for (const fault of this.#ledger.faultsOf('client-links')) {
      if (!fault.nodes.includes(node)) continue;
      if (this.#chance() < fault.lossPpm / 1e6) return LOST;
      const late = this.#chance() < fault.latePpm / 1e6 ? this.#chance() * fault.delayMs : 0;
      fate = fate.map((delay) => delay + late);
      if (isAnswer && this.#chance() < fault.duplicatePpm / 1e6) {
        fate = [...fate, this.#chance() * fault.delayMs];
      }
    }
    return fate;
  }

  close(): void {
    for (const timer of this.#lettingGo.values()) clearTimeout(timer);
    this.#lettingGo.clear();
  }

  isKilled(node: NodeId): boolean {
    return this.#ledger.isKilled(node);
  }

  /** Faults on this link that act at the moment. */
  #linksOn(from: NodeId, to: NodeId): readonly LinksFault[] {
    return this.#ledger.faultsOf('links').filter((fault) => {
      if (!fault.cuts.some((cut) => cut.from === from && cut.to === to)) return false;
      return fault.offMs === 0 || this.#sinceMs(fault) % (fault.onMs + fault.offMs) < fault.onMs;
    });
  }

  #sinceMs(fault: LinksFault): Millis {
    return performance.now() - (this.#linksSince.get(fault) ?? performance.now());
  }

  /** A fault that lets go now and then does so whenever it stops acting. */
  #letGoInTime(fault: LinksFault): void {
    const everyMs = fault.onMs + fault.offMs;
    const sinceMs = (this.#sinceMs(fault) + fault.offMs) % everyMs;
    const next = () => {
      this.#lets = fault;
      this.#letGo();
      this.#lets = null;
      this.#letGoInTime(fault);
    };
    this.#lettingGo.set(fault, setTimeout(next, everyMs - sinceMs));
  }

  #picked(from: NodeId, { body }: Message): Fate {
    const kind = String(body['type']);
    for (const picking of this.#picking.values()) {
      const { fault } = picking;
      if (picking.taken === fault.count || !fault.nodes.includes(from)) continue;
      if (picking.kind === null && ((hash(kind) ^ fault.pick) >>> 0) % KINDS === 0) {
        picking.kind = kind;
      }
      if (picking.kind !== kind) continue;
      picking.taken++;
      if (fault.how === 'drop') return LOST;
      return fault.how === 'duplicate' ? [0, fault.delayMs] : [fault.delayMs];
    }
    return ARRIVES;
  }

  #chance(): number {
    return drawAt(this.#draws, this.#count++) / DRAWS;
  }

  async #kill(id: number, nodes: readonly NodeId[]): Promise<Receipt> {
    const wereUp = nodes.filter((node) => this.#nodes[node]?.isUp === true);
    for (const node of nodes) this.#ledger.kill(id, node);
    await Promise.all(wereUp.map(async (node) => this.#nodes[node]?.kill()));
    if (wereUp.length === 0) return { status: 'skipped', evidence: 'all of them were down' };
    return installed(`killed: ${names(wereUp)}`);
  }

  async #revive(id: number, nodes: readonly NodeId[]): Promise<Receipt> {
    const free = nodes.filter((node) => this.#ledger.revive(id, node));
    const down = free.filter((node) => this.#nodes[node]?.isUp === false);
    const problems = (await Promise.all(down.map((node) => this.#restart(node)))).filter(
      (problem) => problem !== null,
    );
    if (problems.length > 0) return { status: 'indeterminate', evidence: problems.join('; ') };
    return installed(`started again: ${names(down)}`);
  }

  #pause(id: number, nodes: readonly NodeId[]): Receipt {
    const stopped = nodes.filter((node) => this.#nodes[node]?.signal('SIGSTOP') === true);
    if (stopped.length === 0) return { status: 'skipped', evidence: 'all of them were down' };
    for (const node of nodes) this.#ledger.pause(id, node);
    return installed(`stopped: ${names(stopped)}`);
  }

  #resume(id: number, nodes: readonly NodeId[]): Receipt {
    const free = nodes.filter((node) => this.#ledger.resume(id, node));
    const going = free.filter((node) => this.#nodes[node]?.signal('SIGCONT') === true);
    return installed(`go on: ${names(going)}`);
  }
}

function installed(evidence: string): Receipt {
  return { status: 'installed', evidence };
}

function names(nodes: readonly NodeId[]): string {
  return nodes.length === 0 ? 'nobody' : nodes.map(nodeName).join(' ');
}

function hash(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) >>> 0;
  return sum;
}
