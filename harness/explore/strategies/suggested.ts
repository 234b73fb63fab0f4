/** The settings that variants suggest for a hunt for them, as `ordeal run` follows them. */

import type { HuntSettings } from '../../../systems/system.ts';
import { resolveConfig } from '../../config/config.ts';
import type { Strategy } from '../strategy.ts';

export const suggested: Strategy = {
  name: 'suggested',
  describe: 'the settings that a variant suggests for a hunt (`hunt`), if any',
  applies: ({ hunts }) => hunts.length > 0,
  request: ({ hunts, catalogue }, seed, _attempt, asked) => {
    const { nodes, workload, rate, timeLimitS, nemesisIntervalS, nemesis } = resolveConfig(
      asked,
      hunts,
      () => seed,
      catalogue,
    );
    const hinted: HuntSettings = Object.assign({}, ...hunts);
    const set = Object.assign({}, ...hunts.map((hunt) => hunt.set ?? {}), asked.set);
    return {
      ...(hinted.nodes === undefined ? {} : { nodes }),
      ...(hinted.workload === undefined ? {} : { workload }),
      ...(hinted.rate === undefined ? {} : { rate }),
      ...(hinted.timeLimitS === undefined ? {} : { timeLimitS }),
      ...(hinted.nemesisIntervalS === undefined ? {} : { nemesisIntervalS }),
      ...(hinted.nemesis === undefined
        ? {}
        : { nemesis: nemesis.length === 0 ? ['none'] : nemesis }),
      ...asked,
      set,
      seed,
    };
  },
};
