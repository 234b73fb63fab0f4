/**
 * What the checker knows of a Paxos cluster: each node as its own trace describes it, and for each
 * instance every ballot in which something was proposed or accepted.
 */

import { IntColumn } from '../../columns.ts';
import { itemAt } from '../../item-at.ts';
import type { Ballot, LogIndex, NodeId, NodeSet } from '../../units.ts';
import type { AppliedLog } from '../applied-log.ts';
import type { Findings } from '../findings.ts';
import type { LeaseTerms } from '../leases.ts';
import { bitsOf, type Member } from '../members.ts';
import type { Instance, PaxosEvent } from './events.ts';

/** Below every ballot. */
export const NO_BALLOT = -1;

/** What a promise is about: one instance, or all of them at once (null). */
export type Scope = Instance | null;

/** A ballot that a node has committed itself to, and the line in which it said so. */
export interface Claim {
  ballot: Ballot;
  line: number;
}

/** Rounds of confirmations of which it is remembered where they began. */
export const ROUNDS_KEPT = 64;

/** One node, after its latest line. Lines are -1 where nothing was said yet. */
export class PaxosNode implements Member {
  readonly node: NodeId;
  incarnation = 0;
  /** How many members it was started with. */
  size = 1;
  bootLine = -1;
  // Durable claims: they outlive a crash.
  /** The highest ballot of its own that it has used. */
  readonly ballot: Claim = { ballot: NO_BALLOT, line: -1 };
  readonly promised = new Map<Scope, Claim>();
  snapshot = 0;
  snapshotLine = -1;
  // Volatile.
  commit = 0;
  commitLine = -1;
  applied = 0;
  appliedLine = -1;
  /** The ballot that it leads, and the first slot of its own in it. */
  leading = NO_BALLOT;
  leaderLine = -1;
  firstOwn = 0;
  /** First slot of the latest configuration that it knows of. */
  configuredFrom = 1;
  /** The same, when it became leader: it leads only until it learns of another one. */
  ledFrom = 1;
  /** The last round of confirmations that it began in that ballot, and where it began the latest. */
  round = 0;
  #roundLines: IntColumn | null = null;

  constructor(node: NodeId) {
    this.node = node;
  }

  /** Made when it is needed: a search makes a checker for each of very many short traces. */
  get roundLines(): IntColumn {
    this.#roundLines ??= new IntColumn(ROUNDS_KEPT);
    return this.#roundLines;
  }
}

/** One ballot of one instance: the only value that may be proposed in it, and who accepted that. */
export interface BallotValue {
  readonly ballot: Ballot;
  readonly valueHash: number;
  /** Where it was proposed, or where an acceptance first told of it. */
  readonly line: number;
  /** Nodes that accepted it, as bits. */
  voters: NodeSet;
  voteLine: number;
  /** Whether somebody proposed it: what is accepted under an "Any" of Fast Paxos comes without. */
  proposed: boolean;
}

/** What a node last accepted in an instance, by its own word. */
export interface Acceptance {
  readonly ballot: Ballot;
  readonly valueHash: number;
  readonly line: number;
}

export interface InstanceGhost {
  readonly ballots: BallotValue[];
  /** The ballot in which it was chosen first; null while nothing is. */
  chosen: BallotValue | null;
  chosenLine: number;
  /** What some node learned first. */
  learned: Acceptance | null;
  /** By node. */
  readonly accepted: (Acceptance | undefined)[];
}

type PromiseEvent = Extract<PaxosEvent, { kind: 'promise' }>;

/** Phase 1 of one ballot. */
export interface Round {
  readonly ballot: Ballot;
  /** What each node has promised, by node. */
  readonly promises: (PromiseEvent | undefined)[];
  /** Who ended phase 1, and where; -1 while nobody has. */
  preparedBy: number;
  /** Where it was begun; -1 if no line told. */
  begunLine: number;
  preparedLine: number;
  from: Instance;
  /** The promises that were counted, as bits. */
  counted: number;
  /** What must be proposed, by instance: the reported value of the highest ballot. */
  readonly required: Map<Instance, Acceptance>;
}

/** Fast Paxos: what goes beyond the classic ballots. */
export interface FastRounds {
  /** Rounds that are fast, with the "Any" of each once it was sent. */
  readonly rounds: Map<number, Any | null>;
  /** Those in which, as far as promises tell, enough are free to choose anything. */
  readonly open: Map<number, Any>;
  /** By instance: the votes that stood for promises in its latest coordinated recovery. */
  readonly recoveries: Map<Instance, Recovery>;
  /** How many make a quorum in a fast round. */
  quorum: number;
}

/** In a round, acceptors may vote for what comes first in each instance from this one on. */
export interface Any {
  readonly from: Instance;
  readonly node: NodeId;
  readonly line: number;
}

export interface Recovery {
  readonly ballot: Ballot;
  readonly node: NodeId;
  readonly line: number;
  /** What must be proposed; null where the votes leave that open. */
  readonly required: number | null;
}

export interface PaxosStats {
  /** Ballots begun, and those whose phase 1 was ended. */
  ballots: number;
  prepared: number;
  /** How often another node than the last one ended a phase 1. */
  leaderChanges: number;
  highestBallot: Ballot;
  proposals: number;
  /** Proposals whose value phase 1 had dictated. */
  adopted: number;
  /** Instances in which a value was chosen. */
  chosen: number;
  /** Acceptances that were reported. */
  accepted: number;
  /** Times that a node learned what was chosen. */
  learned: number;
  applied: LogIndex;
  duplicates: number;
  sessions: number;
  snapshotsTaken: number;
  snapshotsInstalled: number;
  restarts: number;
  readsIndex: LogIndex;
  readsLease: number;
  readsLog: number;
  readsValue: number;
  leases: number;
  reconfigurations: number;
  /** Ballots that are not of their user's own numbers: m·n + i for node i. Harmless by itself. */
  foreignBallots: number;
  /** Lines of nodes that never said that they were started: the trace is incomplete. */
  orphans: number;
}

/** Who votes in the slots from `from` on, as bits, and how many of them make a quorum. */
export interface VoterSet {
  readonly from: LogIndex;
  readonly voters: NodeSet;
  readonly quorum: number;
  readonly line: number;
}

/** The cluster. `Ghost` as in proofs: state that no node has, but that the invariants speak of. */
export interface PaxosGhost {
  readonly findings: Findings;
  readonly applied: AppliedLog;
  /** Whether a promise is for one instance (Basic Paxos) or for all of them (Multi-Paxos). */
  readonly promises: 'each' | 'all';
  /** By number; holes where nothing has booted. */
  readonly nodes: (PaxosNode | undefined)[];
  readonly instances: Map<Instance, InstanceGhost>;
  readonly rounds: Map<Scope, Map<number, Round>>;
  /** Fast Paxos only. */
  readonly fast: FastRounds | null;
  /** In order of slots; the first is that of the start. */
  readonly configurations: VoterSet[];
  /** How long acceptors keep to leases; null where there are none. */
  lease: LeaseTerms | null;
  /** Slots up to here are in everybody's snapshot, and forgotten. */
  base: number;
  /** The highest slot in which anything was accepted. */
  highestSlot: LogIndex;
  /** Who ended the last phase 1. */
  lastLeader: number;
  readonly stats: PaxosStats;
}

/** Rounds of one scope that are remembered. */
const ROUNDS_MAX = 256;

export function scopeOf(ghost: PaxosGhost, instance: Instance): Scope {
  return ghost.promises === 'each' ? instance : null;
}

/** The highest ballot that a node has promised for this scope. */
export function promisedBy(node: PaxosNode, scope: Scope): number {
  return node.promised.get(scope)?.ballot ?? NO_BALLOT;
}

export function raisePromise(node: PaxosNode, scope: Scope, ballot: Ballot, line: number): void {
  const claim = node.promised.get(scope);
  if (claim === undefined) node.promised.set(scope, { ballot, line });
  else if (ballot > claim.ballot) {
    claim.ballot = ballot;
    claim.line = line;
  }
}

/**
 * Below which ballot a node will accept nothing in an instance. In Fast Paxos a vote commits it in
 * that instance only: recovery of one leaves the fast round of all others as it is.
 */
export function committedTo(ghost: PaxosGhost, node: PaxosNode, instance: Instance): number {
  const promised = promisedBy(node, scopeOf(ghost, instance));
  if (ghost.fast === null) return promised;
  const voted = ghost.instances.get(instance)?.accepted[node.node]?.ballot ?? NO_BALLOT;
  return Math.max(promised, voted);
}

/** A majority of the nodes is a quorum, unless another number is given. */
export function voterSet(
  from: LogIndex,
  nodes: readonly NodeId[],
  line: number,
  quorum = Math.floor(nodes.length / 2) + 1,
): VoterSet {
  return { from, voters: bitsOf(nodes), quorum, line };
}

/** How many voters of an instance choose a value in this ballot. */
export function choosersIn(ghost: PaxosGhost, instance: Instance, ballot: Ballot): number {
  if (ghost.fast?.rounds.has(ballot)) return ghost.fast.quorum;
  return votersIn(ghost, instance).quorum;
}

/** Who votes in an instance. */
export function votersIn({ configurations }: PaxosGhost, instance: Instance): VoterSet {
  let at = typeof instance === 'string' ? 0 : configurations.length - 1;
  while (at > 0 && itemAt(configurations, at).from > Number(instance)) at--;
  return itemAt(configurations, at);
}

/** The voter sets of all instances from `from` on, for who knows none that begins after `known`. */
export function votersFrom(
  { configurations }: PaxosGhost,
  known: number,
  from: Instance,
): readonly VoterSet[] {
  const first = typeof from === 'string' ? 0 : from;
  return configurations.filter((set, at) => {
    if (at > 0 && set.from > known) return false;
    const next = configurations[at + 1];
    return next === undefined || next.from > first || next.from > known;
  });
}

export function isForgotten(ghost: PaxosGhost, instance: Instance): boolean {
  return typeof instance === 'number' && instance <= ghost.base;
}

export function instanceOf(ghost: PaxosGhost, instance: Instance): InstanceGhost {
  let found = ghost.instances.get(instance);
  if (found === undefined) {
    found = { ballots: [], chosen: null, chosenLine: -1, learned: null, accepted: [] };
    ghost.instances.set(instance, found);
    if (typeof instance === 'number' && instance > ghost.highestSlot) ghost.highestSlot = instance;
  }
  return found;
}

export function ballotOf(instance: InstanceGhost, ballot: Ballot): BallotValue | undefined {
  // The latest ballots are asked for most.
  for (let at = instance.ballots.length - 1; at >= 0; at--) {
    const found = itemAt(instance.ballots, at);
    if (found.ballot === ballot) return found;
  }
  return undefined;
}

/** What is known of one value in one ballot. */
export function findValue(
  instance: InstanceGhost,
  ballot: Ballot,
  valueHash: number,
): BallotValue | undefined {
  for (let at = instance.ballots.length - 1; at >= 0; at--) {
    const found = itemAt(instance.ballots, at);
    if (found.ballot === ballot && found.valueHash === valueHash) return found;
  }
  return undefined;
}

export function addValue(
  instance: InstanceGhost,
  ballot: Ballot,
  valueHash: number,
  line: number,
): BallotValue {
  const value = { ballot, valueHash, line, voters: 0, voteLine: -1, proposed: false };
  instance.ballots.push(value);
  return value;
}

export function findRound(ghost: PaxosGhost, scope: Scope, ballot: Ballot): Round | undefined {
  return ghost.rounds.get(scope)?.get(ballot);
}

export function roundOf(ghost: PaxosGhost, scope: Scope, ballot: Ballot): Round {
  let rounds = ghost.rounds.get(scope);
  if (rounds === undefined) {
    rounds = new Map();
    ghost.rounds.set(scope, rounds);
  }
  let round = rounds.get(ballot);
  if (round === undefined) {
    if (rounds.size >= ROUNDS_MAX) forgetOldest(rounds);
    round = {
      ballot,
      promises: [],
      preparedBy: -1,
      begunLine: -1,
      preparedLine: -1,
      from: 0,
      counted: 0,
      required: new Map(),
    };
    rounds.set(ballot, round);
  }
  return round;
}

function forgetOldest(rounds: Map<number, Round>): void {
  for (const ballot of rounds.keys()) {
    rounds.delete(ballot);
    return;
  }
}

/** `slot 7` or `key x`. */
export function instanceName(instance: Instance): string {
  return typeof instance === 'number' ? `slot ${instance}` : `key ${instance}`;
}
