/** What a stranger does with a protocol of their own: names its file, and gets what built-in ones get. */

import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', 'harness', 'bin.js');
// Away from the checkout: nothing but Ordeal itself leads from there to `ordeal`.
const directory = mkdtempSync(join(tmpdir(), 'ordeal-own-'));
copyFileSync(join(import.meta.dirname, 'abd-register.ts'), join(directory, 'abd.ts'));
writeFileSync(join(directory, 'package.json'), '{ "type": "module" }\n');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  return execa(process.execPath, [BIN, ...parameters], { cwd: directory, reject: false });
}

function write(file: string, text: string): string {
  writeFileSync(join(directory, file), text);
  return `./${file}`;
}

const SHORT = ['--time-limit', '20', '--nemesis-interval', '2', '--quiet', '--json'];

describe('a system of its own module', () => {
  test('without a leader forms a cluster, keeps its promise, and is replayed and judged again', async () => {
    const { stdout, exitCode } = await ordeal('run', './abd.ts', '--seed', '1', ...SHORT);
    expect(exitCode).toBe(0);
    const { verdict, run } = JSON.parse(stdout);
    expect(verdict.kind).toBe('valid');
    expect(run.config).toMatchObject({ system: 'abd-register', workload: 'reads-and-writes' });
    expect(run.command).toMatch(/^npx ordeal run \S*abd\.ts --seed 1 /);
    const replayed = await ordeal('replay', 'store/latest', '--verify');
    expect(replayed.stdout).toMatch(/^identical/);
    expect((await ordeal('check', 'store/latest')).exitCode).toBe(0);
  });

  test('is found wrong by the bug planted in it', async () => {
    const { stdout, exitCode } = await ordeal('mutants', './abd.ts', '--first');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/✔ reads-do-not-store/);
  });

  test('runs under own rules, workload and nemesis of other files', async () => {
    const rules = write(
      'rules.js',
      `export const all = { id: 'all', describe: 'asks all', kind: 'variant', rules: () => ({ quorum: (nodes) => nodes }) };`,
    );
    const workload = write(
      'workload.ts',
      `import { type Workload } from 'ordeal';
      import { readsAndWrites } from './abd.ts';
      export const once: Workload = { ...readsAndWrites, name: 'once' };`,
    );
    const nemesis = write(
      'nemesis.js',
      `export const stop = {
        name: 'stop', describe: 'pauses the first node', needs: 'pause',
        forms: [{ form: 'first', minNodes: 1 }],
        resolve: () => ({ kind: 'pause', nodes: [0] }),
      };`,
    );
    const own = ['--rules', rules, '--workload', workload, '--nemesis', nemesis];
    const { stdout } = await ordeal('run', './abd.ts', '--seed', '1', ...own, ...SHORT);
    const { verdict, run, results } = JSON.parse(stdout);
    expect(verdict.kind).not.toBe('invalid');
    expect(run.config).toMatchObject({ workload: 'once', nemesis: ['stop'] });
    expect(results.figures.reached['all: quorum'].changed).toBeGreaterThan(0);
  });
});

describe('code of an own module that throws', () => {
  const slip = (part: string, from: string) => {
    const text = readFileSync(join(directory, 'abd.ts'), 'utf8');
    const lines = text.split('\n').findIndex((line) => line.includes(from)) + 1;
    const slipped = text.replace(from, `${from} (null as any).slip;`);
    return { file: write(`${part}.ts`, slipped), at: `${part}.ts:${lines}` };
  };

  test('in a node is a violation, told with the line, by a system without a checker too', async () => {
    const { file, at } = slip('node', "case 'stored':");
    const { exitCode, stdout } = await ordeal('run', file, '--seed', '1', ...SHORT);
    expect(exitCode).toBe(1);
    const { verdict } = JSON.parse(stdout);
    expect(verdict.property).toBe('PANIC');
    expect(verdict.because).toContain(`\`request\` of ${at} threw: Cannot read properties of null`);
  });

  test.each([
    ['timer', 'timer(state, env) {', '`client.timer` of timer.ts:'],
    ['plan', 'plan: (config, draw) => {', '`plan` of plan.ts:'],
  ])('in %s is a mistake of its file, and leaves no run', async (part, from, said) => {
    const { file, at } = slip(part, from);
    const store = ['--store', `./store-${part}`];
    const { exitCode, stderr } = await ordeal('run', file, '--seed', '1', ...SHORT, ...store);
    expect(stderr).toContain(`${said}${at.split(':')[1]} threw: Cannot read properties of null`);
    expect(exitCode).toBe(64);
    expect(globSync('*', { cwd: join(directory, `store-${part}`) })).toEqual([]);
  });
});

describe('a mistake in an own module is one line with file and field', () => {
  test.each([
    [
      'missing.ts',
      'export const a = { protocol: () => ({}), describe: "x" };',
      /field "name" is missing/,
    ],
    [
      'mistyped.ts',
      'import { abdRegister } from "./abd.ts"; export const a = { ...abdRegister, operations: ["reed"] };',
      /system a: field "operations" is wrong \(a list of operations \(read, /,
    ],
    [
      'handler.ts',
      'import { abdRegister } from "./abd.ts"; export const a = { ...abdRegister, protocol: () => ({ start() {} }) };',
      /protocol\(\) returns no "message"/,
    ],
    ['none.ts', 'export const a = 1;', /exports no system/],
    ['broken.ts', 'throw new Error("boom");', /boom/],
  ])('%s', async (file, text, said) => {
    const { exitCode, stderr } = await ordeal('run', write(file, text));
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(said);
    expect(stderr).toContain(file);
    expect(stderr.split('\n')).toHaveLength(1);
  });

  test('a file that is not there', async () => {
    const { exitCode, stderr } = await ordeal('run', './nowhere.ts');
    expect({ exitCode, said: /nowhere\.ts: no such file/.test(stderr) }).toEqual({
      exitCode: 64,
      said: true,
    });
  });
});
