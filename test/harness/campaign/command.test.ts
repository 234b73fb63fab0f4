/** `ordeal campaign` and `ordeal merge` as they are used: what they tell, how they end, what they leave behind. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-campaign-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  const all = [join(ROOT, 'harness', 'bin.js'), ...parameters];
  return execa(process.execPath, all, { cwd: directory, reject: false });
}

async function documentOf(...parameters: string[]) {
  const { stdout, exitCode, stderr } = await ordeal(...parameters, '--json', '--quiet');
  if (stdout === '') throw new Error(stderr);
  const document = JSON.parse(stdout);
  expect(document.exitStatus).toBe(exitCode);
  return document;
}

function write(file: string, text: string): void {
  writeFileSync(join(directory, file), text);
}

const EAGER = `export const eager = {
  id: 'eager', describe: 'commits what it has not', kind: 'variant',
  rules: () => ({
    followerCommit: (state: Commit, message: Commit) => Math.max(state.commit, message.commit),
  }),
};
interface Commit { readonly commit: number }`;

/** Raft as it is, and `mine` as is said. */
const campaignOf = (mine: string, more = '') => `seeds: 4
strategies: [plain]
matrix:
  - system: raft
    time-limit: 5s
    nodes: 3
    variants: [{}, { name: mine, ${mine} }]
${more}`;
const WRONG = 'rules: ./eager.ts';

beforeAll(() => {
  write('eager.ts', EAGER);
});

describe('a campaign', () => {
  test('tells a violation as new, keeps it, and then as seen again, known, and gone', async () => {
    const canary = 'canaries: [{ system: raft, mutant: rf-commit-no-min }]\n';
    write('nightly.yaml', campaignOf(WRONG, canary));
    const first = await documentOf('campaign', 'nightly.yaml');
    expect(first.exitStatus).toBe(1);
    expect(first.seeds).toMatchObject({ first: 1, next: 5 });
    expect(first.canaries).toMatchObject([{ name: 'raft/rf-commit-no-min' }]);
    expect(first.canaries[0].kill).not.toBeNull();
    const asItIs = first.cells.find(({ subject }: { subject: string }) => subject === 'raft');
    expect(asItIs.invalid.hits).toBe(0);
    expect(first.violations.length).toBeGreaterThan(0);
    for (const { mark, subject, kept, sameRunAs } of first.violations) {
      expect({ mark, subject }).toEqual({ mark: 'new', subject: 'raft:mine' });
      if (sameRunAs !== null) continue;
      expect(kept.confirmed).toEqual({ shown: 5, replays: 5 });
      const repro = join(first.directory, kept.small.repro);
      expect(existsSync(join(directory, repro))).toBe(true);
    }
    const [{ kept }] = first.violations;
    expect((await ordeal('replay', join(first.directory, kept.small.repro))).exitCode).toBe(1);
    const stored = readFileSync(join(directory, first.directory, 'campaign.json'), 'utf8');
    expect(JSON.parse(stored)).toEqual(first);
    const page = readFileSync(join(directory, first.directory, 'report.html'), 'utf8');
    expect(page).toContain('New: raft:mine');
    expect(page).not.toMatch(/(?:src|href)="http/);
    // Lines are lines, and no control characters that are spelt out.
    expect(page).not.toContain('\\u000a');
    expect(readFileSync(join(directory, first.directory, 'summary.md'), 'utf8')).toContain(
      '### new: raft:mine',
    );

    // The seeds go on where the last night ended: no clock has a say in them.
    const second = await documentOf('campaign', 'nightly.yaml', '--no-shrink');
    expect(second.seeds.first).toBe(5);
    expect(second.since).toBe(join(first.directory, 'campaign.json'));
    const again = second.violations.filter(({ mark }: { mark: string }) => mark === 'again');
    expect(again.length).toBeGreaterThan(0);
    expect(second.exitStatus).toBe(1);

    const all = [...first.violations, ...second.violations];
    const names = all.map(({ signature: { checker, property } }) =>
      checker === property ? checker : `${checker}: ${property}`,
    );
    const known = [...new Set(names)].map(
      (name) => `  - { system: 'raft:mine', signature: '${name}', issue: 'our issue 7' }\n`,
    );
    write('nightly.yaml', campaignOf(WRONG, `known:\n${known.join('')}`));
    const third = await documentOf('campaign', 'nightly.yaml', '--no-shrink', '--seed', '1');
    expect(third.exitStatus).toBe(0);
    expect(third.violations[0]).toMatchObject({ mark: 'known', issue: 'our issue 7', kept: null });

    write('nightly.yaml', campaignOf('set: { batch: 2 }'));
    const fourth = await documentOf('campaign', 'nightly.yaml', '--since', first.directory);
    expect(fourth.exitStatus).toBe(1);
    // What was kept breaks still, by the rules that it was found with.
    expect(fourth.earlier[0].replayed.shown).toBe(5);
    write('eager.ts', EAGER.replace('Math.max(state.commit, message.commit)', 'state.commit'));
    const fifth = await documentOf('campaign', 'nightly.yaml', '--since', first.directory);
    expect(fifth.exitStatus).toBe(0);
    expect(fifth.earlier[0].replayed).toEqual({ shown: 0, replays: 5 });
    write('eager.ts', EAGER);
  }, 300_000);

  test('of a canary that is missed is red, though nothing is violated', async () => {
    const lost = 'canaries: [{ system: raft, mutant: rf-commit-old-term, seeds: 1 }]\n';
    write('missed.yaml', campaignOf('set: { batch: 2 }', lost));
    const document = await documentOf('campaign', 'missed.yaml', '--seed', '1');
    expect(document.exitStatus).toBe(3);
    expect(document.verdict.because).toBe('1 canary not caught: raft/rf-commit-old-term');
    expect(document.cells).toHaveLength(2);
  }, 120_000);

  test('that shows too little is unknown', async () => {
    write('little.yaml', campaignOf('set: { batch: 2 }', 'thresholds: { valid: 5 }\n'));
    const document = await documentOf('campaign', 'little.yaml', '--seed', '1');
    expect(document.exitStatus).toBe(2);
    expect(document.verdict.because).toContain('4 of 4 runs valid, and 5 are needed');
  }, 120_000);

  test('that was killed goes on, and makes nothing twice', async () => {
    const cells = '  - { system: zab, time-limit: 20s, nemesis: [all, kill, pause, partition] }\n';
    write('killed.yaml', campaignOf(WRONG, cells));
    const line = [
      'campaign',
      'killed.yaml',
      '--no-shrink',
      '--workers',
      '1',
      '--seed',
      '1',
      '--store',
    ];
    const whole = await documentOf(...line, 'undisturbed');
    const running = ordeal(...line, 'killed');
    const store = join(directory, 'killed');
    const units = () =>
      (existsSync(store) ? readdirSync(store) : [])
        .filter((name) => name.endsWith('-campaign-killed'))
        .map((name) => join(store, name, 'units'))
        .flatMap((folder) =>
          existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
        )
        .filter((path) => path.endsWith('.json'));
    while (units().length < 2) await after(10);
    running.kill('SIGKILL');
    await running;
    const before = units().map((path) => [path, statSync(path).mtimeMs]);
    expect(before.length).toBeLessThan(whole.cells.length);
    const goingOn = ['campaign', 'killed.yaml', '--resume', '--no-shrink', '--store', 'killed'];
    const resumed = await documentOf(...goingOn);
    for (const [path, mtimeMs] of before) expect(statSync(String(path)).mtimeMs).toBe(mtimeMs);
    expect(timeless(resumed)).toEqual(timeless(whole));
    // It is over: there is nothing left to go on with.
    const over = await documentOf('campaign', 'killed.yaml', '--resume', '--store', 'killed');
    expect(timeless(over)).toEqual(timeless(whole));
    write('killed.yaml', campaignOf('set: { batch: 3 }'));
    const refused = ['campaign', 'killed.yaml', '--resume', '--store', 'killed'];
    const { stderr, exitCode } = await ordeal(...refused);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^ordeal: --resume: killed\.yaml is another than when .* was begun$/);
  }, 300_000);
});

describe('shards', () => {
  test('come to the same campaign as one whole run; a missing one is named', async () => {
    const canaries = 'canaries: [{ system: raft, mutant: [rf-commit-no-min] }]\n';
    write('shards.yaml', campaignOf(WRONG, canaries));
    const line = ['campaign', 'shards.yaml', '--seed', '7', '--no-shrink'];
    const whole = await documentOf(...line, '--seeds', '24', '--store', 'whole');
    const parts = [];
    for (const index of [1, 2]) {
      const shard = ['--shard', `${index}/2`, '--store', `part-${index}`];
      parts.push((await documentOf(...line, '--seeds', '24', ...shard)).directory);
    }
    const merged = await documentOf('merge', ...parts, '--store', 'merged');
    expect(timeless(merged)).toEqual(timeless(whole));
    expect(merged.violations.length).toBeGreaterThan(0);
    const [{ kept }] = merged.violations;
    expect(existsSync(join(directory, merged.directory, kept.report))).toBe(true);

    const [one = '', two = ''] = parts;
    const missing = await ordeal('merge', one);
    expect(missing.exitCode).toBe(64);
    expect(missing.stderr).toBe('ordeal: merge: shard 2 of 2 is missing');
    const twice = await ordeal('merge', one, one);
    expect(twice.stderr).toBe(`ordeal: ${one}: is shard 1 of 2, and so is ${one}`);
    rmSync(join(directory, two, 'campaign.json'));
    const cut = await ordeal('merge', one, two);
    expect(cut.exitCode).toBe(64);
    expect(cut.stderr).toContain('shard 2 of 2 has not come to its end');
    mkdirSync(join(directory, 'empty'), { recursive: true });
    expect((await ordeal('merge', 'empty')).stderr).toBe(
      'ordeal: empty: is no campaign (it has no plan.json)',
    );
    expect(existsSync(join(directory, 'store', 'empty'))).toBe(false);
  }, 300_000);
});

describe('mistakes', () => {
  test('are told all at once, each with its place, and nothing is begun', async () => {
    write(
      'wrong.yaml',
      `sede: 1
seeds: 10
strategies: [plain, swram]
matrix:
  - system: [raft, rfat]
    nemesis: [partition, "kill,crsah"]
    nodes: 99
  - system: raft
    backend: docker
    variants: [{ set: { raeds: lease } }]
canaries:
  - { system: raft, mutant: rf-nothing }
`,
    );
    const { stderr, exitCode } = await ordeal('campaign', 'wrong.yaml', '--store', 'never');
    expect(exitCode).toBe(64);
    const told = stderr.split('\n').filter((line) => line.includes('wrong.yaml:'));
    const places = told.map((line) => line.replace(/^(ordeal: )?wrong\.yaml:/, ''));
    expect(places).toEqual([
      '1:1: unknown field "sede" (did you mean "seed"?)',
      expect.stringMatching(/^3:21: strategies\.1: /),
      '5:20: matrix.0.system.1: unknown "rfat" (did you mean "raft"?)',
      '6:27: matrix.0.nemesis.1: unknown "crsah" (did you mean "kill"?)',
      expect.stringMatching(/^7:12: matrix\.0\.nodes: 99 is not allowed/),
      '9:14: matrix.1.backend: campaigns run in virtual time alone, for now (allowed: sim)',
      expect.stringMatching(/^10:\d+: matrix\.1\.variants\.0\.set\.raeds: .*did you mean "reads"/),
      expect.stringMatching(/^12:\d+: canaries\.0\.mutant: raft has no mutant "rf-nothing"/),
    ]);
    expect(existsSync(join(directory, 'never'))).toBe(false);
  }, 60_000);

  test('of what is known, of a workload that is not served, and of flags', async () => {
    const known = "known: [{ system: 'raft:min', signature: 'x', issue: '7' }]\n";
    write('known.yaml', campaignOf('set: { batch: 2 }', known));
    const strange = await ordeal('campaign', 'known.yaml');
    expect(strange.exitCode).toBe(64);
    expect(strange.stderr).toContain('"raft:min" is not in the matrix (did you mean "raft:mine"?)');
    write('served.yaml', 'matrix: [{ system: basic-paxos, workload: append }]\n');
    const served = await ordeal('campaign', 'served.yaml');
    expect(served.exitCode).toBe(64);
    expect(served.stderr).toMatch(/^ordeal: served\.yaml:1:10: matrix\.0: /);
    write('few.yaml', campaignOf('set: { batch: 2 }'));
    expect((await ordeal('campaign', 'few.yaml', '--shard', '3/2')).exitCode).toBe(64);
    const resumed = await ordeal('campaign', 'few.yaml', '--resume', '--store', 'nothing-here');
    expect(resumed.stderr).toContain('has no campaign "few" to go on with');
  }, 60_000);
});

test('the schema for editors knows the fields and the names', async () => {
  const { stdout, exitCode } = await ordeal('schema', 'campaign');
  expect(exitCode).toBe(0);
  const { properties } = JSON.parse(stdout);
  expect(Object.keys(properties)).toContain('canaries');
  expect(JSON.stringify(properties.matrix)).toContain('"multi-paxos"');
});

/** Without what another run of the same campaign has otherwise: times, and where things lie. */
function timeless(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(timeless);
  if (typeof given !== 'object' || given === null) return given;
  const OTHERWISE = ['startedAt', 'directory', 'report', 'repro', 'coreS', 'work', 'command'];
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => !OTHERWISE.includes(name))
      .map(([name, value]) => [name, timeless(value)]),
  );
}
