/** One step of one node: what every part of the protocol works on. Reused from step to step. */

import type { KvMachine } from '../kv.ts';
import type { Env } from '../protocol.ts';
import type { FastMessage, FastRecord } from './messages.ts';
import type { FastRules } from './rules.ts';
import type { FastState } from './state.ts';

export type FastEnv = Env<FastMessage, FastRecord>;

export interface Fast {
  readonly rules: FastRules;
  state: FastState;
  env: FastEnv;
  /** The state machine's code; its data is in `state.kv`. */
  machine: KvMachine;
}
