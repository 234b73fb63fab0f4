/** A scenario in the store: what is kept of it, and what is judged, reported and played again. */

import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');
const MUTANT = 'rf-commit-old-term';
const directory = mkdtempSync(join(tmpdir(), 'ordeal-scenario-store-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  return execa(process.execPath, [BIN, ...parameters], { cwd: directory, reject: false });
}

const inStore = (store: string, ...path: string[]) => join(directory, store, 'latest', ...path);

beforeAll(async () => {
  const play = ['run', 'raft', '--scenario', 'raft-figure-8'];
  await ordeal(...play, '--store', 'right');
  await ordeal(...play, '--mutant', MUTANT, '--store', 'wrong');
}, 60_000);

describe('a stored scenario', () => {
  test('has its script, its story, a verdict, a report, and a recording of every play', () => {
    for (const file of ['run.json', 'scenario.yaml', 'story.txt', 'results.json', 'report.html']) {
      expect(existsSync(inStore('right', file)), file).toBe(true);
    }
    for (const place of ['case-1', 'case-1/claim-1', 'case-2', 'case-2/claim-1']) {
      expect(existsSync(inStore('right', place, 'history.jsonl')), place).toBe(true);
      const trace = readFileSync(inStore('right', place, 'trace.jsonl'), 'utf8');
      expect(trace.split('\n').length, place).toBeGreaterThan(20);
    }
    // The claim was not played with a bug of the user's.
    expect(existsSync(inStore('wrong', 'case-1', 'claim-1'))).toBe(false);
    expect(readFileSync(inStore('wrong', 'story.txt'), 'utf8')).toContain('✖ VIOLATION');
  });

  test('is judged again to the same verdict, which is told with the lines that show it', async () => {
    const right = await ordeal('check', 'right/latest');
    expect(right.exitCode).toBe(0);
    expect(right.stdout).toContain('judged again: valid (first verdict: valid), written to');
    const wrong = await ordeal('check', 'wrong/latest', '--json');
    expect(wrong.exitCode).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      verdict: { kind: 'invalid', property: 'CommitCurrentTerm' },
      exitStatus: 1,
      firstVerdict: { kind: 'invalid' },
    });
  });

  test('whose story was damaged is refused with file, line and field', async () => {
    await ordeal('run', 'raft', '--scenario', 'raft-figure-8', '--store', 'damaged');
    const path = inStore('damaged', 'story.json');
    const story = readFileSync(path, 'utf8');
    writeFileSync(path, story.replace('"judged": true', '"judged": "yes"'));
    const { stderr, exitCode } = await ordeal('check', 'damaged/latest');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(
      /story\.json:\d+: "cases\.0\..*judged": expected true or false, got "yes"/,
    );
  });

  test('is judged by its recordings, and not by what was said of them', async () => {
    await ordeal('run', 'raft', '--scenario', 'raft-figure-8', '--store', 'mixed');
    copyFileSync(
      inStore('wrong', 'case-1', 'trace.jsonl'),
      inStore('mixed', 'case-1', 'trace.jsonl'),
    );
    const { stdout, exitCode } = await ordeal('check', 'mixed/latest');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('judged again: invalid (first verdict: valid)');
    const replayed = await ordeal('replay', 'mixed/latest');
    expect(replayed.exitCode).toBe(3);
    expect(replayed.stdout).toContain('of case-1/trace.jsonl');
  });

  test('plays again to the same bytes, with its bug, and ends as it did', async () => {
    const { stdout, exitCode } = await ordeal('replay', 'wrong/latest');
    expect(stdout).toContain('identical: every byte of every history and trace (verdict invalid)');
    expect(exitCode).toBe(1);
    expect((await ordeal('replay', 'wrong/latest', '--verify')).exitCode).toBe(0);
  });

  test('has its report written again, to the same bytes', async () => {
    const before = readFileSync(inStore('wrong', 'report.html'), 'utf8');
    expect(before).toContain("S1 took an earlier leader's entry for committed");
    rmSync(inStore('wrong', 'report.html'));
    const { stdout, exitCode } = await ordeal('report', 'wrong/latest');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('report.html');
    expect(readFileSync(inStore('wrong', 'report.html'), 'utf8')).toBe(before);
  });

  test('is listed with its verdict', async () => {
    const { stdout } = await ordeal('list', 'runs', '--store', 'wrong');
    expect(stdout).toMatch(/raft-scenario-raft-figure-8\s+invalid: S1 took an earlier/);
  });

  test('is told by --json with where it is', async () => {
    const play = ['run', 'basic-paxos', '--scenario', 'numbering'];
    const { stdout } = await ordeal(...play, '--store', 'told', '--json');
    const { exitStatus, paths } = JSON.parse(stdout);
    expect(exitStatus).toBe(0);
    expect(existsSync(join(directory, paths.report.path))).toBe(true);
  });
});

test('a scenario is not stored unless that is asked for', async () => {
  await ordeal('run', 'basic-paxos', '--scenario', 'numbering');
  expect(existsSync(join(directory, 'store'))).toBe(false);
});
