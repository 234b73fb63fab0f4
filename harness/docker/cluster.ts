/** A cluster of containers: brought up, watched over, and removed to the last trace. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type Docker from 'dockerode';
import { nodeName } from '../../checkers/trace.ts';
import type { Nanos, NodeId } from '../../checkers/units.ts';
import type { ClusterView, Fault, Receipt } from '../../nemesis/fault.ts';
import { isReady, primaryOf, readinessOf, type Views } from '../../systems/leadership.ts';
import type { NodeView } from '../../systems/protocol.ts';
import type { ClusterSpec, LiveClient, LiveCluster, RecordedTrace } from '../core/backend.ts';
import { HarnessError, infrastructure } from '../core/errors.ts';
import { noteBegin, noteCrash, readTraces } from '../host/node-traces.ts';
import { connectEngine, type EngineInfo, reason, statusOf } from './engine.ts';
import { DockerFaults } from './faults.ts';
import { hostPrograms } from './host-program.ts';
import { isImageGone, requireBuildable, requireImage } from './image.ts';
import type { Image } from './image-build.ts';
import { DIRECTORY_PREFIX, removeRun, sweepIn, writeOwner } from './leftovers.ts';
import { requireMemberImage } from './member-image.ts';
import { memberPrograms } from './member-program.ts';
import { createNetwork, type Network } from './network.ts';
import { type ClusterPlan, NodeContainer } from './node-container.ts';
import { thisProcess } from './owner.ts';
import { measurePace, type Pace, Patience } from './patience.ts';
import { type ClusterFacts, lastLines, type Programs } from './program.ts';
import { Teardown } from './teardown.ts';
import { nonsensical, Watch } from './watch.ts';

/** A cluster in which nothing moves for so long, on an idle machine, never forms. */
const FORMING_MS = 20_000;
const POLL_MS = 40;
/** The engine is asked less often whether containers still run: it is busy starting them. */
const POLLS_PER_LOOK = 20;
const VIEW_TIMEOUT_MS = 500;
/** Of every step of the teardown. */
const TEARDOWN_MS_MAX = 60_000;
/** What a stopping engine forgets shows within moments. */
const LOOKS_AFTER_LOSS = 4;
const LOOK_MS = 1500;
/** How long an engine may be away at the end of a run. */
const ENGINE_BACK_MS = 30_000;
const ENGINE_POLL_MS = 250;
const IMAGE_ATTEMPTS = 3;

/** See `Backend.prepare`. */
export async function prepare(): Promise<void> {
  const { docker } = await connectEngine();
  await requireBuildable(docker);
}

/** Starts a cluster; see `Backend.launch`. Whatever fails, nothing is left behind. */
export async function launch(spec: ClusterSpec): Promise<LiveCluster> {
  let formed = false;
  try {
    const cluster = await launched(spec);
    formed = true;
    return cluster;
  } finally {
    spec.onStart({ kind: 'over', formed });
  }
}

async function launched(spec: ClusterSpec): Promise<LiveCluster> {
  const engine = await connectEngine();
  for (let attempt = 1; ; attempt++) {
    const teardown = new Teardown();
    try {
      const image = await requireImage(engine.docker, spec.onStart, spec.signal);
      await sweepIn(engine.docker);
      spec.signal.throwIfAborted();
      return await bringUp(spec, engine, image, teardown);
    } catch (error) {
      await takeDown(teardown);
      // Whatever it was that failed: the reason is the interruption.
      spec.signal.throwIfAborted();
      if (error instanceof HarnessError) throw error;
      // Another checkout has built its own, and ours was the oldest.
      if (attempt < IMAGE_ATTEMPTS && (await isImageGone(engine.docker, error))) continue;
      throw infrastructure(`the cluster did not start: ${reason(error)}`, error);
    }
  }
}

/** Its failures are told, not thrown: they must not take the place of what the run came to. */
async function takeDown(teardown: Teardown): Promise<void> {
  const failures = await teardown.run(TEARDOWN_MS_MAX);
  if (failures.length === 0) return;
  const left = failures.map(reason).join('; ');
  process.stderr.write(`left behind: ${left} (run: npx ordeal doctor --clean)\n`);
}

/**
 * An engine that restarts in mid-run will be back: what it had is still there then. While it stops
 * it may say that a network is gone, and have it again afterwards: where something was lost, it is
 * looked for several times.
 */
async function removeOnceBack(docker: Docker, runId: string, fate: Fate): Promise<void> {
  const deadlineMs = performance.now() + ENGINE_BACK_MS;
  for (let looks = 1; ; looks++) {
    try {
      await removeRun(docker, runId);
      if (!fate.isLost || looks >= LOOKS_AFTER_LOSS) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    } catch (error) {
      // Away, or failing since it is about to end; any other answer will stay as it is.
      const isAway = (statusOf(error) ?? 500) >= 500;
      if (!isAway || performance.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, ENGINE_POLL_MS));
    }
  }
}

async function bringUp(
  spec: ClusterSpec,
  engine: EngineInfo,
  image: Image,
  teardown: Teardown,
): Promise<LiveCluster> {
  const { docker } = engine;
  // The run's own name may be used twice; containers must not be.
  const owner = thisProcess(`ordeal-${randomBytes(5).toString('hex')}`);
  const directory = mkdtempSync(join(tmpdir(), DIRECTORY_PREFIX));
  teardown.add('directory', () => rmSync(directory, { recursive: true, force: true }));
  writeOwner(directory, owner);
  mkdirSync(spec.logDirectory, { recursive: true });

  const fate: Fate = { isLost: false };
  teardown.add('containers and network', () => removeOnceBack(docker, owner.runId, fate));
  const network = await createNetwork(docker, owner, owner.runId, spec.nodes);
  spec.signal.throwIfAborted();

  const nonsense = new Set<string>();
  const facts: ClusterFacts = {
    clusterId: owner.runId,
    addresses: network.addresses,
    token: randomBytes(24).toString('base64url'),
    logDirectory: resolve(spec.logDirectory),
    originNs: Number(process.hrtime.bigint()),
    onNonsense: (what) => nonsense.add(what),
  };
  const programs = await programsOf(spec, { docker, image, facts });
  const plan: ClusterPlan = {
    ...facts,
    docker,
    owner,
    image,
    network: network.name,
    directory,
    pace: measurePace(spec.startupTimeoutS ?? null),
    signal: spec.signal,
    programs,
  };
  const nodes = Array.from({ length: spec.nodes }, (_, node) => new NodeContainer(plan, node));
  teardown.add('connections', () => {
    for (const node of nodes) node.close();
  });
  // All settle before anything is torn down: a container must not come to be after the teardown.
  const created = await Promise.allSettled(createAll(nodes, spec));
  const failed = created.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await waitUntilFormed(nodes, { pace: plan.pace, nonsense }, spec);
  return new DockerCluster({
    spec,
    plan,
    nodes,
    teardown,
    fate,
    nonsense,
    facts: { ...describeFacts(spec, engine, network), ...programs.facts },
  });
}

/** What a system's nodes run; the image of a program of others is made first, unless it is there. */
async function programsOf(
  spec: ClusterSpec,
  parts: { readonly docker: Docker; readonly image: Image; readonly facts: ClusterFacts },
): Promise<Programs> {
  const { system, onStart, signal } = spec;
  const { docker, image, facts } = parts;
  if (system.kind !== 'member') return hostPrograms(spec, image, facts);
  const packaged = { name: system.name, packages: system.member.packages };
  const own = await requireMemberImage(docker, packaged, onStart, signal);
  return memberPrograms(spec, system, own, facts);
}

/** Creates and starts all at once, and tells each time that one is up. */
function createAll(nodes: readonly NodeContainer[], { onStart }: ClusterSpec): Promise<void>[] {
  let up = 0;
  const tell = () => onStart({ kind: 'containers', up, nodes: nodes.length });
  tell();
  return nodes.map(async (node) => {
    await node.create();
    up++;
    tell();
  });
}

/** Waits until the system says that it is ready. */
async function waitUntilFormed(
  nodes: readonly NodeContainer[],
  { pace, nonsense }: { readonly pace: Pace; readonly nonsense: ReadonlySet<string> },
  { system, signal, onStart }: ClusterSpec,
): Promise<void> {
  const patience = new Patience(pace, FORMING_MS);
  const awaits = readinessOf(system) === 'one-leader' ? 'leader' : 'readiness';
  let views: Views = [];
  do {
    for (let poll = 1; poll <= POLLS_PER_LOOK; poll++) {
      signal.throwIfAborted();
      views = await Promise.all(nodes.map(askView));
      if (nonsense.size > 0) throw nonsensical(nonsense);
      if (isReady(system, views)) return;
      const answering = views.filter((view) => view !== null).length;
      onStart({ kind: 'forming', answering, nodes: nodes.length, awaits });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (await hasExited(nodes.filter((_, i) => views[i] === null))) break;
  } while (patience.goesOn(JSON.stringify([views, nodes.map(({ saidBytes }) => saidBytes)])));
  const mistakes = await Promise.all(nodes.map((node) => node.mistake()));
  const mistake = mistakes.find((said) => said !== null) ?? null;
  throw infrastructure(mistake ?? (await describeFailure(nodes, views, patience)));
}

/** Whether one of these stopped by itself: it will not come back, so nobody need wait for it. */
async function hasExited(nodes: readonly NodeContainer[]): Promise<boolean> {
  const states = await Promise.all(nodes.map((node) => node.state()));
  return states.some(({ kind }) => kind === 'exited');
}

async function describeFailure(
  nodes: readonly NodeContainer[],
  views: Views,
  patience: Patience,
): Promise<string> {
  const states = await Promise.all(
    nodes.map(async (node, i) => {
      const view = views[i];
      const state = await node.state().catch(() => ({ kind: 'gone' }) as const);
      const status = state.kind === 'exited' ? `exited (${state.status})` : state.kind;
      const said =
        view === undefined || view === null
          ? 'does not answer'
          : `${view.role}, term ${view.term}, leader ${
              view.leader === null ? 'unknown' : nodeName(view.leader)
            }`;
      return `${node.name}: ${status}, ${said}; log: ${lastLines(node.logFile)}`;
    }),
  );
  return `the cluster did not form: ${patience.describe()}\n  ${states.join('\n  ')}`;
}

async function askView(node: NodeContainer): Promise<NodeView | null> {
  try {
    return await node.program.view(VIEW_TIMEOUT_MS);
  } catch {
    return null;
  }
}

function describeFacts(
  spec: ClusterSpec,
  engine: EngineInfo,
  network: Network,
): Record<string, string> {
  return {
    'docker engine': `${engine.version} (API ${engine.apiVersion}, kernel ${engine.kernel})`,
    network: `${network.subnet}, ${spec.nodes} nodes with a sidecar each`,
    partition: 'iptables DROP by source in an own chain of each receiver, probed by UDP',
    kill: 'SIGKILL through the engine; the page cache survives it',
    pause: 'cgroup freezer through the engine',
  };
}

/** Whether anything of the run was lost though nobody of ours ended it. */
interface Fate {
  isLost: boolean;
}

interface ClusterParts {
  readonly spec: ClusterSpec;
  readonly plan: ClusterPlan;
  readonly nodes: readonly NodeContainer[];
  readonly teardown: Teardown;
  readonly fate: Fate;
  readonly nonsense: ReadonlySet<string>;
  readonly facts: Readonly<Record<string, string>>;
}

class DockerCluster implements LiveCluster {
  readonly nodes: readonly NodeId[];
  readonly facts: Readonly<Record<string, string>>;

  readonly #parts: ClusterParts;
  readonly #faults: DockerFaults;
  readonly #watch: Watch;
  #slowness: number;
  #onLoss: (failure: HarnessError) => void = () => undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.nodes = parts.nodes.map(({ node }) => node);
    this.facts = parts.facts;
    this.#slowness = parts.plan.pace.slowness;
    this.#watch = new Watch(parts.nodes, parts.nonsense, (failure) => {
      parts.fate.isLost = true;
      this.#onLoss(failure);
    });
    parts.teardown.add('watch', () => this.#watch.close());
    this.#faults = new DockerFaults(parts.nodes, parts.plan.pace, (node) =>
      noteCrash(parts.plan.logDirectory, node, this.#nowNs()),
    );
  }

  async view(): Promise<ClusterView> {
    const { nodes, spec } = this.#parts;
    const views = await Promise.all(
      nodes.map(async (node) => (this.#faults.isUp(node.node) ? askView(node) : null)),
    );
    return { nodes: this.nodes, leader: primaryOf(spec.system, views) };
  }

  start(id: number, fault: Fault): Promise<Receipt> {
    return this.#faults.start(id, fault);
  }

  end(id: number): Promise<Receipt> {
    return this.#faults.end(id);
  }

  client(endpoint: number): LiveClient {
    const client = this.#parts.plan.programs.client(endpoint);
    this.#parts.teardown.add(`client ${endpoint}`, () => client.close());
    return client;
  }

  onLoss(listener: (failure: HarnessError) => void): void {
    this.#onLoss = listener;
  }

  async lossSoFar(): Promise<HarnessError | null> {
    try {
      return await this.#watch.look();
    } catch (error) {
      return infrastructure(`the Docker Engine no longer answers: ${reason(error)}`, error);
    }
  }

  begin(): bigint {
    const { originNs, logDirectory } = this.#parts.plan;
    const startNs = process.hrtime.bigint();
    noteBegin(logDirectory, Number(startNs - BigInt(originNs)));
    return startNs;
  }

  slowness(): number {
    this.#slowness = Math.max(this.#slowness, measurePace(null).slowness);
    return this.#slowness;
  }

  trace(): RecordedTrace {
    return readTraces(this.#parts.plan.logDirectory);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return takeDown(this.#parts.teardown);
  }

  /** Since the zero of the nodes' traces. */
  #nowNs(): Nanos {
    return Number(process.hrtime.bigint() - BigInt(this.#parts.plan.originNs));
  }
}
