/**
 * Builds the package that is published, in `dist/`: JavaScript with types and source maps in the
 * folders of the repository, what is read beside them, and a manifest of its own. The root is
 * private: its optional packages bring a Node, which would take the place of the consumer's.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const OUT = join(ROOT, 'dist');

/** Besides code: the command as it is, pages to read, scenarios, and what a report is made of. */
const COPIED = [
  'LICENSE',
  'README.md',
  'harness/bin.js',
  'harness/report/page.{css,js}',
  '{checkers,systems,nemesis,workloads,harness}/**/*.{md,yaml}',
];

/** The part of the root's manifest that is rewritten or kept. */
interface RootManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly type: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The manifest that is published: the root's, of built files, without what is for development. */
function publishedManifest(root: RootManifest): object {
  const { name, version, description, license, keywords, type, bin, dependencies } = root;
  const built = Object.entries(root.exports).map(([path, source]) => [
    path,
    { types: source.replace(/\.ts$/, '.d.ts'), default: source.replace(/\.ts$/, '.js') },
  ]);
  return {
    name,
    version,
    description,
    license,
    keywords,
    type,
    engines: { node: '>=22.12' },
    bin,
    exports: {
      ...Object.fromEntries(built),
      './package.json': './package.json',
    },
    sideEffects: [
      './harness/bin.js',
      './harness/check/worker.js',
      './harness/check/path-thread-entry.js',
      './harness/explore/trial-thread.js',
      './harness/explore/matrix/cell-thread.js',
      './harness/compare/pair-thread.js',
      './harness/campaign/unit-thread.js',
      './harness/host/*.js',
    ],
    dependencies: {
      ...dependencies,
      '@types/node': '*',
    },
  };
}

rmSync(OUT, { recursive: true, force: true });
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', join(import.meta.dirname, 'tsconfig.json')], {
  stdio: 'inherit',
});
for (const file of COPIED.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))) {
  mkdirSync(dirname(join(OUT, file)), { recursive: true });
  // What is read beside the code must not take its place: a page.js that page.ts became, say.
  cpSync(join(ROOT, file), join(OUT, file), { force: false, errorOnExist: true });
}
const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RootManifest;
writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(publishedManifest(root), null, 2)}\n`);
