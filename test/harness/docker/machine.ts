/** What tests on containers share: whether there is an engine, and what the machine looks like. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { workloadNamed } from '../../../harness/config/catalogue.ts';
import type { ClusterSpec } from '../../../harness/core/backend.ts';
import { connectEngine } from '../../../harness/docker/engine.ts';
import { LABEL } from '../../../harness/docker/owner.ts';
import { systems } from '../../../systems/index.ts';
import type { ProtocolSystem as System } from '../../../systems/system.ts';

/**
 * Whether tests on containers can run here. With ORDEAL_REQUIRE_DOCKER=1 they must: no engine is
 * then an error and not a reason to leave them out.
 */
export async function hasEngine(): Promise<boolean> {
  try {
    await connectEngine();
    return true;
  } catch (error) {
    if (process.env['ORDEAL_REQUIRE_DOCKER'] === '1') throw error;
    return false;
  }
}

const raft = systems['raft'] as System;

/** A machine may be busy. */
const PATIENCE_MS = 60_000;

/** Asks until there is something: who leads may be open just after a fault. */
export async function eventually<Thing>(
  what: string,
  ask: () => Promise<Thing | null>,
): Promise<Thing> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    const thing = await ask();
    if (thing !== null) return thing;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${what} within ${PATIENCE_MS} ms`);
}

/** A directory for logs and the like, removed at the end of the block. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ordeal-test-docker-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function spec(logDirectory: string, changes: Partial<ClusterSpec> = {}): ClusterSpec {
  const options = Object.entries(raft.options).map(([name, option]) => [name, option.default]);
  return {
    runId: 'test',
    system: raft,
    client: raft.client(raft.rules),
    workload: workloadNamed('register'),
    workloadOptions: {},
    nodes: 3,
    options: Object.fromEntries(options) as ClusterSpec['options'],
    mutants: [],
    ruleFiles: [],
    systemModules: [],
    seed: 7,
    logDirectory,
    onStart: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

/** The id of the container of a node of this process's cluster, or, `n1-net` say, of its sidecar. */
export async function containerOf(node: string): Promise<string> {
  const label = [`${LABEL.pid}=${process.pid}`];
  const containers = await new Docker().listContainers({ all: true, filters: { label } });
  const found = containers.find(({ Names }) => Names.some((name) => name.endsWith(`-${node}`)));
  if (found === undefined) throw new Error(`no container of ${node}`);
  return found.Id;
}

/**
 * Everything on the machine that a run could leave behind: containers, networks, firewall rules,
 * temporary directories; without what other processes' runs own, which may come and go meanwhile.
 * `own` are the processes that are looked at.
 */
export async function inventory(own: readonly number[] = [process.pid]): Promise<string[]> {
  const docker = new Docker();
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
  ]);
  const foreign = (labels: Record<string, string> | undefined) => {
    const pid = labels?.[LABEL.pid];
    return pid !== undefined && !own.includes(Number(pid));
  };
  const foreignBridges = networks
    .filter((network) => foreign(network.Labels))
    .map((network) => `br-${network.Id.slice(0, 12)}`);
  const rules = firewallRules().filter(
    (rule) => !foreignBridges.some((bridge) => rule.includes(bridge)),
  );
  const directories = readdirSync(tmpdir()).filter(
    (name) => name.startsWith('ordeal-run-') && own.includes(ownerOf(join(tmpdir(), name))),
  );
  return [
    ...containers.filter(({ Labels }) => !foreign(Labels)).map(({ Id }) => `container ${Id}`),
    ...networks.filter(({ Labels }) => !foreign(Labels)).map(({ Id }) => `network ${Id}`),
    ...rules,
    ...directories,
  ].toSorted();
}

/** The process that made a run's directory; 0 where that is not to be had any more. */
function ownerOf(directory: string): number {
  try {
    const text = readFileSync(join(directory, 'owner.json'), 'utf8');
    return (JSON.parse(text) as { pid: number }).pid;
  } catch {
    return 0;
  }
}

/** Rules without their packet counters; none where they may not be read. */
function firewallRules(): string[] {
  try {
    const saved = execFileSync('iptables-save', { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    return saved
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
  } catch {
    return [];
  }
}
