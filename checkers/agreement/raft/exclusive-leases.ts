/**
 * LeaseExclusive: while a leader has a lease, nobody else is elected (dissertation, section 6.4.1;
 * Paxos Made Live, section 5.2). Judged by real time, which no node knows: a lease lasts by its
 * holder's clock, which may be wrong by as much as the protocol allows for.
 */

import { nodeName, type TraceEvent } from '../../trace.ts';
import type { Nanos, NodeId, Term } from '../../units.ts';
import type { Findings } from '../findings.ts';

/** No clock runs faster than this times real time: what is left of a lease lasts at least so long. */
const CLOCK_RATE_MAX = 1.1;
/** Elections that are remembered for claims that are told behind them. */
const ELECTIONS_MAX = 64;

export type LeaseClaim = Extract<TraceEvent, { kind: 'lease-held' }>;

interface Election {
  readonly node: NodeId;
  readonly term: Term;
  /** When it could be acted upon, at the earliest. */
  readonly timeNs: Nanos;
  readonly line: number;
}

/** Until when a node has said that it has a lease. */
interface Held {
  readonly term: Term;
  readonly untilNs: Nanos;
  readonly line: number;
}

/** The leases and the elections of one cluster. */
export class Leases {
  readonly #findings: Findings;
  /** By node; undefined where it has said that it holds none. */
  readonly #held: (Held | undefined)[] = [];
  readonly #elections: Election[] = [];

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A leader has said, `heldNs` before `timeNs`, how long its lease would last from then on. */
  claim(node: NodeId, { term, remainingUs, heldNs }: LeaseClaim, timeNs: Nanos): void {
    const { line } = this.#findings;
    if (remainingUs <= 0 || heldNs === null) {
      this.#held[node] = undefined;
      return;
    }
    const held = { term, untilNs: timeNs - heldNs + (remainingUs * 1000) / CLOCK_RATE_MAX, line };
    this.#held[node] = held;
    for (const election of this.#elections) this.#judge(node, held, election);
  }

  /** A node is in this term now, and leads no earlier one: it answers nothing by a lease of that. */
  entered(node: NodeId, term: Term): void {
    const held = this.#held[node];
    if (held !== undefined && held.term < term) this.#held[node] = undefined;
  }

  /** A node leads no more. */
  steppedDown(node: NodeId): void {
    this.#held[node] = undefined;
  }

  /** A node has been elected, and may act on it from now on. */
  elected(node: NodeId, term: Term, timeNs: Nanos): void {
    const election = { node, term, timeNs, line: this.#findings.line };
    this.#elections.push(election);
    if (this.#elections.length > ELECTIONS_MAX) this.#elections.shift();
    for (const [holder, held] of this.#held.entries()) {
      if (held !== undefined) this.#judge(holder, held, election);
    }
  }

  /** A lease of a later term does not speak of elections of earlier ones, late as they may be. */
  #judge(holder: number, { term, untilNs, line }: Held, election: Election): void {
    if (election.node === holder || election.term <= term || election.timeNs >= untilNs) return;
    const restMs = Math.max(1, Math.round((untilNs - election.timeNs) / 1e6));
    this.#findings.report(
      'LeaseExclusive',
      Math.min(line, election.line),
      `${nodeName(election.node)} was elected in term ${election.term} although ` +
        `${nodeName(holder)} had a lease as leader of term ${term} for ${restMs} ms more`,
      `${nodeName(election.node)} became leader while ${nodeName(holder)} still had a lease that ` +
        'allows it to answer reads alone',
    );
  }
}
