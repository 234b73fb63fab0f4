/** What a stranger does with a protocol of their own: names its file, and gets what built-in ones get. */

import {
  copyFileSync,
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

  test('is listed with the options of workloads that it can run, and of no others', async () => {
    const { stdout } = await ordeal('list', 'options', './abd.ts', '--json');
    const names = JSON.parse(stdout).rows.map(({ name }: { name: string }) => name);
    expect(names).toContain('network.latencyMaxUs');
    expect(names.filter((name: string) => name.startsWith('workload.'))).toEqual([]);
  });

  test('is found wrong by the bug planted in it', async () => {
    const { stdout, exitCode } = await ordeal('mutants', './abd.ts', '--tiers', '--first');
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

describe('a stored run of an own module', () => {
  const git = (...parameters: string[]) =>
    execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { cwd: directory });

  test('names its file as it was given and the commit of its project, and is found again', async () => {
    await git('init', '-q');
    await git('add', 'abd.ts', 'package.json');
    await git('commit', '-q', '-m', 'mine');
    const commit = (await git('rev-parse', 'HEAD')).stdout;
    const rules = write(
      'always.js',
      `export const always = { id: 'always', describe: 'never stores', kind: 'variant', rules: () => ({ readStores: () => false }) };`,
    );
    const of = ['run', './abd.ts', '--seed', '1', '--rules', rules, '--nemesis', 'none'];
    const { stdout } = await ordeal(...of, '--time-limit', '3', '--json', '--store', 'kept');
    const { run } = JSON.parse(stdout);
    expect(run.command).toMatch(/^npx ordeal run \.\/abd\.ts --seed 1 .*--rules \.\/always\.js/);
    expect(run.config).toMatchObject({ modules: ['./abd.ts'], rules: ['./always.js'] });
    // The rules have never been added.
    expect(run.project).toEqual({ commit, dirty: expect.any(String) });
    const summary = readFileSync(join(directory, 'kept', 'latest', 'summary.md'), 'utf8');
    expect(summary).toContain(`@${commit.slice(0, 7)} (changed) on ordeal`);

    const elsewhere = { cwd: tmpdir(), reject: false };
    const stored = join(directory, 'kept', 'latest');
    const replayed = await execa(process.execPath, [BIN, 'replay', stored], elsewhere);
    expect(replayed.stdout).toMatch(/^identical/);
    expect(replayed.stderr).toBe('');
    write('always.js', `${readFileSync(join(directory, 'always.js'), 'utf8')}// changed\n`);
    const changed = await execa(process.execPath, [BIN, 'replay', stored], elsewhere);
    expect(changed.stderr).toMatch(/^made by other code: abd-register@/);

    rmSync(join(directory, 'always.js'));
    for (const command of ['replay', 'check']) {
      const gone = await execa(process.execPath, [BIN, command, stored], elsewhere);
      expect(gone.exitCode).toBe(64);
      expect(gone.stderr).toContain(
        './always.js: the run was made with this module, which is not at',
      );
    }
  });

  test('of a moved project is made again from there', async () => {
    await ordeal('run', './abd.ts', '--seed', '1', '--nemesis', 'none', '--time-limit', '3');
    const moved = mkdtempSync(join(tmpdir(), 'ordeal-moved-'));
    try {
      cpSync(directory, moved, { recursive: true });
      const stored = realpathSync(join(moved, 'store', 'latest'));
      const file = join(stored, 'run.json');
      const run = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...run, startedIn: join(moved, 'no-more') }));
      const again = await execa(process.execPath, [BIN, 'replay', stored], { cwd: moved });
      expect(again.stdout).toMatch(/^identical/);
      // As older versions wrote it.
      const { startedIn: _, project: __, ...older } = run;
      const config = { ...older.config, modules: [join(moved, 'abd.ts')] };
      writeFileSync(file, JSON.stringify({ ...older, config }));
      const old = await execa(process.execPath, [BIN, 'replay', stored], { cwd: tmpdir() });
      expect(old.stdout).toMatch(/^identical/);
    } finally {
      rmSync(moved, { recursive: true, force: true });
    }
  });
});

describe('what a system declares is listed', () => {
  test('its rules, with what each decides', async () => {
    const { stdout } = await ordeal('list', 'rules', './abd.ts');
    expect(stdout).toContain('how many nodes must have answered before a phase is over → a whole');
  });

  test.each([
    ['rules', 'bare declares no rules: put its decisions into `rules`'],
    ['mutants', 'bare declares no mutants: put planted bugs into `variants`'],
    ['scenarios', 'bare has no scenarios'],
  ])('or that it has no %s', async (what, said) => {
    const bare = write(
      'bare.js',
      `import { abdRegister } from './abd.ts';
      export const bare = { ...abdRegister, name: 'bare', rules: {}, ruleTable: {}, variants: [] };`,
    );
    const { stdout, stderr, exitCode } = await ordeal('list', what, bare);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toContain(said);
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
