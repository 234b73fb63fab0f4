/**
 * Measures lock-step: what a step costs by language, how many messages a second that makes beside real
 * time's, and whether runs repeat themselves.
 *
 *   node test/bench/lockstep.ts [double runs a program]
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namedProgram } from '../../harness/own/program.ts';
import { prepare } from '../../harness/run/prepare.ts';
import { virtualRun } from '../../harness/run/simulate.ts';
import { VirtualDriver } from '../../harness/run/virtual.ts';
import { isIdentical, record } from '../../harness/shrink/recording.ts';

const DOUBLE_RUNS = Number(process.argv[2] ?? 20);
const LIN_KV = join(import.meta.dirname, '../examples/programs/lin-kv.js');

/** Every request goes to the service `lin-kv` and back. */
const PYTHON = `
import json, sys
asked, last = {}, 0
def send(src, dest, body):
    print(json.dumps({"src": src, "dest": dest, "body": body}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    body, me = m["body"], m["dest"]
    if body.get("in_reply_to") in asked:
        src, number = asked.pop(body["in_reply_to"])
        send(me, src, {**{k: v for k, v in body.items() if k != "msg_id"}, "in_reply_to": number})
    elif body["type"] == "init":
        send(me, m["src"], {"type": "init_ok", "in_reply_to": body["msg_id"]})
    else:
        last += 1
        asked[last] = (m["src"], body["msg_id"])
        send(me, "lin-kv", {**body, "msg_id": last})
`;

const RUBY = `
require 'json'
$stdout.sync = true
asked, last = {}, 0
tell = lambda { |src, dest, body| puts JSON.generate({ src: src, dest: dest, body: body }) }
while (line = STDIN.gets)
  m = JSON.parse(line)
  body, me = m['body'], m['dest']
  if asked.key?(body['in_reply_to'])
    src, number = asked.delete(body['in_reply_to'])
    tell.(me, src, body.reject { |k, _| k == 'msg_id' }.merge('in_reply_to' => number))
  elsif body['type'] == 'init'
    tell.(me, m['src'], { type: 'init_ok', in_reply_to: body['msg_id'] })
  else
    last += 1
    asked[last] = [m['src'], body['msg_id']]
    tell.(me, 'lin-kv', body.merge('msg_id' => last))
  end
end
`;

/** A run of a second or two: three nodes, partitions. */
function simulation(command: readonly [string, ...string[]], seed: number, timeLimitS: number) {
  const [bin, ...args] = command;
  return prepare({
    ...namedProgram(bin, args),
    backend: 'sim',
    workload: 'lin-kv',
    nodes: 3,
    rate: 100,
    timeLimitS,
    recoveryMinS: 0.5,
    recoveryMaxS: 2,
    nemesis: ['partition'],
    nemesisIntervalS: 1,
    seed,
  });
}

async function measure(name: string, command: readonly [string, ...string[]]): Promise<void> {
  const { config, variants, catalogue } = await simulation(command, 1, 20);
  const watching = { follower: null, record: false, stopAtViolation: false };
  using driver = new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  const startMs = performance.now();
  driver.advance(1);
  const loadMs = performance.now();
  driver.advance(Number.POSITIVE_INFINITY);
  const tookS = (performance.now() - loadMs) / 1000;
  const { history, messages, endUs } = driver.result();
  const asked = [...history].filter(({ type }) => type === 'invoke').length;
  // What goes to nodes is a step each: requests, and what services answer.
  const steps = asked + messages / 2;
  const start = `start ${Math.round(loadMs - startMs)} ms`;
  const step = `${((1000 * tookS) / steps).toFixed(2)} ms a step`;
  const rate = `${Math.round((messages + 2 * asked) / tookS)} messages/s`;
  const speed = `${(endUs / 1e6 / tookS).toFixed(1)} times real time`;
  process.stdout.write(`${name.padEnd(8)}${start}, ${step}, ${rate}, ${speed}\n`);
  let differing = 0;
  for (let seed = 1; seed <= DOUBLE_RUNS; seed++) {
    const one = await simulation(command, seed, 1);
    if (!isIdentical(record(one).sha256, record(one).sha256)) differing++;
    // Lets the dead be buried.
    await new Promise(setImmediate);
  }
  process.stdout.write(`${' '.repeat(8)}${DOUBLE_RUNS} double runs, ${differing} differences\n`);
}

const directory = mkdtempSync(join(tmpdir(), 'ordeal-bench-lockstep-'));
try {
  await measure('node', [LIN_KV]);
  for (const [language, source] of [
    ['python3', PYTHON],
    ['ruby', RUBY],
  ] as const) {
    const isThere = spawnSync(language, ['--version']).status === 0;
    const file = join(directory, `node.${language}`);
    writeFileSync(file, source);
    if (isThere) await measure(language, [language, file]);
    else process.stdout.write(`${language} is not installed: left out\n`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
