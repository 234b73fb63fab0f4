/** Basic Paxos as a keyed object that is written once, as a system to be tested. */

import type { ClientProtocol } from '../client.ts';
import { sessionClient, sessionPatience } from '../session-client.ts';
import { BEYOND_DURABILITY, majority, type ProtocolSystem } from '../system.ts';
import { basicOptions } from './options.ts';
import { basicPaxosProtocol } from './protocol.ts';
import { basicRuleTable } from './rule-table.ts';
import {
  BACKOFF_DOUBLINGS_MAX,
  type BasicRules,
  basicRules,
  HEARTBEATS_MISSED_MAX,
} from './rules.ts';
import { basicWords } from './scenario-words.ts';
import { basicSometimes } from './sometimes.ts';
import { basicVariants } from './variants.ts';

export const basicPaxos: ProtocolSystem = {
  name: 'basic-paxos',
  describe: 'Basic Paxos (Lamport): a consensus object for each key, decided once',
  operations: ['read', 'propose'],
  options: basicOptions,
  rules: basicRules,
  ruleTable: basicRuleTable,
  // A host hands back to each protocol only what that protocol made, under its own table of rules.
  protocol: (rules: BasicRules) => basicPaxosProtocol(rules),
  client: (rules: BasicRules) => withoutSessions(sessionClient(rules)),
  beyond: BEYOND_DURABILITY,
  electionTimeoutMs: 300,
  suffices: majority,
  // A ballot that lacks its quorum, the wait after it, and the silence of who is to propose for all.
  restsMs: ({ phaseTimeoutMs, backoffMs, distinguishedProposer, heartbeatMs }) =>
    Number(phaseTimeoutMs) +
    Number(backoffMs) * 2 ** BACKOFF_DOUBLINGS_MAX +
    (distinguishedProposer === true ? Number(heartbeatMs) * HEARTBEATS_MISSED_MAX : 0),
  patience: [
    { option: 'phaseTimeoutMs', hops: 2 },
    // Both phases.
    { option: 'giveUpMs', hops: 4 },
    // What was decided while a client had given up is what it is told when it asks anew.
    sessionPatience(2),
  ],
  small: {
    set: { heartbeatMs: 10_000, phaseTimeoutMs: 10, backoffMs: 1, giveUpMs: 3_600_000 },
    atMost: { giveUpMs: 5 },
    // Only who looks for a distinguished proposer goes by signs of life.
    lost: ({ distinguishedProposer }) => (distinguishedProposer === true ? [] : ['alive']),
  },
  sometimes: basicSometimes,
  scenarioWords: basicWords,
  variants: basicVariants,
};

/** To propose again is to be told what was decided: retries need no session, so none is opened. */
function withoutSessions(client: ClientProtocol): ClientProtocol {
  return { ...client, start: (env) => ({ ...client.start(env), session: 1 }) };
}
