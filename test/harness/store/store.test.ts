/** What is written comes back, byte for byte; what is broken is refused with its place. */

import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EVENT_TYPES, History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { HarnessError } from '../../../harness/core/errors.ts';
import { makeRunDirectory, writeDerived, writeResults } from '../../../harness/store/files.ts';
import { listRuns } from '../../../harness/store/list.ts';
import { readHistory, readPlan, readRun } from '../../../harness/store/reader.ts';
import { RunWriter } from '../../../harness/store/writer.ts';
import { EVENTS, RUN, resultsFor, STALE_READ, storeRun, TRACE } from './stored.ts';

let store: string;

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'ordeal-store-'));
});

afterEach(() => {
  rmSync(store, { recursive: true });
});

describe('a stored run', () => {
  test('comes back as it was written', () => {
    const stored = readRun(storeRun(store, STALE_READ));
    expect(stored.run).toEqual(RUN);
    expect([...stored.history]).toEqual([...History.from(EVENTS)]);
    expect([...stored.trace]).toEqual(TRACE);
    expect([...stored.trace]).toEqual(TRACE);
    expect(readPlan(stored.directory)).toEqual({ operations: [], faults: [] });
    expect(stored.results?.verdict).toEqual(STALE_READ);
    expect(stored.truncated).toBe(false);
  });

  test('needs a store, and is not put into the folder at hand for want of one', () => {
    expect(() => makeRunDirectory('', RUN.startedAt, 'raft')).toThrow('--store: a directory');
  });

  test('is named by its UTC time, system, workload and seed', () => {
    expect(basename(storeRun(store, null))).toBe('20261121T003100Z-raft-register-42');
  });

  test('has a directory of its own even when another began in the same second', () => {
    const names = [storeRun(store, null), storeRun(store, null), storeRun(store, null)];
    expect(new Set(names).size).toBe(3);
  });

  test('has lines of a fixed form', () => {
    const directory = storeRun(store, null);
    const history = readFileSync(join(directory, 'history.jsonl'), 'utf8').split('\n');
    expect(history[0]).toBe('{"schema":1,"kind":"history"}');
    expect(history[2]).toBe(
      '{"index":1,"time":20000000,"type":"ok","process":0,"f":"write","key":"x","value":1,"node":"n1","position":2}',
    );
    expect(history[10]).toBe(
      '{"index":9,"time":1045000000,"type":"info","process":0,"f":"write","key":"x","value":3,"error":"timeout"}',
    );
    const trace = readFileSync(join(directory, 'trace.jsonl'), 'utf8').split('\n');
    expect(trace.slice(0, 2)).toEqual([
      '{"schema":1,"kind":"trace"}',
      '{"time":-5000000,"node":0,"incarnation":1,"sequence":0,"lamport":0,"kind":"term","term":1}',
    ]);
  });

  test('reads back any history, byte for byte', () => {
    let stores = 0;
    fc.assert(
      fc.property(fc.array(anyEvent(), { maxLength: 20 }), (events) => {
        const first = storeRun(join(store, String(stores++)), null, { events });
        const again = [...readRun(first).history];
        const second = storeRun(join(store, String(stores++)), null, { events: again });
        const bytes = [first, second].map((run) => readFileSync(join(run, 'history.jsonl')));
        expect(bytes[0]?.equals(bytes[1] as Buffer)).toBe(true);
        expect(again).toHaveLength(events.length);
      }),
      { numRuns: 25 },
    );
  });

  test('is written as it happens, each event once', () => {
    const history = History.from(EVENTS.slice(0, 3));
    const writer = new RunWriter({ store, run: RUN, live: true });
    writer.history(history);
    for (const event of EVENTS.slice(3)) history.push(event);
    writer.history(history);
    writer.flush();
    expect(readRun(writer.directory).history.length).toBe(EVENTS.length);
    writer.close();
    expect(readRun(writer.directory).history.length).toBe(EVENTS.length);
  });

  test('leaves no temporary files', () => {
    const directory = storeRun(store, STALE_READ);
    writeDerived(directory, 'report', 'one');
    writeDerived(directory, 'report', 'two');
    const files = readdirSync(directory).sort();
    expect(files).toEqual([
      'history.jsonl',
      'logs',
      'plan.json',
      'report.html',
      'results.json',
      'run.json',
      'trace.jsonl',
    ]);
    expect(readFileSync(join(directory, 'report.html'), 'utf8')).toBe('two');
  });
});

describe('the links of a store', () => {
  test('lead to the latest run and to the latest one that is not valid', () => {
    const failed = storeRun(store, STALE_READ);
    const fine = storeRun(store, { kind: 'valid' });
    expect(readlinkSync(join(store, 'latest'))).toBe(basename(fine));
    expect(readlinkSync(join(store, 'latest-failure'))).toBe(basename(failed));
    expect(readRun(join(store, 'latest')).directory).toBe(readRun(fine).directory);
    expect(readdirSync(store)).toHaveLength(4);
  });

  test('are not runs themselves', () => {
    storeRun(store, { kind: 'valid' });
    expect(listRuns(store).map(([, describe]) => describe)).toEqual(['valid']);
  });
});

describe('a verdict', () => {
  test('is never overwritten by a later one', () => {
    const directory = storeRun(store, STALE_READ);
    const later = resultsFor(History.from(EVENTS), { kind: 'valid' });
    expect(basename(writeResults(directory, later))).toBe('results.20261121T003109Z.json');
    expect(basename(writeResults(directory, later))).toBe('results.20261121T003109Z-2.json');
    expect(readRun(directory).results?.verdict).toEqual(STALE_READ);
  });
});

describe('a run that was killed', () => {
  test.each(['history.jsonl', 'trace.jsonl'])('is readable up to the last line of %s', (file) => {
    const directory = storeRun(store, null);
    const path = join(directory, file);
    const size = readFileSync(path).length;
    truncateSync(path, size - 9);
    const stored = readRun(directory);
    expect(stored.truncated).toBe(true);
    expect(stored.results).toBe(null);
    const counts = [stored.history.length, [...stored.trace].length];
    const [events, lines] = [EVENTS.length, TRACE.length];
    expect(counts).toEqual(file === 'trace.jsonl' ? [events, lines - 1] : [events - 1, lines]);
  });

  test('is readable wherever it was cut', () => {
    const directory = storeRun(store, null);
    const path = join(directory, 'history.jsonl');
    const bytes = readFileSync(path);
    for (let size = 0; size < bytes.length; size += 23) {
      writeFileSync(path, bytes.subarray(0, size));
      expect(readRun(directory).history.length).toBeLessThanOrEqual(EVENTS.length);
    }
  });
});

describe('what is not a stored run', () => {
  test.each([
    ['{"index":13', 'expected one JSON object'],
    ['[]', 'expected a JSON object'],
    ['{"index":99,"time":1,"type":"ok","process":0,"f":"read","value":1}', '"index": expected 13'],
    ['{"index":13,"time":"1","type":"ok","process":0,"f":"read","value":1}', '"time"'],
    [
      '{"index":13,"time":1,"type":"okk","process":0,"f":"read","value":1}',
      'invoke, ok, fail, info',
    ],
    ['{"index":13,"time":1,"type":"ok","process":-4,"f":"read","value":1}', '"process"'],
    ['{"index":13,"time":1,"type":"ok","process":0,"value":1}', '"f": expected the name'],
    ['{"index":13,"time":1,"type":"ok","process":0,"f":"read","value":{"a":1}}', '"value"'],
  ])('is refused with the file, the line and what was expected: %s', (line, expected) => {
    const path = join(storeRun(store, null), 'history.jsonl');
    appendFileSync(path, `${line}\n`);
    const message = messageOf(() => readHistory(path));
    expect(message).toContain(`history.jsonl:${EVENTS.length + 2}`);
    expect(message).toContain(expected);
  });

  test('is refused when it is missing, a file, empty, or of another version', () => {
    mkdirSync(join(store, 'empty'));
    writeFileSync(join(store, 'file'), '');
    const directory = storeRun(store, null);
    const run = join(directory, 'run.json');
    expect(messageOf(() => readRun(join(store, 'nowhere')))).toContain('no such run');
    expect(messageOf(() => readRun(join(store, 'file')))).toContain('got a file');
    expect(messageOf(() => readRun(join(store, 'empty')))).toContain('has no run.json');
    writeFileSync(run, JSON.stringify({ ...RUN, schema: 2 }));
    expect(messageOf(() => readRun(directory))).toContain('schema 2 is not known');
    writeFileSync(run, JSON.stringify({ ...RUN, config: { ...RUN.config, nodes: 'three' } }));
    expect(messageOf(() => readRun(directory))).toContain('"config.nodes": expected a number');
    writeFileSync(run, '{');
    expect(messageOf(() => readRun(directory))).toContain('expected JSON');
  });

  test.each<[string, 'run.json' | 'results.json', RegExp, string, string]>([
    [
      'a number',
      'run.json',
      /"nodes": 3/,
      '"nodes": "three"',
      '"config.nodes": expected a number, got "three"',
    ],
    [
      'a list',
      'run.json',
      /"mutants": \[\]/,
      '"mutants": "x"',
      '"config.mutants": expected a list, got "x"',
    ],
    [
      'a backend',
      'run.json',
      /"sim"/,
      '"cloud"',
      '"config.backend": expected "sim" or "docker" or "process", got "cloud"',
    ],
    ['a setting', 'run.json', /"index"/, '{}', '"config.set.reads": expected another type, got {}'],
    [
      'a verdict',
      'results.json',
      /"kind": "valid"/,
      '"kind": "fine"',
      'expected a kind that is known, got "fine"',
    ],
    [
      'a figure',
      'results.json',
      /"invoked": \d+/,
      '"invoked": null',
      '"figures.operations.invoked": expected a number, got null',
    ],
  ])('is refused by file, line and field where %s of %s is wrong', (_, name, from, to, said) => {
    const directory = storeRun(store, { kind: 'valid' });
    const file = join(directory, name);
    const lines = readFileSync(file, 'utf8').split('\n');
    const at = lines.findIndex((line) => from.test(line));
    lines[at] = (lines[at] as string).replace(from, to);
    writeFileSync(file, lines.join('\n'));
    const message = messageOf(() => readRun(directory));
    expect(message).toContain(`${realpathSync(file)}:${at + 1}: "`);
    expect(message).toContain(said);
    expect(message).not.toContain('\n');
  });

  test('is refused by line and field where its witness or its plan is wrong', () => {
    const directory = storeRun(store, STALE_READ);
    const results = join(directory, 'results.json');
    const text = readFileSync(results, 'utf8');
    writeFileSync(results, text.replace(/"invoke": \d+/, '"invoke": "the first"'));
    expect(messageOf(() => readRun(directory))).toMatch(
      /results\.json:\d+: "verdict\.witness\.operations\.0\.invoke": expected a number, got "the first"$/,
    );
    writeFileSync(join(directory, 'plan.json'), '{"faults":[],"operations":[{"id":0,"f":"red"}]}');
    expect(messageOf(() => readPlan(directory))).toMatch(
      /plan\.json:1: "operations\.0\.client": expected a number, got nothing$/,
    );
  });

  test('of an older version, without the fields that came later, is read as what it meant', () => {
    const directory = storeRun(store, { kind: 'valid' });
    const leaveOut = (name: string, ...fields: readonly string[]) => {
      const path = join(directory, name);
      const kept = JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) =>
        fields.includes(key) ? undefined : value,
      ) as unknown;
      writeFileSync(path, JSON.stringify(kept));
    };
    leaveOut('run.json', 'startupTimeoutS', 'stopAtViolation', 'byValue');
    leaveOut('results.json', 'idle', 'ending', 'determinism', 'interrupted');
    const { run, results } = readRun(directory);
    expect(run.config).toMatchObject({ startupTimeoutS: null, stopAtViolation: false });
    expect(run.byValue).toEqual([]);
    expect(results?.figures).toMatchObject({ determinism: null, interrupted: false });
    expect(results?.figures).not.toHaveProperty('ending');
  });

  test('of an older version, whose reason tells what hindered it behind a word, has that by name', () => {
    const because = 'its election timeout is too short for this world';
    const directory = storeRun(store, { kind: 'unknown', because, reason: 'hopeless: haste' });
    expect(readRun(directory).results?.verdict).toEqual({
      kind: 'unknown',
      because,
      hindrance: 'haste',
    });
    const other = { kind: 'unknown', because, reason: 'few-operations' } as const;
    expect(readRun(storeRun(store, other)).results?.verdict).toEqual(other);
    const now = { kind: 'unknown', because, hindrance: 'haste' } as const;
    expect(readRun(storeRun(store, now)).results?.verdict).toEqual(now);
  });
});

/** The message of the usage error that is thrown. */
function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HarnessError && error.failure === 'usage') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function anyEvent(): fc.Arbitrary<NewEvent> {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const value: fc.Arbitrary<Value> = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(fc.integer(), { maxLength: 3 }),
  );
  return fc.record(
    {
      time: fc.nat(),
      type: fc.constantFrom(...EVENT_TYPES),
      process: fc.oneof(fc.nat({ max: 1000 }), fc.constant('nemesis' as const)),
      f: text,
      key: text,
      value,
      error: text,
      node: text,
      position: fc.nat(),
    },
    { requiredKeys: ['time', 'type', 'process', 'f', 'value'] },
  );
}
