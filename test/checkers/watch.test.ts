import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../checkers/history.ts';
import type { Heard, Previous } from '../../checkers/watch/heard.ts';
import { checkWatches } from '../../checkers/watch/index.ts';

/** What a store did at one revision: values of keys, or null for deletes. */
type Step = ReadonlyMap<string, number | null>;

/** Keys of a store after each revision, by brute force; revisions begin at 2, as etcd's do. */
function changesOf(steps: readonly Step[]): (readonly [...Heard])[][] {
  const held = new Map<string, [value: number, revision: number, version: number]>();
  return steps.map((step, at) => {
    const revision = at + 2;
    return [...step].map(([key, value]): Heard => {
      const previous: Previous = held.get(key) ?? null;
      if (value === null) {
        held.delete(key);
        return ['delete', key, revision, previous];
      }
      const version = (previous?.[2] ?? 0) + 1;
      held.set(key, [value, revision, version]);
      return ['put', key, revision, value, version, previous];
    });
  });
}

class Recording {
  readonly history = new History();
  #time = 0;

  operation(
    f: string,
    key: string | undefined,
    argument: Value,
    answer: Partial<Answer> = {},
  ): this {
    const { type = 'ok', value = argument, position } = answer;
    this.begin(f, key, argument);
    return this.end(f, key, { type, value, position });
  }

  begin(f: string, key: string | undefined, value: Value, process = 0): this {
    this.history.push({ time: this.#time++, type: 'invoke', process, f, key, value });
    return this;
  }

  end(f: string, key: string | undefined, { type, value, position }: Answer, process = 0): this {
    this.history.push({ time: this.#time++, type, process, f, key, value, position });
    return this;
  }

  /** As clients make them: transactions where several keys change at once. */
  steps(steps: readonly Step[], isKnown: (at: number) => boolean = () => true): this {
    for (const [at, step] of steps.entries()) {
      const answer = isKnown(at)
        ? ({ type: 'ok', position: at + 2 } as const)
        : ({ type: 'info' } as const);
      const [[key, value] = ['', null], ...more] = [...step];
      if (more.length > 0) {
        const puts = [...step].map(([each, to]): Value => ['w', each, to]);
        this.operation('txn', undefined, puts, answer);
      } else this.operation(value === null ? 'delete' : 'write', key, value, answer);
    }
    return this;
  }

  watch(watcher: string, from: number, heard: readonly Heard[]): this {
    return this.operation('watch', watcher, [from], { value: [['began', from], ...heard] });
  }

  get property(): string {
    const { verdict } = checkWatches(this.history);
    return verdict.kind === 'invalid' ? (verdict.property ?? '') : verdict.kind;
  }

  get because(): string {
    const { verdict } = checkWatches(this.history);
    return verdict.kind === 'valid' ? '' : verdict.because;
  }
}

interface Answer {
  readonly type: 'ok' | 'fail' | 'info';
  readonly value: Value;
  readonly position?: number | undefined;
}

const keys = ['a', 'b', 'c'];
/** Deletes change one key; writes of one step differ from those of all others. */
const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(fc.constantFrom(...keys), fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((shapes) => {
    const there = new Set<string>();
    return shapes.map((shape, at): Step => {
      if (typeof shape === 'string' && there.has(shape)) {
        there.delete(shape);
        return new Map([[shape, null]]);
      }
      const put = typeof shape === 'string' ? [shape] : shape;
      for (const key of put) there.add(key);
      return new Map(put.map((key, nth) => [key, 10 * at + nth]));
    });
  });

/** What a watch hears that is as it should be: whole revisions, and now and then how far it is. */
function rightly(
  all: readonly Step[],
  from: number,
  to: number,
  progress: readonly number[],
): Heard[] {
  const heard: Heard[] = [];
  for (const [at, changes] of changesOf(all).entries()) {
    const revision = at + 2;
    if (revision < from || revision > to) continue;
    heard.push(...changes);
    if (progress.includes(revision)) heard.push(['progress', revision]);
  }
  return heard;
}

/** By definition, where all changes are known: what it heard is what there was, up to there. */
function isRight(all: readonly Step[], from: number, heard: readonly Heard[]): boolean {
  const truth = changesOf(all).flat();
  const told = heard.filter(([what]) => what !== 'progress');
  const last = Math.max(0, ...told.map((one) => Number(one[2])));
  const due = truth.filter((one) => Number(one[2]) >= from && Number(one[2]) <= last);
  const text = (list: readonly Heard[]) => list.map((one) => JSON.stringify(one));
  // Within a revision, keys come in any order.
  const inOrder = told.every((one, at) => at === 0 || Number(told[at - 1]?.[2]) <= Number(one[2]));
  if (!inOrder || text(told).sort().join() !== text(due).sort().join()) return false;
  return heard.every((one, at) => {
    if (one[0] !== 'progress') return true;
    const before = text(heard.slice(0, at));
    const must = truth.filter((each) => Number(each[2]) >= from && Number(each[2]) <= one[1]);
    return text(must).every((each) => before.includes(each));
  });
}

/** Spoils one thing, or nothing. */
type Spoil = { readonly how: number; readonly at: number };
const spoil = fc.record({ how: fc.nat({ max: 7 }), at: fc.nat({ max: 30 }) });

function spoiled(heard: readonly Heard[], { how, at }: Spoil): Heard[] {
  const list = [...heard];
  if (list.length === 0) return list;
  const place = at % list.length;
  const one = list[place];
  if (one === undefined) return list;
  if (how === 0) list.splice(place, 1);
  else if (how === 1) list.splice(place, 0, one);
  else if (how === 2) list.push(...list.splice(place, 1));
  else if (how === 3) list.splice(place, 0, ['progress', 2 + (at % 9)]);
  else if (one[0] === 'put' && how === 4)
    list[place] = ['put', one[1], one[2], 777, one[4], one[5]];
  else if (one[0] === 'put' && how === 5)
    list[place] = ['put', one[1], one[2], one[3], one[4], null];
  else if (one[0] === 'put' && how === 6)
    list[place] = ['put', one[1], one[2] + 1, one[3], one[4], one[5]];
  return list;
}

describe('watches', () => {
  test('are right exactly where what they heard is what there was, if all changes are known', () => {
    const from = fc.integer({ min: 1, max: 9 });
    const progress = fc.array(fc.integer({ min: 2, max: 9 }));
    fc.assert(
      fc.property(steps, from, from, progress, spoil, (all, start, to, marks, wrong) => {
        const heard = spoiled(rightly(all, start, to, marks), wrong);
        fc.pre(heard.length > 0);
        const { property } = new Recording().steps(all).watch('w1', start, heard);
        expect(property === 'valid', property).toBe(isRight(all, start, heard));
      }),
      { numRuns: 2000 },
    );
  });

  test('are never blamed for what nobody knows, nor several of them for one another', () => {
    const span = fc.record({
      from: fc.integer({ min: 1, max: 9 }),
      to: fc.integer({ min: 1, max: 9 }),
      marks: fc.array(fc.integer({ min: 2, max: 9 })),
    });
    const known = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(steps, known, fc.array(span), (all, certain, spans) => {
        const recording = new Recording().steps(all, (at) => certain[at] === true);
        for (const [at, { from, to, marks }] of spans.entries()) {
          recording.watch(`w${at % 2}`, from, rightly(all, from, to, marks));
        }
        expect(recording.property).not.toMatch(/^Watch/);
      }),
    );
  });

  const one = (key: string, value: number | null): Step => new Map([[key, value]]);
  const two = [one('a', 1), one('b', 2), one('a', 3)];

  test('that skip a change that another one was told of are not complete', () => {
    const [first = [], second = [], third = []] = changesOf(two);
    const recording = new Recording()
      .steps(two, () => false)
      .watch('w1', 1, [...first, ...second, ...third])
      .watch('w2', 1, [...first, ...third]);
    expect(recording.property).toBe('WatchComplete');
    expect(recording.because).toMatch(
      /^watcher w2 .* was told of revision 4 and never of b = 2 at revision 3$/,
    );
  });

  test('that say they have come further than what they told are not honest', () => {
    const [first = [], second = []] = changesOf(two);
    const recording = new Recording().steps(two.slice(0, 2));
    recording.watch('w1', 1, [...first, ['progress', 3], ...second]);
    expect(recording.property).toBe('WatchProgress');
    expect(recording.because).toContain('had come to revision 3, and not yet of b = 2');
  });

  test('that tell of what began only after they had ended tell the future', () => {
    const [first = []] = changesOf(two);
    const recording = new Recording().watch('w1', 1, first).steps(two);
    expect(recording.property).toBe('WatchOrigin');
    expect(recording.because).toMatch(/^watcher w1 .* a = 1, which nobody had asked for yet$/);
  });

  test('at two members of which each has its own change at a revision do not agree', () => {
    const [first = []] = changesOf([one('a', 1)]);
    const [other = []] = changesOf([one('b', 2)]);
    const recording = new Recording().steps(two.slice(0, 2), () => false);
    recording.watch('w1', 1, first).watch('w2', 1, other);
    // Each is right by itself, and incomplete by what the other one says.
    expect(recording.property).toBe('WatchComplete');
    const same = changesOf([one('a', 3)]).flat();
    const rewritten = new Recording().steps(two, () => false).watch('w1', 1, first);
    expect(rewritten.watch('w2', 1, same).property).toBe('WatchAgreement');
  });

  test('that were told nothing show nothing, and what is no watch is not judged', () => {
    expect(new Recording().steps(two).watch('w1', 1, []).property).toBe('unknown');
    const strange = new Recording().operation('watch', 'w1', [1], { value: [['put', 'a']] });
    expect(strange.because).toMatch(/^event 1 does not say/);
  });
});

test('members that stand at one revision with different digests do not agree', () => {
  const recording = new Recording().steps([new Map([['a', 1]])]);
  recording.watch('w1', 1, changesOf([new Map([['a', 1]])]).flat());
  recording.operation('hash', 'n1', 0, { value: [2, 17] });
  recording.operation('hash', 'n2', 0, { value: [3, 18] });
  expect(recording.property).toBe('valid');
  recording.operation('hash', 'n3', 0, { value: [2, 18] });
  expect(recording.property).toBe('MemberAgreement');
  expect(recording.because).toBe(
    'n1 (digest 17) and n3 (digest 18) stand at revision 2 and do not have the same',
  );
});
