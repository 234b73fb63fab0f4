/** The directed links between nodes: cut by dropping on the receiver's side, proved by probing. */

import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Cut, Receipt } from '../../nemesis/fault.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import type { NodeContainer } from './node-container.ts';

const ANSWER_TIMEOUT_MS = 5000;
/** A datagram that has not arrived by then was dropped: on one machine it takes microseconds. */
const PROBE_WAIT_MS = 60;
/** Rounds of probing, where a link that should be open was silent. */
const PROBE_ROUNDS_MAX = 4;

export class Links {
  readonly #nodes: readonly NodeContainer[];
  readonly #ledger: FaultLedger;
  #probes = 0;
  /** One change at a time: what is probed must not change meanwhile. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(nodes: readonly NodeContainer[], ledger: FaultLedger) {
    this.#nodes = nodes;
    this.#ledger = ledger;
  }

  cut(cuts: readonly Cut[], fault: number): Promise<Receipt> {
    return this.#inTurn(() => this.#change(cuts, 'cut', fault));
  }

  heal(cuts: readonly Cut[], fault: number): Promise<Receipt> {
    return this.#inTurn(() => this.#change(cuts, 'mend', fault));
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(act);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #change(cuts: readonly Cut[], how: 'cut' | 'mend', fault: number): Promise<Receipt> {
    if (cuts.length === 0) return { status: 'skipped', evidence: 'no links to cut' };
    for (const cut of cuts) this.#ledger[how](fault, cut);
    const receivers = [...new Set(cuts.map(({ to }) => to))];
    await Promise.all(receivers.map((receiver) => this.#install(receiver)));
    return this.#prove(cuts, how);
  }

  async #install(receiver: NodeId): Promise<void> {
    const sources = this.#nodes
      .filter(({ node }) => this.#isCut(node, receiver))
      .map(({ address }) => address);
    await this.#node(receiver).sidecar.ask({ kind: 'block', sources }, ANSWER_TIMEOUT_MS);
  }

  /** Sends datagrams along the links concerned, both ways, and asks what has arrived. */
  async #prove(cuts: readonly Cut[], how: 'cut' | 'mend'): Promise<Receipt> {
    const links = [...cuts, ...cuts.map(({ from, to }) => ({ from: to, to: from }))];
    const shut = distinct(links.filter(({ from, to }) => this.#isCut(from, to)));
    const open = distinct(links.filter(({ from, to }) => !this.#isCut(from, to)));
    const silent = new Set(open.map(key));
    const leaking = new Set<string>();
    for (let round = 0; round < PROBE_ROUNDS_MAX; round++) {
      for (const link of await this.#probe([...shut, ...open])) {
        if (!silent.delete(key(link)) && this.#isCut(link.from, link.to)) leaking.add(key(link));
      }
      if (silent.size === 0 || leaking.size > 0) break;
    }
    const evidence = [
      `probed: ${shut.length - leaking.size} of ${shut.length} cut links silent`,
      `${open.length - silent.size} of ${open.length} open links heard`,
    ];
    if (leaking.size > 0) evidence.push(`leaking: ${[...leaking].join(' ')}`);
    if (silent.size > 0) evidence.push(`not heard: ${[...silent].join(' ')}`);
    // A cut is in force when nothing leaks; a heal has worked when what it opened is heard.
    const proved = leaking.size === 0 && (how === 'cut' || silent.size === 0);
    return { status: proved ? 'installed' : 'indeterminate', evidence: evidence.join(', ') };
  }

  /** Which of these links carry a datagram. */
  async #probe(links: readonly Cut[]): Promise<Cut[]> {
    const mark = `probe-${++this.#probes}`;
    const senders = [...new Set(links.map(({ from }) => from))];
    await Promise.all(
      senders.map((sender) => {
        const to = links.filter(({ from }) => from === sender).map((link) => link.to);
        const addresses = to.map((node) => this.#node(node).address);
        const probe = { kind: 'probe', mark, to: addresses } as const;
        return this.#node(sender).sidecar.ask(probe, ANSWER_TIMEOUT_MS);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, PROBE_WAIT_MS));
    const receivers = [...new Set(links.map(({ to }) => to))];
    const heard = await Promise.all(receivers.map((receiver) => this.#heard(receiver, mark)));
    return links.filter(({ from, to }) =>
      heard[receivers.indexOf(to)]?.includes(this.#node(from).address),
    );
  }

  async #heard(receiver: NodeId, mark: string): Promise<readonly string[]> {
    const { sidecar } = this.#node(receiver);
    const answer = await sidecar.ask({ kind: 'heard', mark }, ANSWER_TIMEOUT_MS);
    return answer.kind === 'heard' ? answer.from : [];
  }

  #isCut(from: NodeId, to: NodeId): boolean {
    return this.#ledger.isCut(from, to);
  }

  #node(node: NodeId): NodeContainer {
    const container = this.#nodes[node];
    if (container === undefined) throw new Error(`there is no node ${node}`);
    return container;
  }
}

function distinct(links: readonly Cut[]): Cut[] {
  return [...new Map(links.map((link) => [key(link), link])).values()];
}

function key({ from, to }: Cut): string {
  return `${nodeName(from)}>${nodeName(to)}`;
}
