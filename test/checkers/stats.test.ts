import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultWindows } from '../../checkers/fault-windows.ts';
import { History, type NewEvent } from '../../checkers/history.ts';
import { quantile, statsVerdict } from '../../checkers/stats.ts';

function operation(process: number, f: string, type: NewEvent['type'], time: number): NewEvent {
  return { time, type, process, f, key: 'x', value: null };
}

function fault(lane: string, time: number, value: NewEvent['value']): NewEvent {
  return { time, type: 'info', process: 'nemesis', f: lane, value };
}

/** Two reads, a write that fails, one that nobody can tell, one never answered; two faults. */
const sample = History.from([
  operation(0, 'read', 'invoke', 0),
  operation(1, 'write', 'invoke', 5),
  { time: 6, type: 'invoke', process: 'nemesis', f: 'kill', value: 'kill-one: n1' },
  fault('kill', 7, ['start', 'kill-one', 0, 'installed', 'pid 7 gone', 'n1']),
  operation(0, 'read', 'ok', 10),
  operation(1, 'write', 'fail', 12),
  operation(0, 'read', 'invoke', 20),
  operation(1, 'write', 'invoke', 20),
  operation(0, 'read', 'ok', 50),
  operation(1, 'write', 'info', 60),
  fault('partition', 61, ['start', 'halves', 1, 'skipped', 'no leader']),
  fault('kill', 70, ['end', 'kill-one', 0, 'installed', 'pid 9']),
  operation(2, 'write', 'invoke', 80),
]);

describe('statistics', () => {
  test('count how operations ended, per function and overall', () => {
    const { functions, overall, stats } = statsVerdict(sample);
    expect(functions.map(({ f, ok, fail, info, open }) => [f, ok, fail, info, open])).toEqual([
      ['read', 2, 0, 0, 0],
      ['write', 0, 1, 1, 1],
    ]);
    expect(overall).toMatchObject({ ok: 2, fail: 1, info: 1, open: 1 });
    expect(stats).toMatchObject({ ok: 2, p50Ns: 10, maxNs: 30, 'faults:kill': 1 });
  });

  test('of an empty history are zeros, and valid without thresholds', () => {
    const { verdict, overall } = statsVerdict(new History());
    expect(verdict.kind).toBe('valid');
    expect(overall).toEqual({ f: 'all', ok: 0, fail: 0, info: 0, open: 0, latency: null });
  });

  test('turn a run with too little evidence into unknown, with every reason', () => {
    const enough = { okMin: 2, okShareMin: 0.5, faultsMin: { kill: 1 }, leaderChangesMin: 1 };
    expect(statsVerdict(sample, enough, { leaderChanges: 1 }).verdict.kind).toBe('valid');
    const more = {
      okMin: 3,
      okShareMin: 0.6,
      faultsMin: { kill: 2, partition: 1, pause: 1 },
      leaderChangesMin: 2,
    };
    const { verdict } = statsVerdict(sample, more, { leaderChanges: 1 });
    expect(verdict).toEqual({
      kind: 'unknown',
      because:
        'too little evidence: only 2 operations succeeded (at least 3 needed); ' +
        'only 50.0 % of the operations succeeded (at least 60.0 % needed); ' +
        'only 1 kill fault was in force (at least 2 needed); ' +
        'only 0 partition faults were in force (at least 1 needed); ' +
        'only 0 pause faults were in force (at least 1 needed); ' +
        'a leader was elected anew only 1 times (at least 2 needed)',
      reason: 'few-operations, few-faults, few-leaders',
    });
  });

  test('are unknown when leader changes are asked for and there is no trace', () => {
    expect(statsVerdict(sample, { leaderChangesMin: 1 }).verdict.kind).toBe('unknown');
    expect(statsVerdict(sample, { leaderChangesMin: 0 }).verdict.kind).toBe('valid');
  });
});

describe('a quantile', () => {
  test('is the smallest item that the share of items does not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (items, share) => {
          const sorted = [...items].sort((a, b) => a - b);
          const found = quantile(sorted, share);
          expect(sorted).toContain(found);
          const upTo = sorted.filter((item) => item <= found).length;
          const below = sorted.filter((item) => item < found).length;
          expect(upTo).toBeGreaterThanOrEqual(share * sorted.length);
          expect(below).toBeLessThan(share * sorted.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('of nothing is not a number', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('fault windows', () => {
  test('pair the start and the end of each fault', () => {
    expect(faultWindows(sample)).toEqual([
      {
        lane: 'kill',
        form: 'kill-one',
        id: 0,
        startNs: 7,
        endNs: 70,
        status: 'installed',
        endStatus: 'installed',
        evidence: 'pid 7 gone',
        targets: 'n1',
        events: [3, 11],
        counts: true,
      },
      {
        lane: 'partition',
        form: 'halves',
        id: 1,
        startNs: 61,
        endNs: null,
        status: 'skipped',
        endStatus: null,
        evidence: 'no leader',
        targets: '',
        events: [10],
        counts: false,
      },
    ]);
  });

  test('leave out events of the nemesis that are no receipts', () => {
    const odd = History.from([
      fault('kill', 1, null),
      fault('kill', 2, ['start', 'kill-one']),
      fault('kill', 3, ['end', 'kill-one', 9, 'installed', '']),
      fault('kill', 4, ['start', 'kill-one', 1, 'done', '']),
    ]);
    expect(faultWindows(odd)).toEqual([]);
  });
});
