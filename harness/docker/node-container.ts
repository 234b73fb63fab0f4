/** One node of a cluster as two containers: the node, and the sidecar whose network it joins. */

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { itemAt } from '../../checkers/item-at.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import { infrastructure } from '../core/errors.ts';
import { traceFileName } from '../host/node-traces.ts';
import { type SidecarAnswer, type SidecarCommand, sidecarTalk } from '../host/sidecar-talk.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { cpuTime, describeLoss, inspected, killed, mount } from './container.ts';
import { ControlClient } from './control-client.ts';
import { reason, tolerate } from './engine.ts';
import { exitOf } from './exit.ts';
import { IMAGE_ROOT } from './image.ts';
import type { Image } from './image-build.ts';
import { type Owner, toLabels } from './owner.ts';
import { type Pace, Patience } from './patience.ts';
import { PORT } from './ports.ts';
import { type ClusterFacts, lastLines, type Program, type Programs } from './program.ts';

const SIDECAR_ANSWER_MS = 500;
const SIDECAR_POLL_MS = 40;
const SIDECAR_POLLS_PER_LOOK = 20;
/** On an idle machine. */
const SIDECAR_READY_MS = 15_000;

/** What all nodes of a cluster share. */
export interface ClusterPlan extends ClusterFacts {
  readonly docker: Docker;
  readonly owner: Owner;
  /** That of the sidecars. */
  readonly image: Image;
  readonly network: string;
  /** Directory of the run on this machine; each node has a subdirectory. */
  readonly directory: string;
  readonly pace: Pace;
  /** Aborted when the run is interrupted while it comes up. */
  readonly signal: AbortSignal;
  readonly programs: Programs;
}

/** Where the engine says a container is. */
export type ContainerState =
  | { readonly kind: 'running' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'exited'; readonly status: number };

export class NodeContainer {
  readonly node: NodeId;
  readonly name: string;
  readonly address: string;
  readonly program: Program;
  readonly sidecar: ControlClient<SidecarCommand, SidecarAnswer>;

  readonly #plan: ClusterPlan;
  readonly #directory: string;
  #container: Docker.Container | null = null;
  #sidecar: Docker.Container | null = null;
  /** Whether it was we who ended the process; true as well while it has not been started. */
  #downByUs = true;
  #changes = 0;
  #isChanging = false;
  /** When the engine says that the containers were started last, by us: the sidecar's, the node's. */
  #sidecarBorn = '';
  #born = '';
  /** What others did to the node before we did something to it ourselves. */
  #lost: string | null = null;
  /** By when it was started: whether the program ended that life itself. */
  readonly #ownEnds = new Map<string, Promise<boolean>>();

  constructor(plan: ClusterPlan, node: NodeId) {
    this.#plan = plan;
    this.node = node;
    this.name = nodeName(node);
    this.address = itemAt(plan.addresses, node);
    this.#directory = join(plan.directory, this.name);
    this.program = plan.programs.program(node, join(this.#directory, 'config'));
    const { token, onNonsense } = plan;
    const address = { host: this.address, port: PORT.sidecar };
    this.sidecar = new ControlClient({ address, token, talk: sidecarTalk, onNonsense });
  }

  get traceFile(): string {
    return join(this.#plan.logDirectory, traceFileName(this.node));
  }

  get logFile(): string {
    return join(this.#plan.logDirectory, `${this.name}.log`);
  }

  /** How much the node has written to its log and its trace. */
  get saidBytes(): number {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return size(this.logFile) + size(this.traceFile);
  }

  /** Creates both containers and starts them. */
  async create(): Promise<void> {
    mkdirSync(join(this.#directory, 'data'), { recursive: true });
    // A trace of an earlier cluster would be continued.
    rmSync(this.traceFile, { force: true });
    this.#plan.signal.throwIfAborted();
    const sidecar = await this.#createSidecar();
    this.#sidecar = sidecar;
    this.#plan.signal.throwIfAborted();
    const [container] = await Promise.all([
      this.#createNode(sidecar.id),
      sidecar.start().then(() => this.#sidecarReady(sidecar)),
    ]);
    this.#sidecarBorn = (await sidecar.inspect()).State.StartedAt;
    this.#container = container;
    this.#plan.signal.throwIfAborted();
    await this.start();
  }

  /** What its log says of a mistake, a user's variant's say, on which the process stopped. */
  async mistake(): Promise<string | null> {
    const state = await this.state().catch(() => null);
    return state?.kind === 'exited' ? this.program.mistake(state.status) : null;
  }

  /**
   * What became of its containers that was not our doing, in words: they ended, were restarted or
   * removed. Of a program that ended itself the trace tells.
   */
  async losses(): Promise<string[]> {
    const changes = this.#changes;
    const [net, own] = await Promise.all([inspected(this.#sidecar), inspected(this.#container)]);
    const found = this.#lost === null ? [] : [this.#lost];
    if (net?.State.Running !== true || net.State.StartedAt !== this.#sidecarBorn) {
      found.push(describeLoss(`the sidecar of ${this.name}`, net, this.#sidecarBorn));
    }
    if (changes === this.#changes && !this.#isChanging) {
      found.push(...(await this.#lossOfOwn(own, found.length > 0)));
    }
    return found;
  }

  /** `isHit`: something else of this node was lost, and whatever did that may have ended it, too. */
  async #lossOfOwn(own: Docker.ContainerInspectInfo | null, isHit = false): Promise<string[]> {
    if (own !== null && own.State.StartedAt === this.#born) {
      if (own.State.Running || this.#downByUs) return [];
      if (!isHit && (await this.#endedItself(own))) return [];
    }
    return [
      `${describeLoss(this.name, own, this.#born)}; its log ends: ${lastLines(this.logFile)}`,
    ];
  }

  #endedItself(own: Docker.ContainerInspectInfo): Promise<boolean> {
    const born = own.State.StartedAt;
    const known = this.#ownEnds.get(born);
    if (known !== undefined) return known;
    const ended = exitOf(this.#plan.docker, own).then((exit) => this.program.stoppedItself(exit));
    this.#ownEnds.set(born, ended);
    // An engine that did not answer is asked again.
    ended.catch(() => this.#ownEnds.delete(born));
    return ended;
  }

  /** Where we change the process ourselves, nobody may take it for a loss. */
  async #change<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#changes++;
    this.#isChanging = true;
    try {
      return await act();
    } finally {
      this.#isChanging = false;
    }
  }

  /** kill -9. Returns once the process is gone; tells when it was gone before. */
  kill(): Promise<'killed' | 'was down'> {
    return this.#change(async () => {
      const container = this.#created();
      const outcome = await killed(container);
      const own = await inspected(container);
      // What others did to it since the last look would not show any more.
      const isOurs = outcome === 'killed' && own?.State.StartedAt === this.#born;
      if (!isOurs) this.#lost ??= (await this.#lossOfOwn(own))[0] ?? null;
      this.#downByUs = true;
      return outcome;
    });
  }

  /** Starts the process again, on the data that it left. */
  start(): Promise<void> {
    return this.#change(async () => {
      const container = this.#created();
      await tolerate(container.start(), 304);
      this.#born = (await container.inspect()).State.StartedAt;
      this.#downByUs = false;
    });
  }

  async pause(): Promise<void> {
    await this.#created().pause();
  }

  async unpause(): Promise<void> {
    await this.#created().unpause();
  }

  async state(): Promise<ContainerState> {
    const { State: state } = await this.#created().inspect();
    if (state.Paused) return { kind: 'paused' };
    if (state.Running) return { kind: 'running' };
    return { kind: 'exited', status: state.ExitCode };
  }

  close(): void {
    this.program.close();
    this.sidecar.close();
  }

  #created(): Docker.Container {
    if (this.#container === null) throw new Error(`${this.name} has not been created`);
    return this.#container;
  }

  #createSidecar(): Promise<Docker.Container> {
    const { docker, image, network, token } = this.#plan;
    return docker.createContainer({
      ...this.#common('net'),
      Image: image.id,
      ...sidecarProgram(token),
      HostConfig: {
        NetworkMode: network,
        CapDrop: ['ALL'],
        CapAdd: ['NET_ADMIN'],
        SecurityOpt: ['no-new-privileges'],
      },
      NetworkingConfig: {
        EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: this.address } } },
      },
    });
  }

  /** The firewall is in place before the node can send anything. */
  async #sidecarReady(sidecar: Docker.Container): Promise<void> {
    const { pace, signal } = this.#plan;
    const patience = new Patience(pace, SIDECAR_READY_MS);
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        await this.sidecar.ask({ kind: 'heard', mark: '' }, SIDECAR_ANSWER_MS);
        return;
      } catch (error) {
        await new Promise((resolve) => setTimeout(resolve, SIDECAR_POLL_MS));
        // Seldom: the engine is busy enough with starting containers.
        if (attempt % SIDECAR_POLLS_PER_LOOK !== 0) continue;
        const { State: state } = await sidecar.inspect();
        if (state.Running && patience.goesOn(await cpuTime(sidecar))) continue;
        const output = await sidecar.logs({ stdout: true, stderr: true, tail: 5 });
        throw infrastructure(
          `the sidecar of ${this.name} at ${this.address} cannot be used: ${reason(error)}; ` +
            `${state.Running ? `runs, ${patience.describe()}` : `exited (${state.ExitCode})`}; ` +
            `log: ${reason(output)}`,
          error,
        );
      }
    }
  }

  #createNode(sidecarId: string): Promise<Docker.Container> {
    const { docker, logDirectory } = this.#plan;
    const { image, command, mounts } = this.program;
    return docker.createContainer({
      ...this.#common('node'),
      Image: image.id,
      // Log and trace are files of the run from the first line on: they survive the controller.
      Cmd: ['sh', '-c', `exec ${command} >>/log/${this.name}.log 2>&1`],
      User: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      HostConfig: {
        NetworkMode: `container:${sidecarId}`,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        // Not `Binds`, whose syntax trips over a colon in a path.
        Mounts: [
          mount(join(this.#directory, 'data'), '/data', 'writable'),
          mount(logDirectory, '/log', 'writable'),
          ...mounts,
        ],
      },
    });
  }

  #common(role: 'net' | 'node'): { name: string; Labels: Record<string, string> } {
    const { owner } = this.#plan;
    const suffix = role === 'net' ? '-net' : '';
    return { name: `${owner.runId}-${this.name}${suffix}`, Labels: toLabels(owner) };
  }
}

/** What a container of the image runs to be a sidecar. */
export function sidecarProgram(token: string): { readonly Cmd: string[]; readonly Env: string[] } {
  return {
    Cmd: ['node', `${IMAGE_ROOT}/harness/host/sidecar${CODE_SUFFIX}`],
    Env: [
      `ORDEAL_TOKEN=${token}`,
      `ORDEAL_CONTROL_PORT=${PORT.sidecar}`,
      `ORDEAL_PROBE_PORT=${PORT.probe}`,
    ],
  };
}
