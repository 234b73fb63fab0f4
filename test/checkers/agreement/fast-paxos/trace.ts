/** Writes small Fast Paxos traces by hand: what each of five acceptors would report. */

import { fastPaxosChecker } from '../../../../checkers/agreement/fast-paxos/checker.ts';
import type { PaxosRecovered } from '../../../../checkers/agreement/paxos/events.ts';
import type { TraceEvent } from '../../../../checkers/trace.ts';

const NODES = [0, 1, 2, 3, 4];
const NOTHING: PaxosRecovered = {
  ballot: -1,
  promised: [],
  accepted: [],
  snapshot: { term: 0, index: 0 },
};

/** Votes as they are reported: in which round, for what, in slot 1. */
export type Vote = readonly [ballot: number, valueHash: number];

/** Five acceptors; round 2 of node 1 is fast and 3 recovers it, as 0 and 1 are of node 0. */
export class FastTrace {
  readonly lines: { readonly event: TraceEvent; node: number; incarnation: number }[] = [];
  readonly #incarnations: number[] = [];

  constructor(quorums = { classic: 3, fast: 4 }) {
    for (const node of NODES) this.boot(node, {}, quorums);
  }

  broken(): string[] {
    return this.checked().violations.map(({ property }) => property);
  }

  checked(): ReturnType<typeof fastPaxosChecker> {
    const checker = fastPaxosChecker();
    for (const { event, node, incarnation } of this.lines) {
      checker.feed(event, node, incarnation, 0);
    }
    return checker;
  }

  event(node: number, event: TraceEvent): this {
    this.lines.push({ event, node, incarnation: this.#incarnations[node] ?? 0 });
    return this;
  }

  boot(
    node: number,
    recovered: Partial<PaxosRecovered> = {},
    quorums = { classic: 3, fast: 4 },
    any?: { readonly ballot: number; readonly from: number },
  ): this {
    this.#incarnations[node] = (this.#incarnations[node] ?? 0) + 1;
    return this.event(node, {
      kind: 'boot',
      protocol: 'fast-paxos',
      nodes: NODES,
      variants: [],
      quorums,
      ...(any === undefined ? {} : { any }),
      recovered: { ...NOTHING, ...recovered },
    });
  }

  promise(node: number, ballot: number, ...votes: readonly Vote[]): this {
    const accepted = votes.map(([of, valueHash]) => ({ instance: 1, ballot: of, valueHash }));
    return this.event(node, {
      kind: 'promise',
      ballot,
      instance: null,
      from: 1,
      accepted,
      chosen: [],
    });
  }

  prepare(node: number, ballot: number, fast = false): this {
    return this.event(node, { kind: 'prepare', ballot, from: 1, ...(fast ? { fast } : {}) });
  }

  prepared(node: number, ballot: number, nodes: readonly number[]): this {
    const promises = nodes.map((each) => ({ node: each, ballot }));
    return this.event(node, { kind: 'prepared', ballot, from: 1, promises });
  }

  /** Phase 1 of a round, on promises that report these votes. */
  phase1(
    node: number,
    ballot: number,
    votes: readonly (readonly [node: number, ...votes: Vote[]])[],
    fast = false,
  ): this {
    this.prepare(node, ballot, fast);
    for (const [each, ...reported] of votes) this.promise(each, ballot, ...reported);
    return this.prepared(
      node,
      ballot,
      votes.map(([each]) => each),
    );
  }

  any(node: number, ballot: number, from = 1): this {
    return this.event(node, { kind: 'any', ballot, from });
  }

  propose(node: number, ballot: number, valueHash: number, instance = 1): this {
    return this.event(node, { kind: 'propose', ballot, instance, valueHash });
  }

  vote(node: number, ballot: number, valueHash: number, instance = 1): this {
    return this.event(node, { kind: 'accept', ballot, instance, valueHash });
  }

  recover(node: number, of: number, votes: readonly Vote[], ballot = of + 1): this {
    return this.event(node, {
      kind: 'recover',
      ballot,
      of,
      instance: 1,
      votes: votes.map(([voter, valueHash]) => ({ node: voter, valueHash })),
    });
  }

  learn(node: number, ballot: number, valueHash: number, certificate: readonly number[]): this {
    return this.event(node, { kind: 'learn', ballot, instance: 1, valueHash, certificate });
  }

  apply(node: number, position: number, valueHash: number): this {
    const id = 'noop';
    return this.event(node, { kind: 'apply', position, id, valueHash, stateHash: valueHash });
  }

  /** Node 0 opens fast round 0. */
  static open(): FastTrace {
    return new FastTrace().phase1(0, 0, [[0], [1], [2], [3]], true).any(0, 0);
  }

  /** In fast round 0, nodes 0, 1 and 2 have voted for 7, and 3 and 4 for 8. */
  static collided(): FastTrace {
    const trace = FastTrace.open().vote(0, 0, 7).vote(1, 0, 7).vote(2, 0, 7);
    return trace.vote(3, 0, 8).vote(4, 0, 8);
  }
}
