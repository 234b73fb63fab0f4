/** Every request is answered with what it carried. */

import { checkEcho } from '../../checkers/echo.ts';
import { arrivals } from '../pace.ts';
import type { Workload } from '../workload.ts';
import { field, stateless } from './rpc.ts';

export const echo: Workload = {
  name: 'echo',
  describe: 'every request is answered with what it carried',
  operations: ['echo'],
  model: 'register',
  initial: null,
  options: {},
  plan: (config, draw) =>
    arrivals(config, draw).map((arrival) => {
      const value = `Please echo ${draw('echo', 0, arrival.id) % 128}`;
      return { ...arrival, key: '', f: 'echo', value };
    }),
  settle: ({ f, key, value }) => ({ f, key, value }),
  finalReads: () => [],
  judge: checkEcho,
  rpc: stateless(
    ({ value }) => ({ type: 'echo', echo: value }),
    (_operation, body) => field(body, 'echo_ok', 'echo'),
  ),
};
