/** `ordeal explore` as it is used: what it finds, what it says, how it ends. */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-explore-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  const all = [join(ROOT, 'harness', 'bin.js'), ...parameters];
  return execa(process.execPath, all, { cwd: directory, reject: false });
}

async function documentOf(...parameters: string[]) {
  const { stdout, exitCode } = await ordeal(...parameters, '--json', '--quiet');
  const document = JSON.parse(stdout);
  expect(document.exitStatus).toBe(exitCode);
  return document;
}

/** What does not depend on how fast the machine is. */
function untimed(document: object): unknown {
  const timed = /^(coreS|wallS|seconds|realS|judgedAt|startedAt|paths|directory)$/;
  const text = JSON.stringify(document, (name, value) => (timed.test(name) ? undefined : value));
  return JSON.parse(text);
}

const PLANTED = 'explore raft --mutant rf-commit-no-min --seed 1 --time-limit 5'.split(' ');

describe('of a planted bug', () => {
  test('each kind is found, stored, and made again by its command', async () => {
    const document = await documentOf(...PLANTED, '--seeds', '12', '--workers', '2');
    expect(document.exitStatus).toBe(1);
    expect(document.verdict.kind).toBe('invalid');
    const texts = document.found.map(({ kinds }: { kinds: object[] }) => JSON.stringify(kinds));
    expect(new Set(texts).size).toBe(texts.length);
    const [found] = document.found;
    expect(existsSync(join(directory, found.paths.report.path))).toBe(true);
    const [npx, name, ...parameters] = found.command.split(' ');
    expect([npx, name]).toEqual(['npx', 'ordeal']);
    const again = await documentOf(...parameters);
    expect(again.exitStatus).toBe(1);
    expect(again.verdict).toEqual(found.results.verdict);
    expect(again.run.config).toEqual(found.run.config);
    for (const { small, kinds } of document.found) {
      const { before, after } = small.shrunk;
      expect(after.operations).toBeLessThan(before.operations);
      const replay = await ordeal('replay', small.repro);
      expect(replay.exitCode).toBe(1);
      expect(replay.stdout).toContain(`${kinds[0].checker}: ${kinds[0].property}`);
    }
  });

  test('everything is the same again with one worker and as many seeds', async () => {
    // How small a run becomes depends on how much time there is.
    const parameters = [...PLANTED, '--seeds', '6', '--workers', '1', '--no-shrink'];
    const [once, again] = [await documentOf(...parameters), await documentOf(...parameters)];
    expect(untimed(again)).toEqual(untimed(once));
    expect(once.explored.repeated).toBeGreaterThan(0);
    expect(once.explored.identical).toBe(once.explored.repeated);
  });

  test('--first ends at the first, which a person reads with its command and report', async () => {
    const { stdout, stderr, exitCode } = await ordeal(...PLANTED, '--first', '--workers', '1');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^found .* by \w+, seed \d+, after \d+ runs?$/m);
    expect(stdout.match(/✖ found/g)).toHaveLength(1);
    expect(stdout).toMatch(
      /^ {2}again +npx ordeal run raft --seed \d+ .*--mutant rf-commit-no-min/m,
    );
    expect(stdout).toMatch(/^ {2}report +store.*report\.html$/m);
    const prose = stdout.split('\n').filter((line) => !/^ {2}(again|report|replay) /.test(line));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout.trimEnd().split('\n').at(-2)).toMatch(/^✖ VIOLATION {3}1 kind of violation|^ /);
  });
});

describe('of a protocol as it should be', () => {
  test('nothing is found, and what was never reached is named', async () => {
    const document = await documentOf(
      'explore',
      'raft',
      '--seeds',
      '3',
      '--seed',
      '3',
      '--nodes',
      '1',
    );
    expect(document.exitStatus).toBe(0);
    expect(document.found).toEqual([]);
    expect(document.coverage.nodes).toEqual({ 1: 3 });
    expect(document.coverage.steps.leader).toBeGreaterThan(0);
    expect(document.coverage.stepsNever).toContain('truncate');
    expect(document.coverage.faultsNever).toContain('partition halves');
  });

  test('runs in which it cannot be live are counted with their reason, and are no success', async () => {
    const slow = ['--set', 'network.latencyMinUs=2000000', '--set', 'network.latencyMaxUs=2000000'];
    const parameters = ['--seeds', '2', '--seed', '1', '--strategy', 'plain', '--time-limit', '5'];
    const document = await documentOf('explore', 'raft', ...parameters, ...slow);
    expect(document.exitStatus).toBe(2);
    expect(document.verdict.kind).toBe('unknown');
    expect(document.explored.unknowns).toHaveLength(1);
    expect(document.explored.unknowns[0]).toMatchObject({
      runs: 2,
      strategy: 'plain',
      reason: 'liveness: hopeless: haste',
    });
    expect(readdirSync(directory)).not.toContain('raft');
  });
});

/** Short runs, few of them, one after the other. */
const FEW = ['--seed', '1', '--seeds', '4', '--workers', '1', '--time-limit', '5', '--quiet'];

describe('of own code', () => {
  const modules = {
    'eager.ts': `export const eager = {
      id: 'eager', describe: 'commits what it has not', kind: 'variant',
      rules: () => ({
        followerCommit: (state: Commit, message: Commit) => Math.max(state.commit, message.commit),
      }),
    };
    interface Commit { readonly commit: number }`,
    'exits.ts': `import { isMainThread } from 'node:worker_threads';
      if (!isMainThread) process.nextTick(() => process.exit(7));
      await new Promise((resolve) => setImmediate(resolve));
      export const exits = {
        id: 'exits', describe: 'ends its thread', kind: 'variant',
        effects: (effect: object) => [effect],
      };`,
    'bursts.ts': `import { isMainThread } from 'node:worker_threads';
      if (!isMainThread) process.nextTick(() => { throw new Error('nobody waits for this') });
      await new Promise((resolve) => setImmediate(resolve));
      export const bursts = {
        id: 'bursts', describe: 'throws where nobody hears', kind: 'variant',
        effects: (effect: object) => [effect],
      };`,
    'loops.ts': `import { writeSync } from 'node:fs';
      // As it is before anything is watched.
      const write = writeSync;
      let asked = 0;
      export const loops = {
        id: 'loops', describe: 'never returns', kind: 'variant',
        effects: (effect: object) => {
          if (++asked < 300) return [effect];
          write(2, 'looping\\n');
          for (;;);
        },
      };`,
    'stateful.ts': `import { abdRegister, readsAndWrites } from '${join(ROOT, 'test', 'examples', 'abd-register.ts')}';
      export { readsAndWrites };
      let asked = 0;
      export const stateful = {
        ...abdRegister,
        name: 'stateful',
        protocol: (rules) => {
          const kept = abdRegister.protocol(rules);
          return {
            ...kept,
            // Every hundredth request of all runs of this thread goes unanswered.
            request: (...given) => (++asked % 100 === 0 ? undefined : kept.request(...given)),
          };
        },
      };`,
    'loaded.ts': `import { threadId } from 'node:worker_threads';
      // As a clock or a random source would be, something else each time that it is loaded.
      const afterUs = threadId;
      export const loaded = {
        id: 'loaded', describe: 'is as slow as it was when it was loaded', kind: 'variant',
        effects: (effect: { kind: string }) =>
          effect.kind === 'send' ? [{ ...effect, afterUs }] : [effect],
      };`,
    'reads.ts': `import { readFileSync } from 'node:fs';
      export const reads = {
        id: 'reads', describe: 'asks a file', kind: 'variant',
        effects: (effect: object) => (readFileSync('reads.ts').length > 0 ? [effect] : []),
      };`,
    'idle.ts': `export const idle = {
      id: 'idle', describe: 'changes nothing', kind: 'variant',
      effects: (effect: object) => [effect],
    };`,
    'misspelt.ts': `export const misspelt = {
      id: 'misspelt', describe: 'no such rule', kind: 'variant', rules: () => ({ canVoet: () => true }),
    };`,
  };
  beforeAll(() => {
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(directory, name), text);
  });
  const explored = (rules: string, ...more: string[]) =>
    ordeal('explore', 'raft', '--rules', rules, ...FEW, ...more);

  test('an own system is explored by its path, with sizes and faults drawn', async () => {
    const own = join(ROOT, 'test', 'examples', 'abd-register.ts');
    const document = await documentOf('explore', own, ...FEW);
    expect(document.exitStatus).toBe(0);
    expect(document.explored.strategies.swarm.runs).toBeGreaterThan(0);
    expect(document.coverage.stepsNever).toEqual([]);
  });

  test('a violation of own rules is found and stored with them', async () => {
    const { stdout } = await explored('./eager.ts', '--seeds', '40', '--first', '--json');
    const { exitStatus, found } = JSON.parse(stdout);
    expect(exitStatus).toBe(1);
    expect(found[0].command).toContain('--rules ./eager.ts');
    expect(found[0].run.config.rules).toEqual(['./eager.ts']);
  });

  test('rules that always agree are not tested', async () => {
    const { stdout, exitCode } = await explored('./idle.ts');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/\? UNKNOWN +idle was asked \d+ times, and always agreed/);
  });

  test('state that lasts beyond a run is not the same run twice, and is never valid', async () => {
    const { stdout, exitCode } = await ordeal('explore', './stateful.ts', ...FEW);
    expect(exitCode).toBe(3);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /! NOT JUDGED the same seed gave another run the second time, from event \d+ of (trace|history)\.jsonl on \(\{"(time|index)":.*, and then \{.*\): some code keeps state .*, most likely \S*stateful\.ts;/,
    );
    expect(text).not.toContain('VALID');
  });

  test('what a module asks while it is loaded shows where it decides anything', async () => {
    const { exitCode, stdout } = await explored('./loaded.ts', '--no-shrink');
    expect(exitCode).toBe(3);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('most likely ./loaded.ts; without that');
  });

  test('a file that is asked for is told by its line, before anything counts', async () => {
    const { stderr, exitCode } = await explored('./reads.ts');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/`effects` of reads\.ts:\d+ asks fs\.readFileSync, and may decide by/);
  });

  test('a rule that is misspelt is told before anything is run', async () => {
    const { stderr, exitCode } = await explored('./misspelt.ts');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^ordeal: `canVoet` of misspelt\.ts:2 is no rule .*"canVote"\?\)$/);
  });

  test('a thread that dies is infrastructure, and names the run', async () => {
    const { stderr, exitCode } = await explored('./exits.ts');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/to run it again: npx ordeal run raft --seed 1 /);
    expect(stderr).toMatch(/the thread that made seed \d by \w+ died: it ended with 7$/);
  });

  test('what throws where nobody waits for it is told by its line', async () => {
    const { stderr, exitCode } = await explored('./bursts.ts');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/bursts\.ts:2: .* threw: nobody waits for this$/);
  });

  test('an interruption is heard at once, whatever a run does', async () => {
    const running = ordeal('explore', 'raft', '--rules', './loops.ts', '--seed', '1');
    for await (const line of running.iterable({ from: 'stderr' })) {
      if (line === 'looping') running.kill('SIGINT');
    }
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('interrupted: storing what was found');
  });
});

test.each([
  [['--budget', '0'], '--budget: 0 s is not allowed (a time above 0 s'],
  [['--workers', '0'], '--workers: 0 is not allowed (a whole number 1 to'],
  [['--seeds', '0'], '--seeds: 0 is not allowed (a whole number 1 to'],
  [['--seed', '-1'], '--seed: -1 is not allowed (a whole number 0 to'],
  [['--strategy', 'swrm'], '--strategy: unknown "swrm" (did you mean "swarm"?)'],
  [['--strategy', 'suggested'], '--strategy suggested: no variant here suggests settings'],
  [['--nodes', '1', '--nemesis', 'partition'], '--nemesis partition: needs 2 nodes or more'],
])('%j is refused in one line', async (flags, line) => {
  const { stderr, stdout, exitCode } = await ordeal('explore', 'raft', ...flags);
  expect(exitCode).toBe(64);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr).toContain(line);
});
