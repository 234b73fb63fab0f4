/** One step of one node: what every part of the protocol works on. Reused from step to step. */

import type { KvMachine } from '../kv.ts';
import type { Env } from '../protocol.ts';
import type { MultiMessage, MultiRecord } from './messages.ts';
import type { MultiRules } from './rules.ts';
import type { MultiState } from './state.ts';

export type MultiEnv = Env<MultiMessage, MultiRecord>;

export interface Multi {
  readonly rules: MultiRules;
  state: MultiState;
  env: MultiEnv;
  /** The state machine's code; its data is in `state.kv`. */
  machine: KvMachine;
}
