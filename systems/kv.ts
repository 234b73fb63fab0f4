/**
 * The replicated state machine: a key-value store with client sessions. Pure and deterministic:
 * the same commands at the same positions give the same state and the same hash everywhere.
 *
 * Sessions make retries exactly-once (Ongaro's dissertation, section 6.3): a session is opened
 * through the log, its number is the position of that entry, and the table keeps the result of the
 * last sequence of each. Sessions expire only by the times that stand in the entries themselves.
 */

import { assert } from '../checkers/assert.ts';
import type { Value } from '../checkers/history.ts';
import type { LogIndex, Micros, NodeId } from '../checkers/units.ts';
import { HASH_SEED, mix, mixString, mixValue } from './hash.ts';
import { execute, type Store } from './kv-operations.ts';
import type { Operation } from './operations.ts';
import type { ClientRef, Reply } from './protocol.ts';

/** What one log entry does. Immutable. */
export interface Command {
  readonly kind: 'noop' | 'open' | 'operation' | 'config';
  /** How traces call it: `session:sequence`, `read`, `noop`, `open` or `config`. */
  readonly id: string;
  readonly operation: Operation | null;
  /** 0 for none. */
  readonly session: number;
  readonly sequence: number;
  /** The cluster's clock when a leader made the command, in microseconds. */
  readonly timeUs: Micros;
  readonly valueHash: number;
  /** Who votes from some later position on; of `config` only. */
  readonly voters?: readonly NodeId[];
  /** Raft: who gets the log without a vote, and the voters that are being left (joint consensus). */
  readonly learners?: readonly NodeId[];
  readonly oldVoters?: readonly NodeId[] | null;
}

/** What a command came to; kept by its session and repeated to retries. */
export type CommandResult = Extract<Reply, { status: 'ok' | 'fail' }>;

/** A duplicate had its answer repeated; what was refused changed nothing. */
export type Fate = 'executed' | 'duplicate' | 'refused';

/** What became of a command. */
export interface Execution {
  readonly result: CommandResult;
  readonly fate: Fate;
}

export interface Session {
  /** The highest sequence executed, 0 for none yet. */
  sequence: number;
  /** What it came to. */
  result: CommandResult | null;
  /** Time and position of the last command of this session. */
  usedUs: Micros;
  usedPosition: number;
}

/** Mutable, but plain data. */
export interface KvState {
  readonly data: Store;
  /** By session number; in the order of opening. */
  readonly sessions: Map<number, Session>;
  /** Rolling hash of every command, what it came to, and what happened to sessions. */
  hash: number;
  /** The cluster's clock: the latest time in any entry. It never goes back. */
  clockUs: Micros;
}

/** Bounds on the session table. */
export interface KvLimits {
  readonly sessionTimeoutUs: Micros;
  readonly sessionsMax: number;
}

/** A state as immutable plain data. */
export interface KvSnapshot {
  readonly keys: readonly string[];
  readonly values: readonly Value[];
  readonly sessions: readonly { readonly number: number; readonly session: Readonly<Session> }[];
  readonly hash: number;
  readonly clockUs: Micros;
}

/** Decisions of the state machine that a variant may replace. */
export interface KvRules {
  /** Whether a command of this session is new, known, or must not be executed. */
  dedupe(session: Readonly<Session> | undefined, sequence: number): Dedupe;
  /** Whether a session is over. `localUs` is the node's own clock: different on every node. */
  sessionExpired(
    session: Readonly<Session>,
    entryUs: Micros,
    timeoutUs: Micros,
    localUs: Micros,
  ): boolean;
}

/** `unknown`: there is no such session; `stale`: a later command was already executed. */
export type Dedupe = 'execute' | 'repeat' | 'stale' | 'unknown';

export const kvRules: KvRules = {
  dedupe(session, sequence) {
    if (session === undefined) return 'unknown';
    if (sequence > session.sequence) return 'execute';
    return sequence === session.sequence ? 'repeat' : 'stale';
  },
  sessionExpired: (session, entryUs, timeoutUs) => entryUs - session.usedUs > timeoutUs,
};

const SESSION_FAILED: CommandResult = { status: 'fail', error: 'session' };

export function emptyKv(): KvState {
  return { data: new Map(), sessions: new Map(), hash: HASH_SEED, clockUs: 0 };
}

export function noopCommand(timeUs: Micros): Command {
  const valueHash = mix(mix(HASH_SEED, 1), timeUs);
  return {
    kind: 'noop',
    id: 'noop',
    operation: null,
    session: 0,
    sequence: 0,
    timeUs,
    valueHash,
  };
}

/** Changes nothing in the store: what it means is up to the protocol. */
export function configCommand(voters: readonly NodeId[], timeUs: Micros): Command {
  let valueHash = mix(mix(HASH_SEED, 4), timeUs);
  for (const voter of voters) valueHash = mix(valueHash, voter);
  return {
    kind: 'config',
    id: 'config',
    operation: null,
    session: 0,
    sequence: 0,
    timeUs,
    valueHash,
    voters,
  };
}

export function openCommand(from: ClientRef, timeUs: Micros): Command {
  const valueHash = mix(mix(mix(mix(HASH_SEED, 2), from.client), from.id), timeUs);
  return {
    kind: 'open',
    id: 'open',
    operation: null,
    session: 0,
    sequence: 0,
    timeUs,
    valueHash,
  };
}

export function operationCommand(
  operation: Operation,
  session: number,
  sequence: number,
  timeUs: Micros,
): Command {
  let valueHash = mix(mix(mix(HASH_SEED, 3), session), sequence);
  valueHash = mixString(mixString(valueHash, operation.f), operation.key);
  valueHash = mix(mixValue(valueHash, operation.value), timeUs);
  const id = session === 0 ? operation.f : `${session}:${sequence}`;
  return { kind: 'operation', id, operation, session, sequence, timeUs, valueHash };
}

/** The machine that executes commands, over rules and limits that never change. */
export class KvMachine {
  readonly #rules: KvRules;
  readonly #limits: KvLimits;

  constructor(rules: KvRules, limits: KvLimits) {
    this.#rules = rules;
    this.#limits = limits;
  }

  /** Executes the command at `position`. `localUs` reaches only the rules. */
  apply(state: KvState, position: LogIndex, command: Command, localUs: Micros): CommandResult {
    return this.execute(state, position, command, localUs).result;
  }

  /** The same, and says whether it was executed or came again. */
  execute(state: KvState, position: LogIndex, command: Command, localUs: Micros): Execution {
    if (command.timeUs > state.clockUs) state.clockUs = command.timeUs;
    const execution = this.#execute(state, position, command, localUs);
    const { result, fate } = execution;
    const hash = mix(mix(state.hash, position), command.valueHash);
    state.hash = mixResult(mix(hash, fate === 'executed' ? 0 : 1), result);
    return execution;
  }

  #execute(state: KvState, position: LogIndex, command: Command, localUs: Micros): Execution {
    switch (command.kind) {
      case 'noop':
      case 'config':
        return executed({ status: 'ok', value: null, position });
      case 'open':
        return executed(this.#open(state, position, localUs));
      case 'operation':
        if (command.session === 0) return executed(executeOperation(state, position, command));
        return this.#executeOnce(state, position, command, localUs);
    }
  }

  #open(state: KvState, position: LogIndex, localUs: Micros): CommandResult {
    this.#expire(state, localUs);
    const { clockUs, sessions } = state;
    sessions.set(position, {
      sequence: 0,
      result: null,
      usedUs: clockUs,
      usedPosition: position,
    });
    return { status: 'ok', value: position, position };
  }

  #executeOnce(state: KvState, position: LogIndex, command: Command, localUs: Micros): Execution {
    const number = command.session;
    let session = state.sessions.get(number);
    if (session !== undefined && this.#isExpired(session, state.clockUs, localUs)) {
      state.sessions.delete(number);
      session = undefined;
    }
    const verdict = this.#rules.dedupe(session, command.sequence);
    if (verdict === 'repeat' && session?.result) {
      return { result: session.result, fate: 'duplicate' };
    }
    if (verdict !== 'execute') return { result: SESSION_FAILED, fate: 'refused' };
    const result = executeOperation(state, position, command);
    if (session !== undefined) {
      session.sequence = Math.max(session.sequence, command.sequence);
      session.result = result;
      session.usedUs = state.clockUs;
      session.usedPosition = position;
    }
    return executed(result);
  }

  /** Drops what is over, and while the table is full the session that was idle longest. */
  #expire(state: KvState, localUs: Micros): void {
    for (const [number, session] of state.sessions) {
      if (!this.#isExpired(session, state.clockUs, localUs)) continue;
      state.sessions.delete(number);
      state.hash = mix(state.hash, number);
    }
    while (state.sessions.size >= this.#limits.sessionsMax) {
      const number = longestIdle(state.sessions);
      assert(number !== -1, 'a table that is full has a session');
      state.sessions.delete(number);
      state.hash = mix(state.hash, number);
    }
  }

  #isExpired(session: Session, clockUs: Micros, localUs: Micros): boolean {
    return this.#rules.sessionExpired(session, clockUs, this.#limits.sessionTimeoutUs, localUs);
  }
}

/** The value that a read of `key` sees. */
export function readKv(state: KvState, key: string): Value {
  return state.data.get(key) ?? null;
}

export function snapshotKv(state: KvState): KvSnapshot {
  return {
    keys: [...state.data.keys()],
    values: [...state.data.values()],
    sessions: Array.from(state.sessions, ([number, session]) => ({
      number,
      session: { ...session },
    })),
    hash: state.hash,
    clockUs: state.clockUs,
  };
}

export function restoreKv(snapshot: KvSnapshot): KvState {
  const { keys, values, sessions, hash, clockUs } = snapshot;
  assert(keys.length === values.length, 'a snapshot has a value for every key');
  return {
    data: new Map(keys.map((key, at) => [key, values[at] ?? null])),
    sessions: new Map(sessions.map(({ number, session }) => [number, { ...session }])),
    hash,
    clockUs,
  };
}

function executed(result: CommandResult): Execution {
  return { result, fate: 'executed' };
}

/** What an operation of the log came to at its position. */
function executeOperation(state: KvState, position: LogIndex, command: Command): CommandResult {
  const operation = command.operation;
  if (operation === null) throw new Error('an operation command without an operation');
  const result = execute(state.data, operation);
  if (result.refused) return { status: 'fail', error: result.error, position };
  return { status: 'ok', value: result.value, position };
}

function longestIdle(sessions: ReadonlyMap<number, Session>): number {
  let longest = -1;
  let usedPosition = Number.POSITIVE_INFINITY;
  for (const [number, session] of sessions) {
    if (session.usedPosition >= usedPosition) continue;
    longest = number;
    usedPosition = session.usedPosition;
  }
  return longest;
}

function mixResult(hash: number, result: CommandResult): number {
  if (result.status === 'ok') return mixValue(mix(hash, 7), result.value);
  return mixString(mix(hash, 8), result.error);
}
