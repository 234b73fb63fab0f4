/** Writes small Raft traces by hand: what each node would report, one call per event. */

import { agreementVerdict } from '../../../../checkers/agreement/index.ts';
import type { RaftRecovered } from '../../../../checkers/agreement/raft/events.ts';
import type { TraceEvent, TraceLine, Violation } from '../../../../checkers/trace.ts';

type Boot = Extract<TraceEvent, { kind: 'boot' }>;

/** An entry for short: `[index, term]`, with a value that follows from both. */
export type Entry = readonly [index: number, term: number];

function hash(index: number, term: number): number {
  return index * 1000 + term;
}

export function recovered(
  term: number,
  entries: readonly Entry[] = [],
  more: Partial<RaftRecovered> = {},
): RaftRecovered {
  return {
    term,
    votedFor: null,
    snapshot: { index: 0, term: 0 },
    entries: entries.map(([index, entryTerm]) => ({
      index,
      term: entryTerm,
      valueHash: hash(index, entryTerm),
    })),
    ...more,
  };
}

/** A trace under construction. Nodes are numbered from 0 here: node 0 is n1. */
export class TraceWriter {
  readonly lines: TraceLine[] = [];
  readonly #incarnations: number[] = [];
  readonly #sequences: number[] = [];
  readonly nodes: readonly number[];
  timeNs = 0;

  constructor(size: number) {
    this.nodes = Array.from({ length: size }, (_, node) => node);
  }

  /** Starts every node with an empty disk. */
  static booted(size: number): TraceWriter {
    const trace = new TraceWriter(size);
    for (const node of trace.nodes) trace.boot(node, recovered(0));
    return trace;
  }

  event(node: number, event: TraceEvent): this {
    const sequence = this.#sequences[node] ?? 0;
    this.#sequences[node] = sequence + 1;
    this.lines.push({
      time: ++this.timeNs,
      node,
      incarnation: this.#incarnations[node] ?? 0,
      sequence,
      lamport: this.lines.length + 1,
      event,
    });
    return this;
  }

  boot(node: number, state: RaftRecovered, facts: Partial<Pick<Boot, 'lease'>> = {}): this {
    this.#incarnations[node] = (this.#incarnations[node] ?? 0) + 1;
    this.#sequences[node] = 0;
    return this.event(node, {
      kind: 'boot',
      protocol: 'raft',
      nodes: this.nodes,
      recovered: state,
      variants: [],
      ...facts,
    });
  }

  crash(node: number): this {
    return this.event(node, { kind: 'crash' });
  }

  term(node: number, term: number): this {
    return this.event(node, { kind: 'term', term });
  }

  vote(node: number, term: number, candidate: number, candidateLast: Entry, ownLast: Entry): this {
    return this.event(node, {
      kind: 'vote',
      term,
      candidate,
      candidateLast: { index: candidateLast[0], term: candidateLast[1] },
      ownLast: { index: ownLast[0], term: ownLast[1] },
    });
  }

  leader(node: number, term: number, certificate: readonly number[], last: Entry): this {
    return this.event(node, {
      kind: 'leader',
      term,
      certificate,
      last: { index: last[0], term: last[1] },
    });
  }

  /** A whole election: every voter's log ends at `last`, as the candidate's does. */
  elect(node: number, term: number, voters: readonly number[], last: Entry = [0, 0]): this {
    for (const voter of voters) this.vote(voter, term, node, last, last);
    return this.leader(node, term, voters, last);
  }

  append(node: number, entry: Entry, previousTerm: number, valueHash = hash(...entry)): this {
    const [index, term] = entry;
    return this.event(node, { kind: 'append', index, term, valueHash, previousTerm });
  }

  truncate(node: number, from: number): this {
    return this.event(node, { kind: 'truncate', from });
  }

  match(node: number, peer: number, index: number, term: number, responseTerm = term): this {
    return this.event(node, { kind: 'match', peer, index, term, responseTerm });
  }

  /** `holders` are those whose match index the leader counted; none for a follower. */
  commit(node: number, entry: Entry, term: number, holders: readonly number[] = []): this {
    const [index, entryTerm] = entry;
    const certificate = holders.map((member) => ({ node: member, match: index }));
    return this.event(node, { kind: 'commit', index, term, entryTerm, certificate });
  }

  apply(node: number, entry: Entry, more: Partial<ApplyEvent> = {}): this {
    return this.event(node, {
      kind: 'apply',
      position: entry[0],
      id: 'noop',
      valueHash: hash(...entry),
      stateHash: entry[0],
      ...more,
    });
  }

  snapshot(node: number, op: 'take' | 'install', entry: Entry, stateHash = entry[0]): this {
    const [index, term] = entry;
    return this.event(node, { kind: 'snapshot', op, last: { index, term }, stateHash });
  }

  /** n1 leads term 1 of three nodes, and entry 1 is committed and applied everywhere. */
  static steady(): TraceWriter {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).term(2, 1);
    trace.append(0, [1, 1], 0).append(1, [1, 1], 0).match(0, 1, 1, 1);
    trace.commit(0, [1, 1], 1, [0, 1]).apply(0, [1, 1]);
    trace.commit(1, [1, 1], 1).apply(1, [1, 1]);
    return trace.append(2, [1, 1], 0).match(0, 2, 1, 1).commit(2, [1, 1], 1).apply(2, [1, 1]);
  }

  /** The properties that are broken, in order; empty for a valid trace. */
  broken(): string[] {
    return agreementVerdict(this.lines).violations.map((violation) => violation.property);
  }

  /** What is said of this property, and in which lines. */
  violation(property: string): Violation | undefined {
    return agreementVerdict(this.lines).violations.find((v) => v.property === property);
  }
}

export type ApplyEvent = Extract<TraceEvent, { kind: 'apply' }>;
