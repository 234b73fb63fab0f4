/** What holds of a node between its steps: one whose own state contradicts itself stops there. */

import { describe, expect, test } from 'vitest';
import { assertInvariants as assertBasic } from '../../systems/basic-paxos/invariants.ts';
import { type Attempt, type BasicState, NO_BALLOT } from '../../systems/basic-paxos/state.ts';
import { assertInvariants as assertFast } from '../../systems/fast-paxos/invariants.ts';
import type { FastState } from '../../systems/fast-paxos/state.ts';
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

function laws<State extends object>(
  name: string,
  make: () => Nodes<State>,
  holds: (state: State) => void,
  spoilt: Spoilt<State>,
): void {
  describe(name, () => {
    const nodes = make();

    test.each(Object.entries(spoilt))('%s', (message, [who, spoil]) => {
      const state = nodes[who];
      expect(() => holds(state)).not.toThrow();
      expect(() => holds({ ...state, ...spoil(state) })).toThrow(message);
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
  'an attempt is for somebody who waits': ['leader', attempt({ waiting: [] })],
  'an attempt has begun a ballot': ['leader', attempt({ ballot: NO_BALLOT })],
  'phase 1 stands for no value': ['leader', attempt({ value: 'a' })],
  'who waits for another ballot has failed in one': ['leader', attempt({ phase: 'backoff' })],
  'a phase comes to an end': ['leader', attempt({ deadlineUs: Number.POSITIVE_INFINITY })],
});

laws('raft', raft, assertRaft, {
  'what a snapshot covers was executed': [
    'other',
    ({ snapshot, applied }) => ({ snapshot: { ...snapshot, index: applied + 1 } }),
  ],
  'what is durable is in the log': ['other', () => ({ durableIndex: 99 })],
  'there is always a configuration': ['other', () => ({ configurations: [] })],
  'what came before a snapshot is known': [
    'other',
    ({ active }) => ({ configurations: [{ ...active, index: 1 }] }),
  ],
  'every member has its progress': ['other', () => ({ progress: [] })],
  'a node is no peer of its own': ['other', ({ members }) => ({ peers: members })],
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

laws('multi-paxos', multi, assertMulti, {
  'what a snapshot covers was executed': [
    'other',
    ({ snapshot, applied }) => ({ snapshot: { ...snapshot, slot: applied + 1 } }),
  ],
  'what is executed is known to be chosen': ['other', () => ({ applied: 99 })],
  'somebody votes in every slot': ['other', () => ({ configurations: [] })],
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
  'is one that it has heard of': ['leader', ({ ownRound }) => ({ seen: ownRound - 1 })],
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
    () => ({ ...LOOKING, pending: new Map([[1, { to: { client: 0, id: 1 } }]]) }),
  ],
  'a sync asks a leader': [
    'other',
    () => ({ ...LOOKING, pendingSyncs: new Map([[1, {} as never]]) }),
  ],
  'a leader is no learner of its own': [
    'leader',
    ({ learners, self }) => ({
      learners: learners.with(self, learners.find((one) => one !== null) ?? null),
    }),
  ],
  'what is proposed is in the history': [
    'leader',
    () => ({ outstanding: [{ position: 99, zxid, acked: 0 }] }),
  ],
  'what is not committed is still kept': [
    'leader',
    () => ({ outstanding: [1, 1, 1].map((position) => ({ position, zxid, acked: 0 })) }),
  ],
  'only a leader counts acknowledgements': [
    'other',
    () => ({ outstanding: [{ position: 1, zxid, acked: 0 }] }),
  ],
  'only a leader is asked to sync': [
    'other',
    () => ({ waitingSyncs: [{ node: 0, link: 1, number: 1, position: 1 }] }),
  ],
});
