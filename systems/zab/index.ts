/** Zab with a replicated key-value store on top, as a system to be tested. */

import { PROTOCOL_OPERATIONS } from '../operations.ts';
import type { Options } from '../protocol.ts';
import { sessionClient, sessionPatience } from '../session-client.ts';
import { BEYOND_DURABILITY, type ProtocolSystem } from '../system.ts';
import { zabConfig, zabOptions, zabOptionsFault } from './options.ts';
import { zabProtocol } from './protocol.ts';
import { zabRuleTable } from './rule-table.ts';
import { type ZabRules, zabRules } from './rules.ts';
import { zabWords } from './scenario-words.ts';
import { zabSometimes } from './sometimes.ts';
import { zabVariants } from './variants.ts';

export const zab: ProtocolSystem = {
  name: 'zab',
  describe: "Zab (Junqueira, Reed and Serafini) with ZooKeeper's leader election, and sessions",
  operations: PROTOCOL_OPERATIONS,
  options: zabOptions,
  optionsFault: zabOptionsFault,
  rules: zabRules,
  ruleTable: zabRuleTable,
  links: 'connections',
  // A host hands back to each protocol only what that protocol made, under its own table of rules.
  protocol: (rules: ZabRules) => zabProtocol(rules),
  client: (rules: ZabRules) => sessionClient(rules),
  beyond: BEYOND_DURABILITY,
  electionTimeoutMs: 500,
  // Majorities of voters; of weights and groups all, which is enough in any case.
  suffices: (nodes, { quorum, observers }, size) => {
    const voters = size - Number(observers);
    return quorum === 'majority'
      ? 2 * nodes.filter((node) => node < voters).length > voters
      : nodes.length === size;
  },
  patience: [
    { option: 'syncLimitMs', every: 'pingMs', hops: 2 },
    // Who is elected counts from its own decision: the last vote that others wait for, what they have
    // accepted, the new epoch, its acknowledgement, the history, and that it is there.
    { option: 'initLimitMs', hops: 6 },
    { option: 'finalizeMs', hops: 1 },
    sessionPatience(4),
  ],
  // A full epoch ends, and with it its leader.
  leaderServes: (options) => zabConfig(options).counterMax,
  // Until a leader is missed, a vote told again, a better one no longer waited for, and whoever was
  // elected and cannot begin given up.
  restsMs: ({ syncLimitMs, resendMaxMs, finalizeMs, initLimitMs }) =>
    Number(syncLimitMs) + Number(resendMaxMs) + Number(finalizeMs) + Number(initLimitMs),
  electors: ({ observers }, size) => size - Number(observers),
  promise: (options: Options) =>
    zabConfig(options).reads === 'quorum' ? 'linearizable' : 'ordered-sequential',
  small: { set: {}, atMost: { snapshotEvery: 2, counterBits: 2, observers: 1 } },
  sometimes: zabSometimes,
  scenarioWords: zabWords,
  variants: zabVariants,
};
