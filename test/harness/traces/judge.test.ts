/** Files of traces, as people have them: what is read of them, and what is said where they are none. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { judgeTraces } from '../../../harness/traces/judge.ts';
import { judgementText } from '../../../harness/traces/text.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-traces-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, ...lines: readonly (string | object)[]): string {
  const path = join(directory, name);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(path, `${text.join('\n')}\n`);
  return path;
}

function leader(nid: string, term: number, more: object = {}): object {
  return {
    tag: 'trace',
    event: {
      name: 'BecomeLeader',
      nid,
      state: { term, vote: nid, commit: 3 },
      role: 'StateLeader',
      log: 3,
      conf: [['1', '2', '3'], []],
      ...more,
    },
  };
}

describe('traces', () => {
  test('of etcd are read between whatever else its log says', () => {
    const path = file(
      'etcd.ndjson',
      'raft2024/06/13 INFO: 2 became leader at term 2',
      { level: 'info', msg: 'serving' },
      '2024-06-13T09:41:13Z {"level":"debug","tag":"trace","event":{"name":"BecomeLeader","nid":"2","state":{"term":2,"vote":"2","commit":3},"role":"StateLeader","log":3,"Applied":3,"conf":[["1","2","3"],[]]}}',
      '{"level":"debug","tag":"trace","event":{"name":"Rea',
    );
    const { verdict, judged, nodes, lines, passedOver } = judgeTraces([path]);
    expect(verdict).toEqual({ kind: 'valid' });
    expect({ nodes, lines, passedOver, leaders: judged['leaders'] }).toEqual({
      nodes: 1,
      lines: 1,
      passedOver: 3,
      leaders: 1,
    });
  });

  test('of several nodes are judged together, with the lines that contradict each other', () => {
    const one = file('one.ndjson', leader('1', 7));
    const other = file('other.ndjson', { name: 'BecomeLeader', nid: 2, state: { term: 7 } });
    const judgement = judgeTraces([one, other]);
    expect(judgement.verdict).toMatchObject({
      kind: 'invalid',
      because: 'two leaders were elected in the same term',
      detail: 'ElectionSafety: 1 and 2 both led term 7',
    });
    const text = judgementText(judgement, { columns: 80, colour: false });
    expect(text).toContain(`${one}:1`);
    expect(text).toContain(`${other}:1`);
    expect(text.split('\n').every((line) => line.length <= 80 || line.includes('.ndjson'))).toBe(
      true,
    );
  });

  test('that say nothing of leaders or commits are unknown', () => {
    const path = file('idle.ndjson', { name: 'Ready', nid: '1', state: { term: 1 } });
    expect(judgeTraces([path]).verdict.kind).toBe('unknown');
  });

  test.each([
    ['no event at all', ['hello'], 'got 1 other lines'],
    [
      'no term',
      [{ name: 'Ready', nid: '1', state: {} }],
      ':1: "state.term": expected a number, got nothing',
    ],
    [
      'an unknown role',
      [{ name: 'Ready', nid: '1', state: { term: 1 }, role: 'Boss' }],
      '"role": expected StateFollower',
    ],
    ['an index below nought', [leader('1', 1), leader('1', 1, { log: -1 })], ':2: "log": expected'],
  ])('with %s are refused, by file and line', (_, lines, sentence) => {
    const path = file('wrong.ndjson', ...lines);
    expect(() => judgeTraces([path])).toThrow(sentence);
    expect(() => judgeTraces([path])).toThrow(path);
  });

  test('are printed by the fifty lines of the page, and judged', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../harness/TRACES.md'), 'utf8');
    const lines = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text.trim());
    expect(lines.length).toBeGreaterThan(0);
    const path = file('page.ndjson', ...lines.flatMap((text) => text.split('\n')));
    expect(judgeTraces([path]).verdict.kind).toBe('valid');
  });
});
