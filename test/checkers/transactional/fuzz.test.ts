import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { checkTransactions } from '../../../checkers/transactional/index.ts';
import { isSerializable, isSerializableFromSome, isSnapshotIsolated } from './brute.ts';
import { type Isolation, simulate } from './simulate.ts';
import { small } from './small.ts';

/** Histories per property; `ORDEAL_FUZZ=100000` at night. */
const RUNS = Number(process.env['ORDEAL_FUZZ'] ?? 1000);
const SIMULATIONS = Math.ceil(RUNS / 50);

vi.setConfig({ testTimeout: 10_000 + RUNS * 10 });

const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const workloads = ['list-append', 'rw-register'] as const;

describe.each(workloads)('%s', (workload) => {
  const KEPT: Record<Isolation, readonly string[]> = {
    serializable: ['strict-serializable', 'serializable', 'causal', 'read-uncommitted'],
    'snapshot-isolation': ['strong-snapshot-isolation', 'snapshot-isolation', 'read-atomic'],
    'read-committed': ['strong-read-committed', 'read-committed'],
  };

  test.each(Object.keys(KEPT) as Isolation[])(
    'a %s database is never accused of less than it promises',
    (isolation) => {
      fc.assert(
        fc.property(
          anySeed,
          fc.integer({ min: 1, max: 8 }),
          fc.integer({ min: 1, max: 6 }),
          (seed, clients, keys) => {
            const history = simulate({
              seed,
              isolation,
              workload,
              clients,
              keys,
              transactions: 60,
              writesPerKey: 12,
              mopsMax: 4,
              crashRate: 0.1,
            });
            for (const level of KEPT[isolation]) {
              const { verdict } = checkTransactions(history, { workload, level });
              expect(verdict).not.toMatchObject({ kind: 'invalid' });
            }
          },
        ),
        { numRuns: SIMULATIONS },
      );
    },
  );

  test.each([
    ['serializable', 'none'],
    ['strict-serializable', 'all'],
  ] as const)('a history that brute force explains is never called not %s', (level, realTime) => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const history = small(seed, workload);
        const { verdict } = checkTransactions(history, { workload, level });
        const serializable = isSerializable(history, realTime);
        if (serializable) expect(verdict).not.toMatchObject({ kind: 'invalid' });
        // Lists show the order of their versions; for registers all orders are searched.
        else expect(verdict.kind).toBe('invalid');
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(workloads)('what %s held before the test', (workload) => {
  test.each([
    ['serializable', 'none'],
    ['strict-serializable', 'all'],
  ] as const)(
    'explains reads exactly where brute force finds one state of the keys that does: %s',
    (level, realTime) => {
      const verdicts = { valid: 0, invalid: 0, unknown: 0 };
      fc.assert(
        fc.property(anySeed, (seed) => {
          const history = small(seed, workload, { most: 4, prior: true });
          const { verdict } = checkTransactions(history, { workload, level });
          verdicts[verdict.kind]++;
          if (isSerializableFromSome(history, realTime)) {
            expect(verdict).not.toMatchObject({ kind: 'invalid' });
          } else expect(verdict.kind).toBe('invalid');
        }),
        { numRuns: RUNS },
      );
      expect(verdicts.invalid).toBeGreaterThan(RUNS / 10);
      expect(verdicts.valid).toBeGreaterThan(RUNS / 10);
    },
  );

  test('explains nothing where the caller says that the database was empty', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const history = small(seed, workload, { most: 4, prior: true });
        const level = 'serializable';
        const { verdict } = checkTransactions(history, { workload, level, initial: 'empty' });
        if (isSerializable(history, 'none')) {
          expect(verdict).not.toMatchObject({ kind: 'invalid' });
        } else expect(verdict.kind).toBe('invalid');
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(workloads)('snapshot isolation of %s', (workload) => {
  test('is judged as brute force does where a last transaction reads all keys', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const history = small(seed, workload, { most: 3, readAll: true });
        const { verdict } = checkTransactions(history, { workload, level: 'snapshot-isolation' });
        if (isSnapshotIsolated(history)) expect(verdict).not.toMatchObject({ kind: 'invalid' });
        else if (workload === 'list-append') expect(verdict.kind).toBe('invalid');
      }),
      { numRuns: RUNS },
    );
  });
});

test('keys said to be linearizable are never accused where brute force finds an order of each', () => {
  const verdicts = { valid: 0, invalid: 0, unknown: 0 };
  fc.assert(
    fc.property(anySeed, (seed) => {
      const history = small(seed, 'rw-register');
      const { verdict } = checkTransactions(history, {
        workload: 'rw-register',
        level: 'serializable',
        keyOrder: 'linearizable',
      });
      verdicts[verdict.kind]++;
      const expected = isSerializable(history, 'those of a key');
      if (expected) expect(verdict).not.toMatchObject({ kind: 'invalid' });
    }),
    { numRuns: RUNS },
  );
  expect(verdicts.invalid).toBeGreaterThan(RUNS / 50);
});

test('a linearizable register per key is never accused when the keys are said to be so', () => {
  fc.assert(
    fc.property(anySeed, fc.integer({ min: 2, max: 6 }), (seed, clients) => {
      const history = simulate({
        seed,
        isolation: 'serializable',
        workload: 'rw-register',
        clients,
        keys: 3,
        transactions: 50,
        writesPerKey: 10,
        mopsMax: 3,
        crashRate: 0.1,
      });
      for (const keyOrder of ['sequential', 'linearizable'] as const) {
        const { verdict } = checkTransactions(history, { workload: 'rw-register', keyOrder });
        expect(verdict).not.toMatchObject({ kind: 'invalid' });
      }
    }),
    { numRuns: SIMULATIONS },
  );
});
