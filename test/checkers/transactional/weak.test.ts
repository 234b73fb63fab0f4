import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { History, Value } from '../../../checkers/history.ts';
import { type AnomalyKind, checkTransactions } from '../../../checkers/transactional/index.ts';
import { small } from './small.ts';

/** Histories per property; `ORDEAL_FUZZ=100000` at night. */
const RUNS = Number(process.env['ORDEAL_FUZZ'] ?? 1000);

vi.setConfig({ testTimeout: 10_000 + RUNS * 10 });

interface Txn {
  readonly index: number;
  readonly process: number;
  readonly writes: ReadonlySet<Value>;
  /** External reads: key, and the writer, or null for the initial state. */
  readonly reads: readonly { readonly key: Value; readonly from: Txn | null }[];
}

/** By definition: a commit order exists in which who `sees` a writer of a key reads nothing older. */
const AXIOMS: readonly [AnomalyKind, boolean, (txns: readonly Txn[]) => boolean][] = [
  [
    'non-monotonic-view',
    false,
    (txns) => {
      const earlier = (reader: Txn, at: number): (Txn | null)[] =>
        reader.reads.slice(0, at).map(({ from }) => from);
      return hasOrder(txns, false, earlier);
    },
  ],
  [
    'fractured-read',
    false,
    (txns) => hasOrder(txns, false, (reader) => reader.reads.map(({ from }) => from)),
  ],
  [
    'causality-violation-process',
    true,
    (txns) => hasOrder(txns, true, (reader) => [...causes(txns, reader)]),
  ],
];

describe.each(AXIOMS)('%s', (kind, sessions, holds) => {
  test('is reported exactly when no commit order satisfies its axiom', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const history = small(seed, 'rw-register');
        const { counts } = checkTransactions(history, { workload: 'rw-register' });
        const txns = parse(history);
        // A circle of reads alone is G1c, and reported as such.
        if (txns.some((txn) => causes(txns, txn, sessions).has(txn))) return;
        expect(counts.has(kind)).toBe(!holds(txns));
      }),
      { numRuns: RUNS },
    );
  });
});

function hasOrder(
  txns: readonly Txn[],
  sessions: boolean,
  sees: (reader: Txn, at: number) => readonly (Txn | null)[],
): boolean {
  const extend = (order: readonly Txn[], left: readonly Txn[]): boolean => {
    if (left.length > 0) {
      return left.some((txn) =>
        extend(
          [...order, txn],
          left.filter((other) => other !== txn),
        ),
      );
    }
    const place = (txn: Txn | null): number => (txn === null ? -1 : order.indexOf(txn));
    return order.every(
      (txn) =>
        [...causes(txns, txn, sessions)].every((cause) => place(cause) < place(txn)) &&
        txn.reads.every(({ key, from }, at) =>
          sees(txn, at).every(
            (seen) =>
              seen === null || seen === from || !seen.writes.has(key) || place(seen) < place(from),
          ),
        ),
    );
  };
  return extend([], txns);
}

/** All that comes before a transaction through reads and, with `sessions`, within processes. */
function causes(txns: readonly Txn[], txn: Txn, sessions = true): Set<Txn> {
  const all = new Set<Txn>();
  const visit = (next: Txn): void => {
    const direct = [
      ...next.reads.map(({ from }) => from),
      ...(sessions
        ? txns.filter((other) => other.process === next.process && other.index < next.index)
        : []),
    ];
    for (const cause of direct) {
      if (cause === null || all.has(cause)) continue;
      all.add(cause);
      visit(cause);
    }
  };
  visit(txn);
  return all;
}

/** Committed transactions of a register history. */
function parse(history: History): Txn[] {
  type Mop = readonly [string, Value, Value];
  const raw = new Map<number, { type: string; process: number; mops: readonly Mop[] }>();
  const open = new Map<unknown, number>();
  for (const { index, type, process, value } of history) {
    if (type === 'invoke') open.set(process, index);
    const invoke = open.get(process) as number;
    raw.set(invoke, {
      type: type === 'invoke' ? 'info' : type,
      process: process as number,
      mops: (type === 'ok' ? value : history.event(invoke).value) as unknown as readonly Mop[],
    });
  }
  const writer = new Map<string, number>();
  for (const [index, { type, mops }] of raw) {
    if (type === 'fail') continue;
    for (const [f, key, value] of mops)
      if (f === 'w') writer.set(JSON.stringify([key, value]), index);
  }
  const reads = (index: number): { key: Value; from: number | null }[] => {
    const { type, mops } = raw.get(index) as { type: string; mops: readonly Mop[] };
    if (type !== 'ok') return [];
    return mops.flatMap(([f, key, value], at) => {
      const from = value === null ? null : writer.get(JSON.stringify([key, value]));
      const internal = mops.slice(0, at).some(([g, other]) => g === 'w' && other === key);
      return f !== 'r' || internal || from === undefined || from === index ? [] : [{ key, from }];
    });
  };
  // Also a read of a transaction's own earlier write shows that a crashed writer took effect.
  const seen = new Set([...raw.keys()].flatMap((index) => reads(index).map(({ from }) => from)));
  const committed = [...raw].filter(
    ([index, { type }]) => type === 'ok' || (type === 'info' && seen.has(index)),
  );
  const txns = new Map<
    number,
    {
      index: number;
      process: number;
      writes: Set<Value>;
      reads: { key: Value; from: Txn | null }[];
    }
  >();
  for (const [index, { process, mops }] of committed) {
    const writes = new Set(mops.filter(([f]) => f === 'w').map(([, key]) => key));
    txns.set(index, { index, process, writes, reads: [] });
  }
  for (const [index, txn] of txns) {
    for (const { key, from } of reads(index)) {
      txn.reads.push({ key, from: from === null ? null : (txns.get(from) as Txn) });
    }
  }
  return [...txns.values()];
}
