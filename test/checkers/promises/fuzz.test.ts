import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { PROMISES, type PromiseName, strongestPromise } from '../../../checkers/promises/index.ts';
import { random } from '../transactional/simulate.ts';
import { BRUTE, staleVersions } from './brute.ts';

/** Histories per property; `ORDEAL_FUZZ=100000` at night. */
const RUNS = Number(process.env['ORDEAL_FUZZ'] ?? 1000);

vi.setConfig({ testTimeout: 10_000 + RUNS * 10 });

const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** What a promise judged here must agree with: itself, or a stronger one from which it follows. */
const FOLLOWS_FROM: Partial<Record<PromiseName, readonly PromiseName[]>> = {
  'read-your-writes': ['sequential'],
  'monotonic-reads': ['sequential'],
  'monotonic-writes': ['sequential'],
  'writes-follow-reads': ['sequential'],
};

describe.each(PROMISES)('%s', (name) => {
  test('is judged as by its definition', () => {
    fc.assert(
      fc.property(anySeed, fc.boolean(), (seed, cas) => {
        const history = small(seed, cas);
        const { verdicts } = strongestPromise(history).keys[0] ?? {};
        const brute = [name, ...(FOLLOWS_FROM[name] ?? [])].some((each) => BRUTE[each]?.(history));
        expect(verdicts?.[name].kind).toBe(brute ? 'valid' : 'invalid');
      }),
      { numRuns: RUNS },
    );
  });
});

test('a read is as many versions stale as writes surely replaced what it saw', () => {
  fc.assert(
    fc.property(anySeed, (seed) => {
      const history = small(seed, false);
      const stale = strongestPromise(history).keys[0]?.staleness?.stale ?? [];
      expect(stale.map(({ versions }) => versions)).toEqual(staleVersions(history));
    }),
    { numRuns: RUNS },
  );
});

test('sequential consistency of repeated values is found by search as by its definition', () => {
  fc.assert(
    fc.property(anySeed, (seed) => {
      const history = small(seed, true, 2);
      const { verdicts } = strongestPromise(history).keys[0] ?? {};
      expect(verdicts?.sequential.kind).toBe(BRUTE['sequential']?.(history) ? 'valid' : 'invalid');
    }),
    { numRuns: RUNS },
  );
});

test.each(['sequential', 'ordered-sequential'] as const)(
  '%s over several keys, values unique or not, is found by search as by its definition',
  (promise) => {
    fc.assert(
      fc.property(anySeed, fc.constantFrom(2, 1000), (seed, values) => {
        const history = onKeys(small(seed, true, values), seed);
        const { verdict } = strongestPromise(history, { promise });
        const isKept = BRUTE[promise]?.(history) === true;
        if (isKept) expect(verdict.kind).toBe('valid');
        else expect(verdict).toMatchObject({ kind: 'invalid' });
      }),
      { numRuns: RUNS },
    );
  },
);

/** The same, each operation on one of two keys. */
function onKeys(history: History, seed: number): History {
  const draw = random(seed + 2);
  const keys = new Map<number | 'nemesis', string>();
  return History.from(
    [...history].map((event): NewEvent => {
      if (event.type === 'invoke') keys.set(event.process, draw() < 0.5 ? 'x' : 'y');
      const { time, type, process, f, value } = event;
      return { time, type, process, f, value, key: keys.get(process) };
    }),
  );
}

test('sequential consistency with failed compare-and-sets is found as by its definition', () => {
  fc.assert(
    fc.property(anySeed, fc.constantFrom(2, 1000), (seed, values) => {
      const history = withFailures(small(seed, true, values), seed);
      const { verdicts } = strongestPromise(history, { failedCas: 'observed' }).keys[0] ?? {};
      const brute = BRUTE['sequential with failures']?.(history);
      expect(verdicts?.sequential.kind).toBe(brute ? 'valid' : 'invalid');
    }),
    { numRuns: RUNS },
  );
});

/** The same with some reads replaced by compare-and-sets that failed; not of what they read. */
function withFailures(history: History, seed: number): History {
  const draw = random(seed + 1);
  const failed = new Set<number>();
  const open = new Map<number | 'nemesis', number>();
  const events = [...history];
  for (const { index, type, process, f } of events) {
    if (type === 'invoke') open.set(process, index);
    else if (type === 'ok' && f === 'read' && draw() < 0.5) {
      failed.add(open.get(process) as number);
      failed.add(index);
    }
  }
  const from = new Map<number | 'nemesis', Value>();
  return History.from(
    events.map(({ index: at, ...event }): NewEvent => {
      if (!failed.has(at)) return event;
      if (event.type === 'invoke') from.set(event.process, Math.floor(draw() * 4));
      const value = [from.get(event.process) ?? 0, 5000 + at];
      return { ...event, type: event.type === 'ok' ? 'fail' : event.type, f: 'cas', value };
    }),
  );
}

/**
 * Up to seven operations of three sessions on a register that answers, now and then, from an older
 * state. Values are unique unless `values` says how many there are.
 */
function small(seed: number, cas: boolean, values = 1000): History {
  const draw = random(seed);
  const pick = (below: number): number => Math.floor(draw() * below);
  const list: NewEvent[] = [];
  const past: Value[] = [null];
  const staleness = draw() * 0.5;
  let next = 0;
  let processes = 3;
  type Client = { process: number; open: null | { f: string; value: Value; result: Value } };
  const clients = [0, 1, 2].map((process): Client => ({ process, open: null }));
  const push = (client: Client, type: NewEvent['type'], f: string, value: Value): void => {
    list.push({ time: list.length * 1e6, type, process: client.process, f, value });
  };
  for (let begun = 0; begun < 7 || clients.some(({ open }) => open !== null); ) {
    const client = clients[pick(3)] as Client;
    if (client.open === null) {
      if (begun >= 7) continue;
      begun++;
      const current = past.at(-1) as Value;
      const kind = draw();
      if (kind < 0.5) {
        const result = draw() < staleness ? (past[pick(past.length)] as Value) : current;
        client.open = { f: 'read', value: null, result };
      } else {
        const value = values < 1000 ? pick(values) : next++;
        const swaps = cas && kind < 0.65;
        const written = swaps ? [current, value] : value;
        client.open = { f: swaps ? 'cas' : 'write', value: written, result: written };
        if (draw() < 0.8) past.push(value);
        else past.splice(pick(past.length), 0, value);
      }
      push(client, 'invoke', client.open.f, client.open.value);
    } else {
      const crash = draw() < 0.1;
      push(
        client,
        crash ? 'info' : 'ok',
        client.open.f,
        crash ? client.open.value : client.open.result,
      );
      if (crash) client.process = processes++;
      client.open = null;
    }
  }
  return History.from(list);
}
