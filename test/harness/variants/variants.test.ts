/** Variants over a system's rules: what is in force, what is counted, what is refused. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HarnessError } from '../../../harness/core/errors.ts';
import { loadVariants } from '../../../harness/own/variants.ts';
import { readFrom } from '../../../harness/variants/blame.ts';
import { applyVariants, builtInVariant } from '../../../harness/variants/variants.ts';
import { systems } from '../../../systems/index.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { System, Variant } from '../../../systems/system.ts';

interface Sums {
  add(a: number, b: number): number;
  isLarge(value: number): boolean;
}

const rules: Sums = { add: (a, b) => a + b, isLarge: (value) => value > 100 };

/** Raft's shell with two rules that anybody can calculate. */
const sums: System = { ...raft, name: 'sums', rules };

function variant(id: string, change: Omit<Variant<Sums>, 'id' | 'describe' | 'kind'>): Variant {
  return { id, describe: id, kind: 'variant', ...change } as Variant;
}

/** Right, except that it takes every sum above ten for ten. */
const capped = variant('capped', {
  rules: (base) => ({ add: (a, b) => Math.min(10, base.add(a, b)) }),
});

const doubled = variant('doubled', {
  rules: (base) => ({ add: (a, b) => 2 * base.add(a, b) }),
});

function applied(...variants: Variant[]) {
  const active = applyVariants(sums, variants);
  return { ...active, rules: active.rules as Sums };
}

describe('a variant', () => {
  test('decides in place of the rule, and counts calls and other decisions', () => {
    const active = applied(capped);
    expect([active.rules.add(1, 2), active.rules.add(7, 8), active.rules.add(9, 1)]).toEqual([
      3, 10, 10,
    ]);
    expect(active.reached).toEqual({ 'capped: add': { calls: 3, changed: 1 } });
    expect(active.rules.isLarge(101)).toBe(true);
    expect(active.durability).toBeNull();
  });

  test('lies over the one before it, and each counts only its own calls', () => {
    const active = applied(capped, doubled);
    expect(active.rules.add(7, 8)).toBe(20);
    expect(active.rules.add(0, 0)).toBe(0);
    expect(active.reached).toEqual({
      'capped: add': { calls: 2, changed: 1 },
      'doubled: add': { calls: 2, changed: 1 },
    });
    expect(applied(doubled, capped).rules.add(7, 8)).toBe(10);
  });

  test('that is covered by another counts nothing', () => {
    const constant = variant('constant', { rules: () => ({ add: () => 1 }) });
    const active = applied(capped, constant);
    expect(active.rules.add(7, 8)).toBe(1);
    expect(active.reached['capped: add']).toEqual({ calls: 0, changed: 0 });
  });

  test('says which records are not synced; one that says so is enough', () => {
    const odd = variant('odd', {
      durability: (record) => (Number(record) % 2 === 1 ? 'unsynced' : 'synced'),
    });
    const never = variant('never', { durability: () => 'synced' });
    const active = applied(odd, never);
    expect([1, 2, 3].map((record) => active.durability?.(record))).toEqual([
      'unsynced',
      'synced',
      'unsynced',
    ]);
    expect(active.reached).toEqual({
      'odd: durability': { calls: 3, changed: 2 },
      'never: durability': { calls: 3, changed: 0 },
    });
  });
});

/** The same variant, as if it had been read from this file. */
function fromFile(original: Variant, file: string): Variant {
  const read = { ...original };
  readFrom(read, file, `export const it = {\n  id: '${read.id}',\n};\n`);
  return read;
}

describe('a variant is refused with its id', () => {
  const wrong: readonly [what: string, variants: Variant[], message: string][] = [
    ['when it is there twice', [capped, capped], 'variant capped is named twice'],
    [
      'when another one has it',
      [fromFile(capped, 'one.ts'), fromFile({ ...doubled, id: 'capped' }, 'other.ts')],
      'two variants are called capped: one.ts:2 and other.ts:2',
    ],
    [
      'when another one has it that was passed by value',
      [capped, fromFile({ ...doubled, id: 'capped' }, 'other.ts')],
      'two variants are called capped: one that is no file of --rules and other.ts:2',
    ],
    [
      'when it fails',
      [
        variant('broken', {
          rules: () => {
            throw new Error('boom\nat line 2');
          },
        }),
      ],
      '`rules` of variant broken fails: boom',
    ],
    [
      'when it replaces what is no rule',
      [variant('lost', { rules: () => ({ multiply: () => 1 }) as Partial<Sums> })],
      '`multiply` of variant lost is no rule of the system (known: add, isLarge)',
    ],
    [
      'when it replaces a rule by what is no function',
      [variant('flat', { rules: () => ({ add: 3 }) as unknown as Partial<Sums> })],
      '`add` of variant flat is 3: it must be a function',
    ],
    [
      'when it replaces nothing',
      [variant('idle', { rules: () => ({}) })],
      '`rules` of variant idle answers {}, and no rule',
    ],
    [
      'when it returns a promise',
      [variant('later', { rules: (async () => capped) as unknown as () => Partial<Sums> })],
      '`rules` of variant later answers Promise {',
    ],
  ];

  test.each(wrong)('%s', (_, variants, message) => {
    expect(() => applied(...variants)).toThrow(HarnessError);
    expect(() => applied(...variants)).toThrow(message);
  });
});

describe.each(Object.values(systems))('the variants of $name', (system) => {
  test('can each be found by id, with the system’s name or without, and applied', () => {
    for (const one of system.variants) {
      expect(builtInVariant(system, one.id)).toBe(one);
      expect(builtInVariant(system, `${system.name}/${one.id}`)).toBe(one);
      expect(Object.keys(applyVariants(system, [one]).reached).length).toBeGreaterThan(0);
    }
  });
});

describe('--mutant', () => {
  test('of a name that is not known is answered with a near one', () => {
    expect(() => builtInVariant(raft, 'rf-local-raed')).toThrow('did you mean "rf-local-read"?');
    expect(() => builtInVariant(raft, 'zzz')).toThrow('see: ordeal list mutants raft');
  });
});

describe('--rules', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-rules-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const written = (name: string, source: string) => {
    const file = join(directory, name);
    writeFileSync(file, source);
    return file;
  };

  test('finds every exported variant and nothing else', async () => {
    const one = (id: string) => `export const ${id} = { id: '${id}', rules: () => ({}) };`;
    const file = written('two.mjs', `${one('b')}\n${one('a')}\nexport const other = { id: 'c' };`);
    expect((await loadVariants(file)).map(({ id }) => id).sort()).toEqual(['a', 'b']);
  });

  test('tells in one line what is wrong with a file', async () => {
    const problem = async (file: string) => {
      const error: unknown = await loadVariants(file).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(HarnessError);
      return (error as Error).message;
    };
    const missing = join(directory, 'nope.ts');
    expect(await problem(missing)).toBe(`--rules ${missing}: no such file`);
    expect(await problem(directory)).toBe(`--rules ${directory}: is a directory`);
    expect(await problem(written('throws.mjs', 'throw new Error("x\\ny")'))).toMatch(/: x$/);
    expect(await problem(written('empty.mjs', 'export const a = 1;'))).toContain('exports no vari');
  });
});
