/** `run --scenario` and `list scenarios` as a user meets them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { systems } from '../../../systems/index.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-scenario-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  return execa(process.execPath, [BIN, ...parameters], { cwd: directory, reject: false });
}

const play = (...parameters: string[]) => ordeal('run', 'basic-paxos', '--scenario', ...parameters);

describe('run --scenario', () => {
  test('tells the story and its claim, and ends with the verdict and its status', async () => {
    const { stdout, exitCode } = await play('paxos-xyz-bump');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(' 1  A begins ballot 3 for north');
    expect(stdout).toContain("Claim (statement 3): on B's Prepare, Y becomes [2, north]");
    expect(stdout).toContain('the claim breaks Agreement');
    expect(stdout).toMatch(/\n✔ VALID .*\n.*$/);
  });

  test('with a planted bug plays the script with that, and says what breaks', async () => {
    const id = 'px-promise-bumps-accepted-ballot';
    const { stdout, exitCode } = await play('paxos-xyz-bump', '--mutant', id);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`basic-paxos with ${id}`);
    expect(stdout).toContain('✖ VIOLATION');
    expect(stdout).not.toContain('Claim');
  });

  test('with rules of the user plays the script with those', async () => {
    const rules = `export const strict = {
      id: 'mine', describe: 'never accepts', kind: 'variant', rules: () => ({ canAccept: () => false }),
    };`;
    writeFileSync(join(directory, 'mine.ts'), rules);
    const { stdout, exitCode } = await play('paxos-xyz-free', '--rules', './mine.ts');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('expected Y: accepted [3, north]; found none');
  });

  test('prints one document with --json', async () => {
    const { stdout } = await play('numbering', '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      verdict: { kind: 'valid' },
      scenario: { name: 'numbering', system: 'basic-paxos' },
    });
    expect(document.cases).toHaveLength(3);
    expect(document.cases[2].claims[0]).toMatchObject({ row: 1, verdict: { kind: 'valid' } });
  });

  test('plays a file of the user, and refuses a wrong one with place and field', async () => {
    const text =
      'title: mine\nnodes: [A, B, C]\nsteps:\n  - request: { at: A, propose: v }\n  - settle: true\n';
    writeFileSync(join(directory, 'mine.yaml'), `${text}expect: { all: { decided: v } }\n`);
    expect((await play('./mine.yaml')).exitCode).toBe(0);
    writeFileSync(join(directory, 'mine.yaml'), `${text}expect: { D: { decided: v } }\n`);
    const { stderr, exitCode } = await play('./mine.yaml');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('./mine.yaml:6:11: expect.D: "D" is neither a node nor a word');
  });

  test('is wrong usage with flags that the script settles, and for another system', async () => {
    const { stderr, exitCode } = await play('numbering', '--time-limit', '3');
    expect(exitCode).toBe(64);
    expect(stderr).toBe('ordeal: --time-limit: has no say in a scenario, whose script settles it');
    const other = await ordeal('run', 'raft', '--scenario', 'numbering');
    expect(other.exitCode).toBe(64);
    expect(other.stderr).toContain('raft has no scenario "numbering"');
  });

  test('takes options of the system', async () => {
    const { exitCode, stdout } = await play(
      'learner-message-count',
      '--set',
      'distinguishedLearner=true',
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain('expected messages "accepted" delivered: 20; found 4');
  });
});

describe('list scenarios', () => {
  test('names those of every system, or of one', async () => {
    const { stdout } = await ordeal('list', 'scenarios');
    for (const system of Object.keys(systems)) expect(stdout).toContain(`${system} `);
    const { stdout: ofRaft } = await ordeal('list', 'scenarios', 'raft');
    expect(ofRaft).toContain('raft raft-figure-8');
    expect(ofRaft).not.toContain('paxos-xyz-adopt');
  });
});
