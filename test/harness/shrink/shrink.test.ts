/** Making a failing run small: it breaks the same property, repeats itself, and can be kept. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtIn, systemNamed } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { HarnessError } from '../../../harness/core/errors.ts';
import { isBroken, type Signature } from '../../../harness/judge/signature.ts';
import { replayRepro } from '../../../harness/ordeal.ts';
import { reportHtml } from '../../../harness/report/html.ts';
import type { PreparedRun } from '../../../harness/run/prepared.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { replayed } from '../../../harness/shrink/replay-repro.ts';
import { readRepro, writeRepro } from '../../../harness/shrink/repro.ts';
import { shrink } from '../../../harness/shrink/shrink.ts';
import { type ShrunkRun, shrinkAndStore, storyLines } from '../../../harness/shrink/shrunk-run.ts';
import { readPlan, readRun } from '../../../harness/store/reader.ts';
import { builtInVariant } from '../../../harness/variants/variants.ts';
import type { Nemesis } from '../../../nemesis/fault.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { systems } from '../../../systems/index.ts';
import type { ProtocolSystem as System } from '../../../systems/system.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-shrink-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function prepared(system: string, mutant: string | null, seed: number): PreparedRun {
  const mutants = mutant === null ? [] : [mutant];
  const request = { system, mutants, seed, timeLimitS: 20, nodes: 5 };
  const variants = mutants.map((id) => builtInVariant(systemNamed(system), id));
  const config = resolveConfig(request, [], () => seed);
  return { request, config, variants, catalogue: builtIn, byValue: [] };
}

const voteRule: Signature = { checker: 'agreement', property: 'VoteRule' };
const failing = prepared('raft', 'rf-no-uptodate-check', 1);
const enough = { isOver: (runs: number) => runs > 2_000 };
const context = {
  store: join(directory, 'store'),
  signal: new AbortController().signal,
  progress: () => undefined,
  onStart: () => undefined,
};

describe('a failing run of five nodes, nine faults and thousands of operations', () => {
  let shrunk: ShrunkRun;
  beforeAll(async () => {
    shrunk = (await shrinkAndStore(failing, voteRule, enough, context)) as ShrunkRun;
  }, 120_000);

  test('comes down to three nodes or two, a fault or two, and hardly any operations', () => {
    expect(shrunk.isWhole).toBe(true);
    expect(shrunk.before.operations).toBeGreaterThan(1_000);
    expect(shrunk.after.nodes).toBeLessThanOrEqual(3);
    expect(shrunk.after.faults).toBeLessThanOrEqual(2);
    expect(shrunk.after.operations).toBeLessThanOrEqual(2);
    expect(shrunk.smallest).toMatchObject({ concurrency: 1, set: { 'network.lossPpm': 0 } });
  });

  test('still breaks the same property, in the store as in memory', () => {
    const { verdict, checks } = shrunk.summary.results;
    expect(verdict).toMatchObject({ kind: 'invalid', property: 'VoteRule' });
    expect(isBroken(voteRule, checks)).toBe(true);
    const directory = shrunk.summary.paths.directory as string;
    const { run } = readRun(directory);
    expect(run.config.plan).toEqual(shrunk.smallest.plan);
    expect(readPlan(directory)).toEqual(shrunk.smallest.plan);
  });

  test('is told in few steps, of which the last is the wrong one', () => {
    const lines = storyLines(shrunk.story);
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.join('\n')).toMatch(/n\d becomes leader of term \d/);
    expect(lines.at(-1)).toMatch(/✖ n\d votes for n\d in term \d/);
  });

  test('is retold on its page, where the report of a run that a seed planned tells no story', () => {
    const { report } = shrunk.summary.paths;
    const page = readFileSync(report?.path as string, 'utf8');
    expect(page).toContain('Step by step');
    expect(page).toMatch(/<tr [^>]*class="conflict">.*✖ n\d votes for n\d in term \d</);
    expect(page).not.toContain('[object Object]');
    const planned = readRun(shrunk.summary.paths.directory as string);
    const { plan: _, ...config } = planned.run.config;
    expect(reportHtml({ ...planned, run: { ...planned.run, config } }, nemeses)).not.toContain(
      'Step by step',
    );
  });

  test('is kept in a file of a few kilobytes that makes every byte of it again', () => {
    const text = readFileSync(shrunk.repro, 'utf8');
    expect(text.length).toBeLessThan(6_000);
    const repro = readRepro(shrunk.repro);
    const { because, identical } = replayed(repro, failing.variants, builtIn);
    expect(because).toMatch(/^n\d voted for a candidate whose log is behind its own$/);
    expect(identical).toBe(true);
  });

  test('is made again by a program as well, by the name of the file', async () => {
    expect(await replayRepro(shrunk.repro)).toEqual(
      replayed(readRepro(shrunk.repro), failing.variants, builtIn),
    );
    await expect(replayRepro('nowhere.json')).rejects.toThrow('nowhere.json: expected JSON');
  });

  test('passes, and says so, once what was wrong is mended', () => {
    const { because, identical } = replayed(readRepro(shrunk.repro), [], builtIn);
    expect(because).toBeNull();
    expect(identical).toBe(false);
  });

  test('cannot be made smaller by making it smaller again', async () => {
    const again = await shrink({ ...failing, config: shrunk.smallest }, voteRule, enough);
    expect(again?.after).toEqual(shrunk.after);
  });

  test('is the same when it is made small a second time', async () => {
    const again = await shrink(failing, voteRule, enough);
    expect(again?.smallest).toEqual(shrunk.smallest);
    expect(again?.runs).toBe(shrunk.runs);
  });
});

describe('shrinking that ends before its time', () => {
  test('keeps what still fails of what it had', async () => {
    const early = await shrink(failing, voteRule, { isOver: (runs) => runs >= 12 });
    expect(early).toMatchObject({ isWhole: false });
    const { smallest, after, before } = early as NonNullable<typeof early>;
    expect(after.operations).toBeLessThan(before.operations);
    expect(isBroken(voteRule, simulateOnce(smallest, failing.variants).checks)).toBe(true);
  });

  test('tells on the way how small it is', async () => {
    const told: number[] = [];
    const onProgress = ({ faults }: { faults: number }) => told.push(faults);
    await shrink(failing, voteRule, { isOver: (runs) => runs > 60, onProgress });
    expect(told.length).toBeGreaterThan(5);
    expect(told).toEqual(told.toSorted((a, b) => b - a));
  });
});

test('a run that does not break the property is nothing to make smaller', async () => {
  expect(await shrink(prepared('raft', null, 1), voteRule, enough)).toBeNull();
});

test('what only clients saw is made small as well, at the end of a whole run', async () => {
  const signature = { checker: 'linearizable', property: 'linearizable' };
  const stale = prepared('raft', 'sys-reply-before-apply', 1);
  const shrunk = await shrink(stale, signature, { isOver: (runs) => runs > 1_000 });
  expect(shrunk?.after.nodes).toBe(1);
  expect(shrunk?.after.operations).toBeLessThanOrEqual(4);
}, 120_000);

test('what a nemesis of the user refuses of a smaller plan is left as it is', async () => {
  const picky = Object.entries(builtIn.nemeses).map(([name, nemesis]) => {
    const resolve: Nemesis['resolve'] = (planned, view) => {
      if (planned.draw === 0) throw new HarnessError('usage', 'a draw is needed');
      return nemesis.resolve(planned, view);
    };
    return [name, { ...nemesis, resolve }] as const;
  });
  const catalogue = { ...builtIn, nemeses: Object.fromEntries(picky) };
  const shrunk = await shrink({ ...failing, catalogue }, voteRule, enough);
  const faults = shrunk?.smallest.plan.faults ?? [];
  expect(faults.length).toBeGreaterThan(0);
  for (const { draw } of faults) expect(draw).not.toBe(0);
}, 60_000);

test('a protocol that keeps state between runs leaves nothing that is kept, and is named', async () => {
  const { raft } = systems;
  if (raft?.protocol === undefined) throw new Error('raft is a system of ours');
  let calls = 0;
  const forgetful: System = {
    ...raft,
    protocol: (rules) => {
      const inner = raft.protocol(rules);
      const message: typeof inner.message = (...given) => {
        if (calls++ % 1_000 < 990) inner.message(...given);
      };
      return { ...inner, message };
    },
  };
  const catalogue = { ...builtIn, systems: { ...builtIn.systems, raft: forgetful } };
  const run = { ...failing, catalogue, byValue: ['forgetful'] };
  const store = join(directory, 'none');
  const few = { isOver: (runs: number) => runs > 20 };
  await expect(shrinkAndStore(run, voteRule, few, { ...context, store })).rejects.toThrow(
    /does not repeat itself: .*most likely forgetful/,
  );
  expect(existsSync(store)).toBe(false);
});

describe('a repro', () => {
  const path = join(directory, 'repro.json');
  const repro = {
    schema: 1,
    kind: 'repro',
    versions: { ordeal: '0.1.0', node: 'v26.0.0' },
    git: null,
    signature: voteRule,
    because: 'because',
    story: [],
    sha256: { history: '', trace: '' },
    config: { ...failing.config, plan: { operations: [], faults: [] } },
  } as const;

  test('comes back from its file as it was', () => {
    writeRepro(path, repro);
    expect(readRepro(path)).toEqual(repro);
  });

  test.each([
    ['{"schema":1', 'expected JSON'],
    [JSON.stringify({ ...repro, schema: 7 }), 'schema 7 is not known'],
    [JSON.stringify({ ...repro, kind: 'run' }), '"kind": expected "repro", got "run"'],
    [
      JSON.stringify({
        ...repro,
        config: { ...repro.config, plan: { operations: [{ id: 0 }], faults: [] } },
      }),
      '"config.plan.operations.0.client": expected a number, got nothing',
    ],
  ])('that is broken is refused in a line that says where: %#', (text, because) => {
    writeFileSync(path, text);
    expect(() => readRepro(path)).toThrow(because);
  });

  test.each([
    [
      {
        operations: [{ id: 0, client: 10, atUs: 0, f: 'read', key: 'k', value: null }],
        faults: [],
      },
      'plan.operations[0].client: 10 is not one of 10',
    ],
    [
      { operations: [{ id: 0, client: 0, atUs: 0, f: 'inc', key: 'k', value: null }], faults: [] },
      'plan.operations[0].f: "inc" is not of workload register',
    ],
    [
      {
        operations: [],
        faults: [{ id: 0, lane: 'kill', form: 'some', draw: 0, startUs: 0, endUs: 1 }],
      },
      'plan.faults[0].form: "some" is none of kill',
    ],
    [
      {
        operations: [],
        faults: [{ id: 0, lane: 'kill', form: 'one', draw: 0, startUs: 5, endUs: 1 }],
      },
      'plan.faults[0].endUs: 1 comes before 5',
    ],
    [
      {
        operations: [],
        faults: [{ id: 0, lane: 'kill', form: 'one', draw: 0, startUs: 0, endUs: 1, step: 0.5 }],
      },
      'plan.faults[0].step: 0.5 is no whole number of 32 bits',
    ],
  ] as const)('with a plan that its run cannot carry out is refused: %#', (plan, because) => {
    expect(() => resolveConfig({ ...failing.config, plan }, [], () => 0)).toThrow(because);
  });
});
