/** The registry of nemeses, by the name that `--nemesis` takes. */

import { clock } from './clock.ts';
import type { Nemesis } from './fault.ts';
import { kill } from './kill.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';

export const nemeses: Readonly<Record<string, Nemesis>> = { partition, kill, pause, clock };
