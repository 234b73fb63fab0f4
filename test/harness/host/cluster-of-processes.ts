/** Nodes as real processes on this machine's loopback, for tests. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceLine } from '../../../checkers/trace.ts';
import { TcpClient } from '../../../harness/docker/client.ts';
import { ControlClient } from '../../../harness/docker/control-client.ts';
import { CausalClock } from '../../../harness/host/causality.ts';
import type { NodeConfig } from '../../../harness/host/config.ts';
import { type NodeAnswer, type NodeCommand, nodeTalk } from '../../../harness/host/control.ts';
import { readLines } from '../../../harness/host/node-traces.ts';
import type { Options } from '../../../systems/protocol.ts';
import type { ProtocolSystem as System } from '../../../systems/system.ts';

const HOST = '127.0.0.1';
const TOKEN = 'the token of this run';
const MAIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'host', 'main.ts');

export class ProcessCluster implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'ordeal-test-host-'));
  /** What nodes said that nodes never say. */
  readonly nonsense: string[] = [];
  readonly onNonsense = (what: string) => void this.nonsense.push(what);
  readonly #children: ChildProcess[] = [];
  readonly #controls: ControlClient<NodeCommand, NodeAnswer>[] = [];
  readonly #clients: TcpClient[] = [];
  #clock = new CausalClock(0);
  #ports: { peer: number; client: number; control: number }[] = [];

  static async start(
    nodes: number,
    system: NodeConfig['system'],
    options: Options = {},
  ): Promise<ProcessCluster> {
    const cluster = new ProcessCluster();
    const ports = await freePorts(nodes * 3);
    cluster.#clock = new CausalClock(nodes);
    cluster.#ports = Array.from({ length: nodes }, (_, node) => ({
      peer: ports[node * 3] as number,
      client: ports[node * 3 + 1] as number,
      control: ports[node * 3 + 2] as number,
    }));
    for (let node = 0; node < nodes; node++) {
      cluster.#writeConfig(node, system, options);
      cluster.#controls.push(cluster.control(node, TOKEN));
      cluster.spawn(node);
    }
    return cluster;
  }

  spawn(node: number): void {
    const log = ['ignore', 'ignore', 'pipe'] as const;
    const child = spawn(process.execPath, [MAIN, this.#config(node)], { stdio: [...log] });
    child.stderr?.on('data', (chunk: Buffer) =>
      writeFileSync(this.logFile(node), chunk, { flag: 'a' }),
    );
    this.#children[node] = child;
  }

  /** kill -9; returns when the process is gone. */
  async kill(node: number): Promise<void> {
    const exited = this.exit(node);
    this.#children[node]?.kill('SIGKILL');
    await exited;
  }

  /** The exit status, once the process has ended; null after a signal. */
  async exit(node: number): Promise<number | null> {
    const child = this.#children[node] as ChildProcess;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  port(node: number, of: 'peer' | 'client' | 'control'): number {
    return (this.#ports[node] as Record<typeof of, number>)[of];
  }

  control(node: number, token: string): ControlClient<NodeCommand, NodeAnswer> {
    const address = { host: HOST, port: this.port(node, 'control') };
    const { onNonsense } = this;
    return new ControlClient({ address, token, talk: nodeTalk, onNonsense });
  }

  /** Asks until there is an answer that satisfies. */
  async ask<Answer extends NodeAnswer>(
    node: number,
    command: NodeCommand,
    satisfies: (answer: NodeAnswer) => answer is Answer,
  ): Promise<Answer> {
    for (;;) {
      const answer = await this.#controls[node]?.ask(command, 1000).catch(() => null);
      if (answer !== null && answer !== undefined && satisfies(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  client(endpoint: number, system: System): TcpClient {
    const client = new TcpClient({
      endpoint,
      clusterId: 'cluster',
      seed: 1,
      protocol: system.client(system.rules),
      nodes: this.#ports.map(({ client: port }) => ({ host: HOST, port })),
      clock: this.#clock,
      onNonsense: this.onNonsense,
    });
    this.#clients.push(client);
    return client;
  }

  trace(node: number): TraceLine[] {
    return readLines(join(this.directory, `trace-${node}.jsonl`));
  }

  dataDirectory(node: number): string {
    return join(this.directory, `data-${node}`);
  }

  logFile(node: number): string {
    return join(this.directory, `${node}.log`);
  }

  log(node: number): string {
    return readFileSync(this.logFile(node), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const control of this.#controls) control.close();
    await Promise.all(this.#children.map((_, node) => this.kill(node)));
    rmSync(this.directory, { recursive: true, force: true });
  }

  #config(node: number): string {
    return join(this.directory, `${node}.json`);
  }

  #writeConfig(node: number, system: NodeConfig['system'], options: Options): void {
    const ports = this.#ports[node] as { client: number; control: number };
    const config: NodeConfig = {
      clusterId: 'cluster',
      node,
      peers: this.#ports.map(({ peer: port }) => ({ host: HOST, port })),
      clientPort: ports.client,
      controlPort: ports.control,
      token: TOKEN,
      system,
      options,
      variants: [],
      ruleFiles: [],
      seed: 1,
      dataDirectory: this.dataDirectory(node),
      traceFile: join(this.directory, `trace-${node}.jsonl`),
      originNs: Number(process.hrtime.bigint()),
      skewFile: join(this.directory, `skews-${node}.json`),
    };
    writeFileSync(this.#config(node), JSON.stringify(config));
  }
}

/** Ports that nobody listens on; all taken at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
