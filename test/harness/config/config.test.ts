/** How a request becomes a configuration, and what is refused on the way. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfigFile } from '../../../harness/commands/config-file.ts';
import { requestOf } from '../../../harness/commands/run-options.ts';
import { builtIn, nemesisNamed } from '../../../harness/config/catalogue.ts';
import { type RunConfig, type RunRequest, resolveConfig } from '../../../harness/config/config.ts';
import { whyBeyond } from '../../../harness/config/nemeses.ts';
import { settingSpecs } from '../../../harness/config/settings.ts';
import { HarnessError, suggestion } from '../../../harness/core/errors.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { systems } from '../../../systems/index.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { HuntSettings, System } from '../../../systems/system.ts';
import { workloads } from '../../../workloads/index.ts';

function resolved(request: Partial<RunRequest> = {}, hunt: HuntSettings = {}): RunConfig {
  return resolveConfig({ system: 'raft', ...request }, [hunt], () => 1);
}

/** The message of the usage error that this throws. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof HarnessError && error.failure === 'usage') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('limits', () => {
  const wrong: readonly [request: Partial<RunRequest>, message: string][] = [
    [{ nodes: 0 }, '--nodes: 0'],
    [{ nodes: 2.5 }, '--nodes: 2.5'],
    [{ rate: Number.POSITIVE_INFINITY }, '--rate: Infinity'],
    [{ timeLimitS: Number.NaN }, '--time-limit: NaN'],
    [{ nemesisIntervalS: 0 }, '--nemesis-interval: 0'],
    [{ seed: -1 }, '--seed: -1'],
    [{ recoveryMaxS: Number.NaN }, '--recovery-max: NaN'],
    [{ recoveryMinS: 0 }, '--recovery-min: 0'],
    [{ recoveryMaxS: 3601 }, '--recovery-max: 3601'],
    [{ recoveryMinS: 2, recoveryMaxS: 1 }, '--recovery-min: 2 is above --recovery-max (1)'],
    [{ rate: 100_000, timeLimitS: 60 }, '--rate 100000 for --time-limit 60'],
  ];

  test.each(wrong)('%o is refused by the name that the user gave it', (request, message) => {
    expect(refusal(() => resolved(request))).toContain(message);
  });

  test('of recovery follow the election timeout that is set', () => {
    expect(resolved()).toMatchObject({ recoveryMinS: 3, recoveryMaxS: 6 });
    const slow = { set: { electionTimeoutMs: 4000 } };
    expect(resolved(slow)).toMatchObject({ recoveryMinS: 40, recoveryMaxS: 80 });
    expect(resolved({ ...slow, backend: 'docker' }).recoveryMaxS).toBe(80);
    expect(resolved({ backend: 'docker' })).toMatchObject({ recoveryMinS: 10, recoveryMaxS: 30 });
    expect(resolved({ system: 'basic-paxos', workload: 'consensus' }).recoveryMaxS).toBe(6);
  });
});

describe('settings', () => {
  const wrong: readonly [set: Record<string, string | number | boolean>, message: string][] = [
    [{ reads: 'never' }, 'reads=never: not allowed (index, lease, log, follower)'],
    [{ preVote: '1' }, 'preVote=1: not allowed (true or false)'],
    [{ batch: 'many' }, 'batch=many: not allowed (a whole number 1 to 10000)'],
    [{ batch: Number.NaN }, 'batch=NaN'],
    [{ 'workload.keys': '0' }, 'workload.keys=0: not allowed (a whole number 1'],
    [{ 'workload.keys': 1.5 }, 'workload.keys=1.5: not allowed'],
    [{ 'network.lateMaxUs': 0 }, 'network.lateMaxUs=0: not allowed'],
    [{ 'network.lossPpm': 1_000_001 }, 'network.lossPpm=1000001: not allowed'],
    [{ 'disk.crash': 'burnt' }, 'disk.crash=burnt: not allowed (prefix, all-lost, torn, partial)'],
    // Whatever of two was given is named: both, and the one that is too high or too low by itself.
    [{ 'disk.syncMinUs': 5000 }, 'disk.syncMinUs: 5000 is above disk.syncMaxUs (1000)'],
    [{ 'disk.syncMinUs': 9, 'disk.syncMaxUs': 8 }, 'disk.syncMaxUs: 8 is below disk.syncMinUs (9)'],
    [{ 'network.lossPpm': 1e6 }, 'network.lossPpm: 1000000 is more than a million with'],
    [{ 'network.latePpm': 1e6 }, 'network.latePpm: 1000000 is more than a million with'],
    [{ electionTimeoutMs: 20 }, 'electionTimeoutMs: 20 is not above heartbeatMs (50)'],
    [{ 'network.latencyMaxUs': 1 }, 'network.latencyMaxUs: 1 is below network.latencyMinUs (200)'],
    [{ 'network.lossPpm': 600_000, 'network.latePpm': 600_000 }, 'more than a million'],
    [{ heartbeatMs: 300 }, 'heartbeatMs: 300 is not below electionTimeoutMs (300)'],
    [{ read: 'index' }, 'unknown option "read" (did you mean "reads"?)'],
    [{ zzzzz: 1 }, 'unknown option "zzzzz" (see: ordeal list options raft)'],
    [{ constructor: 1 }, 'unknown option "constructor"'],
  ];

  test.each(wrong)('%o are refused', (set, message) => {
    expect(refusal(() => resolved({ set }))).toContain(message);
  });

  test('are numbers and truth values where their text says so, and complete', () => {
    const { set } = resolved({ set: { batch: '7', preVote: 'false', 'workload.keys': '3' } });
    expect(set).toMatchObject({ batch: 7, preVote: false, 'workload.keys': 3, reads: 'index' });
    expect(set).toMatchObject({ 'disk.crash': 'prefix' });
  });

  test('of the user win over those of a hunt', () => {
    const hunt = { nodes: 3, set: { batch: 1, snapshotEvery: 3 } };
    const config = resolved({ set: { batch: 2 } }, hunt);
    expect(config).toMatchObject({ nodes: 3, set: { batch: 2, snapshotEvery: 3 } });
  });

  const pairs = Object.values(systems).flatMap((system) =>
    Object.values(workloads)
      .filter(({ operations }) => operations.every((f) => system.operations.includes(f)))
      .map((workload) => ({ system, workload })),
  );

  test.each(pairs)('of $system.name under $workload.name have allowed defaults', (pair) => {
    const { system, workload } = pair;
    const request = { system: system.name, workload: workload.name };
    const defaults = resolved(request).set;
    expect(resolved({ ...request, set: defaults }).set).toEqual(defaults);
  });

  test.each(pairs)('of $system.name under $workload.name are within limits or refused', (pair) => {
    const { system, workload } = pair;
    const request = { system: system.name, workload: workload.name };
    const specs = settingSpecs(system, workload);
    const value = fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.string());
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(specs)), value, (name, given) => {
        try {
          const chosen = resolved({ ...request, set: { [name]: given } }).set[name];
          expect(typeof chosen).toBe(typeof specs[name]?.default);
          if (typeof chosen === 'number') expect(Number.isInteger(chosen)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(HarnessError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('nemeses', () => {
  test('called all are those that the system survives and the backend can carry out', () => {
    const all = resolved({ nemesis: ['all'] }).nemesis;
    const fitting = Object.values(nemeses).filter((one) => whyBeyond(raft, one) === null);
    expect(all).toEqual(fitting.map(({ name }) => name));
    expect(all).toContain('client-links');
    expect(resolved({ nemesis: ['all'], backend: 'docker' }).nemesis).toEqual(
      fitting
        .filter(({ needs }) => needs in { partition: 1, kill: 1, pause: 1, clock: 1 })
        .map(({ name }) => name),
    );
  });

  test('of a system that promises nothing of its own leave out what would need more', () => {
    const { beyond: _, ...silent } = raft;
    const why = (system: System, name: string) => whyBeyond(system, nemesisNamed(name, builtIn));
    expect(why(silent, 'client-links')).toMatch(/arrives twice/);
    expect(why(silent, 'wiped-disk')).toMatch(/durable/);
    expect(why({ ...silent, beyond: {} }, 'client-links')).toBeNull();
    for (const name of ['kill', 'bit-rot', 'hold-and-release'] as const)
      expect(why(silent, name)).toBeNull();
  });

  test('that nobody names are the usual ones that have a form in a cluster of this size', () => {
    expect(resolved().nemesis).toEqual(['partition', 'kill', 'pause', 'clock']);
    expect(resolved({ nodes: 1 }).nemesis).toEqual(['kill', 'pause', 'clock']);
    expect(resolved({ nodes: 1, nemesis: ['all'] }).nemesis).not.toContain('partition');
    expect(resolved({ nemesis: ['none'] }).nemesis).toEqual([]);
  });

  test('that are named but have no form in this cluster are refused', () => {
    const message = refusal(() => resolved({ nodes: 1, nemesis: ['kill', 'partition'] }));
    expect(message).toBe('--nemesis partition: needs 2 nodes or more (--nodes is 1)');
  });

  test('that a hunt suggests are left out where the user’s cluster is too small', () => {
    expect(resolved({ nodes: 1 }, { nemesis: ['partition', 'kill'] }).nemesis).toEqual(['kill']);
  });

  test.each([[['none', 'kill']], [['all', 'kill']], [['all', 'none']]])(
    '%o are refused, since all and none stand alone',
    (nemesis) => {
      expect(refusal(() => resolved({ nemesis }))).toMatch(/"(all|none)" stands alone/);
    },
  );

  test('named twice act once', () => {
    expect(resolved({ nemesis: ['kill', 'kill'] }).nemesis).toEqual(['kill']);
  });
});

describe('a name that is not known', () => {
  test('is answered with a near one, or with all of them', () => {
    expect(refusal(() => resolved({ system: 'raftt' }))).toContain('did you mean "raft"?');
    expect(refusal(() => resolved({ workload: 'registr' }))).toContain('did you mean "register"?');
    expect(refusal(() => resolved({ nemesis: ['partitoin'] }))).toContain('did you mean "partit');
    expect(refusal(() => resolved({ nemesis: ['x'] }))).toContain('known: partition, kill');
  });

  test('is never answered with one that differs in more than a third of it', () => {
    expect(suggestion('abcdef', ['uvwxyz', 'abcuvw'])).toBe('known: uvwxyz, abcuvw');
    expect(suggestion('abcdxy', ['abcdef'])).toBe('did you mean "abcdef"?');
  });
});

describe('the workload', () => {
  test('is one that the system serves, unless another is asked for', () => {
    expect(resolved().workload).toBe('register');
    expect(resolved({ system: 'basic-paxos' }).workload).toBe('consensus');
    const message = refusal(() => resolved({ system: 'basic-paxos', workload: 'append' }));
    expect(message).toContain('--workload append needs append, which basic-paxos does not serve');
  });
});

describe('a resolved configuration', () => {
  test('resolves to itself', () => {
    const config = resolved({ nodes: 1, recoveryMaxS: 7, set: { electionTimeoutMs: 500 } });
    expect(resolveConfig(config, [{ nodes: 3, nemesis: ['kill'] }], () => 2)).toEqual(config);
  });
});

describe('--config', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-config-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'run.yaml');
  const read = (source: string) => {
    writeFileSync(file, source);
    return readConfigFile(file);
  };

  test('takes options by the names of their flags, lists also by comma', () => {
    const source = 'time-limit: 3\nnemesis: kill, pause\nmutant: [a, b]\nset: {batch: 7}\n';
    expect(read(source)).toEqual({
      timeLimitS: 3,
      nemesis: ['kill', 'pause'],
      mutants: ['a', 'b'],
      set: { batch: 7 },
    });
  });

  const wrong: readonly [source: string, message: string][] = [
    ['nodes: 3\nnodez: 5\n', ':2:1: unknown option "nodez" (did you mean "nodes"?)'],
    ['nodes: 3\nrat:   5\n', ':2:1: unknown option "rat" (did you mean "rate"?)'],
    ['nodes: 3\nrate: hello\n', ':2:7: rate: '],
    ['set:\n  batch: [1]\n', ':2:3: set.batch: one value is needed'],
    ['set:\n  a: 1\n  reads: null\n', ':3:10: set.reads: '],
    ['nemesis:\n  - kill\n  - 7\n', ':1:1: nemesis: a name or a list of names is needed'],
    ['nodes: -1\nrate: -5\n', ':1:8: nodes: -1 is not allowed (a whole number 1 to 9)'],
    ['nodes: -1\nrate: -5\n', ':2:7: rate: -5 is not allowed (0.1 to 100000)'],
    ['time-limit: 99h\n', ':1:13: time-limit: 356400 is not allowed'],
    ['nemesis:\n  - kill\n  - crsah\n', ':3:5: nemesis.1: unknown "crsah" (did you mean "kill"?)'],
    ['nemesis: kill,puase\n', ':1:10: nemesis: unknown "puase" (did you mean "pause"?)'],
    ['system: raft\nmutant: rf-no-nop\n', ':2:9: mutant: raft has no mutant "rf-no-nop" (did you'],
    [
      'system: raft\nset:\n  reeds: log\n',
      ':3:3: set.reeds: unknown option "reeds" (did you mean "reads"?)',
    ],
    ['system: raft\nset:\n  reads: lig\n', ':3:10: set.reads: not allowed (index, '],
    ['nodes: 3\nrules: nope.ts\n', ':2:8: rules: nope.ts: no such file'],
    ['rules:\n  - package.json\n  - nope.ts\n', ':3:5: rules.1: nope.ts: no such file'],
    ['rules: test\n', ':1:8: rules: test: is a directory'],
    ['nodes: 3\nsystem: ./nope.ts\n', ':2:9: system: ./nope.ts: no such file'],
    ['nemesis: [kill, ./nope.ts]\n', ':1:17: nemesis.1: ./nope.ts: no such file'],
    ['nodes: [', ':1:'],
    ['- a\n', ': options by name are needed'],
    ['', ': expected a document, but the input is empty'],
  ];

  test.each(wrong)('%j is refused where it is wrong', (source, message) => {
    expect(refusal(() => read(source))).toContain(message);
  });

  test('is refused with all its mistakes at once, in order, whatever kind they are of', () => {
    const source = 'system: rfat\nnodez: 3\nrate: -5\nworkload: regster\nnemesis: [crsah]\n';
    const said = refusal(() => read(source));
    const mistakes = said.split('\n').filter((line) => line.startsWith(file));
    expect(mistakes.map((line) => line.slice(file.length))).toEqual([
      ':1:9: system: unknown "rfat" (did you mean "raft"?)',
      ':2:1: unknown option "nodez" (did you mean "nodes"?)',
      ':3:7: rate: -5 is not allowed (0.1 to 100000)',
      ':4:11: workload: unknown "regster" (did you mean "register"?)',
      ':5:11: nemesis.0: unknown "crsah" (did you mean "kill"?)',
    ]);
  });

  test('leaves names to modules of the user that may bring them', () => {
    const module = join(directory, 'mine.ts');
    writeFileSync(module, '');
    expect(read(`system: ${module}\nworkload: mine\n`)).toMatchObject({ workload: 'mine' });
    expect(refusal(() => read(`system: ${module}\nworkload: mine\nrate: 0\n`))).toContain(
      'rate: 0',
    );
  });

  test('is told plainly when it cannot be read', () => {
    const missing = join(directory, 'nope');
    expect(refusal(() => readConfigFile(missing))).toBe(`--config ${missing}: no such file`);
    expect(refusal(() => readConfigFile(directory))).toBe(`--config ${directory}: is a directory`);
  });

  test('may name the system that is asked for, and no other', () => {
    writeFileSync(file, 'system: raft\nnodes: 3\nset: {batch: 7, reads: log}\n');
    const flags = { config: file, nodes: 5, set: { reads: 'lease' } };
    expect(requestOf('raft', flags)).toMatchObject({ nodes: 5, set: { batch: 7, reads: 'lease' } });
    expect(refusal(() => requestOf('multi-paxos', flags))).toContain('is for raft, not for multi');
  });
});
