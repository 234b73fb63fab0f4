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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type Docker from 'dockerode';
import { HarnessError, infrastructure } from '../core/errors.ts';
import { CODE_SUFFIX } from '../own/code.ts';
import { connectEngine, reason, statusOf, tolerate } from './engine.ts';
import { DIRECTORY_PREFIX, writeOwner } from './leftovers.ts';
import { thisProcess } from './owner.ts';

/** Where the sources lie in an image. */
export const IMAGE_ROOT = '/ordeal';
/** The repository, from which images are made. */
export const REPOSITORY = join(import.meta.dirname, '..', '..');

const OFFICIAL_BASE = 'node:26-slim';
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

type Progress = (line: string) => void;

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
export async function requireImage(docker: Docker): Promise<Image> {
  const image = await findImage(docker);
  if (image !== null) return image;
  await requireBuildable(docker);
  return buildImage(() => undefined);
}

/**
 * Builds the image unless it is there; the base, which takes longest, is kept between
 * builds. Throws an infrastructure error when neither a registry nor Debian packages can be had.
 */
export async function buildImage(progress: Progress): Promise<Image> {
  const { docker } = await connectEngine();
  const tag = imageTag();
  const present = await inspect(docker, tag);
  if (present !== null) {
    progress(`${tag} is up to date`);
    return present;
  }
  const directory = mkdtempSync(join(tmpdir(), DIRECTORY_PREFIX));
  writeOwner(directory, thisProcess('image'));
  try {
    await buildBase(docker, directory, progress);
    progress(`building ${tag}`);
    const built = await buildOfSources(docker, join(directory, 'sources'), tag);
    // The bases last: they are what the others stand on.
    for (const kind of [tag, baseTag()]) await pruneOlder(docker, kind);
    return built;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tried again where another build of the same image, at the same time, took ours for left over. */
async function buildOfSources(docker: Docker, context: string, tag: string): Promise<Image> {
  for (const source of SOURCES) {
    const from = join(REPOSITORY, source);
    if (existsSync(from)) cpSync(from, join(context, source), { recursive: true });
  }
  copyFileSync(join(REPOSITORY, 'package.json'), join(context, 'package.json'));
  const steps = [`COPY . ${IMAGE_ROOT}`];
  for (let attempt = 1; ; attempt++) {
    let failure: HarnessError | null = null;
    try {
      await build(docker, { context, tag, from: baseTag(), steps });
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

async function buildBase(docker: Docker, directory: string, progress: Progress): Promise<void> {
  if (await hasBase(docker)) return;
  const context = join(directory, 'base');
  mkdirSync(context);
  const refusal = await pull(docker, progress);
  if (refusal === null) {
    const install =
      'apt-get update && apt-get install -y --no-install-recommends iproute2 iptables';
    const steps = ['USER root', `RUN ${install} && rm -rf /var/lib/apt/lists/*`];
    await build(docker, { context, tag: baseTag(), from: OFFICIAL_BASE, steps });
    return;
  }
  progress(`no registry (${refusal}): building from Debian packages`);
  const debian = `ordeal-debian:${BASE_RECIPE}-${DEBIAN_SUITE}`;
  if ((await inspect(docker, debian)) === null)
    await importDebian(docker, debian, directory, progress);
  copyFileSync(nodeBinary(), join(context, 'node'));
  await build(docker, {
    context,
    tag: baseTag(),
    from: debian,
    steps: ['COPY node /usr/local/bin/'],
  });
}

/** Fetches the official image. Returns null, or why it cannot be had. */
async function pull(docker: Docker, progress: Progress): Promise<string | null> {
  progress(`fetching ${OFFICIAL_BASE}`);
  const abort = AbortSignal.timeout(REGISTRY_TIMEOUT_MS);
  try {
    const stream: NodeJS.ReadableStream = await docker.pull(OFFICIAL_BASE, { abortSignal: abort });
    await follow(docker, stream);
    return null;
  } catch (error) {
    return abort.aborted ? `no answer within ${REGISTRY_TIMEOUT_MS / 1000} s` : reason(error);
  }
}

async function importDebian(
  docker: Docker,
  tag: string,
  directory: string,
  progress: Progress,
): Promise<void> {
  const archive = join(directory, 'debian.tar');
  progress(`mmdebstrap ${DEBIAN_SUITE} with ${DEBIAN_PACKAGES.join(', ')} (about half a minute)`);
  await run('mmdebstrap', [
    '--variant=essential',
    `--include=${DEBIAN_PACKAGES.join(',')}`,
    ...DEBIAN_EXCLUDED.map((path) => `--dpkgopt=path-exclude=${path}`),
    DEBIAN_SUITE,
    archive,
  ]);
  progress(`importing ${tag}`);
  const [repo, version] = tag.split(':');
  const stream = await docker.importImage(createReadStream(archive), { repo, tag: version });
  await follow(docker, stream);
}

interface Build {
  readonly context: string;
  readonly tag: string;
  readonly from: string;
  readonly steps: readonly string[];
}

async function build(docker: Docker, { context, tag, from, steps }: Build): Promise<void> {
  mkdirSync(context, { recursive: true });
  const dockerfile = join(context, 'Dockerfile');
  writeFileSync(dockerfile, `${[`FROM ${from}`, ...steps].join('\n')}\n`);
  const labels = { 'ordeal.image': 'true', [TAG_LABEL]: tag };
  const stream = await docker.buildImage(
    { context, src: ['.'] },
    { t: tag, labels, rm: true, forcerm: true },
  );
  await follow(docker, stream).catch((error: unknown) => {
    throw infrastructure(`building ${tag}: ${reason(error)}`, error);
  });
}

/** Waits for the end of a build, pull or import, and throws what the engine reports in its stream. */
function follow(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, lines: { error?: string }[]) => {
      const failure = lines?.find((line) => line.error !== undefined)?.error;
      if (error !== null) reject(error);
      else if (failure !== undefined) reject(new Error(failure));
      else resolve();
    });
  });
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

function run(program: string, parameters: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.on('error', (error) =>
      reject(
        infrastructure(
          `${program} cannot be run and no registry can be reached ` +
            `(on Debian: apt-get install ${program})`,
          error,
        ),
      ),
    );
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(infrastructure(`${program} failed: ${reason(complaints.slice(-400))}`));
    });
  });
}
