/** Every seed as `ordeal run` takes it: by default five nodes, every fault, mild settings. */

import type { Strategy } from '../strategy.ts';

export const plain: Strategy = {
  name: 'plain',
  describe: 'the default settings, under every fault',
  request: (_ground, seed, _attempt, asked) => ({ ...asked, seed }),
};
