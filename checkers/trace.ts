/**
 * The trace: what nodes report about themselves, the input of log-agreement checking.
 *
 * A node reports an event before the effects that follow from it leave the node, and after the
 * records that it claims are durable. So an event is a claim that a restart must not break.
 */

/** Positions, terms and nodes are plain integers; nodes are numbered from 0 (shown as n1, n2 ...). */
export interface LogPosition {
  readonly term: number;
  readonly index: number;
}

/** A part of a variant of a protocol, or of a user's own system, and what it threw. */
export interface Blame {
  /** `variant x`, `system y`. */
  readonly owner: string;
  /** A rule, a field of the variant, a handler of the system. */
  readonly part: string;
  /** Name of the file without its folders, and the line from 1; null where they are not known. */
  readonly file: string | null;
  readonly line: number | null;
  readonly thrown: string;
}

/** Raft: who takes part, by the entry of this place; 0 for those that the cluster starts with. */
export interface Membership extends LogPosition {
  readonly voters: readonly number[];
  /** Those that get the log and have no vote. */
  readonly learners: readonly number[];
  /** Joint consensus: the voters that are being left, who are asked as well; else null. */
  readonly oldVoters: readonly number[] | null;
}

/** An entry as it was recovered: what is compared is its hash, not its bytes. */
export interface RecoveredEntry extends LogPosition {
  readonly valueHash: number;
  /** Of entries that change who takes part. */
  readonly membership?: Membership;
}

/** What a Raft node found on its disk when it started. */
export interface RaftRecovered {
  readonly term: number;
  readonly votedFor: number | null;
  /** With the latest membership up to there; absent for the one that the cluster starts with. */
  readonly snapshot: LogPosition & { readonly membership?: Membership };
  readonly entries: readonly RecoveredEntry[];
}

/** What one instance of Paxos decides: a slot of a log, or the key of a consensus object. */
export type Instance = number | string;

/** A value that was accepted in a ballot. */
export interface AcceptedValue {
  readonly instance: Instance;
  readonly ballot: number;
  readonly valueHash: number;
}

/** What a node of the Paxos family found on its disk when it started. */
export interface PaxosRecovered {
  /** The highest ballot of its own that it may have used; -1 for none. */
  readonly ballot: number;
  /** The highest ballot promised, by instance; null stands for every instance at once. */
  readonly promised: readonly { readonly instance: Instance | null; readonly ballot: number }[];
  readonly accepted: readonly AcceptedValue[];
  /** Up to where a snapshot stands in place of what was accepted; index 0 for none. */
  readonly snapshot: LogPosition;
  /** Who votes from which slot on; absent where that never changes. */
  readonly configurations?: readonly {
    readonly from: number;
    readonly voters: readonly number[];
  }[];
}

/** A transaction's place in Zab's order: the epoch that proposed it, and its number there, from 1. */
export interface Zxid {
  readonly epoch: number;
  readonly counter: number;
}

/** What a Zab server found on its disk when it started; epoch 0 and counter 0 for nothing yet. */
export interface ZabRecovered {
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  /**
   * Up to where a snapshot stands in place of the history: `term` is the epoch, `counter` the
   * place in it, `index` how many transactions that is in all.
   */
  readonly snapshot: LogPosition & { readonly counter: number };
  /** What is logged behind the snapshot, in order. */
  readonly history: readonly (Zxid & { readonly valueHash: number })[];
}

export type Recovered = RaftRecovered | PaxosRecovered | ZabRecovered;

/** Events that every replicated log reports. */
export type CommonEvent =
  /** The node is up; `protocol` names which invariants apply, `nodes` the voters it starts with. */
  | {
      readonly kind: 'boot';
      readonly protocol: string;
      readonly nodes: readonly number[];
      readonly recovered: Recovered;
      /** Active variants, empty for the protocol as it should be. */
      readonly variants: readonly string[];
      /** Fast Paxos: how many acceptors make a quorum in classic and in fast rounds. */
      readonly quorums?: { readonly classic: number; readonly fast: number };
      /** Raft: T, and whether a leader that hears no quorum for so long steps down. */
      readonly raft?: { readonly electionTimeoutMs: number; readonly checkQuorum: boolean };
      /** How long who answers a round keeps to its leader; absent where there are no leases. */
      readonly lease?: { readonly us: number; readonly driftPpm: number };
      /** Weights of the voters, as in `nodes`; absent where every one counts once. */
      readonly weights?: readonly number[];
      /** Hierarchical quorums: the group of each voter, as in `nodes`; absent where there are none. */
      readonly groups?: readonly number[];
    }
  /** Written by the harness, not by the node: the node is gone without warning. */
  | { readonly kind: 'crash' }
  /** The node's own assertion failed and it stopped. */
  | {
      readonly kind: 'panic';
      readonly reason: string;
      /** Whose code threw, where it was not a protocol of ours. */
      readonly blame?: Blame;
    }
  /** The command at `position` was executed; `stateHash` is the rolling digest after it. */
  | {
      readonly kind: 'apply';
      readonly position: number;
      /** `session:sequence` of a client command, or `noop`, `config`, `open`, `refused`. */
      readonly id: string;
      readonly valueHash: number;
      readonly stateHash: number;
      /** Whether the command changed nothing because the session table knew its answer. */
      readonly duplicate?: boolean;
      /** Zab: which transaction it was. */
      readonly zxid?: Zxid;
    }
  /** A client was answered. */
  | {
      readonly kind: 'reply';
      readonly client: number;
      readonly id: number;
      readonly status: 'ok' | 'fail' | 'unknown' | 'redirect';
      readonly position: number | null;
      /** What was asked for, by the name that `apply` gives it; absent for reads, and if unknown. */
      readonly command?: string;
    }
  /** A read is answered at `readPosition`, on the word of `acks` (round numbers by node). */
  | {
      readonly kind: 'read-cert';
      /** `local`: the server's own state, promised to be no older than what its session has seen. */
      /** `follower`: on the word of the leader of `term`, who had confirmed `readPosition` itself. */
      readonly mode: 'index' | 'lease' | 'log' | 'local' | 'sync' | 'follower';
      readonly term: number;
      readonly readPosition: number;
      readonly applied: number;
      /** The round of confirmations; it was started after the read arrived. */
      readonly round: number;
      readonly acks: readonly { readonly node: number; readonly round: number }[];
      /** The last round that had begun when the read came; absent where that does not matter. */
      readonly since?: number;
      /** By lease: how long ago the round began that it rests on, on the leader's own clock. */
      readonly ageUs?: number;
    }
  /** The leader of `term` begins this round of confirmations: nobody can have answered it yet. */
  | { readonly kind: 'round'; readonly term: number; readonly round: number }
  /**
   * `acks` answered `round`, which began `ageUs` ago: the leader answers reads by itself for
   * `lastsUs` from now on. Both are on its own clock, as are the leases of those who granted it
   * (Paxos): the grounds of the lease are judged. `lease-held` is judged by real time.
   */
  | {
      readonly kind: 'lease';
      readonly term: number;
      readonly round: number;
      readonly acks: readonly { readonly node: number; readonly round: number }[];
      readonly ageUs: number;
      readonly lastsUs: number;
    }
  /**
   * The leader of `term` may answer reads by a lease, on the word of `certificate`, for so long by
   * its own clock; 0 where it may not any more.
   */
  | {
      readonly kind: 'lease-held';
      readonly term: number;
      readonly remainingUs: number;
      readonly certificate: readonly number[];
      /**
       * How long before `time` it said so, at most: the line may have waited for the disk. The host
       * fills it in, because no node knows real time; null where none did.
       */
      readonly heldNs: number | null;
    };

/** Raft (extended paper; Ongaro's dissertation). Names follow the papers' Figure 2. */
export type RaftEvent =
  | { readonly kind: 'term'; readonly term: number }
  | {
      readonly kind: 'vote';
      readonly term: number;
      readonly candidate: number;
      /** Last log position of the candidate, as its request said, and the voter's own. */
      readonly candidateLast: LogPosition;
      readonly ownLast: LogPosition;
    }
  /** `certificate` names the voters; `last` is the leader's last log position when elected. */
  | {
      readonly kind: 'leader';
      readonly term: number;
      readonly certificate: readonly number[];
      readonly last: LogPosition;
    }
  | {
      readonly kind: 'append';
      readonly index: number;
      readonly term: number;
      readonly valueHash: number;
      readonly previousTerm: number;
      /** Of entries that change who takes part. */
      readonly membership?: Membership;
    }
  /** The node goes by this membership from here on. */
  | ({ readonly kind: 'membership' } & Membership)
  /** A leader begins to hand its leadership over to `target`, or gives that up. */
  | {
      readonly kind: 'transfer';
      readonly op: 'start' | 'abort';
      readonly term: number;
      readonly target: number;
    }
  /** Every entry from index `from` (inclusive) on was removed from the log. */
  | { readonly kind: 'truncate'; readonly from: number }
  /** The leader believes that `peer` holds its log up to `index`. */
  | {
      readonly kind: 'match';
      readonly peer: number;
      readonly index: number;
      readonly term: number;
      readonly responseTerm: number;
    }
  /**
   * The commit index moved to `index`, whose entry has `entryTerm`. A leader that advanced it by
   * counting gives the match indices it counted; a follower has an empty certificate.
   */
  | {
      readonly kind: 'commit';
      readonly index: number;
      readonly term: number;
      readonly entryTerm: number;
      readonly certificate: readonly { readonly node: number; readonly match: number }[];
    }
  | {
      readonly kind: 'snapshot';
      readonly op: 'take' | 'install';
      readonly last: LogPosition;
      readonly stateHash: number;
      /** The latest up to `last`; absent for the one that the cluster starts with. */
      readonly membership?: Membership;
    }
  /** Of the snapshot up to `index` of the leader of `term` this much has arrived, and not all. */
  | {
      readonly kind: 'snapshot-piece';
      readonly term: number;
      readonly index: number;
      /** Characters so far. */
      readonly received: number;
    }
  /** The node stopped leading without having seen a higher term (CheckQuorum, say). */
  | { readonly kind: 'step-down'; readonly term: number; readonly reason: string };

/**
 * Basic Paxos and Multi-Paxos (Lamport, Paxos Made Simple): prepare is 1a, promise 1b, propose 2a
 * and accept 2b. They report `leader`, `commit` and `snapshot` as Raft does, with ballots for terms.
 */
export type PaxosEvent =
  /** Phase 1 of `ballot` begins, for this instance or, in a log, for all from this slot on. */
  | {
      readonly kind: 'prepare';
      readonly ballot: number;
      readonly from: Instance;
      /** Fast Paxos: the round is a fast one. */
      readonly fast?: boolean;
    }
  /**
   * The node will take part in no lower ballot: of `instance`, or of any where that is null. It
   * reports what it has accepted (from `from` on), and what it knows to be chosen.
   */
  | {
      readonly kind: 'promise';
      readonly ballot: number;
      readonly instance: Instance | null;
      readonly from: Instance;
      readonly accepted: readonly AcceptedValue[];
      readonly chosen: readonly Omit<AcceptedValue, 'ballot'>[];
      /**
       * A lease that it has granted to another than it promises to, and that its own clock says is
       * in force: to whom (null if it was started since and cannot tell), and for how much longer.
       */
      readonly lease?: { readonly to: number | null; readonly leftUs: number };
    }
  /** Phase 1 of `ballot` ends on these promises, each with the ballot that it was given for. */
  | {
      readonly kind: 'prepared';
      readonly ballot: number;
      readonly from: Instance;
      readonly promises: readonly { readonly node: number; readonly ballot: number }[];
    }
  | {
      readonly kind: 'propose';
      readonly ballot: number;
      readonly instance: Instance;
      readonly valueHash: number;
    }
  | {
      readonly kind: 'accept';
      readonly ballot: number;
      readonly instance: Instance;
      readonly valueHash: number;
    }
  /**
   * Basic Paxos: a client is told what it reads of `instance`, or null where phase 1 of `ballot`
   * found nothing. `since` is the first ballot that was begun after the read came.
   */
  | {
      readonly kind: 'read';
      readonly instance: Instance;
      readonly ballot: number;
      readonly since: number;
      readonly valueHash: number | null;
    }
  /** The chosen prefix has reached a configuration, which rules from slot `from` on. */
  | { readonly kind: 'configuration'; readonly from: number; readonly voters: readonly number[] }
  /** The node takes the value for chosen: it counted `certificate`, or was told if that is empty. */
  | {
      readonly kind: 'learn';
      readonly ballot: number;
      readonly instance: Instance;
      readonly valueHash: number;
      readonly certificate: readonly number[];
    };

/**
 * Fast Paxos (Lamport 2006), beside the events of Paxos, with rounds for ballots: `prepare` is 1a,
 * `promise` 1b, `propose` 2a with a value, `accept` 2b (a vote).
 */
export type FastPaxosEvent =
  /** Phase 2a of fast round `ballot` with "Any": each acceptor may vote for what comes first there. */
  | { readonly kind: 'any'; readonly ballot: number; readonly from: Instance }
  /**
   * Coordinated recovery (section 3.2): the votes seen in fast round `of` stand for promises of
   * `ballot`, its direct successor, in this instance.
   */
  | {
      readonly kind: 'recover';
      readonly ballot: number;
      readonly of: number;
      readonly instance: Instance;
      readonly votes: readonly { readonly node: number; readonly valueHash: number }[];
    };

/** A vote of Zab's leader election: for whom, on the strength of which history. */
export interface ZabVote {
  readonly leader: number;
  readonly epoch: number;
  readonly zxid: Zxid;
}

/** Zab (Junqueira, Reed, Serafini 2011) with ZooKeeper's leader election; phases as in the paper. */
export type ZabEvent =
  /**
   * Phase 0 begins: the server looks for a leader in this round of elections. `spent`: it led, and
   * its epoch had no more numbers for transactions.
   */
  | { readonly kind: 'looking'; readonly clock: number; readonly spent?: boolean }
  | { readonly kind: 'vote-change'; readonly clock: number; readonly vote: ZabVote }
  /** The server takes `leader` for elected, on the word of these servers. */
  | {
      readonly kind: 'elected';
      readonly clock: number;
      readonly leader: number;
      readonly certificate: readonly number[];
    }
  /** Phase 1. `accepted-epoch` is durable: no lower epoch will be accepted. */
  | { readonly kind: 'accepted-epoch'; readonly epoch: number }
  /** Leader: the epoch it proposes, above what these followers (and itself) had accepted. */
  | {
      readonly kind: 'new-epoch';
      readonly epoch: number;
      readonly certificate: readonly { readonly node: number; readonly acceptedEpoch: number }[];
    }
  /** Phase 2. `current-epoch` is durable, and so is the history of that epoch up to `last`. */
  | { readonly kind: 'current-epoch'; readonly epoch: number; readonly last: Zxid }
  /** Leader: these servers hold its initial history (`length` transactions, up to `last`). */
  | {
      readonly kind: 'established';
      readonly epoch: number;
      readonly last: Zxid;
      readonly length: number;
      readonly certificate: readonly number[];
    }
  /** The server may answer clients from now on, until it looks for a leader again. */
  | { readonly kind: 'serving'; readonly epoch: number }
  /** Phase 3. Leader: a new transaction of its epoch. */
  | { readonly kind: 'propose-txn'; readonly zxid: Zxid; readonly valueHash: number }
  /** A transaction is durable in this server's history, behind all before it. */
  | { readonly kind: 'logged'; readonly zxid: Zxid; readonly valueHash: number }
  /** The history was cut: nothing behind `to` is left. */
  | { readonly kind: 'truncate-txns'; readonly to: Zxid }
  /**
   * Everything up to `zxid` is committed. The leader names who had logged it; a follower was told,
   * and has an empty certificate.
   */
  | { readonly kind: 'commit-txn'; readonly zxid: Zxid; readonly certificate: readonly number[] }
  | {
      readonly kind: 'snapshot-txns';
      readonly op: 'take' | 'install';
      readonly zxid: Zxid;
      /** How many transactions it stands for. */
      readonly position: number;
      readonly stateHash: number;
    };

export type TraceEvent = CommonEvent | RaftEvent | PaxosEvent | FastPaxosEvent | ZabEvent;

/** One line of `trace.jsonl`. `(node, incarnation, sequence)` is unique and free of gaps. */
export interface TraceLine {
  /** Nanoseconds since the run began (simulator: virtual; containers: the node's own reading). */
  readonly time: number;
  readonly node: number;
  /** How often the node has been started, from 1. */
  readonly incarnation: number;
  /** Position within the incarnation, from 0. */
  readonly sequence: number;
  /** Lamport clock, carried on every message: orders lines of different nodes causally. */
  readonly lamport: number;
  readonly event: TraceEvent;
}

/** What a host writes of an event that has waited for the disk for so long. */
export function heldFor(event: TraceEvent, heldNs: number): TraceEvent {
  return event.kind === 'lease-held' ? { ...event, heldNs } : event;
}

/** Order of merging: consistent with causality, total, the same on every machine. */
export function compareLines(a: TraceLine, b: TraceLine): number {
  return (
    a.lamport - b.lamport ||
    a.node - b.node ||
    a.incarnation - b.incarnation ||
    a.sequence - b.sequence
  );
}

/** A broken property, with the two conflicting lines. */
export interface Violation {
  /** Name of the invariant, as in the literature: `ElectionSafety`, `LogMatching` ... */
  readonly property: string;
  /** What happened, for people: no indices, terms or names of invariants. */
  readonly told?: string;
  /** What exactly contradicts it, in the protocol's terms. */
  readonly because: string;
  /** Positions in the stream of lines, from 0; the earlier one first. */
  readonly lines: readonly number[];
}

/** Follows a trace line by line. Memory is bounded by the log, not by the length of the trace. */
export interface TraceChecker {
  /** Takes the next line; `event` and scalars instead of a `TraceLine` so that nothing is built. */
  feed(event: TraceEvent, node: number, incarnation: number, timeNs: number): void;
  /** The first violation of each property so far, in order. */
  readonly violations: readonly Violation[];
  /** Figures for the report: leaders, terms, commits, snapshots, reads ... */
  readonly stats: Readonly<Record<string, number>>;
}

/** The name of a node in messages and files: 0 is n1. */
export function nodeName(node: number): string {
  return `n${node + 1}`;
}
