/** `ordeal prove`: what it says, and with which status it ends. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');

const store = mkdtempSync(join(tmpdir(), 'ordeal-prove-'));
afterAll(() => rmSync(store, { recursive: true }));

const prove = (...args: string[]) => {
  return execa(process.execPath, [BIN, 'prove', ...args, '--store', store], { reject: false });
};
const SMALL = ['--operations', '1', '--faults', '0', '--timeouts', '0'];

describe('ordeal prove', () => {
  test('ends with 0 and says what it covered where there is no violation', async () => {
    const { exitCode, stdout } = await prove('basic-paxos', ...SMALL);
    expect(stdout).toMatch(/✔ VALID +no violation in any of [\d ]+ states/);
    expect(stdout).toMatch(/3 nodes, 1 operation, 0 faults, 0 time-outs/);
    expect(exitCode).toBe(0);
    // Only what was found is kept.
    expect(readdirSync(store)).toEqual([]);
  });

  test('ends with 1 and tells a violation in numbered steps, in a document as well', async () => {
    const args = ['raft', '--mutant', 'rf-vote-anyone', '--timeouts', '2'];
    const { exitCode, stdout } = await prove(...args);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^1\. the election timer of n1 runs out: votes for n1 in term 1$/m);
    expect(stdout).toMatch(/✖ VIOLATION +n2 voted for two candidates/);
    const document = JSON.parse((await prove(...args, '--json')).stdout);
    expect(document.verdict).toMatchObject({ kind: 'invalid', property: 'VoteOnce' });
    expect(document.exitStatus).toBe(1);
    expect(document.end).toBe('violation');
    expect(document.story).toHaveLength(3);
    expect(document.shortest).toBe('of all');
    expect(readdirSync(store)).toContain(basename(document.paths.directory));
  });

  test('ends with 2 where something was cut off, or nothing was shown', async () => {
    const shallow = await prove('basic-paxos', ...SMALL, '--depth', '3');
    expect(shallow.stdout).toMatch(/\? UNKNOWN[\s\S]+cut off by\s+--depth/);
    expect(shallow.exitCode).toBe(2);
    const hurried = await prove('raft', '--operations', '3', '--timeouts', '3', '--budget', '1s');
    expect(hurried.stdout).toMatch(/--budget/);
    expect(hurried.exitCode).toBe(2);
    const idle = await prove('raft', ...SMALL);
    expect(idle.stdout).toMatch(/no client can be answered within these bounds/);
    expect(idle.exitCode).toBe(2);
  });

  test('refuses what cannot be in one line', async () => {
    const refused = [
      [['raft', '--nodes', '9'], '--nodes: 9 is not allowed'],
      [['raft', '--memory', '0'], '--memory: 0 is not allowed'],
      [['raft', '--budget', '0'], '--budget: 0 is not allowed'],
      [['raft', '--set', 'reads=lease'], 'leases cannot be judged'],
      [['raft', '--set', 'network.latencyMs=3'], 'network.latencyMs'],
      [[], 'a system is needed'],
    ] as const;
    for (const [args, said] of refused) {
      const { exitCode, stderr, stdout } = await prove(...args);
      expect(stderr).toContain(said);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stdout).toBe('');
      expect(exitCode).toBe(64);
    }
  }, 120_000);

  test('says what it covered when it is interrupted', async () => {
    const running = prove('raft', '--operations', '3', '--timeouts', '4', '--budget', '5m');
    // Its first word says that signals are heard.
    await new Promise((resolve) => running.stderr?.once('data', resolve));
    running.kill('SIGINT');
    const { exitCode, stdout } = await running;
    expect(stdout).toMatch(/INTERRUPTED +[\d ]+ states and no violation/);
    expect(exitCode).toBe(130);
  });
});
