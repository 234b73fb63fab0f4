/** The registry of nemeses, by the name that `--nemesis` takes. */

import { bitRot } from './bit-rot.ts';
import { clientLinks } from './client-links.ts';
import { clock } from './clock.ts';
import { clockFreeze } from './clock-freeze.ts';
import { crashLoop } from './crash-loop.ts';
import { failingSync } from './failing-sync.ts';
import type { Nemesis } from './fault.ts';
import { flakyLinks } from './flaky-links.ts';
import { fullDisk } from './full-disk.ts';
import { goneForGood } from './gone-for-good.ts';
import { holdAndRelease } from './hold-and-release.ts';
import { kill } from './kill.ts';
import { membershipChange } from './membership-change.ts';
import { nextMessages } from './next-messages.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { powerLoss } from './power-loss.ts';
import { priorities } from './priorities.ts';
import { replacement } from './replacement.ts';
import { rollingRestart } from './rolling-restart.ts';
import { slowDisk } from './slow-disk.ts';
import { slowLinks } from './slow-links.ts';
import { staleDisk } from './stale-disk.ts';
import { wipedDisk } from './wiped-disk.ts';

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
  'next-messages': nextMessages,
  'clock-freeze': clockFreeze,
  'power-loss': powerLoss,
  'slow-disk': slowDisk,
  'failing-sync': failingSync,
  'full-disk': fullDisk,
  'bit-rot': bitRot,
  'membership-change': membershipChange,
  replacement,
  'wiped-disk': wipedDisk,
  'stale-disk': staleDisk,
  priorities,
};
