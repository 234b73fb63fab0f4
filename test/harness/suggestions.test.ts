/** What a user mistypes: near names are suggested, quantities have units, files tell all at once. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfigFile } from '../../harness/commands/config-file.ts';
import { requestOf } from '../../harness/commands/run-options.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import { suggestion } from '../../harness/core/errors.ts';
import { clientsIn, clientsOf, secondsIn } from '../../harness/core/quantities.ts';
import { nemeses } from '../../nemesis/index.ts';
import { workloads } from '../../workloads/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-words-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, 'run.yaml');
  writeFileSync(path, text);
  return path;
}

test.each([
  ['rfat', 'raft'],
  ['crsah', 'crash'],
  ['reed', 'read'],
  ['partion', 'partition'],
  ['mulit-paoxs', 'multi-paxos'],
])('%s is taken for %s', (typed, meant) => {
  const known = ['raft', 'zab', 'crash', 'read', 'partition', 'multi-paxos'];
  expect(suggestion(typed, known)).toBe(`did you mean "${meant}"?`);
});

test.each([
  ['crash', 'kill'],
  ['crsah', 'kill'],
  ['netsplit', 'partition'],
  ['kilk', 'kill'],
  ['clock-skew', 'clock'],
])('a fault %s, as others call it, is taken for %s', (typed, meant) => {
  expect(suggestion(typed, Object.keys(nemeses))).toBe(`did you mean "${meant}"?`);
});

test('what others call a thing means nothing where there is no such thing', () => {
  expect(suggestion('crash', ['raft', 'zab'])).toBe('known: raft, zab');
  expect(suggestion('reed', Object.keys(workloads))).toBe('did you mean "register"?');
  expect(suggestion('zookeeper', ['raft', 'zab'])).toBe('did you mean "zab"?');
});

test('what resembles nothing is told what there is', () => {
  expect(suggestion('kubernetes', ['raft', 'zab'])).toBe('known: raft, zab');
});

describe('quantities', () => {
  test.each([
    ['60', 60],
    ['60s', 60],
    ['1.5m', 90],
    ['500ms', 0.5],
    ['2h', 7200],
    ['5 parsecs', null],
    ['-3', null],
    ['', null],
  ])('%s is a time of %s seconds', (text, seconds) => {
    expect(secondsIn(text)).toBe(seconds);
  });

  test('clients are counted, or counted by node', () => {
    expect(clientsIn('10')).toBe(10);
    expect(clientsIn('2n')).toBe('2n');
    expect(clientsIn('n')).toBeNull();
    expect(clientsOf('2n', 5)).toBe(10);
    const request = { system: 'raft', nodes: 3, concurrency: '4n' } as const;
    expect(resolveConfig(request, [], () => 1).concurrency).toBe(12);
  });
});

describe('a file of options', () => {
  test('has units too, and may name the system alone', () => {
    const config = file('system: raft\ntime-limit: 2m\nconcurrency: 2n\n');
    expect(requestOf(undefined, { config })).toMatchObject({
      system: 'raft',
      timeLimitS: 120,
      concurrency: '2n',
    });
    expect(() => requestOf('zab', { config })).toThrow('is for raft, not for zab');
    expect(() => requestOf(undefined, {})).toThrow(/^a system is needed: .*raft.*zab/);
  });

  test('has all its mistakes told at once, in their order, with line and snippet', () => {
    const path = file('nods: 5\ntime-limit: soon\nnemesis: [partition, 7]\n');
    let told = '';
    try {
      readConfigFile(path);
    } catch (error) {
      told = String(error);
    }
    const places = [...told.matchAll(/run\.yaml:(\d+):\d+: (\S+)/g)].map(([, line, word]) => {
      return `${line} ${word}`;
    });
    expect(places).toEqual(['1 unknown', '2 time-limit:', '3 nemesis:']);
    expect(told).toContain('did you mean "nodes"?');
    expect(told).toContain(' 2 | time-limit: soon\n---');
  });
});
