/** Fast Paxos with a replicated key-value store on top, as a system to be tested. */

import { leadersAmong } from '../leadership.ts';
import { PROTOCOL_OPERATIONS } from '../operations.ts';
import { sessionClient, sessionPatience } from '../session-client.ts';
import { BEYOND_DURABILITY, type ProtocolSystem } from '../system.ts';
import { fastOptions, fastOptionsFault } from './options.ts';
import { fastPaxosProtocol } from './protocol.ts';
import { quorumSizes } from './quorums.ts';
import { fastRuleTable } from './rule-table.ts';
import { type FastRules, fastRules } from './rules.ts';
import { fastWords } from './scenario-words.ts';
import { fastSometimes } from './sometimes.ts';
import { fastVariants } from './variants.ts';

export const fastPaxos: ProtocolSystem = {
  name: 'fast-paxos',
  describe: 'Fast Paxos (Lamport 2006) with fast and classic rounds, recovery of collisions, a log',
  operations: PROTOCOL_OPERATIONS,
  options: fastOptions,
  optionsFault: fastOptionsFault,
  rules: fastRules,
  ruleTable: fastRuleTable,
  // A host hands back to each protocol only what that protocol made, under its own table of rules.
  protocol: (rules: FastRules) => fastPaxosProtocol(rules),
  client: (rules: FastRules) => sessionClient(rules),
  beyond: BEYOND_DURABILITY,
  electionTimeoutMs: 300,
  // A classic round is enough; one that needs more than a majority may need all.
  suffices: (nodes, { classicQuorum, fastQuorum }, size) =>
    classicQuorum === 0 && fastQuorum === 0 ? 2 * nodes.length > size : nodes.length === size,
  // Who goes on in another round names itself all the while, and leads nobody until that is prepared.
  primaries: (views) => leadersAmong(views, ({ role }) => role === 'leader'),
  patience: [{ option: 'electionTimeoutMs', every: 'heartbeatMs', hops: 2 }, sessionPatience(4)],
  quorum: ({ classicQuorum, fastQuorum }, size) =>
    quorumSizes(size, {
      classicQuorum: Number(classicQuorum),
      fastQuorum: Number(fastQuorum),
    }).classic,
  // What is lost waits for being sent again.
  restsMs: ({ retransmitMs }) => Number(retransmitMs),
  inFlight: (options) => Number(options['window']),
  // A new coordinator proposes in all slots at once.
  catchesUp: ({ batch }) => ({ leader: Number.POSITIVE_INFINITY, follower: Number(batch) }),
  variants: fastVariants,
  small: { set: { checkQuorum: false }, atMost: { snapshotEvery: 2 } },
  sometimes: fastSometimes,
  scenarioWords: fastWords,
};
