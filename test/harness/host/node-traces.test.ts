/** What nodes wrote themselves, read back: a line that is no event is named by file and line. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLines } from '../../../harness/host/node-traces.ts';

const LINE = {
  time: 5,
  node: 0,
  incarnation: 1,
  sequence: 0,
  lamport: 1,
  event: { kind: 'term', term: 1 },
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ordeal-test-traces-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(...lines: readonly string[]): string {
  const path = join(directory, 'n1.trace.jsonl');
  writeFileSync(path, lines.join('\n'));
  return path;
}

describe('the lines of a node', () => {
  const good = JSON.stringify(LINE);

  test('are read up to the last whole one', () => {
    expect(readLines(write(good, good, good.slice(0, 20)))).toEqual([LINE, LINE]);
    expect(readLines(join(directory, 'none'))).toEqual([]);
  });

  test.each<[string, string]>([
    ['no JSON', '{"time":'],
    ['no object', 'null'],
    ['a stamp that is missing', JSON.stringify({ ...LINE, lamport: undefined })],
    ['a stamp that is no number', JSON.stringify({ ...LINE, node: 'n1' })],
    ['no event', JSON.stringify({ ...LINE, event: null })],
    ['an event without a kind', JSON.stringify({ ...LINE, event: { term: 1 } })],
  ])('are refused by file and line where one is %s', (_, bad) => {
    const path = write(good, bad, good, '');
    expect(() => readLines(path)).toThrow(`${path}:2: damaged (`);
  });
});
