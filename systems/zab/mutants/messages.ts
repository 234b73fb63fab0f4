/** Who is told too little or too much, and who counts as heard. */

import type { Variant } from '../../system.ts';
import { lastZxid } from '../history.ts';
import type { ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

/** So few operations that followers hear nothing but pings for long. */
const QUIET = { nodes: 3, nemesis: ['kill'], nemesisIntervalS: 4, rate: 1 } as const;

const pingsWhoJoins: ZabVariant = {
  id: 'zb-no-pings-once-serving',
  describe: 'a leader pings servers until they serve, and not any more then',
  kind: 'mutant',
  rules: () => ({ pings: (_state, _node, { stage }) => stage !== 'serving' }),
  source: 'ZooKeeper: the leader pings every half a tick',
  expect: ['Liveness:leader', 'Liveness:client-completes', 'Liveness:progress'],
  hunt: QUIET,
};

const pingsUnanswered: ZabVariant = {
  id: 'zb-pings-unanswered',
  describe: 'followers do not answer pings',
  kind: 'mutant',
  rules: () => ({ answersPing: () => false }),
  source: 'ZooKeeper: a leader without a quorum that it has heard gives up',
  expect: ['Liveness:leader', 'Liveness:client-completes', 'Liveness:progress'],
  hunt: QUIET,
};

const tellsUncommitted: ZabVariant = {
  id: 'zb-uptodate-tells-all',
  describe: 'UPTODATE says that the whole history of the leader is committed',
  kind: 'mutant',
  rules: () => ({ toldCommitted: lastZxid }),
  source: 'DSN, phase 2: what is under way is committed by its own quorum',
  expect: ['CommitQuorum', 'ApplyBeyondCommit', 'TotalOrder', 'ApplyAgreement', 'PANIC'],
  hunt: { nodes: 5, nemesis: ['kill', 'partition'], nemesisIntervalS: 0.5, rate: 1000 },
};

export const messageMutants = [pingsWhoJoins, pingsUnanswered, tellsUncommitted] as const;
