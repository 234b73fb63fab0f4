/**
 * The container image of every system of ours and of users: a small Linux with `iptables`, Node, and
 * the sources that a node runs; a user's own are mounted. The sidecars run in the same image.
 *
 * Tagged by the hash of everything in it: an image that is older than the sources is never used.
 */

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type Docker from 'dockerode';
import { HarnessError, infrastructure } from '../core/errors.ts';
import type { OnStart } from '../core/start-event.ts';
import { CODE_SUFFIX, REPOSITORY } from '../own/code.ts';
import { baseTag, buildBase, hasBase } from './base-image.ts';
import { connectEngine, statusOf } from './engine.ts';
import {
  build,
  type Image,
  imagesBy,
  inspect,
  type Making,
  removeImage,
  removeSuperseded,
} from './image-build.ts';
import { DIRECTORY_PREFIX, writeOwner } from './leftovers.ts';
import { thisProcess } from './owner.ts';

/** Where the sources lie in an image. */
export const IMAGE_ROOT = '/ordeal';
/** Of images of one kind, built for one state of the sources each. */
const KEPT = 2;
const BUILD_ATTEMPTS = 8;
/** Between them at most, times how many there were: two builds must not go on in step. */
const ATTEMPT_WAIT_MS = 400;
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
    if (attempt === BUILD_ATTEMPTS) {
      throw failure ?? infrastructure(`building ${tag} left no image behind`);
    }
    const waitMs = ATTEMPT_WAIT_MS * attempt * Math.random();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/**
 * Every change of the sources makes a new tag: the oldest go, unless a container uses them. Another
 * checkout that was about to use one of these builds it anew.
 */
async function pruneOlder(docker: Docker, tag: string): Promise<void> {
  const [repository] = tag.split(':');
  const images = await imagesBy(docker, { reference: [`${repository}`] });
  const others = images
    .toSorted((a, b) => b.Created - a.Created)
    .flatMap(({ RepoTags: tags }) => tags ?? [])
    .filter((other) => other !== tag);
  for (const older of others.slice(KEPT - 1)) await removeImage(docker, older);
}

/** Whether what failed so did because the image was removed between its being found and its use. */
export async function isImageGone(docker: Docker, error: unknown): Promise<boolean> {
  return statusOf(error) === 404 && (await findImage(docker)) === null;
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
