/** The registry of systems: one line for each. */

import { raft } from './raft/index.ts';
import type { System } from './system.ts';

export const systems: Readonly<Record<string, System>> = { raft };
