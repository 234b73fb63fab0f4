/** The rules of the house that no linter knows: who imports whom, and what pure folders may not do. */

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** For each folder, what its files may import besides the folder itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  checkers: [],
  systems: ['checkers'],
  nemesis: ['checkers'],
  workloads: ['checkers', 'systems'],
  harness: ['checkers', 'systems', 'nemesis', 'workloads'],
  test: ['checkers', 'systems', 'nemesis', 'workloads', 'harness'],
};

/** Judging is everybody's vocabulary, but only these files of `checkers` are. */
const VOCABULARY = ['history', 'verdict', 'trace', 'assert', 'linearizable/model'].map(
  (name) => `checkers/${name}.ts`,
);

const PURE = ['checkers', 'systems', 'nemesis', 'workloads', 'harness/sim'];
/** Single files of the acting folder that only decide. */
const PURE_FILES = [
  'harness/engine.ts',
  'harness/plan.ts',
  'harness/draw.ts',
  'harness/errors.ts',
  'harness/variants/errors.ts',
];
/** What the simulator may use of the folder around it. */
const SIMULATOR_MAY_IMPORT =
  /^(harness\/(sim\/|(draw|holds)\.ts|variants\/errors\.ts)|checkers\/|systems\/|nemesis\/)/;
/** Clients of real systems do I/O through libraries: the declared exception. */
const IMPURE_EXCEPTIONS = ['systems/etcd/', 'systems/zookeeper/'];

const BANNED: readonly { readonly what: RegExp; readonly instead: string }[] = [
  { what: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, instead: 'the clock handed in' },
  { what: /\bMath\.random\b|\bcrypto\./, instead: 'the draws handed in' },
  { what: /\bset(Timeout|Interval|Immediate)\b/, instead: 'timers of the environment' },
  { what: /\bprocess\./, instead: 'a parameter' },
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
    return folder === 'checkers' && onlyVocabulary && !VOCABULARY.includes(target);
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

  test('keeps clocks, random sources, timers, promises and I/O out of pure folders', () => {
    const pure = files.filter(
      (file) =>
        (PURE.some((folder) => file.startsWith(`${folder}/`)) || PURE_FILES.includes(file)) &&
        !IMPURE_EXCEPTIONS.some((prefix) => file.startsWith(prefix)),
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

  test('says at the top of every source file what the file is', () => {
    const sources = files.filter((file) => folderOf(file) !== 'test');
    const silent = sources.filter((file) => !readFileSync(file, 'utf8').startsWith('/**'));
    expect(silent).toEqual([]);
  });
});

describe('the rules themselves', () => {
  test('catch an import from below upwards', () => {
    expect(disallowedImports('checkers/verdict.ts', ['harness/errors.ts'])).toHaveLength(1);
    expect(disallowedImports('systems/raft/log.ts', ['checkers/agreement/raft.ts'])).toHaveLength(
      1,
    );
    expect(disallowedImports('harness/run.ts', ['checkers/verdict.ts'])).toEqual([]);
  });

  test('catch a clock and an npm package in pure code', () => {
    expect(bannedWords('const t = Date.now();')).toHaveLength(1);
    expect(bannedWords("import x from 'lodash';")).toHaveLength(1);
    expect(bannedWords("import { x } from './x.ts';")).toEqual([]);
  });
});
