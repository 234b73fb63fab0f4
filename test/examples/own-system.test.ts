/**
 * An own system and an own workload in one file, judged from vitest: a store with one primary and
 * no replication. It survives kills because it writes before it answers; a variant that answers
 * first loses acknowledged writes, and Ordeal says so.
 */

import {
  type AnyProtocol,
  arrivals,
  clientRules,
  hunt,
  kv,
  type Model,
  type Protocol,
  type System,
  sessionClient,
  simulate,
  type Variant,
  type Workload,
} from 'ordeal';
import { describe, expect, test } from 'vitest';

/** The durable record: a command, at its position in the primary's log. */
interface Executed {
  readonly position: number;
  readonly command: kv.Command;
}

interface PrimaryState {
  readonly store: kv.KvState;
  position: number;
}

const PRIMARY = 0;
const machine = new kv.KvMachine(kv.kvRules, {
  sessionTimeoutUs: Number.MAX_SAFE_INTEGER,
  sessionsMax: Number.MAX_SAFE_INTEGER,
});

const protocol: Protocol<PrimaryState, never, Executed> = {
  start(_env, _options, records) {
    const state: PrimaryState = { store: kv.emptyKv(), position: 0 };
    for (const { position, command } of records) {
      machine.apply(state.store, position, command, 0);
      state.position = position;
    }
    return state;
  },
  request(state, env, request) {
    if (env.self !== PRIMARY) {
      env.reply(request.from, { status: 'redirect', leader: PRIMARY });
      return;
    }
    const command =
      request.kind === 'open'
        ? kv.openCommand(request.from, env.nowUs())
        : kv.operationCommand(request.operation, request.session, request.sequence, env.nowUs());
    const position = ++state.position;
    env.persist({ position, command });
    env.reply(request.from, machine.apply(state.store, position, command, 0));
  },
  message: () => undefined,
  timer: () => undefined,
  durable: () => undefined,
  view: (state) => ({
    role: 'primary',
    term: 1,
    leader: PRIMARY,
    commit: state.position,
    applied: state.position,
  }),
  messageKind: () => 'none',
};

const primaryStore: System = {
  name: 'primary-store',
  describe: 'one primary that writes before it answers',
  operations: ['read', 'write', 'cas', 'append', 'inc'],
  options: {},
  rules: {},
  protocol: () => protocol as AnyProtocol,
  client: () => sessionClient(clientRules),
  electionTimeoutMs: 300,
  variants: [],
};

/** A total that starts at nothing: an own model in ten lines. */
const total: Model<number> = {
  name: 'total',
  functions: ['read', 'inc'],
  initial: () => 0,
  step: (state, { f, input, output }) => {
    if (f === 'inc') return state + Number(input);
    return state === (output ?? 0) ? state : undefined;
  },
  readonly: ({ f }) => f === 'read',
};

/** Adds to one total, and reads of it. */
const adding: Workload = {
  name: 'adding',
  describe: 'adds to one total, and reads of it',
  operations: ['read', 'inc'],
  model: total as Model,
  initial: null,
  options: {},
  plan: (config, draw) =>
    arrivals(config, draw).map((arrival) =>
      draw('adding', 0, arrival.id) % 3 === 0
        ? { ...arrival, key: 'total', f: 'read', value: null }
        : { ...arrival, key: 'total', f: 'inc', value: 1 },
    ),
  settle: ({ f, key, value }) => ({ f, key, value }),
  finalReads: () => [{ f: 'read', key: 'total', value: null }],
};

const answersFirst: Variant = {
  id: 'answers-first',
  describe: 'answers before the write is on disk',
  kind: 'variant',
  durability: () => 'unsynced',
};

const options = {
  system: primaryStore,
  workload: adding,
  nemesis: ['kill'],
  nodes: 3,
  timeLimitS: 20,
} as const;

describe('an own system under an own workload', () => {
  test('keeps every acknowledged write over kills', () => {
    // In some runs only the two are killed that do nothing: such a run has shown nothing.
    const verdict = hunt(options, 20)?.verdict ?? { because: 'no fault hit anything at work' };
    expect(verdict).toMatchObject({ because: expect.stringContaining('no fault hit anything') });
  });

  test('is caught when it answers before it writes', () => {
    const found = hunt({ ...options, variants: [answersFirst] }, 20);
    expect(found?.verdict.kind).toBe('invalid');
    const checks = found?.checks.filter((check) => check.verdict.kind === 'invalid');
    expect(checks?.map((check) => check.checker)).toContain('linearizable');
  });

  test('gives the same history for the same seed', () => {
    const one = simulate({ ...options, seed: 5 }).result.history;
    const other = simulate({ ...options, seed: 5 }).result.history;
    expect([...one]).toEqual([...other]);
  });
});
