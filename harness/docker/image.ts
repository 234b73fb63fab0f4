/**
 * The container image of every system of ours and of users: a small Linux with `iptables`, Node, and
 * the sources that a node runs; a user's own are mounted. The sidecars run in the same image.
 *
 * From the official Node image where a registry can be reached, else from Debian packages. Tagged
 * by the hash of everything in it: an image that is older than the sources is never used.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline, Transform } from 'node:stream';
import type Docker from 'dockerode';
import { HarnessError, infrastructure } from '../core/errors.ts';
import type { OnStart } from '../core/start-event.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { connectEngine, reason, statusOf, tolerate } from './engine.ts';
import { buildStep, type EngineLine, follow, LayersFetched } from './engine-stream.ts';
import { DIRECTORY_PREFIX, writeOwner } from './leftovers.ts';
import { thisProcess } from './owner.ts';

/** Where the sources lie in an image. */
export const IMAGE_ROOT = '/ordeal';
/** The repository, from which images are made. */
export const REPOSITORY = join(import.meta.dirname, '..', '..');

const OFFICIAL_BASE = 'node:26-slim';
/** A registry that says nothing for so long is none. */
const REGISTRY_TIMEOUT_MS = 30_000;
const DEBIAN_SUITE = 'bookworm';
const DEBIAN_PACKAGES = ['iproute2', 'iptables', 'libatomic1', 'libstdc++6'];
const DEBIAN_EXCLUDED = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];
/** Part of the image's name: to be raised when the way the base is made changes. */
const BASE_RECIPE = 2;
/** On an image that has lost its name, what that was. */
const TAG_LABEL = 'ordeal.tag';
/** Of images of one kind, built for one state of the sources each. */
const KEPT = 2;
const BUILD_ATTEMPTS = 5;
/** How often, and with what between, what an engine has left of a build that it ends is looked for. */
const LOOKS_AFTER_ABORT = 8;
const LOOK_MS = 250;
/** The end of what a program complained about: there is the reason. */
const COMPLAINT_CHARACTERS = 400;
/** What a node runs, relative to the repository. Dependencies from npm are not among it. */
export const SOURCES: readonly string[] = [
  'checkers',
  'systems',
  'harness/core',
  'harness/host',
  'harness/own',
  'harness/variants',
  `workloads/pace${CODE_SUFFIX}`,
];

export interface Image {
  readonly tag: string;
  readonly id: string;
}

/** By whom an image is made, and who hears of it and may end it. */
interface Making {
  readonly docker: Docker;
  readonly onStart: OnStart;
  readonly signal: AbortSignal;
}

/** The name of the image that the present sources make. */
function imageTag(): string {
  const hash = createHash('sha256').update(`${baseTag()}\n`);
  for (const path of sourceFiles()) {
    hash.update(`${relative(REPOSITORY, path)}\n`).update(readFileSync(path));
  }
  return `ordeal-node:${hash.digest('hex').slice(0, 12)}`;
}

/** The image, or null when it has not been built from the present sources. */
function findImage(docker: Docker): Promise<Image | null> {
  return inspect(docker, imageTag());
}

/** Throws, with what to do, when neither the image is there nor what it can be built on. */
export async function requireBuildable(docker: Docker): Promise<void> {
  if ((await findImage(docker)) !== null || (await hasBase(docker))) return;
  throw infrastructure(`image ${imageTag()} is missing (run: npx ordeal image build)`);
}

/**
 * The image. Where only the sources changed since it was built, the last layer is
 * built anew (a second). Throws, with what to do, when there is nothing to build on.
 */
export async function requireImage(
  docker: Docker,
  onStart: OnStart,
  signal?: AbortSignal,
): Promise<Image> {
  const image = await findImage(docker);
  if (image !== null) return image;
  await requireBuildable(docker);
  return buildImage(onStart, signal);
}

/**
 * Builds the image unless it is there; the base, which takes longest, is kept between
 * builds. Throws an infrastructure error when neither a registry nor Debian packages can be had, and
 * the signal's reason as soon as it is aborted; nothing that was begun is left behind then.
 */
export async function buildImage(
  onStart: OnStart,
  signal: AbortSignal = new AbortController().signal,
): Promise<Image> {
  const { docker } = await connectEngine();
  const tag = imageTag();
  const present = await inspect(docker, tag);
  if (present !== null) {
    onStart({ kind: 'up-to-date', image: tag });
    return present;
  }
  const directory = mkdtempSync(join(tmpdir(), DIRECTORY_PREFIX));
  writeOwner(directory, thisProcess('image'));
  try {
    const making = { docker, onStart, signal };
    await buildBase(making, directory);
    const built = await buildOfSources(making, join(directory, 'sources'), tag);
    // The bases last: they are what the others stand on.
    for (const kind of [tag, baseTag()]) await pruneOlder(docker, kind);
    return built;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tried again where another build of the same image, at the same time, took ours for left over. */
async function buildOfSources(making: Making, context: string, tag: string): Promise<Image> {
  const { docker } = making;
  for (const source of SOURCES) {
    const from = join(REPOSITORY, source);
    if (existsSync(from)) cpSync(from, join(context, source), { recursive: true });
  }
  copyFileSync(join(REPOSITORY, 'package.json'), join(context, 'package.json'));
  const steps = [`COPY . ${IMAGE_ROOT}`];
  for (let attempt = 1; ; attempt++) {
    let failure: HarnessError | null = null;
    try {
      await build(making, { context, tag, from: baseTag(), steps });
      await removeSuperseded(docker, tag);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      failure = error;
    }
    const built = await inspect(docker, tag);
    if (built !== null) return built;
    if (attempt < BUILD_ATTEMPTS) continue;
    throw failure ?? infrastructure(`building ${tag} left no image behind`);
  }
}

/** Two that build the same image at once: the tag is the later one's, and the other has none left. */
async function removeSuperseded(docker: Docker, tag: string): Promise<void> {
  const filters = { dangling: ['true'], label: [`${TAG_LABEL}=${tag}`] };
  const images = await docker.listImages({ filters });
  for (const { Id: id } of images) await tolerate(docker.getImage(id).remove(), 404, 409);
}

/**
 * Every change of the sources makes a new tag: the oldest go, unless a container uses them. Another
 * checkout that was about to use one of these builds it anew.
 */
async function pruneOlder(docker: Docker, tag: string): Promise<void> {
  const [repository] = tag.split(':');
  const images = await docker.listImages({ filters: { reference: [`${repository}`] } });
  const others = images
    .toSorted((a, b) => b.Created - a.Created)
    .flatMap(({ RepoTags: tags }) => tags ?? [])
    .filter((other) => other !== tag);
  // 404: somebody else has just removed it; 409: it is in use.
  for (const older of others.slice(KEPT - 1)) {
    await tolerate(docker.getImage(older).remove(), 404, 409);
  }
}

/** Whether an image was removed between its being found and its use. */
export function isImageGone(error: unknown): boolean {
  return statusOf(error) === 404 && /no such image/i.test(reason(error));
}

/** Whether the slow part of every image is there. */
export async function hasBase(docker: Docker): Promise<boolean> {
  return (await inspect(docker, baseTag())) !== null;
}

/** The name of what every image of ours is built on. */
export function baseTag(): string {
  return `ordeal-base:${BASE_RECIPE}-${process.version}-${process.arch}`;
}

function* sourceFiles(): Generator<string> {
  for (const source of SOURCES) {
    const path = join(REPOSITORY, source);
    if (!existsSync(path)) continue;
    if (source.endsWith(CODE_SUFFIX)) yield path;
    else {
      const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();
      for (const name of names) if (/\.(ts|js|json)$/.test(name)) yield join(path, name);
    }
  }
}

async function inspect(docker: Docker, tag: string): Promise<Image | null> {
  try {
    return { tag, id: (await docker.getImage(tag).inspect()).Id };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw infrastructure(`docker image ${tag}: ${reason(error)}`, error);
  }
}

async function buildBase(making: Making, directory: string): Promise<void> {
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

interface Build {
  readonly context: string;
  readonly tag: string;
  readonly from: string;
  readonly steps: readonly string[];
}

async function build(
  { docker, onStart, signal }: Making,
  { context, tag, from, steps }: Build,
): Promise<void> {
  // Labelled first, so that every step of a build that is ended can be told to be ours.
  const labelled = `LABEL ordeal.image=true ${TAG_LABEL}=${tag}`;
  onStart({ kind: 'build', image: tag, done: 0, total: steps.length + 2 });
  mkdirSync(context, { recursive: true });
  const dockerfile = join(context, 'Dockerfile');
  writeFileSync(dockerfile, `${[`FROM ${from}`, labelled, ...steps].join('\n')}\n`);
  const onLine = (line: EngineLine) => {
    const step = buildStep(line);
    if (step !== null) onStart({ kind: 'build', image: tag, ...step });
  };
  try {
    signal.throwIfAborted();
    const stream = await docker.buildImage(
      { context, src: ['.'] },
      { t: tag, rm: true, forcerm: true, abortSignal: signal },
    );
    await follow(docker, stream, onLine);
  } catch (error) {
    if (!signal.aborted) throw infrastructure(`building ${tag}: ${reason(error)}`, error);
    await removeUnfinished(docker, tag);
    throw signal.reason;
  }
}

/** An engine whose client has gone ends the build after the step that it is at. */
async function removeUnfinished(docker: Docker, tag: string): Promise<void> {
  for (let look = 1; look <= LOOKS_AFTER_ABORT; look++) {
    await removeSuperseded(docker, tag);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
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
