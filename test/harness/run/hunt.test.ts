/** Hunting planted bugs: what each tier of evidence shows, and what is expected of the command. */

import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { systemNamed } from '../../../harness/config/catalogue.ts';
import { huntVariant } from '../../../harness/run/hunt.ts';
import { builtInVariant } from '../../../harness/variants/variants.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');

function hunted(id: string, seeds: number) {
  const system = systemNamed(id.startsWith('px') ? 'basic-paxos' : 'raft');
  const options = { firstSeed: 1, seeds, firstOnly: false };
  return huntVariant(system, builtInVariant(system, id), options, () => 0);
}

describe('a hunt', () => {
  test('tells what clients saw from what logs and decisions show', () => {
    const { kills } = hunted('rf-local-read', 3);
    expect(['linearizable', 'RealTimeOrder']).toContain(kills.client?.property);
    expect(kills.decision?.property).toBe('J:ReadCert');
    expect(kills.log).toBeUndefined();
  });

  test('counts the seeds that each tier needed, and ends when all have shown it', () => {
    const { kills, runs } = hunted('px-ignore-accepted', 30);
    expect(runs).toBe(Math.max(...Object.values(kills).map(({ seeds }) => seeds)));
    expect(Object.keys(kills)).toHaveLength(3);
  });

  test('finds nothing in what is harmless, and says that it was reached', () => {
    const { kills, runs, changed } = hunted('px-promise-equal', 2);
    expect(kills).toEqual({});
    expect(runs).toBe(2);
    expect(changed).toBeGreaterThan(0);
  });
});

describe('ordeal mutants --tiers', () => {
  const mutants = (...parameters: string[]) =>
    execa(process.execPath, [BIN, 'mutants', ...parameters, '--tiers'], { reject: false });

  test('succeeds when mutants are found and decoys are not', async () => {
    const ids = ['px-quorum-half', 'px-promise-equal'];
    const { exitCode, stdout } = await mutants('--mutant', ...ids, '--seeds', '2', '--json');
    expect(exitCode).toBe(0);
    const { variants: rows, exitStatus } = JSON.parse(stdout) as {
      variants: { id: string; expected: boolean }[];
      exitStatus: number;
    };
    expect(exitStatus).toBe(0);
    expect(rows.map(({ id, expected }) => [id, expected])).toEqual([
      ['px-quorum-half', true],
      ['px-promise-equal', true],
    ]);
  });

  test('names what nobody found, with the status of a missed canary', async () => {
    const { exitCode, stdout } = await mutants(
      'raft',
      '--mutant',
      'rf-term-not-durable',
      '--seeds',
      '1',
      '--seed',
      '9',
    );
    expect(stdout).toContain('rf-term-not-durable');
    expect(exitCode).toBe(stdout.includes('all as expected') ? 0 : 3);
  });

  test('hunts the variants of a file, and says in JSON what each tier saw', async () => {
    const file = join(import.meta.dirname, '..', '..', 'examples', 'eager-commit.ts');
    const hunt = ['--seeds', '30', '--first', '--json'];
    const { exitCode, stdout } = await mutants('raft', '--rules', file, ...hunt);
    const { variants: rows } = JSON.parse(stdout) as {
      variants: { id: string; tiers: Record<string, unknown> }[];
    };
    expect(rows.map(({ id, tiers }) => [id, Object.keys(tiers)])).toEqual([
      ['eager-commit', ['client', 'log', 'decision']],
    ]);
    expect(rows[0]?.tiers['decision']).toMatchObject({ property: 'CommitCurrentTerm' });
    expect(exitCode).toBe(0);
  });

  test('asks for the system whose rules are in a file', async () => {
    const { exitCode, stderr } = await mutants('--rules', 'mine.ts');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('--rules: say of which system the rules are');
  });

  test('refuses a mutant that nobody knows', async () => {
    const { exitCode, stderr } = await mutants('--mutant', 'rf-nonsense');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('no mutant "rf-nonsense"');
  });
});
