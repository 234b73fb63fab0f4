import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepare } from '../../../harness/run/prepare.ts';
import { EXAMPLES, processesWith, runProgram, scratch, script } from './programs.ts';

/** Answers `init`, and then does what is in the place of `REST` with each line. */
const NODE = `
const { createInterface } = require('node:readline');
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { src, dest, body } = JSON.parse(line);
  const answer = (more) => say({ src: dest, dest: src, body: { in_reply_to: body.msg_id, ...more } });
  if (body.type === 'init') answer({ type: 'init_ok' });
  else { REST }
});
`;

function node(directory: string, rest: string): string {
  return script(directory, 'node.cjs', NODE.replace('REST', rest));
}

const ECHO = "answer({ type: 'echo_ok', echo: body.echo });";

const MISTAKES: readonly (readonly [what: string, source: string, sentence: RegExp])[] = [
  [
    'prints what is no message',
    "console.log('debugging');",
    /n\d printed a line that is no message: it is not JSON .*\n {2}debugging/,
  ],
  [
    'answers with something else',
    "answer({ type: 'ehco_ok' });",
    /answered .*"type":"echo".*\n.*"ehco_ok".*\n.*this is expected/,
  ],
  [
    'writes to nobody',
    "say({ src: dest, dest: 'n9', body: {} });",
    /sent a message to "n9", who is not there \(n0, n1, n2, clients, lin-kv/,
  ],
  ['writes as somebody else', "say({ src: 'n7', dest: src, body: {} });", /sent a message as "n7"/],
  [
    'writes on and on',
    "const line = 'x'.repeat(1 << 20); for (let i = 0; i < 20; i++) process.stdout.write(line);",
    /writes a line of more than 16 MiB/,
  ],
];

test.each(MISTAKES)(
  'a program that %s is a mistake, told with its own words',
  async (_, rest, sentence) => {
    using directory = scratch();
    const file = node(directory.path, rest);
    await expect(runProgram([file], { workload: 'echo' })).rejects.toMatchObject({
      failure: 'usage',
      message: expect.stringMatching(sentence),
    });
    expect(processesWith(file)).toEqual([]);
  },
);

test('a program that ends by itself has failed: its nodes stopped, and it is told how', async () => {
  using directory = scratch();
  const rest = "if (dest === 'n1') { console.error('out of luck'); process.exit(7); } ";
  const { summary } = await runProgram([node(directory.path, rest + ECHO)], { workload: 'echo' });
  expect(summary.results.verdict).toMatchObject({
    kind: 'invalid',
    because: expect.stringMatching(
      /the program \(n1 to itself\) ended with status 7, having said "out of luck" at last, and ended n2/,
    ),
  });
  expect(summary.results.exitStatus).toBe(1);
});

test('a program that somebody else kills is nobody’s failure', async () => {
  using directory = scratch();
  const rest = `if (dest === 'n1') process.kill(process.pid, 'SIGKILL'); ${ECHO}`;
  const { summary } = await runProgram([node(directory.path, rest)], { workload: 'echo' });
  expect(summary.results.exitStatus).toBe(3);
  expect(JSON.stringify(summary.results)).toMatch(/n1 was ended by SIGKILL, not by Ordeal/);
});

test('answers that come twice are counted, and change nothing', async () => {
  using directory = scratch();
  const file = node(directory.path, ECHO + ECHO);
  const { summary, stored } = await runProgram([file], { workload: 'echo' });
  expect(summary.results.verdict.kind).toBe('valid');
  expect(Number(stored.run.backend['answeredTwice'])).toBeGreaterThan(0);
});

test.each([
  [
    'ends before it has answered init',
    "console.error('no such module'); process.exit(3)",
    /ended with status 3 before it had answered\n.*standard error:\n +no such module/,
  ],
  [
    'answers init with an error',
    "process.stdin.on('data', () => console.log(JSON.stringify({ src: 'n0', dest: 'c0', body: { type: 'error', code: 10, in_reply_to: 1 } })))",
    /answered init with .*"code":10|sent a message as "n0"/,
  ],
  ['never answers init', 'process.stdin.resume()', /did not answer init within 1 s/],
])('a program that %s was never run', async (_, source, sentence) => {
  using directory = scratch();
  const file = script(directory.path, 'node.cjs', source);
  const request = { workload: 'echo', startupTimeoutS: 1 };
  await expect(runProgram([file], request)).rejects.toMatchObject({
    failure: 'usage',
    message: expect.stringMatching(sentence),
  });
  expect(processesWith(file)).toEqual([]);
});

test('a file that is not there, is no file, or may not be executed is told before anything runs', async () => {
  using directory = scratch();
  const at = (name: string) => join(directory.path, name);
  mkdirSync(at('folder'));
  writeFileSync(at('plain'), 'text');
  const told = async (file: string) => {
    await runProgram([file], { workload: 'echo' });
  };
  await expect(told(at('absent'))).rejects.toThrow(/absent: no such file/);
  await expect(told(at('folder'))).rejects.toThrow(/folder: is a directory/);
  await expect(told(at('plain'))).rejects.toThrow(
    /plain: permission denied to execute it \(chmod \+x/,
  );
  await expect(runProgram(['no-such-program-anywhere'], { workload: 'echo' })).rejects.toThrow(
    /no such program/,
  );
});

test('a program is refused where nodes are looked into, and is not started', async () => {
  const file = join(EXAMPLES, 'echo.js');
  await expect(prepare({ system: file })).rejects.toThrow(
    /echo.js: is a program: it can be run \(.*, but not looked into/,
  );
});

test('what processes cannot do is refused in one line', async () => {
  using directory = scratch();
  const file = node(directory.path, ECHO);
  const refused = (changes: object) => runProgram([file], { workload: 'echo', ...changes });
  await expect(refused({ backend: 'docker' })).rejects.toThrow(
    /backend docker cannot run node.cjs, which is a program \(allowed: sim, process\)/,
  );
  await expect(refused({ backend: 'sim', nemesis: ['clock'] })).rejects.toThrow(
    /--nemesis clock: is nothing that can be done to a program/,
  );
  await expect(refused({ nemesis: ['clock'] })).rejects.toThrow(
    /backend process cannot carry out clock/,
  );
  await expect(refused({ workload: 'register' })).rejects.toThrow(/unknown "register"/);
});

test('an interrupted run leaves no process behind, also of those that hear no signal', async () => {
  using directory = scratch();
  const file = script(
    directory.path,
    'node.cjs',
    `process.on('SIGTERM', () => undefined); require('node:child_process').spawn('sleep', ['1000']);${NODE.replace('REST', ECHO)}`,
  );
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('interrupted')), 1500);
  const request = { workload: 'echo', timeLimitS: 600 };
  const { summary } = await runProgram([file], request, controller.signal);
  expect(summary.results.exitStatus).toBe(130);
  expect(processesWith(file)).toEqual([]);
});
