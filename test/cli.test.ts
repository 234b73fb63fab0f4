/** The command line as a user meets it: real processes, exit statuses, what is on disk. */

import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', 'harness', 'bin.js');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let stores = 0;
const freshStore = () => `store-${stores++}`;

function ordeal(...parameters: string[]) {
  // It is to end by itself, however busy the machine is: nobody kills it after a while.
  const options = { cwd: directory, reject: false, forceKillAfterDelay: false } as const;
  return execa(process.execPath, [BIN, ...parameters], options);
}

const SHORT = ['--time-limit', '6', '--nemesis-interval', '2', '--quiet'];

interface Document {
  readonly verdict: { readonly kind: string; readonly because?: string };
  readonly historySha256: string;
  readonly traceSha256: string;
  readonly paths: { readonly directory: string };
}

describe('ordeal run', () => {
  test('gives identical recordings for the same seed in fresh processes, and others for another', async () => {
    const run = async (seed: string) => {
      const { stdout } = await ordeal('run', 'raft', '--seed', seed, '--json', ...SHORT);
      return JSON.parse(stdout) as Document;
    };
    const [one, same, other] = await Promise.all([run('1'), run('1'), run('2')]);
    expect(one.historySha256).toBe(same.historySha256);
    expect(one.traceSha256).toBe(same.traceSha256);
    expect(one.historySha256).not.toBe(other.historySha256);
  });

  test('stores everything that a run is and became', async () => {
    const store = freshStore();
    const { exitCode } = await ordeal('run', 'raft', '--seed', '1', '--store', store, ...SHORT);
    expect(exitCode).toBe(0);
    const names = readdirSync(join(directory, store, 'latest')).sort();
    expect(names).toEqual([
      'history.jsonl',
      'junit.xml',
      'logs',
      'plan.json',
      'report.html',
      'results.json',
      'run.json',
      'summary.md',
      'trace.jsonl',
    ]);
  });

  test('is put beside another by ordeal report, in a page in the directory of the second', async () => {
    const store = freshStore();
    for (const seed of ['1', '2']) {
      await ordeal('run', 'raft', '--seed', seed, '--store', store, ...SHORT);
    }
    const [first = '', second = ''] = readdirSync(join(directory, store)).filter((name) =>
      name.includes('raft'),
    );
    const [a, b] = [first, second].map((name) => join(store, name)) as [string, string];
    const { stdout, exitCode } = await ordeal('report', a, b);
    expect(exitCode).toBe(0);
    expect(stdout.trim()).toBe(join(b, `beside-${first}.html`));
    expect(readFileSync(join(directory, stdout.trim()), 'utf8')).toContain('>seed</th><td>1</td>');
  });

  test.each([
    ['ends the process', 'process.exit(0);', 'called process.exit'],
    ['waits for what never comes', 'await new Promise(() => {});', 'waits for what never comes'],
  ])('exits 64 where a module of the user’s %s, and judges nothing', async (_, code, said) => {
    writeFileSync(join(directory, 'ends.mjs'), code);
    const { exitCode, stdout } = await ordeal('run', './ends.mjs', '--json', ...SHORT);
    expect(exitCode).toBe(64);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: null,
      exitStatus: 64,
      failure: 'usage',
      error: expect.stringContaining(said),
    });
  });

  test('exits 1 with a witness in the domain’s words when a planted bug shows', async () => {
    const store = freshStore();
    const planted = 'run raft --mutant rf-local-read --runs 20 --seed 2 --quiet'.split(' ');
    const { exitCode, stdout } = await ordeal(...planted, '--store', store);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/VIOLATION\s+process \d+ read/);
    expect(stdout).toContain('npx ordeal replay');
    expect(readdirSync(join(directory, store))).toContain('latest-failure');
  });

  test('calls a run without enough evidence unknown', async () => {
    const idle = 'run raft --seed 1 --nodes 1 --rate 0.1 --time-limit 1 --quiet'.split(' ');
    const { exitCode, stdout } = await ordeal(...idle, '--store', freshStore());
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/UNKNOWN/);
  });

  test('takes its options from a file, and flags win over it', async () => {
    const file = join(directory, 'run.yaml');
    writeFileSync(file, 'nodes: 3\nseed: 7\ntime-limit: 3\nnemesis: none\nset:\n  reads: lease\n');
    const { stdout } = await ordeal('run', 'raft', '--config', file, '--seed', '8', '--json');
    const { run } = JSON.parse(stdout) as { run: { config: Record<string, unknown> } };
    expect(run.config).toMatchObject({ nodes: 3, seed: 8, timeLimitS: 3, nemesis: [] });
    expect(run.config['set']).toMatchObject({ reads: 'lease' });
  });
});

describe('a user’s mistake', () => {
  const mistakes: readonly [name: string, parameters: string[], message: RegExp][] = [
    ['an unknown system', ['run', 'raftt'], /unknown system "raftt" \(did you mean "raft"\?\)/],
    ['an unknown workload', ['run', 'raft', '--workload', 'x'], /--workload: unknown "x" \(known/],
    ['an unknown nemesis', ['run', 'raft', '--nemesis', 'x'], /--nemesis: unknown "x" \(known/],
    ['an unknown mutant', ['run', 'raft', '--mutant', 'x'], /--mutant: raft has no mutant "x"/],
    ['an unknown flag', ['run', 'raft', '--frobnicate'], /unknown option '--frobnicate'/],
    ['a near flag', ['run', 'raft', '--nodse', '3'], /'--nodse' \(did you mean "--nodes"\?\)/],
    ['an unknown command', ['rnu'], /unknown command 'rnu' \(did you mean "run"\?\)/],
    ['no argument', ['replay'], /missing required argument 'run'/],
    ['nothing after a flag', ['mutants', '--seeds'], /option '--seeds <n>' argument missing/],
    ['too much', ['replay', 'a', 'b'], /too many arguments for 'replay': 1 expected, 2 given/],
    ['a negative number', ['run', 'raft', '--nodes', '-1'], /--nodes: -1 is not allowed/],
    ['no number', ['run', 'raft', '--rate', 'fast'], /--rate: "fast" is not allowed \(a number/],
    [
      'a near choice',
      ['run', 'raft', '--backend', 'dokcer'],
      /--backend: "dokcer" is not allowed \(did you mean "docker"\?\)/,
    ],
    ['no list', ['list', 'mutnats'], /what: "mutnats" is not allowed \(did you mean "mutants"\?\)/],
    ['no runs', ['run', 'raft', '--runs', '0'], /--runs: 0 is not allowed/],
    [
      'an unknown option',
      ['run', 'raft', '--set', 'x=1'],
      /--set: unknown option "x" \(see: ordeal/,
    ],
    ['a wrong choice', ['run', 'raft', '--set', 'reads=never'], /reads=never: not allowed/],
    [
      'a missing file',
      ['run', 'raft', '--config', 'nope.yaml'],
      /--config nope.yaml: no such file/,
    ],
    ['a directory', ['run', 'raft', '--config', '.'], /--config \.: is a directory/],
    ['an unknown store', ['list', 'runs', '--store', BIN], /--store .*: is not a directory/],
    [
      'a system in containers where nodes are simulated',
      ['explore', 'etcd'],
      /etcd cannot be simulated/,
    ],
    ['the same for a proof', ['prove', 'etcd'], /etcd cannot be simulated/],
    ['the same for the kill matrix', ['mutants', 'etcd'], /etcd cannot be simulated/],
    [
      'the same for a comparison',
      ['compare', 'etcd', ':reads=serializable'],
      /etcd cannot be simulated/,
    ],
    ['the simulator for etcd', ['run', 'etcd', '--backend', 'sim'], /cannot run etcd.*docker/],
    [
      'clocks of etcd',
      ['run', 'etcd', '--nemesis', 'clock'],
      /--nemesis clock: clocks of programs of others/,
    ],
    ['a system too many', ['list', 'systems', 'raft'], /list systems: takes no system, got "raft"/],
    ['a list of nothing', ['list'], /list: say what to list \(systems, workloads, .*, runs\)/],
    [
      'options of no system',
      ['list', 'options'],
      /a system is needed: .*raft.*zab.* list options raft/,
    ],
    ['rules of no system', ['list', 'rules'], /a system is needed: .*raft.*zab.* list rules raft/],
    ['missing rules', ['run', 'raft', '--rules', 'nope.ts'], /--rules .*nope.ts: no such file/],
    [
      'a variant that only the simulator has',
      ['run', 'raft', '--backend', 'docker', '--mutant', 'sys-torn-tail-accepted'],
      /backend docker cannot run sys-torn-tail-accepted/,
    ],
    ['a missing run', ['replay', 'nowhere'], /nowhere: no such run/],
  ];

  test.each(mistakes)(
    '%s gives one line and status 64, and runs nothing',
    async (_, parameters, message) => {
      const store = freshStore();
      const takesStore = parameters[0] === 'run' ? ['--store', store] : [];
      const { exitCode, stdout, stderr } = await ordeal(...parameters, ...takesStore);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
      expect(exitCode).toBe(64);
      expect(stdout).toBe('');
      expect(readdirSync(directory)).not.toContain(store);
    },
  );

  test('in a file is named with line and column', async () => {
    const file = join(directory, 'wrong.yaml');
    writeFileSync(file, 'nodes: 3\nrate: hello\n');
    const { exitCode, stderr } = await ordeal('run', 'raft', '--config', file);
    expect(stderr).toContain('wrong.yaml:2:7: rate');
    expect(exitCode).toBe(64);
  });
});

describe('a stored run', () => {
  test('replays to the same bytes, and a changed one is told at which event it parts', async () => {
    const store = freshStore();
    await ordeal('run', 'raft', '--seed', '3', '--store', store, ...SHORT);
    const run = join(store, 'latest');
    const same = await ordeal('replay', run, '--verify');
    expect(same.stdout).toContain('identical');
    expect(same.exitCode).toBe(0);
    const path = join(directory, run, 'history.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[10] = (lines[10] ?? '').replace(/"time":\d+/, '"time":1');
    writeFileSync(path, lines.join('\n'));
    const changed = await ordeal('replay', run, '--verify');
    expect(changed.stdout).toContain('the runs part at event 9 of history.jsonl');
    expect(changed.exitCode).toBe(3);
  });

  test('made by other code says so when it is replayed', async () => {
    const store = freshStore();
    await ordeal('run', 'raft', '--seed', '3', '--store', store, ...SHORT);
    const path = join(directory, store, 'latest', 'run.json');
    const run = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...run, git: { commit: '0123456789', dirty: null } }));
    const { stderr, exitCode } = await ordeal('replay', join(store, 'latest'));
    expect(stderr).toMatch(/^made by other code: raft@0123456 then, raft.* now$/);
    expect(exitCode).toBe(0);
  });

  test('is judged again from disk with the same verdict, and the first verdict stays', async () => {
    const store = freshStore();
    await ordeal('run', 'raft', '--seed', '4', '--store', store, ...SHORT);
    const run = join(store, 'latest');
    const first = readFileSync(join(directory, run, 'results.json'), 'utf8');
    const { exitCode } = await ordeal('check', run);
    expect(exitCode).toBe(0);
    expect(readFileSync(join(directory, run, 'results.json'), 'utf8')).toBe(first);
    const names = readdirSync(join(directory, run));
    expect(names.filter((name) => /^results\.\d.*\.json$/.test(name))).toHaveLength(1);
  });

  test('that was killed in the middle of a line is judged up to there, and never valid', async () => {
    const store = freshStore();
    await ordeal('run', 'raft', '--seed', '5', '--store', store, ...SHORT);
    const run = join(store, 'latest');
    const path = join(directory, run, 'history.jsonl');
    truncateSync(path, readFileSync(path).length - 25);
    const { exitCode } = await ordeal('check', run);
    expect(exitCode).toBe(2);
  });

  test('with a broken line is refused with file and line', async () => {
    const store = freshStore();
    await ordeal('run', 'raft', '--seed', '6', '--store', store, ...SHORT);
    const run = join(store, 'latest');
    const path = join(directory, run, 'history.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[4] = '{"index":3,';
    writeFileSync(path, lines.join('\n'));
    const { exitCode, stderr } = await ordeal('check', run);
    expect(stderr).toMatch(/history\.jsonl:5: expected one JSON object/);
    expect(exitCode).toBe(64);
  });
});

/** What `list --json` prints. */
interface Listed {
  readonly exitStatus: number;
  readonly rows: readonly { readonly name: string; readonly describe: string }[];
}

describe('ordeal list', () => {
  test.each([
    'systems',
    'workloads',
    'nemeses',
    'checkers',
    'mutants',
    'mutants zab',
    'rules raft',
    'options raft',
  ])('names %s with a description each', async (what) => {
    const { stdout, exitCode } = await ordeal('list', ...what.split(' '), '--json');
    const { rows, exitStatus } = JSON.parse(stdout) as Listed;
    expect(exitCode).toBe(0);
    expect(exitStatus).toBe(0);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.describe).not.toBe('');
  });

  test('has stored runs and nothing else in a store', async () => {
    const store = freshStore();
    await ordeal('run', 'raft', '--seed', '1', '--store', store, ...SHORT);
    mkdirSync(join(directory, store, 'notes'));
    writeFileSync(join(directory, store, 'file'), '');
    const { stdout } = await ordeal('list', 'runs', '--store', store, '--json');
    const { rows } = JSON.parse(stdout) as Listed;
    expect(rows).toEqual([{ name: expect.stringMatching(/raft-register-1$/), describe: 'valid' }]);
  });

  test('says so where no run is stored, and takes a store that is not there for a slip', async () => {
    const empty = freshStore();
    mkdirSync(join(directory, empty));
    const none = await ordeal('list', 'runs', '--store', empty);
    expect(none).toMatchObject({ exitCode: 0, stdout: '', stderr: `no run is stored in ${empty}` });
    const wrong = await ordeal('list', 'runs', '--store', 'nowhere');
    expect(wrong.exitCode).toBe(64);
    expect(wrong.stderr).toBe('ordeal: --store nowhere: no such directory');
    mkdirSync(join(directory, 'fresh'));
    const cwd = join(directory, 'fresh');
    const { exitCode, stderr } = await execa(process.execPath, [BIN, 'list', 'runs'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('no run is stored here yet: there is no store/');
  });
});

describe('text for people', () => {
  test.each([
    '--help',
    ...[
      'run',
      'check',
      'explore',
      'shrink',
      'explain',
      'replay',
      'prove',
      'mutants',
      'scenario',
      'report',
      'list',
      'doctor',
    ].map((command) => `${command} --help`),
    'list systems',
    'list mutants',
    'list options raft',
  ])('of %s fits in 80 columns', async (line) => {
    const { stdout } = await ordeal(...line.split(' '));
    expect(stdout).not.toBe('');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('ordeal doctor', () => {
  test('finds a store that root may write to and the file system cannot hold', async () => {
    const { stdout, exitCode } = await ordeal('doctor', '--store', '/proc/store', '--json');
    const { checks, exitStatus } = JSON.parse(stdout);
    const store = checks.find(({ name }: { name: string }) => name === 'store');
    expect(exitStatus).toBe(3);
    expect(store).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be written/) });
    expect(exitCode).toBe(3);
  });
});

describe('many runs', () => {
  test('that are interrupted stop after the seed at hand, with what they came to', async () => {
    const many = 'run raft --seed 1 --runs 100000 --time-limit 5'.split(' ');
    const child = ordeal(...many, '--store', freshStore());
    // The first line of progress says that runs are being made.
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await child;
    expect(exitCode).toBe(130);
    const told = /(\d+) runs? from seed 1: (\d+) valid/.exec(`${stdout}${stderr}`);
    expect(Number(told?.[1])).toBeGreaterThan(0);
    expect(Number(told?.[1])).toBeLessThan(100_000);
  });

  test('of a mutant say which flags it changes', async () => {
    const planted = 'run raft --mutant rf-local-read --seed 1 --time-limit 2'.split(' ');
    const { stderr } = await ordeal(...planted, '--nodes', '5', '--store', freshStore());
    // The user's own flags are not changed.
    expect(stderr).toMatch(
      /^rf-local-read is run where it shows best:\s+--nemesis \S+\s+--nemesis-/m,
    );
    expect(stderr).not.toContain('--nodes');
  });
});

/** A write, and a read of what it wrote. */
const OK = `{:type :invoke, :f :write, :value 1, :process 0, :time 1}
{:type :ok, :f :write, :value 1, :process 0, :time 2}
{:type :invoke, :f :read, :value nil, :process 0, :time 3}
{:type :ok, :f :read, :value 1, :process 0, :time 4}
`;

describe('--json', () => {
  const only = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;

  test.each([
    ['run', 'rfat'],
    ['run', 'raft', '--nodes', 'many'],
    ['run', 'raft', '--nodez', '3'],
    ['run'],
    ['list', 'options'],
    ['mutants', 'raft', '--seeds', '0'],
    ['explore', 'raft', '--seeds', '0'],
    ['replay', 'nowhere'],
    ['report', 'nowhere'],
    ['check', 'nowhere', '--model', 'rigester'],
    ['doctor', '--cleen'],
    ['nonsense'],
  ])('prints one document for a mistake: %s %s ...', async (...parameters) => {
    const { stdout, exitCode } = await ordeal(...parameters, '--json');
    expect(only(stdout)).toMatchObject({ exitStatus: 64, failure: 'usage' });
    expect(exitCode).toBe(64);
  });

  test.each([
    ['valid', 0, [OK]],
    ['invalid', 1, [OK.replace(':ok, :f :read, :value 1', ':ok, :f :read, :value 2')]],
    ['unknown', 2, ['']],
    [null, 64, ['{:type :ok, :f :read']],
  ] as const)(
    'of check says the exit status of each file: %s is %i',
    async (verdict, status, [text]) => {
      const file = join(directory, `document-${status}.edn`);
      writeFileSync(file, text);
      const { stdout, exitCode } = await ordeal('check', file, '--model', 'register', '--json');
      expect(only(stdout)).toMatchObject({
        verdict: verdict === null ? null : { kind: verdict },
        exitStatus: status,
      });
      expect(exitCode).toBe(status);
    },
  );

  test('prints one document where our own machinery fails', async () => {
    const parameters = [BIN, 'run', 'raft', '--backend', 'docker', '--json', '--quiet'];
    const env = { DOCKER_HOST: `unix://${join(directory, 'nobody.sock')}` };
    const options = { cwd: directory, reject: false, env } as const;
    const { stdout, exitCode } = await execa(process.execPath, parameters, options);
    expect(only(stdout)).toMatchObject({ exitStatus: 3, failure: 'infrastructure' });
    expect(exitCode).toBe(3);
  });

  test('prints one document for what was interrupted', async () => {
    const many = 'run raft --seed 1 --runs 100000 --time-limit 5 --json'.split(' ');
    const child = ordeal(...many, '--store', freshStore());
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(130);
    expect(only(stdout)).toMatchObject({ exitStatus: 130, verdict: { kind: 'unknown' } });
  });
});

describe('an interrupted run', () => {
  /** One that goes on for as long as it may; its directory is there when this returns. */
  async function longRun(store: string, ...more: string[]) {
    const child = ordeal(
      ...'run raft --seed 1 --time-limit 8000 --rate 10'.split(' '),
      '--store',
      store,
      ...more,
    );
    for (;;) {
      try {
        if (readdirSync(join(directory, store)).length > 0) return { child };
      } catch {
        // Not there yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function expectUnknown(store: string): void {
    const results = readFileSync(join(directory, store, 'latest', 'results.json'), 'utf8');
    expect(JSON.parse(results)).toMatchObject({ verdict: { kind: 'unknown' } });
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'keeps what it has, judges it, and exits 130: %s',
    async (signal) => {
      const store = freshStore();
      const { child } = await longRun(store, '--json');
      child.kill(signal);
      const { exitCode, stdout } = await child;
      expect(exitCode).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ exitStatus: 130, verdict: { kind: 'unknown' } });
      expectUnknown(store);
    },
  );

  test('does the same where nobody reads any more, as when the terminal was closed', async () => {
    const store = freshStore();
    const { child } = await longRun(store);
    child.stdout.destroy();
    child.stderr.destroy();
    child.kill('SIGHUP');
    expect((await child).exitCode).toBe(130);
    expectUnknown(store);
  });
});
