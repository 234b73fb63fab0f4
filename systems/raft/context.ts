/** One step of one node: what every part of the protocol works on. Reused from step to step. */

import type { KvMachine } from '../kv.ts';
import type { Env } from '../protocol.ts';
import type { RaftMessage, RaftRecord } from './messages.ts';
import type { RaftRules } from './rules.ts';
import type { RaftState } from './state.ts';

export type RaftEnv = Env<RaftMessage, RaftRecord>;

export interface Raft {
  readonly rules: RaftRules;
  state: RaftState;
  env: RaftEnv;
  /** The state machine's code; its data is in `state.kv`. */
  machine: KvMachine;
}
