/** One step of one server: what every part of the protocol works on. Reused from step to step. */

import type { KvMachine } from '../kv.ts';
import type { Env } from '../protocol.ts';
import type { Origin, ZabMessage, ZabRecord } from './messages.ts';
import type { ZabRules } from './rules.ts';
import type { ZabState } from './state.ts';

export type ZabEnv = Env<ZabMessage, ZabRecord>;

export interface Zab {
  readonly rules: ZabRules;
  state: ZabState;
  env: ZabEnv;
  /** The state machine's code; its data is in `state.kv`. */
  machine: KvMachine;
}

/** Whether a transaction was asked for by this life of this server. */
export function isOwn({ rules, state, env }: Zab, origin: Origin): boolean {
  return rules.isOwn(state, origin, env.incarnation);
}
