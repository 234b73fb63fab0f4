/**
 * The program beside a node: it owns the network namespace that the node joins, and so can drop
 * packets there without the node's image knowing, and probe what really passes.
 *
 * The namespace outlives the node: rules hold while the node is killed and restarted, without a
 * moment in which it would be reachable. Rules live in an own chain; nothing else is touched.
 */

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { ControlServer } from './control.ts';
import { type SidecarAnswer, sidecarTalk } from './sidecar-talk.ts';

/** An own chain, so that its rules are replaced at once and nobody else's are. */
const CHAIN = 'ORDEAL';

/** Marks kept: enough for any probe under way, so that memory stays bounded. */
const MARKS_MAX = 64;

async function main(): Promise<void> {
  const token = requiredEnv('ORDEAL_TOKEN');
  const controlPort = Number(requiredEnv('ORDEAL_CONTROL_PORT'));
  const probePort = Number(requiredEnv('ORDEAL_PROBE_PORT'));

  const heard = new Map<string, Set<string>>();
  const udp = createSocket('udp4');
  udp.on('message', (bytes, sender) => {
    const mark = bytes.toString();
    const from = heard.get(mark) ?? new Set();
    heard.set(mark, from.add(sender.address));
    const oldest = heard.keys().next().value;
    if (heard.size > MARKS_MAX && oldest !== undefined) heard.delete(oldest);
  });
  udp.bind(probePort);

  await iptables(['-N', CHAIN]);
  await iptables(['-I', 'INPUT', '1', '-j', CHAIN]);
  const control = new ControlServer(token, sidecarTalk, async (command): Promise<SidecarAnswer> => {
    switch (command.kind) {
      case 'block':
        await block(command.sources);
        return { kind: 'blocked', rules: await iptables(['-S', CHAIN]) };
      case 'probe':
        for (const address of command.to) udp.send(command.mark, probePort, address);
        return { kind: 'probed' };
      case 'heard':
        return { kind: 'heard', from: [...(heard.get(command.mark) ?? [])] };
    }
  });
  await control.open(controlPort);
}

/** All rules of the chain change in one transaction: no moment in between lets packets pass. */
async function block(sources: readonly string[]): Promise<void> {
  const rules = sources.map((source) => `-A ${CHAIN} -s ${source} -j DROP\n`).join('');
  await run('iptables-restore', ['--noflush'], `*filter\n:${CHAIN} - [0:0]\n${rules}COMMIT\n`);
}

function iptables(parameters: readonly string[]): Promise<string> {
  return run('iptables', ['-w', ...parameters], '');
}

function run(program: string, parameters: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: 'pipe' });
    let output = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(`${program} ${parameters.join(' ')}: ${complaints.trim()}`));
    });
    // It may end without reading: what it says then counts, not the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function requiredEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

process.on('SIGTERM', () => process.exit(0));
await main();
