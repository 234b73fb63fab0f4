/** Messages that say something else than what is so. */

import type { Variant } from '../../system.ts';
import type { FastRules } from '../rules.ts';

type FastVariant = Variant<FastRules>;

const CRASHES = { nodes: 5, nemesis: ['kill', 'partition'], nemesisIntervalS: 1 } as const;

const anyFromStart: FastVariant = {
  id: 'fp-heartbeat-frees-all-slots',
  describe:
    'the Any that heartbeats repeat frees all slots, and not those behind the reported ones',
  kind: 'mutant',
  rules: (base) => ({
    heartbeat: (state) => {
      const said = base.heartbeat(state);
      return said.anyFrom === 0 ? said : { ...said, anyFrom: 1 };
    },
  }),
  source: 'FP, section 2.2: Any is sent where nothing is forced',
  expect: ['VoteAuthorized', 'Agreement', 'StateMachineSafety'],
  hunt: { ...CRASHES, set: { 'network.lossPpm': 100_000 } },
};

const takenTooEarly: FastVariant = {
  id: 'fp-any-over-reported-slots',
  describe:
    'a coordinator takes slots behind the prefix that it knows for free, whatever was reported',
  kind: 'mutant',
  rules: () => ({ lastTaken: (state) => state.chosenUpTo }),
  source: 'FP, section 2.2, rule O4',
  expect: ['SafeAtAny', 'SafeAt', 'Agreement'],
  hunt: { ...CRASHES, rate: 300 },
};

const learnsWithoutSnapshot: FastVariant = {
  id: 'fp-learns-without-snapshot',
  describe: 'whoever asks for compacted slots is told those behind the snapshot, and not that',
  kind: 'mutant',
  rules: () => ({ tellsSnapshot: () => false }),
  source: 'PML, section 5.5: catch-up by snapshot',
  expect: ['Liveness:followers-converge'],
  hunt: { ...CRASHES, nodes: 4, nemesisIntervalS: 2, set: { snapshotEvery: 20 } },
};

export const messageMutants = [anyFromStart, takenTooEarly, learnsWithoutSnapshot] as const;
