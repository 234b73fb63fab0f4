/** Properties of Zab. */

import type { Properties } from '../property.ts';

export const ZAB = {
  EpochUnique: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'one leader per epoch',
    broken: () => 'two servers acted as the leader of the same epoch',
  },
  EpochMonotone: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'epochs of a server only grow',
    broken: (who) => `${who} went back to an older epoch`,
  },
  CurrentEpochAccepted: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'currentEpoch <= acceptedEpoch',
    broken: (who) => `${who} is in an epoch that it had not accepted`,
  },
  VoteOrderTotal: {
    tier: 'decision',
    source: 'Medeiros 2012, section 4.2',
    holds: 'votes of an election do not go round in circles',
    broken: (who) => `${who} changed its vote to a candidate that it had found worse before`,
  },
  LeaderHistoryComplete: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'a leader begins with everything committed in earlier epochs',
    broken: (who) =>
      `${who} became the leader without a transaction that had been committed before`,
  },
  PrimaryIntegrity: {
    tier: 'decision',
    source: 'Zab, section 3',
    holds: 'it has delivered that before it proposes; nothing else is committed for earlier epochs',
    broken: (who) => `${who} proposed before it had executed all that earlier leaders committed`,
  },
  SyncComplete: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'who enters an epoch has the history that its leader began it with',
    broken: (who) => `${who} joined its leader with another history than the leader's`,
  },
  ZxidUnique: {
    tier: 'decision',
    source: 'Zab, section 3',
    holds: 'a zxid names one transaction',
    broken: () => 'two transactions had the same number',
  },
  Integrity: {
    tier: 'decision',
    source: 'Zab, section 3',
    holds: 'which was proposed',
    broken: (who) => `${who} has a transaction that nobody had proposed`,
  },
  ProposalGap: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'and is logged right behind its predecessor',
    broken: (who) => `${who} logged a transaction behind another one than it follows`,
  },
  LocalPrimaryOrder: {
    tier: 'log',
    source: 'Zab, section 3',
    holds: '1, 2, 3 ... within an epoch',
    broken: (who) => `${who} has transactions of one leader in the wrong order`,
  },
  GlobalPrimaryOrder: {
    tier: 'log',
    source: 'Zab, section 3',
    holds: 'and epochs in order',
    broken: (who) =>
      `${who} executed a transaction of an earlier leader after one of a later leader`,
  },
  FifoClientOrder: {
    tier: 'log',
    source: 'Hunt et al. 2010, section 2.3',
    holds: "a session's commands take effect in their order",
    broken: (who) => `${who} executed the commands of a client in another order than it gave them`,
  },
  TruncDelivered: {
    tier: 'decision',
    source: 'Medeiros 2012, section 5',
    holds: 'what was delivered or committed is never cut',
    broken: (who) => `${who} cut from its history what had been executed or committed`,
  },
  ServeAfterSync: {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'clients are answered only by servers in an epoch that stands',
    broken: (who) => `${who} served clients before it had caught up with a leader`,
  },
  SyncFreshness: {
    tier: 'decision',
    source: 'Hunt et al. 2010, section 2.3',
    holds: 'a read behind a sync has the word of a leader',
    broken: (who) =>
      `${who} answered a read that asked for the latest state without making sure to have it`,
  },
  'D:EpochDurable': {
    tier: 'decision',
    source: 'Zab, section 4',
    holds: 'epochs survive a restart',
    broken: (who) => `${who} forgot, when it was restarted, which epoch it had reached`,
  },
} as const satisfies Properties;
