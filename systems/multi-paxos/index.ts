/** Multi-Paxos with a replicated key-value store on top, as a system to be tested. */

import { PROTOCOL_OPERATIONS } from '../operations.ts';
import { sessionClient, sessionPatience } from '../session-client.ts';
import { BEYOND_DURABILITY, majority, type ProtocolSystem } from '../system.ts';
import { multiOptions } from './options.ts';
import { multiPaxosProtocol } from './protocol.ts';
import { multiRuleTable } from './rule-table.ts';
import { type MultiRules, multiRules } from './rules.ts';
import { multiWords } from './scenario-words.ts';
import { multiSometimes } from './sometimes.ts';
import { multiVariants } from './variants.ts';

export const multiPaxos: ProtocolSystem = {
  name: 'multi-paxos',
  describe: 'Multi-Paxos (Lamport) with a stable leader, a pipeline, snapshots and sessions',
  operations: PROTOCOL_OPERATIONS,
  options: multiOptions,
  rules: multiRules,
  ruleTable: multiRuleTable,
  // A host hands back to each protocol only what that protocol made, under its own table of rules.
  protocol: (rules: MultiRules) => multiPaxosProtocol(rules),
  client: (rules: MultiRules) => sessionClient(rules),
  beyond: BEYOND_DURABILITY,
  inoperable: (act) =>
    act === 'leave'
      ? null
      : 'an acceptor is never replaced by an empty one of the same name: what it promised would be lost',
  electionTimeoutMs: 300,
  // Who takes part may change on the way: what is in force is in the trace, and asked for as well.
  suffices: majority,
  patience: [{ option: 'electionTimeoutMs', every: 'heartbeatMs', hops: 2 }, sessionPatience(4)],
  // What is lost waits for being sent again, and who is to lead next for the lease of who led last.
  restsMs: ({ retransmitMs, reads, leaseMs }) =>
    Number(retransmitMs) + (reads === 'lease' ? Number(leaseMs) : 0),
  inFlight: (options) => Number(options['window']),
  catchesUp: ({ window, batch, reconfigureEvery }) => ({
    // At each new configuration among them it begins again, with phase 1.
    leader: Math.min(Number(window), Math.ceil(Number(reconfigureEvery) / 2) || Number(window)),
    follower: Number(batch),
  }),
  small: { set: { checkQuorum: false }, atMost: { snapshotEvery: 2, reconfigureEvery: 2 } },
  sometimes: multiSometimes,
  scenarioWords: multiWords,
  variants: multiVariants,
};
