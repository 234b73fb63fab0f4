/** One container, as the engine has it: what it is and how it ended, whatever runs in it. */

import type Docker from 'dockerode';
import { statusOf } from './engine.ts';

/** Kills a container; returns once its process is gone. */
export async function killed(container: Docker.Container): Promise<'killed' | 'was down'> {
  try {
    await container.kill({ signal: 'SIGKILL' });
  } catch (error) {
    if (statusOf(error) === 409) return 'was down';
    throw error;
  }
  await container.wait({ condition: 'not-running' });
  return 'killed';
}

/** What the engine knows of a container; null where there is none. */
export async function inspected(
  container: Docker.Container | null,
): Promise<Docker.ContainerInspectInfo | null> {
  try {
    return (await container?.inspect()) ?? null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** How a container ended that we had started at `born`, in words. */
export function describeLoss(
  what: string,
  now: Docker.ContainerInspectInfo | null,
  born: string,
): string {
  if (now === null) return `the container of ${what} was removed`;
  const { State: state, Name: name } = now;
  const container = `${what} (container ${name.replace('/', '')})`;
  if (state.StartedAt !== born) return `${container} was restarted at ${state.StartedAt}`;
  const memory = state.OOMKilled ? ': the kernel killed it for memory' : '';
  return `${container} was ended (exit ${state.ExitCode}${memory}) at ${state.FinishedAt}`;
}

/** What a process has used of the processors: it grows while the process comes up, however slowly. */
export async function cpuTime(container: Docker.Container): Promise<string> {
  try {
    const stats = await container.stats({ stream: false, 'one-shot': true });
    // Ten milliseconds: what a process does that only waits is no progress.
    return String(Math.floor(stats.cpu_stats.cpu_usage.total_usage / 1e7));
  } catch {
    return '';
  }
}

/** A directory or file of this machine in a container. */
export function mount(
  source: string,
  target: string,
  access: 'writable' | 'read-only',
): Docker.MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: access === 'read-only' };
}
