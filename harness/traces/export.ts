/**
 * A trace of our Raft as etcd's library writes its own: what others have built to read that one reads
 * ours, and what we judge of theirs is held against what our own checkers say of the same run.
 */

import type { LeaderEvent, Membership } from '../../checkers/agreement/leader-events.ts';
import type { RaftEvent, RaftRecovered } from '../../checkers/agreement/raft/events.ts';
import type { LogPosition, TraceEvent, TraceLine } from '../../checkers/trace.ts';
import type { LogIndex, NodeId, Term } from '../../checkers/units.ts';
import { usage } from '../core/errors.ts';
import type { TracingEvent } from './etcd-schema.ts';

type Message = NonNullable<TracingEvent['msg']>;
type Of<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { kind: Kind }>;

/** A node as etcd numbers it: from 1, as 0 is nobody. */
function etcdName(node: NodeId): string {
  return String(node + 1);
}

/** Lines of JSON. Throws a usage error for the trace of another protocol. */
export function* exportRaft(trace: Iterable<TraceLine>): Generator<string> {
  const leaders = new Map<Term, NodeId>();
  const nodes = new Map<NodeId, ExportedNode>();
  for (const { node: id, event, time } of trace) {
    if (event.kind === 'boot' && event.protocol !== 'raft') {
      throw usage(
        `a trace of ${event.protocol}: only those of raft can be written in etcd's format`,
      );
    }
    const node = nodes.get(id) ?? new ExportedNode(id, leaders);
    nodes.set(id, node);
    for (const one of node.step(event)) {
      yield JSON.stringify({ ts: time / 1e9, tag: 'trace', event: one });
    }
  }
}

class ExportedNode {
  readonly #id: NodeId;
  /** Who led which term, as far as the trace has been gone through. */
  readonly #leaders: Map<Term, NodeId>;
  #term: Term = 0;
  #vote: NodeId | null = null;
  #commit: LogIndex = 0;
  #last: LogIndex = 0;
  #role = 'StateFollower';
  #voters: readonly (readonly NodeId[])[] = [];

  constructor(id: NodeId, leaders: Map<Term, NodeId>) {
    this.#id = id;
    this.#leaders = leaders;
  }

  *step(event: TraceEvent): Generator<TracingEvent> {
    switch (event.kind) {
      case 'boot':
        yield this.#boot(event);
        return;
      case 'term':
        this.#enter(event.term);
        yield this.#line('BecomeFollower');
        return;
      case 'vote':
        yield* this.#voted(event);
        return;
      case 'leader':
        yield* this.#elected(event);
        return;
      case 'step-down':
        this.#role = 'StateFollower';
        yield this.#line('BecomeFollower');
        return;
      case 'append':
        yield* this.#appended(event);
        return;
      case 'truncate':
        this.#last = event.from - 1;
        yield this.#line('Ready');
        return;
      case 'commit':
        yield* this.#committed(event);
        return;
      case 'match':
        yield this.#acknowledgedBy(event.peer, event.index, event.responseTerm);
        return;
      case 'snapshot':
        yield* this.#snapshot(event);
        return;
      case 'membership':
        this.#goBy(event);
        yield this.#line('ApplyConfChange');
        return;
      default:
        // Executing, answers to clients, leases: etcd's trace has no word for them.
        return;
    }
  }

  #boot({ nodes, recovered }: Of<'boot'>): TracingEvent {
    if (!isRaft(recovered)) throw usage('a start that recovers no log of raft');
    const { term, votedFor, snapshot, entries } = recovered;
    this.#term = term;
    this.#vote = votedFor;
    this.#commit = snapshot.index;
    this.#last = entries.at(-1)?.index ?? snapshot.index;
    this.#role = 'StateFollower';
    this.#voters = [nodes];
    for (const { membership } of [snapshot, ...entries]) {
      if (membership !== undefined) this.#goBy(membership);
    }
    return this.#line('InitState');
  }

  /** In a later term it has not voted yet, and leads no more. */
  #enter(term: Term): void {
    if (term === this.#term) return;
    this.#term = term;
    this.#vote = null;
    this.#role = 'StateFollower';
  }

  *#voted({ term, candidate, candidateLast }: Extract<RaftEvent, { kind: 'vote' }>) {
    this.#enter(term);
    const [from, to] = [etcdName(candidate), etcdName(this.#id)];
    if (candidate === this.#id) {
      this.#vote = candidate;
      this.#role = 'StateCandidate';
      yield this.#line('BecomeCandidate');
      return;
    }
    const { index, term: logTerm } = candidateLast;
    const request = { type: 'MsgVote', term, from, to, index, logTerm };
    yield this.#line('ReceiveRequestVoteRequest', request);
    this.#vote = candidate;
    yield this.#line('SendRequestVoteResponse', { type: 'MsgVoteResp', term, from: to, to: from });
  }

  *#elected({ term, certificate }: Extract<LeaderEvent, { kind: 'leader' }>) {
    this.#enter(term);
    const to = etcdName(this.#id);
    for (const voter of certificate) {
      const grant = { type: 'MsgVoteResp', term, from: etcdName(voter), to };
      yield this.#line('ReceiveRequestVoteResponse', grant);
    }
    this.#role = 'StateLeader';
    this.#leaders.set(term, this.#id);
    yield this.#line('BecomeLeader');
  }

  /** A leader's own entry; a follower's is what a message brought, with the one before it. */
  *#appended({ index, previousTerm }: Extract<RaftEvent, { kind: 'append' }>) {
    const before = { index: index - 1, term: previousTerm };
    if (this.#role === 'StateLeader') {
      yield this.#line('Replicate');
      this.#last = index;
      yield this.#line('Ready');
    } else yield* this.#brought('MsgApp', before, index);
  }

  *#snapshot({ op, last }: Extract<LeaderEvent, { kind: 'snapshot' }>) {
    if (op === 'take') return;
    // Whom it goes by then, a line of its own says. What it had beyond that, and keeps, no line of ours says: its log ends there at least.
    if (last.index > this.#last) this.#last = last.index;
    yield* this.#brought('MsgSnap', { index: 0, term: 0 }, last.index);
    this.#commit = last.index;
    yield this.#line('Ready');
  }

  *#brought(type: 'MsgApp' | 'MsgSnap', before: LogPosition, index: LogIndex) {
    const leader = this.#leaders.get(this.#term);
    if (leader === undefined) return;
    const [from, to] = [etcdName(leader), etcdName(this.#id)];
    const entries = type === 'MsgApp' ? index - before.index : index;
    const brought = { type, term: this.#term, from, to, entries };
    yield this.#line('ReceiveAppendEntriesRequest', {
      ...brought,
      index: before.index,
      logTerm: before.term,
    });
    if (index > this.#last) this.#last = index;
    const answer = { type: 'MsgAppResp', term: this.#term, from: to, to: from, index };
    yield this.#line('SendAppendEntriesResponse', answer);
  }

  *#committed({ index, certificate }: Extract<LeaderEvent, { kind: 'commit' }>) {
    if (this.#role === 'StateLeader') {
      for (const { node, match } of certificate) {
        if (node !== this.#id) yield this.#acknowledgedBy(node, match, this.#term);
      }
    }
    this.#commit = index;
    yield this.#line('Commit');
  }

  #acknowledgedBy(node: NodeId, index: LogIndex, term: Term): TracingEvent {
    const [from, to] = [etcdName(node), etcdName(this.#id)];
    return this.#line('ReceiveAppendEntriesResponse', {
      type: 'MsgAppResp',
      term,
      from,
      to,
      index,
    });
  }

  #goBy({ voters, oldVoters }: Membership): void {
    this.#voters = oldVoters === null ? [voters] : [voters, oldVoters];
  }

  #line(name: string, msg?: Message): TracingEvent {
    const [voters = [], oldVoters = []] = this.#voters.map((group) => group.map(etcdName));
    return {
      name,
      nid: etcdName(this.#id),
      state: {
        term: this.#term,
        vote: this.#vote === null ? '0' : etcdName(this.#vote),
        commit: this.#commit,
      },
      role: this.#role,
      log: this.#last,
      conf: [voters, oldVoters],
      ...(msg === undefined
        ? {}
        : { msg: { logTerm: 0, index: 0, entries: 0, reject: false, ...msg } }),
    };
  }
}

function isRaft(recovered: Of<'boot'>['recovered']): recovered is RaftRecovered {
  return 'votedFor' in recovered && 'entries' in recovered;
}
