import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Habits, perform } from '../../../systems/etcd/operations.ts';
import { execute, type Store } from '../../../systems/kv-operations.ts';
import type { Answer, Exchange } from '../../../systems/member.ts';
import type { Operation, Outcome } from '../../../systems/operations.ts';
import { GatewayDouble } from './gateway-double.ts';

const PLAIN: Habits = { serializable: false, guard: 'revision', leaseS: 2 };

const key = fc.constantFrom('k1', 'k2');
const small = fc.nat({ max: 3 });
const micro = fc.oneof(
  fc.tuple(fc.constant('r'), key, fc.constant(null)),
  fc.tuple(fc.constantFrom('w', 'append'), key, small),
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ f: fc.constant('read' as const), key, value: fc.constant(null) }),
  fc.record({
    f: fc.constantFrom('write', 'propose', 'inc', 'append', 'add', 'remove'),
    key,
    value: small,
  }),
  fc.record({
    f: fc.constant('cas' as const),
    key,
    value: fc.tuple(fc.option(small), small),
  }),
  fc.record({ f: fc.constant('txn' as const), key, value: fc.array(micro, { minLength: 1 }) }),
);

const guard = fc.constantFrom<Habits['guard']>('revision', 'lock', 'fenced-lock');

describe('operations on etcd', () => {
  test('one after another come to what the same do to a store in memory', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), guard, (operations, how) => {
        const etcd = new GatewayDouble();
        const store: Store = new Map();
        for (const each of operations) {
          const outcome = etcd.carryOut(perform(each, { ...PLAIN, guard: how }));
          const executed = execute(store, each);
          if (executed.refused) expect(outcome.type).toBe('fail');
          else expect(outcome).toMatchObject({ type: 'ok', value: executed.value });
        }
      }),
    );
  });

  test('at once come to what they do in the order of their revisions', () => {
    const schedule = fc.array(fc.nat({ max: 2 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), schedule, (operations, turns) => {
        const done = interleaved(operations, turns);
        const store: Store = new Map();
        const inOrder = done.toSorted((a, b) => a.position - b.position || a.at - b.at);
        for (const { operation: each, outcome } of inOrder) {
          if (outcome.type !== 'ok') continue;
          expect(execute(store, each)).toEqual({ refused: false, value: outcome.value });
        }
      }),
    );
  });

  test('of which a member never got the last question have not happened', () => {
    const unsent: Answer = { kind: 'unsent', because: 'connection refused' };
    expect(endOf(perform({ f: 'write', key: 'k1', value: 1 }, PLAIN), [unsent])).toEqual({
      type: 'fail',
      error: 'connection refused',
    });
  });

  test.each([
    ['etcdserver: request timed out', 503, 'info'],
    ['etcdserver: leader changed', 503, 'info'],
    ['etcdserver: no leader', 503, 'info'],
    ['etcdserver: server stopped', 503, 'info'],
    ['context deadline exceeded', 500, 'info'],
    ['etcdserver: too many requests', 429, 'fail'],
    ['etcdserver: mvcc: database space exceeded', 429, 'fail'],
  ] as const)('that write and are refused with "%s" (%d) end as %s', (error, status, type) => {
    const refused: Answer = { kind: 'answered', status, body: { error } };
    const exchange = perform({ f: 'write', key: 'k1', value: 1 }, PLAIN);
    expect(endOf(exchange, [refused])).toEqual({ type, error });
    const lookedFirst = perform({ f: 'append', key: 'k1', value: 1 }, PLAIN);
    const found = new GatewayDouble().answer({
      path: '/v3/kv/txn',
      body: { compare: [], success: [{ requestRange: { key: 'azE=' } }], failure: [] },
    });
    expect(endOf(lookedFirst, [found, refused])).toEqual({ type, error });
  });

  test('that only read have not happened, whatever becomes of them', () => {
    const lost: Answer = { kind: 'lost', because: 'no answer within 2000 ms' };
    for (const f of ['read', 'append'] as const) {
      const exchange = perform({ f, key: 'k1', value: f === 'read' ? null : 1 }, PLAIN);
      expect(endOf(exchange, [lost])).toEqual({ type: 'fail', error: 'no answer within 2000 ms' });
    }
  });

  test('that are answered with what etcd never says are of unknown outcome', () => {
    for (const body of ['', { header: { revision: 'x' } }, { kvs: 3 }]) {
      const outcome = endOf(perform({ f: 'read', key: 'k1', value: null }, PLAIN), [
        { kind: 'answered', status: 200, body },
      ]);
      expect(outcome.type).toBe('info');
    }
  });
});

interface Done {
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly position: number;
  /** When the last question was answered, as a count. */
  readonly at: number;
}

interface Running {
  readonly operation: Operation;
  readonly exchange: Exchange<Outcome>;
  answer: [] | [Answer];
  at: number;
}

/** Three clients, each at one operation at a time, whose questions are answered in the order of `turns`. */
function interleaved(operations: readonly Operation[], turns: readonly number[]): Done[] {
  const etcd = new GatewayDouble();
  const waiting = [...operations];
  const open: (Running | undefined)[] = [];
  const done: Done[] = [];
  let answers = 0;
  const step = (client: number) => {
    const running = open[client] ?? started(waiting.shift());
    open[client] = running;
    if (running === undefined) return;
    const { operation: asked, exchange, answer, at } = running;
    const next = exchange.next(...answer);
    if (next.done === true) {
      const outcome = next.value;
      const position = outcome.type === 'ok' ? (outcome.position ?? -1) : 0;
      done.push({ operation: asked, outcome, position, at });
      open[client] = undefined;
    } else {
      running.answer = [etcd.answer(next.value)];
      running.at = answers++;
    }
  };
  for (const client of turns) step(client);
  while (waiting.length > 0 || open.some((one) => one !== undefined)) {
    for (const client of [0, 1, 2]) step(client);
  }
  return done;
}

function started(next: Operation | undefined): Running | undefined {
  if (next === undefined) return undefined;
  return { operation: next, exchange: perform(next, PLAIN), answer: [], at: -1 };
}

function endOf(exchange: Exchange<Outcome>, answers: readonly Answer[]): Outcome {
  let step = exchange.next();
  for (const answer of answers) {
    if (step.done === true) break;
    step = exchange.next(answer);
  }
  if (step.done !== true) throw new Error('it asks for more');
  return step.value;
}

describe('an append under a lock that ends while it is under way', () => {
  const value = (etcd: GatewayDouble) => {
    const read = etcd.carryOut(perform({ f: 'read', key: 'k1', value: null }, PLAIN));
    return read.type === 'ok' ? read.value : null;
  };
  const overtaken = (how: Habits['guard']) => {
    const etcd = new GatewayDouble();
    const exchange = perform({ f: 'append', key: 'k1', value: 1 }, { ...PLAIN, guard: how });
    let step = exchange.next();
    while (step.done !== true) {
      const isWrite = JSON.stringify(step.value.body).includes('requestPut');
      if (isWrite) {
        etcd.expire();
        etcd.carryOut(perform({ f: 'append', key: 'k1', value: 2 }, { ...PLAIN, guard: how }));
      }
      step = exchange.next(etcd.answer(step.value));
    }
    return { outcome: step.value, value: value(etcd) };
  };

  test('undoes what came in between, by the lock alone', () => {
    expect(overtaken('lock')).toMatchObject({ outcome: { type: 'ok' }, value: [1] });
  });

  test('is refused where its hold of the lock is compared', () => {
    const { outcome, value: left } = overtaken('fenced-lock');
    expect(outcome).toMatchObject({ type: 'fail', error: 'the lock was lost' });
    expect(left).toEqual([2]);
  });
});
