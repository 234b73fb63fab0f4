/** Raft with a replicated key-value store on top, as a system to be tested. */

import { PROTOCOL_OPERATIONS } from '../operations.ts';
import { sessionClient, sessionPatience } from '../session-client.ts';
import { BEYOND_DURABILITY, type ProtocolSystem } from '../system.ts';
import { raftVariants } from './mutants/index.ts';
import { raftOptions } from './options.ts';
import { raftProtocol } from './protocol.ts';
import { raftRuleTable } from './rule-table.ts';
import { type RaftRules, raftRules } from './rules.ts';
import { raftWords } from './scenario-words.ts';
import { raftSometimes } from './sometimes.ts';

export const raft: ProtocolSystem = {
  name: 'raft',
  describe: 'Raft (Ongaro and Ousterhout) with PreVote, CheckQuorum, snapshots and sessions',
  operations: PROTOCOL_OPERATIONS,
  options: raftOptions,
  rules: raftRules,
  ruleTable: raftRuleTable,
  // A host hands back to each protocol only what that protocol made, under its own table of rules.
  protocol: (rules: RaftRules) => raftProtocol(rules),
  client: (rules: RaftRules) => sessionClient(rules),
  beyond: BEYOND_DURABILITY,
  inoperable: (act, { membership, preVote, checkQuorum }) => {
    if (preVote !== true && checkQuorum !== true) {
      return (
        'who was taken out of the voters unseats leaders (dissertation, 4.2.3): set preVote=true or ' +
        'checkQuorum=true'
      );
    }
    if (act === 'leave' || membership === 'off') return null;
    return 'its leader may take back in whoever is being replaced: set membership=off';
  },
  electionTimeoutMs: 300,
  // Who takes part may change on the way: what is in force is in the trace, and asked for as well.
  suffices: (nodes, { transferEvery }, size) =>
    transferEvery === 0 ? 2 * nodes.length > size : nodes.length === size,
  patience: [{ option: 'electionTimeoutMs', every: 'heartbeatMs', hops: 2 }, sessionPatience(4)],
  leaderServes: ({ transferEvery }) => Number(transferEvery) || Number.POSITIVE_INFINITY,
  // Entries that overtake one another are refused, so that only those of one message are sure to count.
  inFlight: ({ batch }) => Number(batch),
  // A message of entries is answered before the next is sent, where many are behind.
  catchesUp: ({ batch }) => ({ leader: Number(batch), follower: Number(batch) }),
  disruptible: ({ preVote, checkQuorum, membership }) =>
    preVote === true || checkQuorum === true || membership === 'off'
      ? null
      : 'who was taken out of the voters unseats leaders (dissertation, 4.2.3): set preVote=true or ' +
        'checkQuorum=true, or membership=off',
  small: {
    set: { preVote: false, checkQuorum: false },
    atMost: { snapshotEvery: 2, reconfigureEvery: 2, transferEvery: 2 },
    // Who is to join, to take over or to be asked is chosen by number.
    symmetric: ({ membership, transferEvery, reads }) =>
      membership === 'off' && transferEvery === 0 && reads !== 'follower',
  },
  sometimes: raftSometimes,
  scenarioWords: raftWords,
  variants: raftVariants,
};
