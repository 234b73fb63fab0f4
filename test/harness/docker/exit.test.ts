import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Exit, endedItself } from '../../../harness/docker/exit.ts';
import { hasNodeTraces, noteOwnEnd, readTraces } from '../../../harness/host/node-traces.ts';
import { TraceFollower } from '../../../harness/judge/trace-follower.ts';
import { etcd } from '../../../systems/etcd/index.ts';

const plain: Exit = { status: 2, outOfMemory: false, engineError: '', signalled: false };
const itself = (changes: Partial<Exit>, said = '') => endedItself({ ...plain, ...changes }, said);

describe('a program that ended though nobody of ours ended it', () => {
  test.each([
    ['a panic of Go', 2],
    ['exit(1)', 1],
    ['a failed assertion, by SIGABRT', 134],
    ['a stray pointer, by SIGSEGV', 139],
  ])('did so itself after %s', (_how, status) => {
    expect(itself({ status })).toBe(true);
  });

  test.each<[how: string, Partial<Exit>]>([
    ['the kernel killed it for memory', { status: 137, outOfMemory: true }],
    ['somebody killed it', { status: 137 }],
    ['somebody told it to stop', { status: 143 }],
    ['it stopped in order, as servers do that are told to', { status: 0 }],
    ['somebody had the engine signal it', { status: 2, signalled: true }],
    ['the engine failed it', { status: 1, engineError: 'shim went away' }],
    ['nothing could be run', { status: 127 }],
    ['the engine lost sight of it', { status: 255 }],
  ])('did not where %s', (_how, exit) => {
    expect(itself(exit)).toBe(false);
  });

  test.each([
    'fatal error: runtime: out of memory',
    'C | wal: write /data/member/wal/0.wal: no space left on device',
    'C | etcdmain: listen tcp 10.0.0.2:2380: bind: address already in use',
  ])('did not where the machine failed it: %s', (said) => {
    expect(itself({}, said)).toBe(false);
  });
});

test('each life that a program ended itself is a violation of its own, whichever nodes have lines', () => {
  const logs = mkdtempSync(join(tmpdir(), 'ordeal-test-exit-'));
  onTestFinished(() => rmSync(logs, { recursive: true }));
  expect(hasNodeTraces(logs)).toBe(false);
  const panic = (reason: string) => ({ kind: 'panic', reason }) as const;
  noteOwnEnd(logs, 2, 3e9, panic('first'));
  noteOwnEnd(logs, 0, 4e9, panic('second'));
  noteOwnEnd(logs, 2, 5e9, panic('third'));
  expect(hasNodeTraces(logs)).toBe(true);
  const { lines, lost } = readTraces(logs);
  expect(lost).toBeNull();
  const told = lines.map(({ node, incarnation, event }) => [node, incarnation, event]);
  expect(told).toEqual([
    [2, 1, panic('first')],
    [0, 1, panic('second')],
    [2, 2, panic('third')],
  ]);
  const follower = new TraceFollower(etcd);
  expect(follower.feedAll(lines, null)).toBeNull();
  expect(follower.violations).toMatchObject([{ property: 'PANIC' }]);
});
