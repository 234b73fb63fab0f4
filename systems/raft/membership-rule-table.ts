/** One line on each rule of Raft about who takes part: what it decides, and what it may answer. */

import { count, listOf, orNull, type RuleTable, shaped, yesOrNo } from '../rule-table.ts';
import type { Electorate } from './electorates.ts';
import type { RaftMembershipRules } from './membership-rules.ts';
import type { Configuration, LoggedConfiguration } from './messages.ts';

const configuration = shaped<Configuration>('a configuration', {
  voters: listOf(count),
  learners: listOf(count),
  oldVoters: orNull(listOf(count)),
});

const loggedConfiguration = shaped<LoggedConfiguration>('a configuration and its place', {
  index: count,
  term: count,
  configuration,
});

const electorate = shaped<Electorate>('an electorate', { nodes: listOf(count), needed: count });

export const raftMembershipRuleTable: RuleTable<RaftMembershipRules> = {
  electorates: {
    says: 'whose word counts under a configuration, and how much of it (dissertation, 4.3)',
    answers: listOf(electorate),
  },
  activeConfiguration: {
    says: 'the configuration in force: the latest in the log, committed or not (dissertation, 4.1)',
    answers: loggedConfiguration,
  },
  isOther: {
    says: 'whether a configuration is another one than that in force, by index and term',
    answers: yesOrNo,
  },
  keepsConfiguration: {
    says: 'whether a configuration stays when the log is truncated (dissertation, 4.1)',
    answers: yesOrNo,
  },
  confirmedByOthers: {
    says: 'leader: which round counts as confirmed once others vote: none (dissertation, 6.4)',
    answers: count,
  },
  snapshotConfiguration: {
    says: 'the configuration that goes into a snapshot up to an index (dissertation, 5.1)',
    answers: orNull(loggedConfiguration),
  },
  installedConfigurations: {
    says: 'follower: the configurations of its log once a snapshot took the place of some of it',
    answers: listOf(loggedConfiguration),
  },
  reconfigurationDue: {
    says: 'leader: whether it is time to change the membership, there being no operator',
    answers: yesOrNo,
  },
  canChangeConfiguration: {
    says: 'leader: whether it may append a configuration (dissertation, 4.1; raft-dev, 10 July 2015)',
    answers: yesOrNo,
  },
  nextConfiguration: {
    says: 'leader: the configuration to change to, there being no operator; null for none',
    answers: orNull(configuration),
  },
  configurationTowards: {
    says: 'leader: the next configuration on the way to what an operator asks for; null for none',
    answers: orNull(configuration),
  },
  configurationToSettle: {
    says: 'leader: whose consequences it sees to once it is committed: the configuration in force (4.3)',
    answers: loggedConfiguration,
  },
  leavesJoint: {
    says: 'leader: whether it ends a joint configuration that is committed (dissertation, 4.3)',
    answers: yesOrNo,
  },
  afterJoint: {
    says: 'leader: the configuration that ends a joint one: the new voters alone (dissertation, 4.3)',
    answers: configuration,
  },
  endsCatchUp: {
    says: 'leader: whether a learner has what the round of catching up was for (dissertation, 4.2.1)',
    answers: yesOrNo,
  },
  hasCaughtUp: {
    says: 'leader: whether a learner at the end of a round keeps up (dissertation, 4.2.1)',
    answers: yesOrNo,
  },
};
