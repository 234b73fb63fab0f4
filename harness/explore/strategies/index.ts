/** The strategies of exploration. One line registers one. */

import type { Strategy } from '../strategy.ts';
import { plain } from './plain.ts';
import { reactive } from './reactive.ts';
import { suggested } from './suggested.ts';
import { swarm } from './swarm.ts';

export const strategies = { plain, swarm, reactive, suggested } as const satisfies Readonly<
  Record<string, Strategy>
>;
