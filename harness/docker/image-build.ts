/** Building one image with the engine; what a build that is ended leaves behind is removed. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { infrastructure } from '../core/errors.ts';
import type { OnStart } from '../core/start-event.ts';
import { reason, statusOf, tolerate } from './engine.ts';
import { buildStep, type EngineLine, follow } from './engine-stream.ts';

/** On an image that has lost its name, what that was. */
const TAG_LABEL = 'ordeal.tag';
/** How often, and with what between, what an engine has left of a build that it ends is looked for. */
const LOOKS_AFTER_ABORT = 8;
const LOOK_MS = 250;
/** How often at what a build at the same time has left: more would hinder that one. */
const LOOKS_AT_SUPERSEDED = 2;
/** How often an engine is asked that is busy removing what it was asked for. */
const LIST_ATTEMPTS = 6;

export interface Image {
  readonly tag: string;
  readonly id: string;
}

/** By whom an image is made, and who hears of it and may end it. */
export interface Making {
  readonly docker: Docker;
  readonly onStart: OnStart;
  readonly signal: AbortSignal;
}

export interface Build {
  readonly context: string;
  readonly tag: string;
  readonly from: string;
  readonly steps: readonly string[];
}

export async function build(
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
    await removeNameless(docker, tag);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/**
 * Two that build the same image at once: the tag is the later one's, and the other has none left. The
 * engine may refuse to remove that while the other build is still at work on it.
 */
export async function removeSuperseded(docker: Docker, tag: string): Promise<void> {
  for (let look = 1; look <= LOOKS_AT_SUPERSEDED; look++) {
    if (!(await removeNameless(docker, tag))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Removes what has lost this name, unless it is in use; returns whether there was any. */
async function removeNameless(docker: Docker, tag: string): Promise<boolean> {
  const images = await imagesBy(docker, { dangling: ['true'], label: [`${TAG_LABEL}=${tag}`] });
  for (const { Id: id } of images) await tolerate(docker.getImage(id).remove(), 404, 409);
  return images.length > 0;
}

/**
 * The images that fit. An engine that is just removing one of them may answer with status 500 for all
 * ("unrecognized image ID"): it is asked again.
 */
export async function imagesBy(
  docker: Docker,
  filters: Readonly<Record<string, string[]>>,
): Promise<Docker.ImageInfo[]> {
  for (let look = 1; ; look++) {
    try {
      return await docker.listImages({ filters });
    } catch (error) {
      if (statusOf(error) !== 500 || look === LIST_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

/** The image of this name; null where there is none. */
export async function inspect(docker: Docker, tag: string): Promise<Image | null> {
  try {
    return { tag, id: (await docker.getImage(tag).inspect()).Id };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw infrastructure(`docker image ${tag}: ${reason(error)}`, error);
  }
}
