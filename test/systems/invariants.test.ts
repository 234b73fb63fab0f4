/** What holds of a node between its steps: one whose own state contradicts itself stops there. */

import { describe, expect, test } from 'vitest';
import type { Micros } from '../../checkers/units.ts';
import { assertInvariants as assertBasic } from '../../systems/basic-paxos/invariants.ts';
import { type Attempt, type BasicState, NO_BALLOT } from '../../systems/basic-paxos/state.ts';
import { assertInvariants as assertFast } from '../../systems/fast-paxos/invariants.ts';
import type { FastState } from '../../systems/fast-paxos/state.ts';
import type { KvLimits, KvState } from '../../systems/kv.ts';
import { assertInvariants as assertMulti } from '../../systems/multi-paxos/invariants.ts';
import type { MultiState } from '../../systems/multi-paxos/state.ts';
import { assertInvariants as assertRaft } from '../../systems/raft/invariants.ts';
import type { RaftState } from '../../systems/raft/state.ts';
import { assertInvariants as assertZab } from '../../systems/zab/invariants.ts';
import type { ZabState } from '../../systems/zab/state.ts';
import { Generals } from './basic-paxos/script.ts';
import { Committee } from './fast-paxos/script.ts';
import { Parliament } from './multi-paxos/script.ts';
import { Script } from './raft/script.ts';
import { Ensemble } from './zab/script.ts';

/** Two nodes of a cluster in which a write was executed: the one that leads, and one that does not. */
interface Nodes<State> {
  readonly leader: State;
  readonly other: State;
}

/** By what the node says when it stops: whose state is spoilt, and how. */
type Spoilt<State> = Readonly<
  Record<string, readonly [who: keyof Nodes<State>, spoil: (state: State) => Partial<State>]>
>;

/** By every node's clock: whatever a node remembers lies before it. */
const LATER: Micros = 3_600_000_000;
const AFTER: Micros = LATER + 1;

/** A table with as many sessions as it holds, and one more. */
function crowded<State extends { readonly config: KvLimits; readonly kv: KvState }>({
  kv,
  config,
}: State): { readonly kv: KvState } {
  const { sessionsMax } = config;
  const session = { sequence: 0, result: null, usedUs: 0, usedPosition: 0 };
  const numbers = Array.from({ length: sessionsMax + 1 }, (_, number) => number);
  return { kv: { ...kv, sessions: new Map(numbers.map((number) => [number, session])) } };
}

function laws<State extends object>(
  name: string,
  make: () => Nodes<State>,
  holds: (state: State, nowUs: Micros) => void,
  spoilt: Spoilt<State>,
): void {
  describe(name, () => {
    const nodes = make();

    test.each(Object.entries(spoilt))('%s', (message, [who, spoil]) => {
      const state = nodes[who];
      expect(() => holds(state, LATER)).not.toThrow();
      expect(() => holds({ ...state, ...spoil(state) }, LATER)).toThrow(message);
    });
  });
}

function raft(): Nodes<RaftState> {
  const cluster = new Script({ nodes: 3 });
  cluster.elect(0);
  cluster.write(0, 1);
  cluster.settle();
  cluster.heartbeat(0);
  cluster.settle();
  return { leader: cluster.state(0), other: cluster.state(1) };
}

const TO = { client: 0, id: 1 };

/** One that proposes, whose ballot nobody has promised yet, and one that has decided another key. */
function basic(): Nodes<BasicState> {
  const cluster = new Generals();
  cluster.propose(0, 'a');
  cluster.settle();
  cluster.propose(1, 'b');
  const fresh = new Generals();
  fresh.propose(0, 'a');
  return { leader: fresh.state(0), other: cluster.state(1) };
}

/** The one attempt of a node, spoilt. */
function attempt(spoil: Partial<Attempt>): (state: BasicState) => Partial<BasicState> {
  return ({ attempts }) => ({
    attempts: new Map(Array.from(attempts, ([key, one]) => [key, { ...one, ...spoil }])),
  });
}

laws('basic-paxos', basic, assertBasic, {
  'what is accepted is promised as well': ['other', () => ({ promised: new Map() })],
  'every node is heard or not': ['other', () => ({ heardUs: [] })],
  'what is accepted has a record': ['other', () => ({ records: 0 })],
  'an attempt is at the key that it stands under': ['leader', attempt({ key: 'another' })],
  'a node hears itself': ['other', ({ self }) => ({ leader: self + 1 })],
  'nobody proposes what is decided': [
    'leader',
    ({ attempts }) => ({
      decided: new Map(Array.from(attempts.keys(), (key) => [key, { ballot: 1, value: 'a' }])),
    }),
  ],
  'every node promises once': [
    'leader',
    attempt({ promises: [1, 2, 3, 4].map((node) => ({ node }) as Attempt['promises'][number]) }),
  ],
  'a client waits no longer than it is to': ['leader', attempt({ giveUpAtUs: 2 * LATER })],
  'an attempt is for somebody who waits': ['leader', attempt({ waiting: [] })],
  'an attempt has begun a ballot': ['leader', attempt({ ballot: NO_BALLOT })],
  'phase 1 stands for no value': ['leader', attempt({ value: 'a' })],
  'who waits for another ballot has failed in one': ['leader', attempt({ phase: 'backoff' })],
  'a phase comes to an end': ['leader', attempt({ deadlineUs: Number.POSITIVE_INFINITY })],
});

const STANDS = { role: 'candidate', leader: -1 } as const;
const READ = { to: TO, operation: null, round: 1, since: 1, index: 1 };

/** The word of nobody is enough for this. */
function without(
  purpose: keyof RaftState['electorates'],
): (state: RaftState) => Partial<RaftState> {
  return ({ electorates }) => ({ electorates: { ...electorates, [purpose]: [] } });
}

/** What a leader knows of itself, spoilt. */
function own(
  spoil: Partial<RaftState['progress'][number]>,
): (state: RaftState) => Partial<RaftState> {
  return ({ progress, self }) => ({
    progress: progress.map((one, node) => (node === self ? { ...one, ...spoil } : one)),
  });
}

laws('raft', raft, assertRaft, {
  'what a snapshot covers was executed': [
    'other',
    ({ snapshot, applied }) => ({ snapshot: { ...snapshot, index: applied + 1 } }),
  ],
  'what is durable is in the log': ['other', () => ({ durableIndex: 99 })],
  'there is always a configuration': ['other', () => ({ configurations: [] })],
  'what came before is known': [
    'other',
    ({ active }) => ({ configurations: [{ ...active, index: 1 }] }),
  ],
  'every member has its progress': ['other', () => ({ progress: [] })],
  'a node is no peer of its own': ['other', ({ members }) => ({ peers: members })],
  'members lead': ['other', ({ members }) => ({ leader: members.length })],
  'every member has granted its vote or not': ['other', () => ({ granted: [] })],
  'a candidate has its own vote': ['other', () => ({ ...STANDS, granted: [false, false, false] })],
  'a candidate has no leader': [
    'other',
    () => ({ ...STANDS, granted: [true, true, true], leader: 0 }),
  ],
  'a pre-candidate has no leader': ['other', () => ({ role: 'pre-candidate' as const, leader: 0 })],
  'a snapshot comes in from a term that began': [
    'other',
    ({ term }) => ({ incoming: { term: term + 1, index: 9, text: '' } }),
  ],
  'somebody elects': ['other', without('election')],
  'somebody commits': ['other', without('commit')],
  'somebody confirms reads': ['other', without('read')],
  'there is room for every session that is open': ['other', crowded],
  'a wait has begun': ['other', () => ({ waitingSinceUs: AFTER })],
  'a wait comes to an end': ['other', () => ({ timeoutUs: 0 })],
  'a leader is heard before that is over': ['other', () => ({ contactUs: AFTER })],
  'questions wait in the order of their numbers': [
    'other',
    ({ nextRequest }) => ({
      followerReads: [2, 1].map((ago) => {
        return { request: nextRequest - 3 + ago } as RaftState['followerReads'][number];
      }),
    }),
  ],
  'a leader has begun to lead': ['leader', () => ({ leaderSinceUs: AFTER })],
  'a heartbeat is sent before that is over': ['leader', () => ({ heartbeatSentUs: AFTER })],
  'a leader answers its own rounds': ['leader', own({ ackRound: 99 })],
  'a leader counts what it has': ['leader', own({ match: 99 })],
  'nothing is under way from a leader to itself': ['leader', own({ flights: [1] })],
  'a leader sends itself no snapshot': [
    'leader',
    own({ sending: { kind: 'snapshot' } as RaftState['progress'][number]['sending'] }),
  ],
  'leadership goes to a member': [
    'leader',
    ({ members }) => ({ transfer: { target: members.length, sinceUs: LATER } }),
  ],
  'only leadership that was won is handed over': [
    'leader',
    ({ leaderSinceUs }) => ({ transfer: { target: 1, sinceUs: leaderSinceUs - 1 } }),
  ],
  'a transfer under way has begun': ['leader', () => ({ transfer: { target: 1, sinceUs: AFTER } })],
  'clients wait in the order of the log': [
    'leader',
    ({ applied }) => ({ pending: [9, 8].map((ahead) => ({ index: applied + ahead, to: TO })) }),
  ],
  'a read arrives in a round that has begun': [
    'leader',
    ({ round }) => ({ reads: [{ ...READ, since: round + 1 }] }),
  ],
  'reads wait in the order of their arrival': [
    'leader',
    ({ round }) => ({ reads: [round, round - 1].map((since) => ({ ...READ, since })) }),
  ],
  'a question has a number that was given out': [
    'other',
    ({ nextRequest }) => ({
      followerReads: [{ request: nextRequest } as RaftState['followerReads'][number]],
    }),
  ],
  'its term begins in its log': ['leader', () => ({ firstOwn: 99 })],
  'who waits waits for what is to come': ['leader', () => ({ pending: [{ index: 1, to: TO }] })],
  'a vote is for a member': ['other', () => ({ votedFor: 3 })],
  'who leads knows it': ['leader', () => ({ leader: 1 })],
  'nobody else does': ['other', ({ self }) => ({ leader: self })],
  'a round is confirmed once it has begun': [
    'leader',
    ({ round }) => ({ confirmedRound: round + 1 }),
  ],
  'leadership goes to somebody else': [
    'leader',
    ({ self }) => ({ transfer: { target: self, sinceUs: 0 } }),
  ],
  'a client waits for what is in the log': ['leader', () => ({ pending: [{ index: 99, to: TO }] })],
  'only leadership is handed over': ['other', () => ({ transfer: { target: 2, sinceUs: 0 } })],
  'only a leader has appended for clients': ['other', () => ({ pending: [{ index: 1, to: TO }] })],
  'only a leader confirms reads': [
    'other',
    () => ({ reads: [{ to: TO, operation: null, round: 1, since: 1, index: 1 }] }),
  ],
});

function multi(): Nodes<MultiState> {
  const cluster = new Parliament();
  cluster.elect(0, 1);
  cluster.write(0, 'a');
  cluster.settle();
  cluster.heartbeat(0);
  cluster.settle();
  return { leader: cluster.state(0), other: cluster.state(1) };
}

const aPromise = { kind: 'promise', node: 1 } as unknown as MultiState['promises'][number];

const STANDING = { role: 'candidate', leader: -1 } as const;

laws('multi-paxos', multi, assertMulti, {
  'what a snapshot covers was executed': [
    'other',
    ({ snapshot, applied }) => ({ snapshot: { ...snapshot, slot: applied + 1 } }),
  ],
  'what is executed is known to be chosen': ['other', () => ({ applied: 99 })],
  'somebody votes in every slot': ['other', () => ({ configurations: [] })],
  'what is chosen is kept, or compacted': ['other', () => ({ chosen: new Map() })],
  'who votes behind it is known': [
    'other',
    ({ snapshot, members }) => ({ configurations: [{ from: snapshot.slot + 2, voters: members }] }),
  ],
  'members lead': ['other', ({ members }) => ({ leader: members.length })],
  'every member promises once': [
    'other',
    () => ({ ...STANDING, promises: [aPromise, aPromise, aPromise, aPromise] }),
  ],
  'every node was heard at some time': ['other', () => ({ ackUs: [] })],
  'a lease that was granted has begun': ['other', () => ({ grantedAtUs: AFTER })],
  'a node was started before it does anything': ['other', () => ({ startedUs: AFTER })],
  'a wait has begun': ['other', () => ({ waitingSinceUs: AFTER })],
  'a wait comes to an end': ['other', () => ({ timeoutUs: 0 })],
  'there is room for every session that is open': ['other', crowded],
  'what is prepared begins with the first slot': ['leader', () => ({ preparedFrom: 0 })],
  'a leader has begun to lead': ['leader', () => ({ leaderSinceUs: AFTER })],
  'as many starts of rounds are kept as said': ['leader', () => ({ roundStartUs: [] })],
  'as much evidence of rounds is kept as said': ['leader', () => ({ roundBegunUs: [] })],
  'a read arrives in a round that has begun': [
    'leader',
    ({ round }) => ({ reads: [{ since: round + 1 } as MultiState['reads'][number]] }),
  ],
  'reads wait in the order of their arrival': [
    'leader',
    ({ round }) => ({
      reads: [round, round - 1].map((since) => ({ since }) as MultiState['reads'][number]),
    }),
  ],
  'who stands has no leader': ['other', () => ({ ...STANDING, leader: 0 })],
  'who stands does so in its latest ballot': [
    'other',
    ({ ownBallot }) => ({ ...STANDING, ballot: ownBallot - 1 }),
  ],
  'is one that it has heard of': ['leader', ({ ownBallot }) => ({ seen: ownBallot - 1 })],
  'a round is confirmed once it has begun': [
    'leader',
    ({ round }) => ({ confirmedRound: round + 1 }),
  ],
  'every node has answered a round or none': ['other', () => ({ ackRound: [] })],
  'a lease is granted to a member': ['other', ({ members }) => ({ grantedTo: members.length })],
  'only who stands or leads has reports': ['other', () => ({ reports: new Map([[1, []]]) })],
  'a leader answers its own rounds': [
    'leader',
    ({ ackRound, self, round }) => ({ ackRound: ackRound.with(self, round + 1) }),
  ],
  'there is a slot for every proposal': [
    'leader',
    ({ next }) => ({
      proposals: new Map(Array.from({ length: next }, (_, slot) => [slot, {} as never])),
    }),
  ],
  'only a leader takes itself for one': ['other', ({ self }) => ({ leader: self })],
  'only candidates collect promises': ['leader', () => ({ promises: [aPromise] })],
  'what is its own was prepared': ['leader', ({ firstOwn }) => ({ preparedFrom: firstOwn + 1 })],
  'what is proposed was prepared': ['leader', ({ preparedFrom }) => ({ next: preparedFrom - 1 })],
  'only a leader proposes': [
    'other',
    () => ({
      proposals: new Map([[1, {} as never]]),
    }),
  ],
  'commands wait for room at the leader': [
    'other',
    () => ({ backlog: [{} as MultiState['backlog'][number]] }),
  ],
  'only a leader confirms reads': ['other', () => ({ reads: [{} as MultiState['reads'][number]] })],
});

function fast(): Nodes<FastState> {
  const cluster = new Committee();
  cluster.open(0);
  cluster.write(1, 'a');
  cluster.settle();
  return { leader: cluster.state(0), other: cluster.state(1) };
}

laws('fast-paxos', fast, assertFast, {
  'what a snapshot covers was executed': [
    'other',
    ({ snapshot, applied }) => ({ snapshot: { ...snapshot, slot: applied + 1 } }),
  ],
  'what is executed is known to be chosen': ['other', () => ({ applied: 99 })],
  'what a snapshot covers is taken': ['other', () => ({ taken: -1 })],
  'what is chosen is kept, or compacted': ['other', () => ({ chosen: new Map() })],
  'what is promised is a round that it has heard of': [
    'other',
    ({ seen }) => ({ promised: seen + 1 }),
  ],
  'an Any is of a round that it has heard of': [
    'other',
    ({ any, seen }) => ({ any: { ...any, round: seen + 1 } }),
  ],
  'members lead': ['other', ({ members }) => ({ leader: members.length })],
  'a wait has begun': ['other', () => ({ waitingSinceUs: AFTER })],
  'a wait comes to an end': ['other', () => ({ timeoutUs: 0 })],
  "the cluster's clock was set before it runs": ['other', () => ({ clusterSinceUs: AFTER })],
  'there is room for every session that is open': ['other', crowded],
  'every member promises once': [
    'leader',
    () => ({
      role: 'candidate' as const,
      promises: Array.from({ length: 6 }, () => ({}) as FastState['promises'][number]),
    }),
  ],
  'who stands or leads does so in its latest round': [
    'leader',
    ({ ownRound }) => ({ ownRound: ownRound + 1, seen: ownRound + 1 }),
  ],
  'the round under way has begun': ['leader', () => ({ roundSinceUs: AFTER })],
  'what is prepared begins with the first slot': ['leader', () => ({ preparedFrom: 0 })],
  'a round of its own is one that it has heard of': [
    'leader',
    ({ ownRound }) => ({ seen: ownRound - 1, promised: ownRound - 1 }),
  ],
  'a round under way is its own': [
    'leader',
    ({ ownRound }) => ({ round: ownRound + 1, led: ownRound + 1 }),
  ],
  'the round that it led is not above': ['other', ({ round }) => ({ led: round + 1 })],
  'whoever waits is looked after': [
    'other',
    () => ({ retrying: false, waiting: new Map([[1, {} as FastState['backlog'][number]]]) }),
  ],
  'who is followed was heard of': ['other', ({ seen }) => ({ following: seen + 1 })],
  'every node was heard at some time': ['other', () => ({ ackUs: [] })],
  'quorums are of the members': [
    'other',
    ({ quorums }) => ({ quorums: { ...quorums, nodes: quorums.nodes + 1 } }),
  ],
  'contention is counted from none': ['leader', () => ({ contention: -1 })],
  'what is offered is for somebody who waits': [
    'other',
    () => ({ offers: new Map([[1, {} as FastState['backlog'][number]]]), waiting: new Map() }),
  ],
  'a coordinator leads its round': ['leader', ({ round }) => ({ led: round - 1 })],
  'only candidates collect promises': [
    'leader',
    () => ({ promises: [{} as FastState['promises'][number]] }),
  ],
  'only a coordinator proposes itself': [
    'other',
    () => ({
      proposals: new Map([[1, {} as never]]),
    }),
  ],
});

function zab(): Nodes<ZabState> {
  const cluster = new Ensemble();
  cluster.elect();
  const leader = cluster.leader();
  cluster.write(leader, 'a');
  cluster.settle();
  return { leader: cluster.state(leader), other: cluster.state((leader + 1) % 3) };
}

const zxid = { epoch: 1, counter: 1 };
const LOOKING = { role: 'looking', phase: 'election', leader: -1 } as const;

const SYNCHRONISES = { phase: 'synchronisation' } as const;

/** One proposal, at this position. */
function underWay(position: number): Pick<ZabState, 'outstanding'> {
  return { outstanding: [{ position, zxid, acked: 0 }] };
}

function sync(position: number): ZabState['waitingSyncs'][number] {
  return { node: 0, link: 1, number: 1, position };
}

laws('zab', zab, assertZab, {
  'what is no longer kept is in the snapshot': ['other', () => ({ base: { position: 99, zxid } })],
  'what a snapshot covers was delivered': [
    'other',
    ({ snapshot, applied }) => ({ snapshot: { ...snapshot, position: applied + 1 } }),
  ],
  'who looks for a leader elects one': ['other', () => ({ phase: 'election' as const })],
  'who leads knows it': ['leader', () => ({ leader: -1 })],
  'nobody else does': ['other', ({ self }) => ({ leader: self })],
  'who looks for a leader has none': [
    'other',
    () => ({ role: 'looking' as const, phase: 'election' as const }),
  ],
  'voters lead': ['other', ({ members }) => ({ leader: members.length })],
  'who follows follows somebody': ['other', () => ({ leader: -1 })],
  'voters are members': ['other', ({ members }) => ({ voters: [...members, members.length] })],
  'every set of voters is a quorum or not': ['other', () => ({ quorums: [] })],
  'votes are for voters': [
    'other',
    ({ vote, voters }) => ({ vote: { ...vote, leader: voters.length } }),
  ],
  'every voter has one vote': [
    'other',
    ({ vote }) => ({ votes: new Map([0, 1, 2, 3].map((node) => [node, vote])) }),
  ],
  'every server says one thing': [
    'other',
    () => ({ outside: new Map([0, 1, 2, 3].map((node) => [node, {} as never])) }),
  ],
  'a leader is joined before that is over': ['other', () => ({ joinedUs: AFTER })],
  'a leader is heard before that is over': ['other', () => ({ heardUs: AFTER })],
  'every client that waits has a number of its own': [
    'other',
    () => ({ requests: 0, pending: new Map([[1, { to: { client: 0, id: 1 } }]]) }),
  ],
  'there is room for every session that is open': ['other', crowded],
  'observers do not lead': [
    'leader',
    ({ self, voters, quorums, vote }) => ({
      voters: voters.slice(0, self),
      quorums: quorums.slice(0, 2 ** self),
      vote: { ...vote, leader: self - 1 },
      votes: new Map(),
    }),
  ],
  'a leader accepts the epoch that it proposes': [
    'leader',
    ({ epoch }) => ({ acceptedEpoch: epoch - 1 }),
  ],
  'who has been followed has proposed an epoch': ['leader', () => ({ epoch: 0 })],
  'the last proposal ends the history': [
    'leader',
    ({ log }) => ({ log: [...log, ...log.slice(0, 1)], ...underWay(log.length) }),
  ],
  'a sync waits for what is in the history': ['leader', () => ({ waitingSyncs: [sync(99)] })],
  'a sync waits for what is to come': [
    'leader',
    ({ committed }) => ({ waitingSyncs: [sync(committed)] }),
  ],
  'a leader broadcasts in the epoch that it founded': [
    'leader',
    ({ currentEpoch }) => ({ currentEpoch: currentEpoch - 1 }),
  ],
  'a leader has begun to lead': ['leader', () => ({ leaderSinceUs: AFTER })],
  'what is not committed is under way': [
    'leader',
    ({ log }) => ({ log: [...log, ...log.slice(0, 1)] }),
  ],
  'nothing is proposed before the broadcast': [
    'leader',
    ({ log }) => ({ ...SYNCHRONISES, committed: 0, ...underWay(log.length) }),
  ],
  'nobody syncs before the broadcast': [
    'leader',
    ({ log }) => ({ ...SYNCHRONISES, committed: 0, waitingSyncs: [sync(log.length)] }),
  ],
  'nobody waits for a leader that does not serve': [
    'leader',
    () => ({ ...SYNCHRONISES, pending: new Map([[1, { to: { client: 0, id: 1 } }]]) }),
  ],
  'only who joins puts aside': [
    'other',
    ({ log, staged }) => ({ staged: { ...staged, txns: log.slice(0, 1) } }),
  ],
  'every server is a learner or not': ['leader', () => ({ learners: [] })],
  'what is committed is settled': [
    'leader',
    ({ committed }) => ({ outstanding: [{ position: committed, zxid, acked: 0 }] }),
  ],
  'nobody waits for a leader of none': [
    'other',
    () => ({ ...LOOKING, requests: 1, pending: new Map([[1, { to: { client: 0, id: 1 } }]]) }),
  ],
  'a sync asks a leader': [
    'other',
    () => ({ ...LOOKING, requests: 1, pendingSyncs: new Map([[1, {} as never]]) }),
  ],
  'a leader is no learner of its own': [
    'leader',
    ({ learners, self }) => ({
      learners: learners.with(self, learners.find((one) => one !== null) ?? null),
    }),
  ],
  'what is not committed is still kept': [
    'leader',
    () => ({ outstanding: [1, 1, 1].map((position) => ({ position, zxid, acked: 0 })) }),
  ],
  'only a leader counts acknowledgements': [
    'other',
    () => ({ outstanding: [{ position: 1, zxid, acked: 0 }] }),
  ],
  'only a leader is asked to sync': ['other', () => ({ waitingSyncs: [sync(1)] })],
});
