/** The connection to the Docker Engine. */

import { statSync } from 'node:fs';
import Docker from 'dockerode';
import { infrastructure } from '../core/errors.ts';
import { fieldsOf } from '../core/guards.ts';

/** The oldest Engine API with everything that is used here (Engine 20.10). */
const API_VERSION_MIN = '1.41';

export interface EngineInfo {
  readonly docker: Docker;
  readonly version: string;
  readonly apiVersion: string;
  readonly kernel: string;
}

/** Connects as the `docker` command does (`DOCKER_HOST`, else the local socket). Throws when no engine answers. */
export async function connectEngine(): Promise<EngineInfo> {
  const docker = atDockerHost();
  let answer: Docker.DockerVersion;
  try {
    answer = await docker.version();
  } catch (error) {
    throw infrastructure(
      `Docker Engine does not answer at ${address()}: ${reason(error)} ` +
        '(start it, or see: npx ordeal doctor)',
      error,
    );
  }
  if (compareVersions(answer.ApiVersion, API_VERSION_MIN) < 0) {
    throw infrastructure(
      `Docker Engine ${answer.Version} speaks API ${answer.ApiVersion}, ` +
        `${API_VERSION_MIN} is needed (Engine 20.10 or newer)`,
    );
  }
  return {
    docker,
    version: answer.Version,
    apiVersion: answer.ApiVersion,
    kernel: answer.KernelVersion ?? 'unknown',
  };
}

/** The HTTP status of the engine's answer; null for anything else that was thrown. */
export function statusOf(error: unknown): number | null {
  const status = fieldsOf(error)['statusCode'];
  return typeof status === 'number' ? status : null;
}

/** Waits for an engine's answer, taking the statuses given for "that is so already". */
export async function tolerate(answer: Promise<unknown>, ...statuses: number[]): Promise<void> {
  try {
    await answer;
  } catch (error) {
    const status = statusOf(error);
    if (status === null || !statuses.includes(status)) throw error;
  }
}

/** What went wrong, on one line. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').trim();
}

/** As `new Docker()`, which however takes a path for a machine's name, and then asks port 80 here. */
function atDockerHost(): Docker {
  const host = process.env['DOCKER_HOST'] ?? '';
  if (host === '' || /^(unix|npipe|tcp|https?|ssh):\/\/|^[\w.-]+:\d+$/.test(host))
    return new Docker();
  if (statSync(host, { throwIfNoEntry: false })?.isSocket() === true) {
    return new Docker({ socketPath: host });
  }
  throw infrastructure(
    `DOCKER_HOST is "${host}", which is no socket: unix:///path/to/docker.sock or ` +
      'tcp://host:port is expected (unset it for /var/run/docker.sock)',
  );
}

function address(): string {
  return process.env['DOCKER_HOST'] || '/var/run/docker.sock';
}

function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
