import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldsOf, type Service, services } from '../../../harness/process/services.ts';

/** A service by its name under a seed, asked by `from`; answers as programs get them. */
function asking(name: string, seed: number) {
  const service = services(seed).get(name) as Service;
  return (from: string, body: { readonly type: string; readonly [field: string]: unknown }) => {
    const line = JSON.stringify({ src: from, dest: name, body });
    return JSON.parse(service.handle(from, body.type, fieldsOf(line)));
  };
}

const seeds = fc.nat();
const CLIENTS = ['n0', 'n1', 'n2'] as const;

describe.each(['lin-kv', 'seq-kv', 'lww-kv'])('%s', (name) => {
  test('answers with the errors of Maelstrom where there is nothing, or something else', () => {
    const ask = asking(name, 1);
    expect(ask('n0', { type: 'read', key: 1 })).toMatchObject({ type: 'error', code: 20 });
    const cas = { type: 'cas', key: 1, from: 0, to: 5 };
    expect(ask('n0', cas)).toMatchObject({ type: 'error', code: 20 });
    expect(ask('n0', { ...cas, create_if_not_exists: true })).toEqual({ type: 'cas_ok' });
    expect(ask('n0', { type: 'dance' })).toMatchObject({ type: 'error', code: 10 });
  });
});

describe('lin-kv', () => {
  test('tells keys and values apart by their content, and gives back what it was given', () => {
    const ask = asking('lin-kv', 1);
    ask('n0', { type: 'write', key: '1', value: { b: [1, null], a: 'x' } });
    expect(ask('n1', { type: 'read', key: 1 })).toMatchObject({ code: 20 });
    const from = { a: 'x', b: [1, null] };
    expect(ask('n1', { type: 'read', key: '1' })).toEqual({ type: 'read_ok', value: from });
    expect(ask('n1', { type: 'cas', key: '1', from, to: null })).toEqual({ type: 'cas_ok' });
    expect(ask('n1', { type: 'read', key: '1' })).toEqual({ type: 'read_ok', value: null });
    expect(ask('n1', { type: 'cas', key: '1', from: 0, to: 1 })).toMatchObject({ code: 22 });
  });
});

describe('seq-kv', () => {
  /** One writes 1, 2, 3 ..., and the others read at whatever moments. */
  const moves = fc.array(fc.constantFrom(...CLIENTS), { minLength: 1, maxLength: 80 });

  test('never goes back for one client, and is never ahead of what was written', () => {
    fc.assert(
      fc.property(seeds, moves, (seed, who) => {
        const ask = asking('seq-kv', seed);
        const seen = new Map<string, number>();
        let written = 0;
        for (const client of who) {
          if (client === 'n0') ask('n0', { type: 'write', key: 'k', value: ++written });
          const { value = 0 } = ask(client, { type: 'read', key: 'k' });
          expect(value).toBeGreaterThanOrEqual(client === 'n0' ? written : (seen.get(client) ?? 0));
          expect(value).toBeLessThanOrEqual(written);
          seen.set(client, value);
        }
      }),
    );
  });

  test('lets a client that only reads see what is past, and one that changes see the latest', () => {
    const ask = asking('seq-kv', 1);
    for (let value = 1; value <= 30; value++) ask('n0', { type: 'write', key: 'k', value });
    expect(ask('n1', { type: 'read', key: 'k' }).value ?? 0).toBeLessThan(30);
    ask('n1', { type: 'write', key: 'other', value: 0 });
    expect(ask('n1', { type: 'read', key: 'k' }).value).toBe(30);
  });
});

describe('lww-kv', () => {
  test('may be stale for anybody, and is the same for all once nobody writes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ask = asking('lww-kv', seed);
        for (let value = 1; value <= 5; value++) ask('n0', { type: 'write', key: 'k', value });
        const read = () => ask('n1', { type: 'read', key: 'k' }).value ?? null;
        for (let at = 0; at < 500; at++) read();
        const values = new Set(Array.from({ length: 50 }, read));
        expect(values.size).toBe(1);
        expect(values.has(null)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});

test('lin-tso hands out 0, 1, 2 ... to whoever asks', () => {
  const ask = asking('lin-tso', 1);
  const told = ['n0', 'n1', 'n0', 'n2'].map((from) => ask(from, { type: 'ts' }));
  expect(told).toEqual([0, 1, 2, 3].map((ts) => ({ type: 'ts_ok', ts })));
  expect(ask('n0', { type: 'read' })).toMatchObject({ type: 'error', code: 10 });
});
