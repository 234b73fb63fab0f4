/** The rules of the house that no linter knows: who imports whom, and what pure folders may not do. */

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SLOW } from './vitest.config.ts';

/** For each folder, what its files may import besides the folder itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  checkers: [],
  systems: ['checkers'],
  nemesis: ['checkers'],
  workloads: ['checkers', 'systems'],
  harness: ['checkers', 'systems', 'nemesis', 'workloads'],
  test: ['checkers', 'systems', 'nemesis', 'workloads', 'harness'],
};

/** The rooms of `harness/` from the ground up: each may use itself and those that stand before it. */
const ROOMS = [
  'core',
  'sim',
  'config',
  'variants',
  'own',
  'host',
  'docker',
  'process',
  'lockstep',
  'store',
  'judge',
  'report',
  'formats',
  'run',
  'shrink',
  'explain',
  'scenario',
  'prove',
  'check',
  'traces',
  'explore',
  'compare',
  'campaign',
  'commands',
];
/** Rooms that are tested through processes or containers alone: nothing of theirs is quick. */
const NEVER_QUICK = ['host', 'docker', 'process', 'lockstep', 'commands'];
/** What stands above all rooms, and what builds the package and belongs to none. */
const LOOSE = ['harness/cli.ts', 'harness/ordeal.ts'];
const TOOLS = 'harness/package/';
/** Judging is everybody's vocabulary, but only these files of `checkers` are. */
const VOCABULARY = [
  'harm',
  'history',
  'verdict',
  'trace',
  'sometimes',
  'assert',
  'item-at',
  'value',
  'units',
  'linearizable/model',
  'watch/heard',
].map((name) => `checkers/${name}.ts`);
/** What the nodes of each protocol report is vocabulary as well. */
const EVENTS = /^checkers\/agreement\/(leader-events|[a-z-]+\/events)\.ts$/;

/** The rooms of `checkers/agreement/`, and which others each may use, besides what stands beside them. */
const AGREEMENT_ROOMS: Readonly<Record<string, readonly string[]>> = {
  liveness: [],
  raft: ['liveness'],
  'raft-observed': [],
  zab: ['liveness'],
  paxos: ['liveness'],
  'fast-paxos': ['liveness', 'paxos'],
};
/** What stands beside the rooms is for all of them and uses none, but for the two registries. */
const AGREEMENT_REGISTRIES = ['index', 'properties'].map((name) => `checkers/agreement/${name}.ts`);

const PURE = ['checkers', 'systems', 'nemesis', 'workloads', 'harness/sim'];
/** Single files of the acting folder that only decide. */
const PURE_FILES = [
  'harness/core/connections.ts',
  'harness/core/describe-fault.ts',
  'harness/core/draw.ts',
  'harness/core/engine.ts',
  'harness/core/errors.ts',
  'harness/core/fault-time.ts',
  'harness/core/holds.ts',
  'harness/core/panics.ts',
  'harness/core/plan.ts',
];
/** What the simulator may use of the folder around it. */
const SIMULATOR_MAY_IMPORT =
  /^(harness\/(sim\/|core\/(connections|draw|fault-ledger|holds|outbox|panics)\.ts)|checkers\/|systems\/|nemesis\/)/;
const BANNED: readonly { readonly what: RegExp; readonly instead: string }[] = [
  { what: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, instead: 'the clock handed in' },
  { what: /\bMath\.random\b|\bcrypto\./, instead: 'the draws handed in' },
  { what: /\bset(Timeout|Interval|Immediate)\b/, instead: 'timers of the environment' },
  // Not the column of a history.
  { what: /(?<!\.)\bprocess\.(?!get\()/, instead: 'a parameter' },
  { what: /from '(node:|[a-z@])/, instead: 'our own code or a parameter' },
  { what: /\bimport\('node:/, instead: 'a parameter' },
  // Paxos has promises of its own, which may be called so.
  { what: /\bnew Promise\b|\bPromise[.<]|\basync \b|\bawait \b/, instead: 'plain calls' },
];

/** Folders whose protocol code must not know that it can be replaced by a wrong one. */
const PROTOCOL_FILE = /^systems\/[a-z-]+\/(?!mutants|variants\.ts|index\.ts)/;

const files = globSync('{checkers,systems,nemesis,workloads,harness,test}/**/*.ts');

/** Code without comments, so that prose may name what is banned. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');
}

function importsOf(file: string): string[] {
  const found = codeOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map((match) => normalize(join(dirname(file), match[1] ?? '')));
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function disallowedImports(file: string, imports: readonly string[]): string[] {
  const own = folderOf(file);
  return imports.filter((target) => {
    const folder = folderOf(target);
    if (folder === own) return false;
    if (!(MAY_IMPORT[own] ?? []).includes(folder)) return true;
    // A workload names what judges it, and may bring a checker of its own.
    const onlyVocabulary = ['systems', 'nemesis'].includes(own);
    const isVocabulary = VOCABULARY.includes(target) || EVENTS.test(target);
    return folder === 'checkers' && onlyVocabulary && !isVocabulary;
  });
}

function roomOf(file: string): string | undefined {
  return /^harness\/([^/]+)\//.exec(file)?.[1];
}

function roomsAbove(file: string, imports: readonly string[]): string[] {
  const own = roomOf(file);
  if (own === undefined) return [];
  const height = ROOMS.indexOf(own);
  return imports.filter((target) => {
    if (folderOf(target) !== 'harness') return false;
    const room = roomOf(target);
    return room === undefined || ROOMS.indexOf(room) > height;
  });
}

/** What a file of `checkers/agreement/` uses of rooms that are not its own, and may not. */
function otherProtocols(file: string, imports: readonly string[]): string[] {
  if (!file.startsWith('checkers/agreement/') || AGREEMENT_REGISTRIES.includes(file)) return [];
  const room = (path: string) => /^checkers\/agreement\/([^/]+)\//.exec(path)?.[1];
  const own = room(file);
  const allowed = own === undefined ? [] : [own, ...(AGREEMENT_ROOMS[own] ?? [])];
  return imports.filter((target) => {
    const other = room(target);
    return other !== undefined && !allowed.includes(other);
  });
}

/** The files that reach themselves by what they import, types included. */
function filesInCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  return [...imports.keys()].filter((file) => {
    const seen = new Set<string>();
    const open = [...(imports.get(file) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(imports.get(next) ?? []));
    }
    return seen.has(file);
  });
}

function bannedWords(code: string): string[] {
  return BANNED.filter(({ what }) => what.test(code)).map(
    ({ what, instead }) => `${what.exec(code)?.[0]} (use ${instead})`,
  );
}

describe('the house', () => {
  test('has files to look at', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  test('imports only downwards', () => {
    const wrong = files.flatMap((file) =>
      disallowedImports(file, importsOf(file)).map((target) => `${file} may not import ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('lets a room of the harness use only those below it', () => {
    const wrong = files.flatMap((file) =>
      roomsAbove(file, importsOf(file)).map((target) => `${file} may not import ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('keeps what judges one protocol apart from what judges another', () => {
    const wrong = files.flatMap((file) =>
      otherProtocols(file, importsOf(file)).map((target) => `${file} may not import ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('has a room for every file of the harness but its entries', () => {
    const lost = files.filter((file) => {
      if (folderOf(file) !== 'harness' || file.startsWith(TOOLS)) return false;
      return !LOOSE.includes(file) && !ROOMS.includes(roomOf(file) ?? '');
    });
    expect(lost).toEqual([]);
  });

  test('has no files that import one another in a circle, types included', () => {
    const imports = new Map(files.map((file) => [file, importsOf(file)]));
    expect(filesInCircles(imports)).toEqual([]);
  });

  test('keeps clocks, random sources, timers, promises and I/O out of pure folders', () => {
    const pure = files.filter(
      (file) => PURE.some((folder) => file.startsWith(`${folder}/`)) || PURE_FILES.includes(file),
    );
    const wrong = pure.flatMap((file) =>
      bannedWords(codeOf(file)).map((word) => `${file}: ${word}`),
    );
    expect(wrong).toEqual([]);
  });

  test('keeps the simulator apart from everything that acts', () => {
    const simulator = files.filter((file) => file.startsWith('harness/sim/'));
    const wrong = simulator.flatMap((file) =>
      importsOf(file)
        .filter((target) => !SIMULATOR_MAY_IMPORT.test(target))
        .map((target) => `${file} may not import ${target}`),
    );
    expect(simulator.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  test('has no word about planted bugs in protocol code', () => {
    const wrong = files.filter((file) => PROTOCOL_FILE.test(file) && /mutant/i.test(codeOf(file)));
    expect(wrong).toEqual([]);
  });

  test('keeps some tests of every room among the quick ones', () => {
    const quick = globSync('test/harness/**/*.test.ts').filter(
      (file) => !SLOW.some((pattern) => matchesGlob(file, pattern)),
    );
    const without = ROOMS.filter(
      (room) => !quick.some((file) => file.startsWith(`test/harness/${room}/`)),
    );
    expect(without).toEqual(NEVER_QUICK);
  });

  test('says at the top of every source file what the file is', () => {
    const sources = files.filter((file) => folderOf(file) !== 'test');
    const silent = sources.filter((file) => !readFileSync(file, 'utf8').startsWith('/**'));
    expect(silent).toEqual([]);
  });
});

describe('the rules themselves', () => {
  test('catch an import from below upwards', () => {
    expect(disallowedImports('checkers/verdict.ts', ['harness/core/errors.ts'])).toHaveLength(1);
    expect(
      disallowedImports('systems/raft/log.ts', ['checkers/agreement/raft/checker.ts']),
    ).toHaveLength(1);
    expect(disallowedImports('harness/run/run.ts', ['checkers/verdict.ts'])).toEqual([]);
  });

  test('catch a room that uses one above it, and a circle', () => {
    expect(roomsAbove('harness/sim/world.ts', ['harness/run/run.ts'])).toHaveLength(1);
    expect(roomsAbove('harness/run/run.ts', ['harness/sim/world.ts'])).toEqual([]);
    expect(roomsAbove('harness/core/plan.ts', ['harness/ordeal.ts'])).toHaveLength(1);
    const imports = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(filesInCircles(imports)).toEqual(['b', 'c']);
  });

  test('catch a protocol that is judged by what another one has, and a helper that knows one', () => {
    const raft = 'checkers/agreement/raft/state.ts';
    expect(otherProtocols('checkers/agreement/zab/state.ts', [raft])).toEqual([raft]);
    expect(otherProtocols('checkers/agreement/findings.ts', [raft])).toEqual([raft]);
    expect(otherProtocols('checkers/agreement/raft/log.ts', [raft, 'checkers/trace.ts'])).toEqual(
      [],
    );
    expect(otherProtocols('checkers/agreement/index.ts', [raft])).toEqual([]);
  });

  test('catch a clock and an npm package in pure code', () => {
    expect(bannedWords('const t = Date.now();')).toHaveLength(1);
    expect(bannedWords("import x from 'lodash';")).toHaveLength(1);
    expect(bannedWords("import { x } from './x.ts';")).toEqual([]);
  });
});
