/** A user's rules are held to what a decision is: values in, a value out, and nothing else. */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { cpus } from 'node:os';
import { describe, expect, test } from 'vitest';
import { IntColumn } from '../../../checkers/columns.ts';
import type { HarnessError } from '../../../harness/core/errors.ts';
import { OwnMistake, OwnThrew } from '../../../harness/core/panics.ts';
import { applyVariants } from '../../../harness/variants/variants.ts';
import { raft } from '../../../systems/raft/index.ts';
import { count, yesOrNo } from '../../../systems/rule-table.ts';
import type { System, Variant } from '../../../systems/system.ts';

interface State {
  term: number;
  readonly log: { term: number }[];
  readonly votes: Map<string, { granted: boolean }>;
  readonly match: IntColumn;
}

interface Rules {
  mayVote(state: State): boolean;
  commit(state: State): number;
  entries(state: State): readonly { term: number }[];
  quorum: { size(nodes: number): number };
  electorate(state: State): { needed: number; holds(votes: number): boolean };
}

const rules: Rules = {
  mayVote: (state) => state.term > 0,
  commit: (state) => state.log.length,
  entries: (state) => state.log.slice(1),
  quorum: { size: (nodes) => Math.floor(nodes / 2) + 1 },
  electorate: () => ({ needed: 2, holds: (votes) => votes >= 2 }),
};

const ruleTable = {
  mayVote: { says: 'whether it may vote', answers: yesOrNo },
  commit: { says: 'up to where it is committed', answers: count },
};

const system: System = { ...raft, name: 'small', rules, ruleTable };

const state = (): State => ({
  term: 3,
  log: [{ term: 1 }, { term: 2 }],
  votes: new Map([['n1', { granted: true }]]),
  match: new IntColumn([4, 5]),
});

function under(replaced: Partial<Rules> | ((base: Rules) => Partial<Rules>)) {
  const make = typeof replaced === 'function' ? replaced : () => replaced;
  const variant = { id: 'mine', describe: 'mine', kind: 'variant', rules: make } as Variant;
  const active = applyVariants(system, [variant]);
  return { rules: active.rules as Rules, reached: active.reached };
}

function thrownBy(code: () => unknown): HarnessError {
  try {
    code();
  } catch (error) {
    return error as HarnessError;
  }
  throw new Error('nothing was thrown');
}

describe('a rule that writes into what it is handed is told by name', () => {
  const writing: readonly [what: string, path: string, mayVote: (state: State) => boolean][] = [
    ['a field', 'term', (one) => Object.assign(one, { term: 99 }) === one],
    [
      'a field further in',
      'log[0].term',
      (one) => Object.assign(one.log[0] as object, { term: 9 }) !== null,
    ],
    ['a list', 'log[2]', (one) => one.log.push({ term: 3 }) > 0],
    ['the order of a list', 'log[0]', (one) => one.log.reverse().length > 0],
    ['a Map', 'votes.delete()', (one) => one.votes.delete('n1')],
    [
      'what is in a Map',
      'votes.values(…).granted',
      (one) => [...one.votes.values()].every((vote) => Object.assign(vote, { granted: false })),
    ],
    ['numbers in an array', 'match.fill()', (one) => one.match.fill(0).length > 0],
    ['one of them', 'match[0]', (one) => Reflect.set(one.match, 0, 9)],
    ['a field that it removes', 'term', (one) => Reflect.deleteProperty(one, 'term')],
    [
      'a field, and swallows what it is told',
      'term',
      (one) => {
        try {
          one.term = 99;
        } catch {
          return true;
        }
        return false;
      },
    ],
  ];

  test.each(writing)('%s', (_, path, mayVote) => {
    const handed = state();
    const error = thrownBy(() => under({ mayVote }).rules.mayVote(handed));
    expect(error).toBeInstanceOf(OwnMistake);
    expect(error.message).toMatch(/^`mayVote` of variant mine writes into what it is handed/);
    expect(error.message).toContain(`(\`${path}\`)`);
    expect(handed).toEqual(state());
  });
});

describe('a rule may', () => {
  test('answer with parts of what it was handed, which are those and no copies', () => {
    const handed = state();
    const asked = under({ entries: (one) => [one.log[1] as { term: number }] }).rules;
    expect(asked.entries(handed)[0]).toBe(handed.log[1]);
  });

  test('copy and sort, iterate and search what it is handed', () => {
    const { rules: asked, reached } = under({
      commit: (one) => {
        const sorted = [...one.match].sort((a, b) => b - a);
        const [name] = [...one.votes].find(([, { granted }]) => granted) ?? [''];
        const same = one.log.indexOf(one.log[1] as { term: number });
        return (
          (sorted[0] ?? 0) +
          name.length +
          same +
          one.match.length +
          one.log.map(({ term }) => term).length
        );
      },
    });
    expect(asked.commit(state())).toBe(5 + 2 + 1 + 2 + 2);
    expect(reached).toEqual({ 'mine: commit': { calls: 1, changed: 1 } });
  });

  test('wrap the rule that it replaces, which counts as unchanged', () => {
    const { rules: asked, reached } = under((base) => ({ entries: (one) => base.entries(one) }));
    expect(asked.entries(state())).toEqual([{ term: 2 }]);
    expect(reached).toEqual({ 'mine: entries': { calls: 1, changed: 0 } });
  });
});

describe('a rule that would decide otherwise another time is refused', () => {
  const now = new Date(0);
  test.each<[what: string, commit: () => number, told: string]>([
    ['Math.random', () => Math.floor(Math.random() * 9), 'asks Math.random'],
    ['Date.now', () => Date.now(), 'asks Date.now'],
    ['new Date', () => new Date().getHours(), 'asks new Date()'],
    ['performance.now', () => Math.floor(performance.now()), 'asks performance.now'],
    ['crypto', () => crypto.randomUUID().length, 'asks crypto.randomUUID'],
    ['a monotonic clock', () => Number(process.hrtime.bigint()), 'asks process.hrtime'],
    ['how long the process runs', () => Math.floor(process.uptime()), 'asks process.uptime'],
    ['a file', () => readFileSync('package.json').length, 'asks fs.readFileSync'],
    ['whether there is one', () => Number(existsSync('.')), 'asks fs.existsSync'],
    ['bytes at random', () => randomBytes(1)[0] ?? 0, 'asks crypto.randomBytes'],
    ['another process', () => execFileSync('true').length, 'asks child_process.execFileSync'],
    ['the network', () => createConnection(1).bytesRead, 'asks net.createConnection'],
    ['the machine', () => cpus().length, 'asks os.cpus'],
  ])('when it asks %s', (_, commit, told) => {
    const error = thrownBy(() => under({ commit }).rules.commit(state()));
    expect(error).toBeInstanceOf(OwnMistake);
    expect(error.message).toContain(told);
    expect(Math.random()).toBeLessThan(1);
    expect(Date.now()).toBeGreaterThan(0);
    expect(existsSync('.')).toBe(true);
  });

  test('when it counts how often it was asked', () => {
    let asked = 0;
    const error = thrownBy(() => under({ commit: () => asked++ }).rules.commit(state()));
    expect(error.message).toContain('answered 0, and then 1 to the same question');
  });

  test('and not when it makes a date of a given time', () => {
    expect(under({ commit: () => new Date(now).getTime() }).rules.commit(state())).toBe(0);
  });
});

describe('an answer of another kind is told', () => {
  test.each<[what: string, answer: unknown, told: string]>([
    ['nothing', undefined, 'answered undefined: it must be a whole number from 0 on'],
    ['a text', '3', "answered '3': it must be"],
    ['a promise', Promise.resolve(3), 'answered Promise { 3 }: it must be'],
    ['no number', Number.NaN, 'answered NaN: it must be'],
  ])('%s', (_, answer, told) => {
    const error = thrownBy(() => under({ commit: () => answer as number }).rules.commit(state()));
    expect(error).toBeInstanceOf(OwnMistake);
    expect(error.message).toContain(told);
  });
});

describe('what a rule throws', () => {
  test('is the rule’s, and has decided otherwise', () => {
    const { rules: asked, reached } = under({
      commit: () => {
        throw new Error('boom\nat line 2');
      },
    });
    const error = thrownBy(() => asked.commit(state()));
    expect(error).toBeInstanceOf(OwnThrew);
    expect(error.message).toBe('`commit` of variant mine threw: boom');
    expect(reached).toEqual({ 'mine: commit': { calls: 1, changed: 1 } });
  });

  test('explains that a view cannot be cloned', () => {
    const asked = under({ commit: (one) => structuredClone(one).log.length }).rules;
    expect(thrownBy(() => asked.commit(state())).message).toContain('copy the fields');
  });
});

describe('rules within rules', () => {
  test('of a group are replaced and counted one by one', () => {
    const { rules: asked, reached } = under({ quorum: { size: () => 1 } });
    expect(asked.quorum.size(5)).toBe(1);
    expect(asked.electorate(state()).needed).toBe(2);
    expect(reached).toEqual({ 'mine: quorum.size': { calls: 1, changed: 1 } });
    expect(() => under({ quorum: { sise: () => 1 } as unknown as Rules['quorum'] })).toThrow(
      '`quorum.sise` of variant mine is no rule of the system (did you mean "size"?)',
    );
  });

  test('in an answer are guarded and counted with the rule', () => {
    const throwing = under({
      electorate: () => ({
        needed: 2,
        holds: () => {
          throw new Error('boom');
        },
      }),
    }).rules;
    const error = thrownBy(() => throwing.electorate(state()).holds(1));
    expect(error.message).toBe('`electorate` of variant mine threw: boom');
    const { rules: asked, reached } = under((base) => ({
      electorate: (one) => base.electorate(one),
    }));
    expect(asked.electorate(state()).holds(1)).toBe(false);
    expect(reached).toEqual({ 'mine: electorate': { calls: 2, changed: 0 } });
  });
});

test('a rule that asks another variant’s counts each question once', () => {
  const inner = {
    id: 'inner',
    describe: '',
    kind: 'variant',
    rules: (base: Rules) => ({ commit: (one: State) => base.commit(one) }),
  };
  const outer = {
    id: 'outer',
    describe: '',
    kind: 'variant',
    rules: (base: Rules) => ({ commit: (one: State) => base.commit(one) + 1 }),
  };
  const active = applyVariants(system, [inner, outer] as unknown as Variant[]);
  expect((active.rules as Rules).commit(state())).toBe(3);
  expect(active.reached).toEqual({
    'inner: commit': { calls: 1, changed: 0 },
    'outer: commit': { calls: 1, changed: 1 },
  });
});
