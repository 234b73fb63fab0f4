/** The image of a program of others: what Debian packages it as, unchanged, and nothing of ours. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { infrastructure } from '../core/errors.ts';
import type { OnStart } from '../core/start-event.ts';
import { DEBIAN_SUITE, importDebian, pull } from './debian.ts';
import { connectEngine } from './engine.ts';
import { build, type Image, inspect } from './image-build.ts';
import { DIRECTORY_PREFIX, writeOwner } from './leftovers.ts';
import { thisProcess } from './owner.ts';

const OFFICIAL_DEBIAN = `debian:${DEBIAN_SUITE}-slim`;
/** Part of the image's name: to be raised when the way such an image is made changes. */
const RECIPE = 1;

/** What the image of a system is made of. */
export interface Packaged {
  readonly name: string;
  readonly packages: readonly string[];
}

function tagOf({ name, packages }: Packaged): string {
  const hash = createHash('sha256').update([RECIPE, DEBIAN_SUITE, ...packages].join('\n'));
  return `ordeal-${name}:${hash.digest('hex').slice(0, 12)}`;
}

/** The same, with whatever engine answers. */
export async function buildMemberImage(
  packaged: Packaged,
  onStart: OnStart,
  signal: AbortSignal,
): Promise<Image> {
  const { docker } = await connectEngine();
  return requireMemberImage(docker, packaged, onStart, signal);
}

/** The image, which is made unless it is there. Throws as `buildImage` does. */
export async function requireMemberImage(
  docker: Docker,
  packaged: Packaged,
  onStart: OnStart,
  signal: AbortSignal,
): Promise<Image> {
  const tag = tagOf(packaged);
  const present = await inspect(docker, tag);
  if (present !== null) return present;
  const making = { docker, onStart, signal };
  const directory = mkdtempSync(join(tmpdir(), DIRECTORY_PREFIX));
  writeOwner(directory, thisProcess('image'));
  try {
    const refusal = await pull(making, OFFICIAL_DEBIAN);
    const context = join(directory, 'member');
    if (refusal === null) {
      const names = packaged.packages.join(' ');
      const install = `apt-get update && apt-get install -y --no-install-recommends ${names}`;
      const steps = [`RUN ${install} && rm -rf /var/lib/apt/lists/*`];
      await build(making, { context, tag, from: OFFICIAL_DEBIAN, steps });
    } else {
      onStart({ kind: 'no-registry', because: refusal });
      // A second image with the label by which ours are known.
      const debian = tag.replace(':', '-debian:');
      await importDebian(making, debian, packaged.packages, directory);
      await build(making, { context, tag, from: debian, steps: [] });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const built = await inspect(docker, tag);
  if (built === null) throw infrastructure(`building ${tag} left no image behind`);
  return built;
}
