/**
 * Changes that look wrong and break nothing: Zab guards the leader's history twice, by the order of
 * votes and by the test of recency.
 */

import type { Variant } from '../../system.ts';
import { compareZxids } from '../history.ts';
import type { ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

/** Elections all the time, and few transactions: epochs differ more than zxids do. */
const CHURN = { nemesis: ['kill', 'partition'], nemesisIntervalS: 0.3, rate: 20 } as const;

const electBySidOnly: ZabVariant = {
  id: 'zb-elect-by-sid-only',
  describe: 'the highest number wins, but a leader that lags behind is refused: elections repeat',
  kind: 'decoy',
  rules: () => ({ better: (_state, vote, other) => vote.leader > other.leader }),
  hunt: CHURN,
};

const noRecencyTest: ZabVariant = {
  id: 'zb-no-recency-test',
  describe: 'a leader does not ask whose history is more recent: the votes have seen to that',
  kind: 'decoy',
  rules: () => ({ recency: () => false }),
  hunt: CHURN,
};

const voteIgnoresEpoch: ZabVariant = {
  id: 'zb-vote-ignores-epoch',
  describe: 'votes are ordered by zxid and number only; a leader of an older epoch is refused',
  kind: 'decoy',
  rules: () => ({
    better(_state, vote, other) {
      const order = compareZxids(vote.zxid, other.zxid);
      return order === 0 ? vote.leader > other.leader : order > 0;
    },
  }),
  hunt: CHURN,
};

const commitOwnDisk: ZabVariant = {
  id: 'zb-commit-own-disk',
  describe: 'a leader commits nothing that is not on its own disk, however many others have it',
  kind: 'decoy',
  rules: (base) => ({
    commitUpTo: (state, isQuorum) =>
      base.commitUpTo(state, (voters) => isQuorum(voters) && ((voters >> state.self) & 1) === 1),
  }),
  source: 'Zab, section 4: any quorum will do, and one with the leader in it is one',
  // Slow disks: the followers are often done first.
  hunt: { set: { 'disk.syncMaxUs': 20_000 } },
};

const epochFromSelf: ZabVariant = {
  id: 'zb-epoch-from-self',
  describe:
    'a leader goes one beyond the epoch that it accepted itself; others refuse if it is old',
  kind: 'decoy',
  rules: () => ({ newEpoch: ({ acceptedEpoch }) => acceptedEpoch + 1 }),
  hunt: CHURN,
};

const epochCountsAgain: ZabVariant = {
  id: 'zb-epoch-counts-again',
  describe: 'a follower that has accepted an epoch before lets that count for its next leader',
  kind: 'decoy',
  rules: () => ({ epochCounts: () => true }),
  source: 'own reading: epochs have one owner, so it is the same leader that it comes back to',
  hunt: { nodes: 5, nemesis: ['kill', 'partition'], nemesisIntervalS: 0.5 },
};

export const zabDecoys = [
  epochCountsAgain,
  electBySidOnly,
  noRecencyTest,
  voteIgnoresEpoch,
  commitOwnDisk,
  epochFromSelf,
] as const;
