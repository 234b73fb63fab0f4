/** `shrink`, and `replay` of what it leaves, as a user meets them. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-shrink-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  return execa(process.execPath, [BIN, ...parameters], { cwd: directory, reject: false });
}

const RULES = `export const careless = {
  id: 'careless', describe: 'votes without comparing logs', kind: 'variant',
  rules: () => ({ isUpToDate: () => true }),
};`;

/** Where the run that was made last and has a repro is. */
const reproOf = (store: string) =>
  readdirSync(join(directory, store), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('repro.json') && !file.startsWith('latest'))
    .map((file) => join(store, file))[0] as string;

describe('a run with a rule of the user that is wrong', () => {
  beforeAll(async () => {
    writeFileSync(join(directory, 'careless.ts'), RULES);
    const run = await ordeal('run', 'raft', '--rules', './careless.ts', '--seed', '1', '--quiet');
    expect(run.exitCode).toBe(1);
  }, 120_000);

  test('is made small, told, stored, and replayed until the rule is mended', async () => {
    const { stdout, exitCode } = await ordeal(
      'shrink',
      'store/latest',
      '--store',
      'small',
      '--quiet',
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /32 faults, 6 \d\d\d operations,\s+made smaller:\s+\d nodes?,\s+\d faults?,\s+\d+ operations?/,
    );
    expect(stdout).toMatch(/\n *1\. .* ms {2}n\d votes for n\d in term 1\n/);
    // Paths are for copying, and never broken.
    const lines = stdout.split('\n').filter((line) => !line.includes('small/'));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const repro = reproOf('small');
    expect(stdout).toContain(`npx ordeal replay ${repro}`);

    // Why it fails is said, kept, and shown by the page, also when that is written again.
    expect(stdout).toMatch(/\nDecisive: (step \d|no single step)/);
    expect(stdout).toContain('\nFirst broken: agreement: VoteRule on n');
    const run = dirname(join(directory, repro));
    const page = () => readFileSync(join(run, 'report.html'), 'utf8');
    expect(page()).toContain('<svg class="odds"');
    expect(page()).toContain('<li>First broken: agreement: VoteRule on n');
    const path = join(run, 'explanation.json');
    const explanation = JSON.parse(readFileSync(path, 'utf8'));
    const likely = { futures: { hits: 9, of: 10 }, isDecisive: true };
    const turns = explanation.turns.map((turn: object, at: number) =>
      at === 0 ? { ...turn, ...likely } : turn,
    );
    writeFileSync(path, JSON.stringify({ ...explanation, turns }));
    expect((await ordeal('report', dirname(repro))).exitCode).toBe(0);
    expect(page()).toContain('</svg> 90 % <small>60–98</small> <b>decisive</b></td>');
    writeFileSync(path, JSON.stringify({ ...explanation, start: {} }, null, 2));
    const torn = await ordeal('report', dirname(repro));
    expect(torn.exitCode).toBe(64);
    expect(torn.stderr).toMatch(
      /explanation\.json:\d+: "start\.hits": expected a number, got nothing$/,
    );

    const again = await ordeal('replay', repro);
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toContain('agreement: VoteRule (identical: every byte');
    expect((await ordeal('replay', repro, '--verify')).exitCode).toBe(0);

    writeFileSync(
      join(directory, 'careless.ts'),
      RULES.replace('() => true', '(...asked) => base.isUpToDate(...asked)').replace(
        'rules: ()',
        'rules: (base)',
      ),
    );
    const mended = await ordeal('replay', repro);
    expect(mended.exitCode).toBe(0);
    expect(mended.stdout).toBe('no longer breaks agreement: VoteRule (other bytes than then)');
    const nothing = await ordeal('shrink', repro);
    expect(nothing.exitCode).toBe(0);
    expect(nothing.stdout).toContain('no longer breaks agreement: VoteRule with this code');
  }, 180_000);
});

describe('what cannot be made small', () => {
  test('is a run that broke nothing, and one that is not there', async () => {
    await ordeal(
      'run',
      'basic-paxos',
      '--time-limit',
      '3',
      '--seed',
      '1',
      '--store',
      'valid',
      '--quiet',
    );
    const valid = await ordeal('shrink', 'valid/latest');
    expect(valid.exitCode).toBe(64);
    expect(valid.stderr).toBe(
      'ordeal: valid/latest: is valid; only a run with a violation can be made smaller',
    );
    expect((await ordeal('shrink', 'nowhere')).stderr).toContain('no such run');
  });

  test('is anything in no time at all', async () => {
    const { exitCode, stderr } = await ordeal('shrink', 'store/latest', '--budget', '0');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('--budget: 0 is not allowed');
  });
});
