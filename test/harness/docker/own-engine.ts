/**
 * A Docker Engine of the test's own, with a network and mounts of its own: it can be restarted, and
 * its images removed, without anybody else on the machine noticing.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';

/** A machine may be busy. */
const START_MS_MAX = 120_000;
const POLL_MS = 100;

/** Whether one can be had here: it takes root, and `dockerd` itself, not only its socket. */
export function canStartEngine(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    for (const program of ['dockerd', 'unshare', 'nsenter', 'docker']) {
      execFileSync('which', [program], { stdio: 'ignore' });
    }
    return true;
  } catch {
    return false;
  }
}

export class OwnEngine implements AsyncDisposable {
  readonly docker: Docker;
  /** To be set for whoever is to use it. */
  readonly env: { readonly DOCKER_HOST: string };
  readonly #directory: string;
  /** Keeps the namespaces while no engine runs in them. */
  readonly #holder: ChildProcess;
  #daemon: ChildProcess | null = null;

  private constructor() {
    this.#directory = mkdtempSync(join(tmpdir(), 'ordeal-engine-'));
    const socketPath = join(this.#directory, 'docker.sock');
    this.docker = new Docker({ socketPath });
    this.env = { DOCKER_HOST: `unix://${socketPath}` };
    const hold = 'ip link set lo up && echo ready && exec sleep infinity';
    this.#holder = spawn('unshare', ['--net', '--mount', 'sh', '-c', hold], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** One that answers, with these images of the machine's engine in it. */
  static async with(images: readonly string[]): Promise<OwnEngine> {
    const engine = new OwnEngine();
    try {
      await once(engine.#holder.stdout as NodeJS.ReadableStream, 'data');
      await engine.start();
      const archive = join(engine.#directory, 'images.tar');
      execFileSync('docker', ['save', '--output', archive, ...images]);
      const env = { ...process.env, ...engine.env };
      execFileSync('docker', ['load', '--quiet', '--input', archive], { env, stdio: 'ignore' });
      rmSync(archive);
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What starts a program in the engine's network, from which alone its containers are reached. */
  get within(): readonly string[] {
    return ['nsenter', '--net', '--target', String(this.#holder.pid)];
  }

  async start(): Promise<void> {
    const [program, ...parameters] = this.within as [string, ...string[]];
    const place = (name: string) => join(this.#directory, name);
    const log = openSync(place('log'), 'a');
    mkdirSync(place('exec'), { recursive: true });
    const settings = {
      host: this.env.DOCKER_HOST,
      pidfile: place('pid'),
      'data-root': place('data'),
      'exec-root': place('exec'),
      // Where a containerd runs already, it would be shared.
      'containerd-namespace': 'ordeal-test',
      'containerd-plugins-namespace': 'ordeal-test-plugins',
      bridge: 'none',
    };
    const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const daemon = spawn(program, [...parameters, '--mount', 'dockerd', ...flags], {
      stdio: ['ignore', log, log],
    });
    this.#daemon = daemon;
    const deadlineMs = performance.now() + START_MS_MAX;
    while (!(await this.#answers())) {
      const isLate = performance.now() > deadlineMs;
      if (isLate || daemon.exitCode !== null) throw new Error(readFileSync(place('log'), 'utf8'));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #answers(): Promise<boolean> {
    return this.docker.ping().then(
      () => true,
      () => false,
    );
  }

  /** Ends it in order, as a restart does: its containers end, too. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = null;
    if (daemon === null || daemon.exitCode !== null) return;
    const exited = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    const exited = once(this.#holder, 'exit');
    this.#holder.kill('SIGKILL');
    await exited;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
