/** An own system that is right is not blamed for a world that is too slow for it, and one that hangs is. */

import { type System, simulate, type Variant } from 'ordeal';
import { describe, expect, test } from 'vitest';
import { abdRegister, readsAndWrites } from './abd-register.ts';

const { patience: _, ...rest } = abdRegister;
/** The same, and nobody says how long an answer takes. */
const undeclared: System = rest;

/** Nobody is enough: no phase ever ends. */
const hangs: Variant = {
  id: 'hangs',
  describe: 'waits for more nodes than there are',
  kind: 'variant',
  rules: () => ({ quorum: (nodes: number) => nodes + 1 }),
};

const SLOW_NETWORK = { 'network.latencyMinUs': 200_000, 'network.latencyMaxUs': 300_000 };
const SLOW_DISK = { 'disk.syncMinUs': 400_000, 'disk.syncMaxUs': 600_000 };

function verdictOf(system: System, set: Record<string, number>, variants: readonly Variant[] = []) {
  const workload = readsAndWrites;
  return simulate({ system, workload, variants, set, seed: 1, timeLimitS: 20 }).verdict;
}

describe.each([
  ['that says what it needs', abdRegister, '500 ms for an answer'],
  ['that says nothing of it', undeclared, 'waited at most 500 ms'],
])('a system %s', (_name, system, timeOut) => {
  test.each([
    ['network', SLOW_NETWORK, 'latency up to 300 ms'],
    ['disk', SLOW_DISK, 'a sync up to 600 ms'],
  ])('is not blamed for a slow %s', (_what, set, delays) => {
    const verdict = verdictOf(system, set);
    expect(verdict.kind).toBe('unknown');
    const because = 'because' in verdict ? verdict.because : '';
    expect(because).toContain('cannot be expected to be live in this world');
    expect(because).toContain(timeOut);
    expect(because).toContain(delays);
  });

  test.each([
    ['by default', {}],
    ['in one that is slower, and fast enough', { 'network.latencyMaxUs': 50_000 }],
  ])('is found to hang in its world %s', (_what, set) => {
    const verdict = verdictOf(system, set, [hangs]);
    expect(verdict).toMatchObject({ kind: 'invalid', property: 'Liveness:client-completes' });
  });
});

test('clients that wait for long are given the time that a slow world takes', () => {
  const patient: System = { ...abdRegister, patience: [{ clientMs: 30_000, hops: 6 }] };
  const client = abdRegister.client({});
  // Gives up after 60 time-outs of the example's client.
  const waiting: System = {
    ...patient,
    client: () => ({
      ...client,
      start: (env) => ({ ...client.start(env), attempts: 0 }),
      invoke(state, env, operation) {
        state.attempts = 0;
        client.invoke(state, env, operation);
      },
      timer(state, env) {
        if (++state.attempts < 60) env.setTimer(500_000);
        else client.timer(state, env);
      },
    }),
  };
  for (const system of [waiting, { ...waiting, patience: undefined } as unknown as System]) {
    const set = { 'network.latencyMinUs': 900_000, 'network.latencyMaxUs': 1_000_000 };
    expect(verdictOf(system, set).kind).not.toBe('invalid');
  }
});

test('a system without a leader is hit by the faults that are meant for one', () => {
  // Both partitions of this run are: it would have shown nothing of partitions.
  const run = { system: abdRegister, workload: readsAndWrites, seed: 1, timeLimitS: 20 };
  expect(simulate(run).verdict.kind).toBe('valid');
  // A system that names its leaders keeps its word that there is none.
  const said: System = { ...abdRegister, primaries: () => [] };
  expect(simulate({ ...run, system: said }).verdict.kind).toBe('unknown');
});
