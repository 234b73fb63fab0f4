/** What crashed controllers left behind: found by label, removed at the next start or by doctor. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { fields, text, wholeFrom } from '../core/shape.ts';
import { connectEngine, statusOf, tolerate } from './engine.ts';
import { fromLabels, isAlive, LABEL, type Owner } from './owner.ts';

/** Directories of a run are `<temporary directory>/ordeal-run-XXXXXX`. */
export const DIRECTORY_PREFIX = 'ordeal-run-';
const OWNER_FILE = 'owner.json';
const NETWORK_ATTEMPTS_MAX = 20;
const NETWORK_RETRY_MS = 100;

export interface Leftover {
  readonly kind: 'container' | 'network' | 'directory';
  readonly id: string;
  readonly name: string;
  readonly runId: string;
}

/** Things of ours whose owner no longer runs. Throws when no engine answers. */
export async function findLeftovers(): Promise<Leftover[]> {
  const { docker } = await connectEngine();
  return findIn(docker);
}

/** Removes all leftovers and returns them. Things of runs under way are not touched. */
export async function sweep(): Promise<Leftover[]> {
  const { docker } = await connectEngine();
  return sweepIn(docker);
}

export async function sweepIn(docker: Docker): Promise<Leftover[]> {
  const leftovers = await findIn(docker);
  await remove(docker, leftovers);
  return leftovers;
}

/** Removes every container and network of one run, whatever state they are in. */
export async function removeRun(docker: Docker, runId: string): Promise<void> {
  const things = (await findLabelled(docker)).filter(({ owner }) => owner.runId === runId);
  await remove(
    docker,
    things.map(({ leftover }) => leftover),
  );
}

export function writeOwner(directory: string, owner: Owner): void {
  writeFileSync(join(directory, OWNER_FILE), JSON.stringify(owner));
}

async function findIn(docker: Docker): Promise<Leftover[]> {
  const things = [...(await findLabelled(docker)), ...findDirectories()];
  return things.filter(({ owner }) => !isAlive(owner)).map(({ leftover }) => leftover);
}

const ownerFile = fields<Owner>({ runId: text, pid: wholeFrom(1), born: text, host: text });

interface Found {
  readonly leftover: Leftover;
  readonly owner: Owner;
}

async function findLabelled(docker: Docker): Promise<Found[]> {
  const filters = { label: [LABEL.run] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  const found: Found[] = [];
  for (const container of containers) {
    const name = (container.Names[0] ?? container.Id).replace(/^\//, '');
    add(found, 'container', container.Id, name, fromLabels(container.Labels));
  }
  for (const network of networks) {
    add(found, 'network', network.Id, network.Name, fromLabels(network.Labels));
  }
  return found;
}

function add(
  found: Found[],
  kind: Leftover['kind'],
  id: string,
  name: string,
  owner: Owner | null,
): void {
  if (owner !== null) found.push({ leftover: { kind, id, name, runId: owner.runId }, owner });
}

function findDirectories(): Found[] {
  const found: Found[] = [];
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(DIRECTORY_PREFIX)) continue;
    const path = join(tmpdir(), name);
    try {
      const owner: unknown = JSON.parse(readFileSync(join(path, OWNER_FILE), 'utf8'));
      add(found, 'directory', path, name, ownerFile.is(owner) ? owner : null);
    } catch {
      // Without its owner's name nobody can tell whether it is in use: left alone.
    }
  }
  return found;
}

/** Containers first: a network with something on it cannot be removed. */
async function remove(docker: Docker, leftovers: readonly Leftover[]): Promise<void> {
  const of = (kind: Leftover['kind']) => leftovers.filter((leftover) => leftover.kind === kind);
  await Promise.all(
    of('container').map(({ id }) =>
      // 404: gone; 409: its removal is under way.
      tolerate(docker.getContainer(id).remove({ force: true, v: true }), 404, 409),
    ),
  );
  await Promise.all(of('network').map(({ id }) => removeNetwork(docker, id)));
  for (const { id } of of('directory')) rmSync(id, { recursive: true, force: true });
}

/** A container whose removal is still under way holds its network for a moment (403). */
async function removeNetwork(docker: Docker, id: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await tolerate(docker.getNetwork(id).remove(), 404);
      return;
    } catch (error) {
      if (statusOf(error) !== 403 || attempt === NETWORK_ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, NETWORK_RETRY_MS));
    }
  }
}
