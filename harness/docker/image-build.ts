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
/** How often an engine is asked that is busy removing what it was asked for: five seconds in all. */
const BUSY_ATTEMPTS = 20;

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
  for (const { Id: id } of images) await removeImage(docker, id);
  return images.length > 0;
}

/** Removes the image, unless somebody else has just done so or a container uses it. */
export async function removeImage(docker: Docker, name: string): Promise<void> {
  await tolerate(
    askedAgain(() => docker.getImage(name).remove()),
    404,
    409,
  );
}

/** The images that fit. */
export function imagesBy(
  docker: Docker,
  filters: Readonly<Record<string, string[]>>,
): Promise<Docker.ImageInfo[]> {
  return askedAgain(() => docker.listImages({ filters }));
}

/**
 * An engine that is just removing an image for somebody else may answer with status 500
 * ("unrecognized image ID") whatever is asked about it, or about all: it is asked again.
 */
async function askedAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const status = statusOf(error);
      if (status !== null && status < 500) throw error;
      if (status !== 500 || attempt === BUSY_ATTEMPTS) {
        throw infrastructure(`docker images: ${reason(error)}`, error);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

/** The image of this name; null where there is none. */
export async function inspect(docker: Docker, tag: string): Promise<Image | null> {
  try {
    const { Id: id } = await askedAgain(() => docker.getImage(tag).inspect());
    return { tag, id };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw infrastructure(`docker image ${tag}: ${reason(error)}`, error);
  }
}
