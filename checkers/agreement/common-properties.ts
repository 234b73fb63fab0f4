/** Properties of every replicated log. */

import type { Properties } from './property.ts';

/** Of a log, or of whatever an own system numbers. */
const otherCommand = (who: string) =>
  `${who} executed another command than had been executed at the same place`;
const otherState = (who: string) =>
  `the same commands gave ${who} another state than they had given before`;
const notDone = (who: string) =>
  `${who} told a client that its command was done, but had not executed it where it said`;

export const COMMON = {
  ApplyAgreement: {
    tier: 'log',
    source: 'Schneider 1990',
    holds: 'one command per position, on all nodes and in all their lives',
    broken: otherCommand,
  },
  StateMachineSafety: {
    tier: 'log',
    source: 'Raft, figure 3',
    holds: 'the same, as Raft calls it',
    broken: otherCommand,
  },
  TotalOrder: {
    tier: 'log',
    source: 'Zab, section 3',
    holds: 'the same, as Zab calls it',
    broken: otherCommand,
  },
  ApplyGap: {
    tier: 'log',
    source: 'Schneider 1990',
    holds: 'each life executes one position after the other',
    broken: (who) => `${who} executed a command without having executed the one before it`,
  },
  AppliedMonotone: {
    tier: 'log',
    source: 'Schneider 1990',
    holds: 'and never one that it has gone past',
    broken: (who) => `${who} went back behind what it had already executed`,
  },
  PrefixHash: {
    tier: 'log',
    source: 'Schneider 1990',
    holds: 'the same commands give the same state',
    broken: otherState,
  },
  StateDigest: {
    tier: 'log',
    source: 'practice',
    holds: 'the same, as ZooKeeper calls it',
    broken: otherState,
  },
  SnapshotMatches: {
    tier: 'log',
    source: 'Raft, section 7',
    holds: 'a snapshot is the state that executing its positions gives',
    broken: (who) => `a snapshot of ${who} is not what the log that it stands for gives`,
  },
  Validity: {
    tier: 'log',
    source: 'Schneider 1990',
    holds: 'what is executed was asked for: a command is of a session that was opened',
    broken: (who) => `${who} executed a command of a client session that was never opened`,
  },
  SessionDedupe: {
    tier: 'log',
    source: 'Raft dissertation, 6.3',
    holds: "a session's command is executed once, however often it is sent",
    broken: (who) => `${who} executed a command of a client twice`,
  },
  AckedApplied: {
    tier: 'log',
    source: 'Raft, section 8',
    holds: 'who answers ok has executed it, and where it says so',
    broken: notDone,
  },
  AckedNotDelivered: {
    tier: 'log',
    source: 'Zab, section 3',
    holds: 'the same, as Zab calls it',
    broken: notDone,
  },
  NodeIdMatch: {
    tier: 'log',
    source: 'practice',
    holds: 'one life per node at a time',
    broken: (who) => `an earlier life of ${who} was still active after it had been restarted`,
  },
  PANIC: {
    tier: 'log',
    source: 'practice',
    holds: 'no node fails an assertion of its own',
    broken: (who) => `${who} stopped itself, because it had got into a state that must not be`,
  },
  'D:AppliedDurable': {
    tier: 'log',
    source: 'Raft, section 5.1',
    holds: 'what was executed is on the disk after a restart',
    broken: (who) => `${who} lost, when it was restarted, commands that it had already executed`,
  },
  'D:SnapshotDurable': {
    tier: 'log',
    source: 'Raft, section 7',
    holds: 'and so is what was in a snapshot',
    broken: (who) => `${who} came back from a restart with an older snapshot than it had`,
  },
  RealTimeOrder: {
    tier: 'client',
    source: 'Herlihy and Wing 1990',
    holds: 'positions of answers agree with real time',
    broken: () => 'an operation took effect before one that had been answered when it began',
  },
  MonotonicSession: {
    tier: 'log',
    source: 'Terry et al. 1994',
    holds: 'what one session is told never goes back',
    broken: () => 'a client was shown an older state than it had already seen',
  },
  CommitMonotone: {
    tier: 'decision',
    source: 'Raft, section 5.3',
    holds: 'commits only grow',
    broken: (who) => `${who} took back what it had taken for committed`,
  },
  CommitBeyondLog: {
    tier: 'decision',
    source: 'Raft, section 5.3',
    holds: 'they stay within the log',
    broken: (who) => `${who} takes more for committed than it has in its log`,
  },
  ApplyBeyondCommit: {
    tier: 'decision',
    source: 'Raft, section 5.3',
    holds: 'and come before execution',
    broken: (who) => `${who} executed a command before it knew that it was committed`,
  },
  'J:QuorumCert': {
    tier: 'decision',
    source: 'Gifford 1979',
    holds: 'a decision counts a quorum of distinct nodes that did say so',
    broken: (who) => `${who} decided on the word of too few nodes`,
  },
  'J:StaleCert': {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'and said it of this very ballot, round or epoch',
    broken: (who) => `${who} counted for a decision what another node had not said about it`,
  },
  'J:NoCert': {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'there is such a decision at all',
    broken: (who) => `${who} acted as leader before enough nodes had agreed to follow it`,
  },
  'J:ReadCert': {
    tier: 'decision',
    source: 'Raft dissertation, 6.4',
    holds:
      'a read is answered on a round begun after it came, by who leads, and as far as it has to be',
    broken: (who) => `${who} answered a read without making sure that its answer was up to date`,
  },
  'J:LeaseCert': {
    tier: 'decision',
    source: 'Paxos Made Live, section 5.2; Raft dissertation, 6.4.1',
    holds: 'a lease rests on a quorum, and is over before those who granted it are free',
    broken: (who) => `${who} took itself for the only leader for longer than it had been granted`,
  },
  LeaseRespected: {
    tier: 'decision',
    source: 'Paxos Made Live, section 5.2',
    holds: 'who has granted a lease helps nobody else to lead until it is over',
    broken: (who) => `${who} helped another node to lead while it had promised not to`,
  },
  LeaseExclusive: {
    tier: 'decision',
    source: 'Raft dissertation, 6.4.1',
    holds: 'while a leader has a lease, nobody else is elected, by real time',
    broken: (who) =>
      `${who} became leader, or had a lease, while another node's lease or leadership stood`,
  },
  QuorumIntersection: {
    tier: 'decision',
    source: 'Gifford 1979',
    holds: 'what is taken for a quorum meets every other',
    broken: () => 'two groups of nodes without a common member could each decide',
  },
  'Liveness:leader': {
    tier: 'log',
    source: 'Raft, section 5.2',
    holds: 'after the last fault there is one leader that lasts',
    broken: () => 'no leader lasted, although every fault had been undone',
  },
  'Liveness:commit-progress': {
    tier: 'log',
    source: 'Raft, section 5.3',
    holds: 'it commits what it had',
    broken: (who) => `${who} leads, but what it has in its log is not getting committed`,
  },
  'Liveness:followers-converge': {
    tier: 'log',
    source: 'Raft, section 5.3',
    holds: 'everybody who is up executes that',
    broken: (who) =>
      `${who} did not catch up with its leader, although every fault had been undone`,
  },
  'Liveness:client-completes': {
    tier: 'client',
    source: 'practice',
    holds: 'clients are served again within the bound',
    broken: () => 'clients were not served again, although every fault had been undone',
  },
  'Liveness:progress': {
    tier: 'client',
    source: 'practice',
    holds: 'clients are served while a quorum is up and connected, whatever else is not',
    broken: () =>
      'clients were not served, although enough nodes were up and connected all the time',
  },
  'Liveness:forms': {
    tier: 'log',
    source: 'Raft, section 5.2',
    holds: 'with nothing done to them, nodes that start come to agree on a leader',
    broken: () => 'the nodes never came to agree on a leader, although nothing was done to them',
  },
  Disruption: {
    tier: 'decision',
    source: 'Raft dissertation, 9.6',
    holds: 'no more elections than it takes for every node to rejoin',
    broken: () => 'more elections began than rejoining takes, although every fault had been undone',
  },
} as const satisfies Properties;
