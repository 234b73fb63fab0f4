/**
 * What every image of ours is built on: a small Linux with `iptables`, and Node. From the official
 * Node image where a registry can be reached, else from Debian packages.
 */

import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { infrastructure } from '../core/errors.ts';
import { REPOSITORY } from '../own/code.ts';
import { DEBIAN_SUITE, importDebian, pull } from './debian.ts';
import { build, inspect, type Making } from './image-build.ts';

const OFFICIAL_BASE = 'node:26-slim';
const DEBIAN_PACKAGES = ['iproute2', 'iptables', 'libatomic1', 'libstdc++6'];
/** Part of the image's name: to be raised when the way the base is made changes. */
const BASE_RECIPE = 2;

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
  const refusal = await pull(making, OFFICIAL_BASE);
  if (refusal === null) {
    const install =
      'apt-get update && apt-get install -y --no-install-recommends iproute2 iptables';
    const steps = ['USER root', `RUN ${install} && rm -rf /var/lib/apt/lists/*`];
    await build(making, { context, tag: baseTag(), from: OFFICIAL_BASE, steps });
    return;
  }
  onStart({ kind: 'no-registry', because: refusal });
  const debian = `ordeal-debian:${BASE_RECIPE}-${DEBIAN_SUITE}`;
  if ((await inspect(docker, debian)) === null) {
    await importDebian(making, debian, DEBIAN_PACKAGES, directory);
  }
  copyFileSync(nodeBinary(), join(context, 'node'));
  const steps = ['COPY node /usr/local/bin/'];
  await build(making, { context, tag: baseTag(), from: debian, steps });
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
