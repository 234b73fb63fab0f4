import { describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import {
  checkModel,
  type Model,
  models,
  type Operation,
} from '../../../checkers/linearizable/index.ts';
import { textOf } from '../../../checkers/value.ts';

/** Every function with small arguments, every outcome, and a few answers. */
function samples(model: Model): Operation[] {
  const inputs: Readonly<Record<string, readonly Value[]>> = {
    cas: [
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    txn: [
      [['write', 'x', 1]],
      [['read', 'x', null]],
      [
        ['read', 'x', 1],
        ['write', 'y', 2],
      ],
    ],
    read: [null],
    // Several permits at a time are not what it judges.
    ...(model.name === 'semaphore' ? { acquire: [null, 1], release: [null, 1] } : {}),
    ...(model.name === 'kv-append' ? { put: ['a', 'b'], write: [''], append: ['a', 'ab'] } : {}),
  };
  const outputs: readonly Value[] = [null, 0, 1, true, false, [], [0], [1, 0]];
  return model.functions.flatMap((f) =>
    (inputs[f] ?? [0, 1, 2]).flatMap((input) => [
      { f, input, output: null, outcome: 'unknown' as const, process: 0 },
      { f, input, output: null, outcome: 'refused' as const, process: 0 },
      ...(f === 'txn' ? [input] : f === 'read' && model.name === 'set' ? [[], [0]] : outputs).map(
        (output) => ({ f, input, output, outcome: 'ok' as const, process: 1 }),
      ),
    ]),
  );
}

describe.each(Object.entries(models))('model %s', (name, model: Model) => {
  test('keeps to its claims', () => {
    const initial = name === 'kv-append' ? '' : null;
    expect(checkModel(model, { operations: samples(model), initial, walks: 60 })).toEqual([]);
  });
});

describe('a model that does not keep its word is found out', () => {
  const write = (input: Value): Operation => ({
    f: 'write',
    input,
    output: null,
    outcome: 'ok',
    process: 0,
  });
  const read = (output: Value): Operation => ({
    f: 'read',
    input: null,
    output,
    outcome: 'ok',
    process: 0,
  });
  const operations = [write(1), write(2), read(1), read(2)];
  const plain: Model<Value> = { ...models.register, name: 'plain' };

  test.each<[string, Partial<Model<Value>>, string]>([
    ['read-only', { readonly: () => true }, 'claimed to be read-only, but changes the state'],
    ['requires', { requires: () => 1 }, 'claimed to require another state'],
    ['produces', { produces: () => 1 }, 'claimed to leave another state'],
    ['key', { key: () => 1 }, 'two states with one key differ'],
    [
      'quotient',
      { quotient: { sink: null, tells: () => false } },
      'merged with the sink, but told from it',
    ],
    [
      'partition',
      { partition: ({ input }) => textOf(input) },
      'claimed to be in different parts, but the order matters',
    ],
  ])('%s', (_, claim, complaint) => {
    const broken = checkModel({ ...plain, ...claim }, { operations });
    expect(broken.some((line) => line.startsWith(complaint))).toBe(true);
  });
});
