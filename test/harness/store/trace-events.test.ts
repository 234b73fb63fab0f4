/** What nodes of our own protocols report, read back: by its kind, field by field. */

import { describe, expect, test } from 'vitest';
import { virtualRun } from '../../../harness/run/simulate.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import { traceJson } from '../../../harness/store/lines.ts';
import { payloadsOf } from '../../../harness/store/reader.ts';
import { traceLineOf } from '../../../harness/store/trace-lines.ts';
import { systems } from '../../../systems/index.ts';
import { hardRun } from '../../hard-worlds.ts';

const STAMPS = { time: 1, node: 0, incarnation: 1, sequence: 2, lamport: 3 };

describe('a line of the trace', () => {
  test.each(Object.values(systems))('of $name comes back as it was, in a hard world', (system) => {
    const watching = { follower: null, record: true, stopAtViolation: false };
    const driver = new VirtualDriver(virtualRun(hardRun(system, 1).config, [], watching).run);
    driver.advance(Number.POSITIVE_INFINITY);
    const lines = driver.takeLines();
    expect(lines.length).toBeGreaterThan(1000);
    for (const line of lines) {
      const json = JSON.parse(traceJson(line)) as Record<string, unknown>;
      expect(traceLineOf(json, 'trace', 'ours')).toEqual(line);
    }
  });

  test.each<[object, string]>([
    [{ kind: 'term', term: 'two' }, 'trace:7: "term": expected a number, got "two"'],
    [
      { kind: 'leader', term: 2, last: { term: 1, index: 1 } },
      '"certificate": expected a list, got nothing',
    ],
    [
      { kind: 'commit', index: 1, term: 1, entryTerm: 1, certificate: [{ node: 0 }] },
      '"certificate.0.match": expected a number, got nothing',
    ],
    [
      { kind: 'transfer', op: 'begin', term: 1, target: 0 },
      '"op": expected "start" or "abort", got "begin"',
    ],
    [{ kind: 'vtoe' }, '"kind": expected an event of a protocol of ours, got "vtoe"'],
    [{ kind: 'constructor' }, '"kind": expected an event of a protocol of ours'],
  ])('is refused by place and field: %j', (event, said) => {
    expect(() => traceLineOf({ ...STAMPS, ...event }, 'trace:7', 'ours')).toThrow(said);
  });

  test("of a user's own protocol is its own checker's business", () => {
    const event = { kind: 'mine', any: ['thing'] };
    expect(traceLineOf({ ...STAMPS, ...event }, 'trace:7', 'own').event).toEqual(event);
    const config = { system: 'raft', rules: [] };
    expect(payloadsOf(config)).toBe('ours');
    expect(payloadsOf({ ...config, system: 'mine' })).toBe('own');
    expect(payloadsOf({ ...config, rules: ['./mine.ts'] })).toBe('own');
    expect(payloadsOf({ ...config, modules: ['./raft.ts'] })).toBe('own');
    expect(payloadsOf(config, ['raft'])).toBe('own');
  });
});
