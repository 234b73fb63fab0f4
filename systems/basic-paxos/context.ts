/** One step of one node: what every part of the protocol works on. Reused from step to step. */

import type { Env } from '../protocol.ts';
import type { BasicMessage, BasicRecord } from './messages.ts';
import type { BasicRules } from './rules.ts';
import type { BasicState } from './state.ts';

export type BasicEnv = Env<BasicMessage, BasicRecord>;

export interface Basic {
  readonly rules: BasicRules;
  state: BasicState;
  env: BasicEnv;
}
