/** Properties of Basic Paxos, Multi-Paxos and Fast Paxos. */

import type { Properties } from '../property.ts';

export const PAXOS = {
  Agreement: {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds:
      'votes choose one value per instance (also Zab: one transaction per position is committed)',
    broken: () => 'two different values were chosen for the same place',
  },
  ChosenStable: {
    tier: 'log',
    source: 'Paxos Made Simple',
    holds: 'all learn the same',
    broken: (who) => `${who} learned another value than had been learned for the same place`,
  },
  LearnedNotChosen: {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'what is learned, executed or reported as chosen is: by a fast quorum in a fast round',
    broken: (who) => `${who} took a value for chosen that too few nodes had accepted`,
  },
  PromiseMonotone: {
    tier: 'decision',
    source: 'Paxos Made Simple, P1a',
    holds: 'promises grow',
    broken: (who) => `${who} promised an older ballot after it had promised a newer one`,
  },
  PromiseTruthful: {
    tier: 'decision',
    source: 'Paxos Made Simple, phase 1b',
    holds: 'they report every last vote, and no other',
    broken: (who) => `${who} did not tell truthfully what it had accepted before`,
  },
  AcceptRespectsPromise: {
    tier: 'decision',
    source: 'Paxos Made Simple, P1a',
    holds: 'nobody accepts below its promise',
    broken: (who) => `${who} accepted a value in a ballot in which it had promised not to`,
  },
  VoteRespectsPromise: {
    tier: 'decision',
    source: 'Fast Paxos, section 3.1',
    holds: 'the same, as Fast Paxos calls it',
    broken: (who) => `${who} voted in a round after it had gone on to a newer one`,
  },
  BallotReused: {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'a ballot is used once',
    broken: (who) => `${who} began a ballot that is no newer than one it had used`,
  },
  BallotOwner: {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'by one node',
    broken: () => 'two nodes led the same ballot',
  },
  OneValuePerBallot: {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'one value is proposed in each',
    broken: () => 'there were two values for the same place in one ballot',
  },
  OneValuePerRound: {
    tier: 'decision',
    source: 'Fast Paxos, section 2.2',
    holds: 'the same, as Fast Paxos calls it',
    broken: (who) => `${who} proposed two values for the same place in one round`,
  },
  'J:HighestValue': {
    tier: 'decision',
    source: 'Paxos Made Simple, P2c',
    holds: 'the value proposed is that of the highest ballot reported',
    broken: (who) => `${who} proposed another value than the latest it had been told of`,
  },
  SafeAt: {
    tier: 'decision',
    source: 'Paxos Made Simple, P2b',
    holds: 'no other value was or can be chosen in an earlier ballot: the induction of the proof',
    broken: (who) => `${who} proposed a value where another one was or could still be chosen`,
  },
  PrefixRead: {
    tier: 'decision',
    source: 'Paxos Made Simple, section 3',
    holds: 'a leader reads only beyond its own first slot',
    broken: (who) => `${who} answered a read before it knew all that was decided before it led`,
  },
  ReadChosen: {
    tier: 'decision',
    source: 'Paxos Made Simple, section 2.3',
    holds: 'Basic Paxos: reads are told what is chosen, and nothing only where nothing was',
    broken: (who) => `${who} told a client a value that was not decided`,
  },
  ConfigurationAgreement: {
    tier: 'decision',
    source: 'Paxos Made Simple, section 3',
    holds: 'nodes agree on who votes from which slot on',
    broken: (who) => `${who} goes by other voters than the other nodes do at the same place`,
  },
  ConfigurationWindow: {
    tier: 'decision',
    source: 'Paxos Made Simple, section 3',
    holds: 'before anything is proposed there',
    broken: (who) => `${who} changed who votes where the old voters had already been asked`,
  },
  VoteAuthorized: {
    tier: 'decision',
    source: 'Paxos Made Simple, P2',
    holds:
      'votes are for what was proposed in that very ballot, or for anything under an "Any" of it',
    broken: (who) => `${who} accepted a value that nobody had proposed in that ballot`,
  },
  OneVotePerRound: {
    tier: 'decision',
    source: 'Fast Paxos, section 2.2',
    holds: 'Fast Paxos: one vote per round',
    broken: (who) => `${who} voted twice in one round`,
  },
  SafeAtAny: {
    tier: 'decision',
    source: 'Fast Paxos, section 2.2',
    holds: 'Fast Paxos: "Any" only where nothing was or can be chosen earlier',
    broken: (who) =>
      `${who} let others vote for any value where one was or could still be chosen earlier`,
  },
  CollisionRule: {
    tier: 'decision',
    source: 'Fast Paxos, section 2.2',
    holds: 'Fast Paxos: the value proposed is the one that the counted quorum forces (O4)',
    broken: (who) => `${who} settled a collision for another value than the votes require`,
  },
  DirectSuccessor: {
    tier: 'decision',
    source: 'Fast Paxos, section 3.2',
    holds: 'Fast Paxos: votes stand for promises of the next round only, of the same coordinator',
    broken: (who) => `${who} took votes for promises of a round that they cannot stand for`,
  },
  'D:BallotDurable': {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'ballots survive a restart',
    broken: (who) => `${who} forgot, when it was restarted, which ballots it had used`,
  },
  'D:PromiseDurable': {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'so do promises',
    broken: (who) => `${who} forgot a promise when it was restarted`,
  },
  'D:AcceptDurable': {
    tier: 'decision',
    source: 'Paxos Made Simple',
    holds: 'and what was accepted',
    broken: (who) => `${who} forgot, when it was restarted, what it had accepted`,
  },
  'D:VoteDurable': {
    tier: 'decision',
    source: 'Fast Paxos, section 2.2; Raft, section 5.2',
    holds: 'and votes (Raft: the vote of a term)',
    broken: (who) => `${who} forgot, when it was restarted, how it had voted`,
  },
} as const satisfies Properties;
