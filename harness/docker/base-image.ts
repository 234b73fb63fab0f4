/**
 * What every image of ours is built on: a small Linux with `iptables`, and Node. From the official
 * Node image where a registry can be reached, else from Debian packages.
 */

import { spawn } from 'node:child_process';
import { copyFileSync, createReadStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline, Transform } from 'node:stream';
import type Docker from 'dockerode';
import { infrastructure } from '../core/errors.ts';
import { REPOSITORY } from '../own/code.ts';
import { reason } from './engine.ts';
import { follow, LayersFetched } from './engine-stream.ts';
import { build, inspect, type Making } from './image-build.ts';

const OFFICIAL_BASE = 'node:26-slim';
/** A registry that says nothing for so long is none. */
const REGISTRY_TIMEOUT_MS = 30_000;
const DEBIAN_SUITE = 'bookworm';
const DEBIAN_PACKAGES = ['iproute2', 'iptables', 'libatomic1', 'libstdc++6'];
const DEBIAN_EXCLUDED = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];
/** Part of the image's name: to be raised when the way the base is made changes. */
const BASE_RECIPE = 2;
/** The end of what a program complained about: there is the reason. */
const COMPLAINT_CHARACTERS = 400;

/** Whether the slow part of every image is there. */
export async function hasBase(docker: Docker): Promise<boolean> {
  return (await inspect(docker, baseTag())) !== null;
}

/** The name of what every image of ours is built on. */
export function baseTag(): string {
  return `ordeal-base:${BASE_RECIPE}-${process.version}-${process.arch}`;
}

/** Makes the base unless it is there; `directory` is for what has to be put together first. */
export async function buildBase(making: Making, directory: string): Promise<void> {
  const { docker, onStart } = making;
  if (await hasBase(docker)) return;
  const context = join(directory, 'base');
  mkdirSync(context);
  const refusal = await pull(making);
  if (refusal === null) {
    const install =
      'apt-get update && apt-get install -y --no-install-recommends iproute2 iptables';
    const steps = ['USER root', `RUN ${install} && rm -rf /var/lib/apt/lists/*`];
    await build(making, { context, tag: baseTag(), from: OFFICIAL_BASE, steps });
    return;
  }
  onStart({ kind: 'no-registry', because: refusal });
  const debian = `ordeal-debian:${BASE_RECIPE}-${DEBIAN_SUITE}`;
  if ((await inspect(docker, debian)) === null) await importDebian(making, debian, directory);
  copyFileSync(nodeBinary(), join(context, 'node'));
  const steps = ['COPY node /usr/local/bin/'];
  await build(making, { context, tag: baseTag(), from: debian, steps });
}

/** Fetches the official image. Returns null, or why it cannot be had. */
async function pull({ docker, onStart, signal }: Making): Promise<string | null> {
  const layers = new LayersFetched();
  const tell = () => onStart({ kind: 'fetch', image: OFFICIAL_BASE, ...layers.sum() });
  tell();
  const silent = new AbortController();
  const silence = setTimeout(() => silent.abort(), REGISTRY_TIMEOUT_MS);
  try {
    const options = { abortSignal: AbortSignal.any([silent.signal, signal]) };
    const stream: NodeJS.ReadableStream = await docker.pull(OFFICIAL_BASE, options);
    await follow(docker, stream, (line) => {
      silence.refresh();
      if (layers.take(line)) tell();
    });
    return null;
  } catch (error) {
    signal.throwIfAborted();
    const { aborted } = silent.signal;
    return aborted ? `no answer within ${REGISTRY_TIMEOUT_MS / 1000} s` : reason(error);
  } finally {
    clearTimeout(silence);
  }
}

async function importDebian(
  { docker, onStart, signal }: Making,
  tag: string,
  directory: string,
): Promise<void> {
  const archive = join(directory, 'debian.tar');
  const telling = (doing: string) => onStart({ kind: 'debian', suite: DEBIAN_SUITE, doing });
  telling('');
  const parameters = [
    '--variant=essential',
    `--include=${DEBIAN_PACKAGES.join(',')}`,
    ...DEBIAN_EXCLUDED.map((path) => `--dpkgopt=path-exclude=${path}`),
    DEBIAN_SUITE,
    archive,
  ];
  await run('mmdebstrap', parameters, signal, (line) => {
    const [, doing] = /^I: (.*?)\.*$/.exec(line) ?? [];
    if (doing !== undefined) telling(doing);
  });
  const totalBytes = statSync(archive).size;
  const tell = (doneBytes: number) => {
    onStart({ kind: 'import', image: tag, doneBytes, totalBytes });
  };
  tell(0);
  const [repo, version] = tag.split(':');
  const options = { repo, tag: version, abortSignal: signal };
  try {
    const stream = await docker.importImage(counted(createReadStream(archive), tell), options);
    await follow(docker, stream);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** The same bytes; `tell` hears how many have passed. */
function counted(source: NodeJS.ReadableStream, tell: (bytes: number) => void): Transform {
  let passed = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      tell(passed);
      done(null, chunk);
    },
  });
  // What goes wrong with the source ends the counter, and shows to who reads that.
  pipeline(source, counter, () => undefined);
  return counter;
}

/** The Linux binary that goes into the image: npm's package for it, or the one running this. */
function nodeBinary(): string {
  const packaged = join(REPOSITORY, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (existsSync(packaged)) return packaged;
  if (process.platform === 'linux') return process.execPath;
  throw infrastructure(
    `no Linux build of Node for ${process.arch} (${dirname(packaged)} is missing), ` +
      `and no registry to fetch ${OFFICIAL_BASE} from`,
  );
}

/** `onLine` hears what the program writes to standard error. Waits for its end, however that comes. */
function run(
  program: string,
  parameters: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let complaints = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      complaints = `${complaints}${line}\n`.slice(-COMPLAINT_CHARACTERS);
      onLine(line);
    });
    child.on('error', (error) => {
      // It has been told to end, and cleans up after itself first.
      if (signal.aborted) return;
      reject(
        infrastructure(
          `${program} cannot be run and no registry can be reached ` +
            `(on Debian: apt-get install ${program})`,
          error,
        ),
      );
    });
    child.on('close', (status) => {
      if (signal.aborted) reject(signal.reason);
      else if (status === 0) resolve();
      else reject(infrastructure(`${program} failed: ${reason(complaints)}`));
    });
  });
}
