/** Why a run fails: the steps that made it likely, what would have saved it, what broke first. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtIn, systemNamed } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { explain } from '../../../harness/explain/explanation.ts';
import { Futures } from '../../../harness/explain/futures.ts';
import { explanationLines } from '../../../harness/explain/text.ts';
import type { Signature } from '../../../harness/judge/signature.ts';
import type { Case } from '../../../harness/shrink/case.ts';
import { shrink } from '../../../harness/shrink/shrink.ts';
import type { Explanation } from '../../../harness/store/explanation.ts';
import { builtInVariant } from '../../../harness/variants/variants.ts';

const catalogue = builtIn;

/** A small run that breaks the property, made from a seed; so many runs, and no clock. */
async function smallRun(mutant: string, signature: Signature) {
  const variants = [builtInVariant(systemNamed('raft'), mutant)];
  const request = { system: 'raft', mutants: [mutant], seed: 1, nodes: 5, timeLimitS: 20 };
  const failing = { config: resolveConfig(request, [], () => 1), variants, catalogue };
  const shrunk = await shrink(failing, signature, { isOver: (runs) => runs > 1_000 });
  return { config: shrunk?.smallest as Case, variants, catalogue };
}

/** Says no so many times: as many changes and futures are tried. */
function times(most: number): () => boolean {
  let asked = 0;
  return () => asked++ >= most;
}

describe('a voter that does not compare logs', () => {
  const signature: Signature = { checker: 'agreement', property: 'VoteRule' };
  let simulation: Awaited<ReturnType<typeof smallRun>>;
  let explanation: Explanation;
  beforeAll(async () => {
    simulation = await smallRun('rf-no-uptodate-check', signature);
    explanation = await explain(simulation, signature, times(40));
  }, 120_000);

  test('has odds at every step, of as many futures, up to what has happened for certain', () => {
    const { start, turns } = explanation;
    expect(start.of).toBeGreaterThan(20);
    expect(start.hits).toBeLessThan(start.of);
    for (const { futures } of turns) expect(futures.of).toBe(start.of);
    expect(turns.at(-1)?.futures.hits).toBe(start.of);
    expect(turns.at(-1)?.isConflict).toBe(true);
  });

  test('has a step that was decisive, and none that only followed', () => {
    const decisive = explanation.turns.flatMap(({ isDecisive }, at) => (isDecisive ? [at] : []));
    expect(decisive.length).toBeGreaterThan(0);
    expect(decisive.length).toBeLessThanOrEqual(3);
    for (const at of decisive) {
      const before = explanation.turns[at - 1]?.futures ?? explanation.start;
      expect(explanation.turns[at]?.futures.hits).toBeGreaterThan(before.hits);
    }
  });

  test('is the same explanation a second time, of as many futures', async () => {
    expect(await explain(simulation, signature, times(40))).toEqual(explanation);
  }, 120_000);

  test('suspects the rule that was changed before all others', () => {
    const { suspicions, start } = explanation;
    expect(suspicions?.futures.of).toBe(start.of);
    expect(suspicions?.decisions[0]).toMatchObject({
      rule: 'isUpToDate',
      answer: 'otherwise than the protocol does',
    });
  });

  test('passes with one step otherwise, and says what nodes do instead', () => {
    expect(explanation.sibling?.change).toMatch(/^with/);
    expect(explanation.sibling?.partsAtNs).toBeGreaterThanOrEqual(0);
    expect(explanation.sibling?.failing).not.toBe(explanation.sibling?.passing);
  });

  test('breaks the rule of votes on a node, and nothing before that', () => {
    expect(explanation.broken[0]).toMatchObject({ property: 'VoteRule', isSeen: false });
    expect(explanation.broken[0]?.node).toMatch(/^n\d$/);
  });

  test('is told in lines of a terminal', () => {
    const lines = explanationLines(explanation, 80);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const text = lines.join(' ');
    expect(text).toMatch(/How likely the violation was after each step/);
    expect(text).toMatch(/Decisive: step \d+ \(.*\): \d+ % before, \d+ % after/);
    expect(text).toMatch(/First broken: agreement: VoteRule on n\d at [\d.]+ ms; no client saw/);
  });

  test('is drawn from moments of the run alone, as far as it goes', () => {
    const futures = new Futures(simulation, signature, [0, 1_000_000, 1e15]);
    for (let drawn = 0; drawn < 5; drawn++) futures.draw();
    const moments = futures.moments();
    expect(moments.map(({ timeNs }) => timeNs)).toEqual([null, 0, 1_000_000]);
    for (const { futures: odds } of moments) expect(odds.of).toBe(5);
  });

  test('breaks nothing in any future of a run of voters that do compare', () => {
    const futures = new Futures({ ...simulation, variants: [] }, signature, [0, 1_000_000]);
    for (let drawn = 0; drawn < 5; drawn++) futures.draw();
    for (const { futures: odds } of futures.moments()) expect(odds).toEqual({ hits: 0, of: 5 });
  });
});

test('what clients saw comes no sooner than what they saw of it', async () => {
  const signature: Signature = { checker: 'linearizable', property: 'linearizable' };
  const simulation = await smallRun('sys-reply-before-apply', signature);
  const { broken } = await explain(simulation, signature, times(2));
  const seen = broken.find(({ property }) => property === 'linearizable');
  expect(seen).toMatchObject({ isSeen: true, node: null });
  expect(seen?.timeNs).toBeGreaterThan(0);
}, 120_000);

describe('ordeal explain', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-explain-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const bin = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');
  const ordeal = (...parameters: string[]) =>
    execa(process.execPath, [bin, ...parameters], { cwd: directory, reject: false });

  test('makes a stored run small first, and says which steps were decisive', async () => {
    const planted = ['--mutant', 'rf-commit-old-term', '--seed', '1', '--quiet'];
    expect((await ordeal('run', 'raft', ...planted)).exitCode).toBe(1);
    const { stdout, exitCode } = await ordeal('explain', 'store/latest', '--quiet');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^agreement: CommitCurrentTerm, on \d nodes?, \d+ faults?, [\d ]+ operations?$/m,
    );
    expect(stdout).toMatch(/^ *\d+ % \(\d+-\d+\) .* 1\. .* votes for n\d in term 1$/m);
    expect(stdout).toMatch(/^First broken: agreement: CommitCurrentTerm on n\d at /m);
  }, 120_000);

  test('refuses what is no failing run, and no time at all', async () => {
    const missing = await ordeal('explain', 'nowhere');
    expect(missing.exitCode).toBe(64);
    expect(missing.stderr).toContain('no such run');
    const { exitCode, stderr } = await ordeal('explain', 'store/latest', '--budget', '0');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('--budget: 0 is not allowed');
  });
});
