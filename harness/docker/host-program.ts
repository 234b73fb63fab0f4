/** The program of a node of ours or of a user's: `host/main.ts`, asked over its control channel. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type Docker from 'dockerode';
import { assert } from '../../checkers/assert.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Millis, NodeId } from '../../checkers/units.ts';
import type { NodeView } from '../../systems/protocol.ts';
import type { ClusterSpec } from '../core/backend.ts';
import { CausalClock } from '../host/causality.ts';
import type { ClockReading, Skew } from '../host/clock.ts';
import { NODE_EXIT, type NodeConfig } from '../host/config.ts';
import { type NodeAnswer, type NodeCommand, nodeTalk } from '../host/control.ts';
import { traceFileName } from '../host/node-traces.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { TcpClient } from './client.ts';
import { mount } from './container.ts';
import { ControlClient } from './control-client.ts';
import type { Exit } from './exit.ts';
import { IMAGE_ROOT } from './image.ts';
import type { Image } from './image-build.ts';
import { ModuleMounts } from './module-mounts.ts';
import { PORT } from './ports.ts';
import { type ClusterFacts, lastLines, type Program, type Programs } from './program.ts';

/** Nodes of ours or of a user's, in one image, each told by a file of its own what it is. */
export function hostPrograms(spec: ClusterSpec, image: Image, facts: ClusterFacts): Programs {
  const { clusterId, addresses, originNs, onNonsense } = facts;
  const { client: protocol, options, mutants, seed } = spec;
  assert(protocol !== null, 'these nodes run protocols');
  const systemModules = spec.systemModules.map((file) => resolve(file));
  const ruleFiles = spec.ruleFiles.map((file) => resolve(file));
  const modules = new ModuleMounts([...ruleFiles, ...systemModules]);
  const inside = (file: string) => modules.inside(file);
  const config = {
    clusterId,
    system: { name: spec.system.name, modules: systemModules.map(inside) },
    options,
    variants: mutants,
    ruleFiles: ruleFiles.map(inside),
    seed,
    originNs,
  };
  const plan: HostPlan = { ...facts, image, modules, config };
  const clock = new CausalClock(addresses.length);
  const nodes = addresses.map((host) => ({ host, port: PORT.client }));
  return {
    program: (node, directory) => new HostProgram(plan, node, directory),
    client: (endpoint) =>
      new TcpClient({ endpoint, clusterId, seed, protocol, nodes, clock, onNonsense }),
    facts: {
      image: `${image.tag} ${image.id}`,
      clock: 'skewed in the host program, over its control channel',
    },
  };
}

/** What all nodes of a cluster share. */
interface HostPlan extends ClusterFacts {
  readonly image: Image;
  readonly modules: ModuleMounts;
  /** The node's configuration, but for what differs between nodes. */
  readonly config: Pick<
    NodeConfig,
    'system' | 'options' | 'variants' | 'ruleFiles' | 'seed' | 'originNs' | 'clusterId'
  >;
}

class HostProgram implements Program {
  readonly image: Image;
  readonly command = `node ${IMAGE_ROOT}/harness/host/main${CODE_SUFFIX} /config/node.json`;
  readonly mounts: readonly Docker.MountSettings[];
  readonly clock = {
    write: (skews: readonly Skew[]) => this.#write('skews.json', skews),
    set: (skews: readonly Skew[], timeoutMs: Millis) => this.#setClock(skews, timeoutMs),
  };

  readonly #plan: HostPlan;
  readonly #node: NodeId;
  readonly #directory: string;
  readonly #control: ControlClient<NodeCommand, NodeAnswer>;

  /** `directory`: of this machine, for what it is told when it starts. */
  constructor(plan: HostPlan, node: NodeId, directory: string) {
    this.#plan = plan;
    this.#node = node;
    this.#directory = directory;
    this.image = plan.image;
    mkdirSync(directory, { recursive: true });
    this.mounts = [
      mount(directory, '/config', 'read-only'),
      ...[...plan.modules.targets].map(([from, to]) => mount(from, to, 'read-only')),
    ];
    this.#write('node.json', this.#config());
    const { token, onNonsense } = plan;
    const address = { host: plan.addresses[node] ?? '', port: PORT.control };
    this.#control = new ControlClient({ address, token, talk: nodeTalk, onNonsense });
  }

  async view(timeoutMs: Millis): Promise<NodeView> {
    return (await this.#heard(timeoutMs)).view;
  }

  async up(timeoutMs: Millis): Promise<string> {
    return `incarnation ${(await this.#heard(timeoutMs)).incarnation}`;
  }

  stoppedItself({ status }: Exit): boolean {
    return status === NODE_EXIT.panic;
  }

  mistake(status: number): string | null {
    if (status !== NODE_EXIT.usage) return null;
    const name = nodeName(this.#node);
    // Behind the time at which it was written.
    const said = lastLines(join(this.#plan.logDirectory, `${name}.log`), 1).replace(/^\S+ /, '');
    return `${name} stopped: ${this.#plan.modules.outside(said)}`;
  }

  get closed(): boolean {
    return this.#control.closed;
  }

  close(): void {
    this.#control.close();
  }

  async #heard(timeoutMs: Millis): Promise<Extract<NodeAnswer, { kind: 'view' }>> {
    const answer = await this.#control.ask({ kind: 'view' }, timeoutMs);
    if (answer.kind === 'view') return answer;
    throw new Error('it answered something else');
  }

  async #setClock(skews: readonly Skew[], timeoutMs: Millis): Promise<ClockReading> {
    const answer = await this.#control.ask({ kind: 'clock', skews }, timeoutMs);
    if (answer.kind === 'clock') return answer.reading;
    throw new Error('it answered something else');
  }

  #config(): NodeConfig {
    const { addresses, token, config } = this.#plan;
    return {
      ...config,
      node: this.#node,
      peers: addresses.map((host) => ({ host, port: PORT.peer })),
      clientPort: PORT.client,
      controlPort: PORT.control,
      token,
      dataDirectory: '/data',
      traceFile: `/log/${traceFileName(this.#node)}`,
      skewFile: '/config/skews.json',
    };
  }

  #write(name: string, content: unknown): void {
    writeFileSync(join(this.#directory, name), JSON.stringify(content), { mode: 0o600 });
  }
}
