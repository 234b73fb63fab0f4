import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunRequest } from '../../../harness/config/config.ts';
import { Explored } from '../../../harness/explore/trial.ts';
import { signatureOf } from '../../../harness/judge/signature.ts';
import { namedProgram } from '../../../harness/own/program.ts';
import { prepare } from '../../../harness/run/prepare.ts';
import { virtualRun, watchersOf } from '../../../harness/run/simulate.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import { record } from '../../../harness/shrink/recording.ts';
import { shrink } from '../../../harness/shrink/shrink.ts';
import { historyLine } from '../../../harness/store/lines.ts';
import {
  EXAMPLES,
  hasPython,
  processesWith,
  runProgram,
  scratch,
  script,
} from '../process/programs.ts';

const hasRuby = spawnSync('ruby', ['--version']).status === 0;

/** So little that a run takes a second. */
const SMALL = {
  backend: 'sim',
  workload: 'lin-kv',
  nodes: 2,
  concurrency: 4,
  rate: 80,
  timeLimitS: 1.5,
  recoveryMinS: 0.2,
  recoveryMaxS: 2,
  nemesis: ['partition'],
  nemesisIntervalS: 0.5,
  seed: 1,
} as const;

const LIN_KV = join(EXAMPLES, 'lin-kv.js');

/** A node that answers `init`, and does what stands in the place of REST with everything else. */
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
const ECHO = "answer({ type: 'echo_ok', echo: body.echo });";

function node(directory: string, rest: string): string {
  return script(directory, 'lockstep-node.cjs', NODE.replace('REST', rest));
}

function runEcho(file: string, changes: Partial<RunRequest> = {}) {
  const request = { ...SMALL, workload: 'echo', nemesis: ['none'], rate: 20, ...changes };
  return runProgram([file], request);
}

test('a correct program is valid, and its run is the same when it is made again', async () => {
  const { summary, stored } = await runProgram([LIN_KV], SMALL);
  expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
  expect(summary.results.figures.determinism).toEqual({ replays: 1, identical: 1 });
  expect(stored.run.command).toContain('--backend sim');
  expect(processesWith(LIN_KV)).toEqual([]);
});

test('a broken program is found, made small, and what is left breaks the same twice', async () => {
  const given = { ...namedProgram(LIN_KV, ['--broken']), ...SMALL };
  const prepared = await prepare(given);
  const signature = signatureOf(record(prepared).checks);
  if (signature === null) throw new Error('nothing was found');
  const shrunk = await shrink(prepared, signature, { isOver: (runs) => runs >= 40 });
  if (shrunk === null) throw new Error('it was not broken the second time');
  expect(shrunk.after.operations).toBeLessThan(shrunk.before.operations);
  const [once, again] = [1, 2].map(() => record({ ...prepared, config: shrunk.smallest }));
  expect(once?.sha256).toEqual(again?.sha256);
  expect(signatureOf(once?.checks ?? [])).toEqual(signature);
  expect(processesWith(LIN_KV)).toEqual([]);
});

test('a branch of a run goes on as the run itself, with processes of its own', async () => {
  const { config, variants, catalogue } = await prepare({ ...namedProgram(LIN_KV, []), ...SMALL });
  const watching = { follower: null, record: true, stopAtViolation: false };
  using run = new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  run.advance(300);
  using branch = run.branch(watchersOf(config, null, catalogue));
  for (const one of [run, branch]) one.advance(Number.POSITIVE_INFINITY);
  const [original, copy] = [run, branch].map(({ history }) => [...history].map(historyLine));
  expect(copy).toEqual(original);
});

test('an exploration draws no fault for a program but those that any program survives', async () => {
  const named = namedProgram(LIN_KV, []);
  const explored = await Explored.of({ ...named, backend: 'sim', workload: 'lin-kv' });
  const kinds = Array.from({ length: 50 }, (_, seed) => {
    return explored.chosen({ strategy: 'swarm', seed }).config.nemesis;
  }).flat();
  const needs = new Set(kinds.map((name) => explored.ground.catalogue.nemeses[name]?.needs));
  expect(needs).toEqual(new Set(['partition', 'pause']));
});

test.each([
  ['a random number', 'Math.random()'],
  ['the time', 'process.hrtime.bigint().toString()'],
])('a node that answers with %s is not deterministic, and is not judged', async (_, value) => {
  using directory = scratch();
  const file = node(directory.path, `answer({ type: 'generate_ok', id: ${value} });`);
  const { summary } = await runEcho(file, { workload: 'unique-ids' });
  expect(summary.results.exitStatus).toBe(3);
  expect(JSON.stringify(summary.results.verdict)).toMatch(
    /not deterministic at this level \(lock-step\): .* from event \d+ of history.jsonl on/,
  );
});

test('a violation by a program that is not deterministic is none', async () => {
  using directory = scratch();
  const file = node(directory.path, "answer({ type: 'echo_ok', echo: Math.random() });");
  const { summary } = await runEcho(file);
  expect(summary.results.exitStatus).toBe(3);
});

const UNFIT: readonly (readonly [what: string, rest: string, sentence: RegExp])[] = [
  [
    'prints what is no message',
    "console.log('debugging');",
    /n\d printed a line that is no message: it is not JSON .*\n {2}debugging/,
  ],
  [
    'writes to nobody',
    "say({ src: dest, dest: 'n9', body: {} });",
    /sent a message to "n9", who is not there \(n0, n1, clients, lin-kv/,
  ],
  [
    'answers with something else',
    "answer({ type: 'ehco_ok' });",
    /answered .*"type":"echo".*\n.*"ehco_ok".*\n.*this is expected/,
  ],
  ['spins for ever', 'for (;;);', /n\d has not come to rest after 2 s of work on one message/],
  [
    'has a timer',
    `setInterval(() => undefined, 50); ${ECHO}`,
    /has timers of its own .* never fire in virtual time: run it in real time/,
  ],
  [
    'has a timer of some seconds',
    `setTimeout(() => undefined, 2_000); ${ECHO}`,
    /has timers of its own \(a wait of \d+ ms in epoll_\w+\)/,
  ],
];

test.each(UNFIT)('a program that %s is told so in a sentence', async (_, rest, sentence) => {
  using directory = scratch();
  const file = node(directory.path, rest);
  await expect(runEcho(file)).rejects.toMatchObject({
    failure: 'usage',
    message: expect.stringMatching(sentence),
  });
  expect(processesWith(file)).toEqual([]);
});

test('a program that ends by itself has failed, and is told with its last words', async () => {
  using directory = scratch();
  const rest = `if (dest === 'n1') { console.error('out of luck'); process.exit(7); } ${ECHO}`;
  const { summary } = await runEcho(node(directory.path, rest));
  expect(summary.results.verdict).toMatchObject({
    kind: 'invalid',
    because: expect.stringMatching(
      /the program \(n1 to itself\) ended with status 7, having said "out of luck" at last/,
    ),
  });
});

test('more than a pipe holds goes through in one step, both ways', async () => {
  using directory = scratch();
  const long = 300_000;
  const pad = `'x'.repeat(${long})`;
  const rest = `if (body.type === 'big') { if (body.pad.length !== ${long}) process.exit(1); }
    else { say({ src: dest, dest: dest === 'n0' ? 'n1' : 'n0', body: { type: 'big', pad: ${pad} } }); ${ECHO} }`;
  const { summary } = await runEcho(node(directory.path, rest));
  expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
});

test('a program that is killed comes up again with a new init', async () => {
  using directory = scratch();
  const changes = { nemesis: ['kill'], nodes: 3, timeLimitS: 3, recoveryMaxS: 8 };
  const { summary, stored } = await runEcho(node(directory.path, ECHO), changes);
  expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
  expect(JSON.stringify([...stored.history])).toContain('"kill');
});

test.each([
  ['ends before it has answered init', 'process.exit(3)', /ended with status 3 before it had/],
  ['never answers init', 'process.stdin.resume()', /did not answer init within 10 s/],
])('a program that %s was never run', async (_, source, sentence) => {
  using directory = scratch();
  const file = script(directory.path, 'lockstep-node.cjs', source);
  await expect(runEcho(file)).rejects.toMatchObject({
    failure: 'usage',
    message: expect.stringMatching(sentence),
  });
  expect(processesWith(file)).toEqual([]);
});

/** The same on `lin-kv`, in other languages; `--broken` answers reads from what it has last written. */
const PYTHON = `
import json, sys
broken = "--broken" in sys.argv
asked, last, seen = {}, 0, {}
def send(src, dest, body):
    print(json.dumps({"src": src, "dest": dest, "body": body}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    body, me = m["body"], m["dest"]
    if body.get("in_reply_to") in asked:
        src, request = asked.pop(body["in_reply_to"])
        send(me, src, {**{k: v for k, v in body.items() if k != "msg_id"}, "in_reply_to": request["msg_id"]})
    elif body["type"] == "init":
        send(me, m["src"], {"type": "init_ok", "in_reply_to": body["msg_id"]})
    elif broken and body["type"] == "read" and body["key"] in seen:
        send(me, m["src"], {"type": "read_ok", "value": seen[body["key"]], "in_reply_to": body["msg_id"]})
    else:
        if body["type"] == "write":
            seen[body["key"]] = body["value"]
        last += 1
        asked[last] = (m["src"], body)
        send(me, "lin-kv", {**body, "msg_id": last})
`;

const RUBY = `
require 'json'
$stdout.sync = true
broken = ARGV.include?('--broken')
asked, last, seen = {}, 0, {}
tell = lambda { |src, dest, body| puts JSON.generate({ src: src, dest: dest, body: body }) }
while (line = STDIN.gets)
  m = JSON.parse(line)
  body, me = m['body'], m['dest']
  if asked.key?(body['in_reply_to'])
    src, request = asked.delete(body['in_reply_to'])
    tell.(me, src, body.reject { |k, _| k == 'msg_id' }.merge('in_reply_to' => request['msg_id']))
  elsif body['type'] == 'init'
    tell.(me, m['src'], { type: 'init_ok', in_reply_to: body['msg_id'] })
  elsif broken && body['type'] == 'read' && seen.key?(body['key'])
    tell.(me, m['src'], { type: 'read_ok', value: seen[body['key']], in_reply_to: body['msg_id'] })
  else
    seen[body['key']] = body['value'] if body['type'] == 'write'
    last += 1
    asked[last] = [m['src'], body]
    tell.(me, 'lin-kv', body.merge('msg_id' => last))
  end
end
`;

describe.each([
  { language: 'python3', isThere: hasPython, source: PYTHON },
  { language: 'ruby', isThere: hasRuby, source: RUBY },
])('in $language (left out where it is not installed)', ({ language, isThere, source }) => {
  test.runIf(isThere).each([
    ['valid', []],
    ['invalid', ['--broken']],
  ] as const)('lin-kv is %s, and repeats itself', async (verdict, args) => {
    using directory = scratch();
    const file = join(directory.path, 'lockstep-node');
    writeFileSync(file, source);
    const { summary } = await runProgram([language, file, ...args], SMALL);
    expect(summary.results.verdict).toMatchObject({ kind: verdict });
    expect(summary.results.figures.determinism).toEqual({ replays: 1, identical: 1 });
  });
});
