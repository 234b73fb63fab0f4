/** Ids on request, no two of which may be alike. */

import { checkUniqueIds } from '../../checkers/unique-ids.ts';
import { arrivals } from '../pace.ts';
import type { Workload } from '../workload.ts';
import { field, stateless } from './rpc.ts';

export const uniqueIds: Workload = {
  name: 'unique-ids',
  describe: 'ids on request: no two answers have the same',
  operations: ['generate'],
  model: 'register',
  initial: null,
  options: {},
  plan: (config, draw) =>
    arrivals(config, draw).map((arrival) => ({ ...arrival, key: '', f: 'generate', value: null })),
  settle: ({ f, key, value }) => ({ f, key, value }),
  finalReads: () => [],
  judge: checkUniqueIds,
  rpc: stateless(
    () => ({ type: 'generate' }),
    (_operation, body) => field(body, 'generate_ok', 'id'),
  ),
};
