/** The registry of nemeses, by the name that `--nemesis` takes. */

import { clientLinks } from './client-links.ts';
import { clock } from './clock.ts';
import { clockFreeze } from './clock-freeze.ts';
import { crashLoop } from './crash-loop.ts';
import type { Nemesis } from './fault.ts';
import { flakyLinks } from './flaky-links.ts';
import { goneForGood } from './gone-for-good.ts';
import { holdAndRelease } from './hold-and-release.ts';
import { kill } from './kill.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { rollingRestart } from './rolling-restart.ts';
import { slowLinks } from './slow-links.ts';

export const nemeses: Readonly<Record<string, Nemesis>> = {
  partition,
  kill,
  pause,
  clock,
  'rolling-restart': rollingRestart,
  'crash-loop': crashLoop,
  'gone-for-good': goneForGood,
  'flaky-links': flakyLinks,
  'slow-links': slowLinks,
  'hold-and-release': holdAndRelease,
  'client-links': clientLinks,
  'clock-freeze': clockFreeze,
};
