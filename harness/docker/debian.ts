/** Images made of Debian packages, and those of a registry where one can be reached. */

import { spawn } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline, Transform } from 'node:stream';
import { infrastructure } from '../core/errors.ts';
import { reason } from './engine.ts';
import { follow, LayersFetched } from './engine-stream.ts';
import type { Making } from './image-build.ts';

/** A registry that says nothing for so long is none. */
const REGISTRY_TIMEOUT_MS = 30_000;
export const DEBIAN_SUITE = 'bookworm';
const DEBIAN_EXCLUDED = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];
/** The end of what a program complained about: there is the reason. */
const COMPLAINT_CHARACTERS = 400;

/** Fetches an image from its registry. Returns null, or why it cannot be had. */
export async function pull(
  { docker, onStart, signal }: Making,
  image: string,
): Promise<string | null> {
  const layers = new LayersFetched();
  const tell = () => onStart({ kind: 'fetch', image, ...layers.sum() });
  tell();
  const silent = new AbortController();
  const silence = setTimeout(() => silent.abort(), REGISTRY_TIMEOUT_MS);
  try {
    const options = { abortSignal: AbortSignal.any([silent.signal, signal]) };
    const stream: NodeJS.ReadableStream = await docker.pull(image, options);
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

/** Makes an image of these packages and what they need; `directory` is for the archive. */
export async function importDebian(
  { docker, onStart, signal }: Making,
  tag: string,
  packages: readonly string[],
  directory: string,
): Promise<void> {
  const archive = join(directory, 'debian.tar');
  const telling = (doing: string) => onStart({ kind: 'debian', suite: DEBIAN_SUITE, doing });
  telling('');
  const parameters = [
    '--variant=essential',
    `--include=${packages.join(',')}`,
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
