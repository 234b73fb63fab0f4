/**
 * Whose doing it was that a process of a node ended which we did not end: its own, which is the
 * system's failure, or that of the machine or of somebody on it, which is nobody's.
 */

import type Docker from 'dockerode';
import { fieldsOf } from '../core/guards.ts';

/** How a process ended. */
export interface Exit {
  readonly status: number;
  /** Whether the kernel killed it for memory. */
  readonly outOfMemory: boolean;
  /** What the engine says went wrong with its container; empty for nothing. */
  readonly engineError: string;
  /** Whether somebody had the engine signal it; nobody of us had. */
  readonly signalled: boolean;
}

/** 128 and a signal that a process has of its own fault: SIGILL, TRAP, ABRT, BUS, FPE, SEGV, SYS. */
const CRASHES: ReadonlySet<number> = new Set([132, 133, 134, 135, 136, 139, 159]);
/** From here on a status tells of signals, or that nothing could be run. */
const ORDINARY_MAX = 124;

/** What programs say when the machine has failed them: no memory, room, files or ports left. */
const OF_THE_MACHINE =
  /out of memory|cannot allocate memory|no space left on device|too many open files|input\/output error|read-only file system|address already in use|cannot assign requested address|resource temporarily unavailable/i;

/**
 * Whether a program ended itself; `said` is what it said of that at last. Status 0 is that of a server that
 * was told to stop, by whomever, and counts for nobody's failure.
 */
export function endedItself(exit: Exit, said: string): boolean {
  const { status, outOfMemory, engineError, signalled } = exit;
  if (outOfMemory || engineError !== '' || signalled) return false;
  if (OF_THE_MACHINE.test(said)) return false;
  return (status > 0 && status <= ORDINARY_MAX) || CRASHES.has(status);
}

/** How the process of a container ended that was started at `State.StartedAt`. */
export async function exitOf(docker: Docker, own: Docker.ContainerInspectInfo): Promise<Exit> {
  const { ExitCode: status, OOMKilled: outOfMemory, Error: engineError } = own.State;
  return { status, outOfMemory, engineError, signalled: await wasSignalled(docker, own) };
}

/** The engine notes each `docker kill` and `docker stop`, whoever asks for it. */
async function wasSignalled(
  docker: Docker,
  { Id: id, State: state }: Docker.ContainerInspectInfo,
): Promise<boolean> {
  const bornMs = Date.parse(state.StartedAt);
  const stream = await docker.getEvents({
    since: Math.floor(bornMs / 1000),
    until: Math.ceil(Date.parse(state.FinishedAt) / 1000) + 1,
    filters: { container: [id], event: ['kill'] },
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  // Its earlier lives were ended by us, and that within the same second.
  return lines
    .filter((line) => line.trim() !== '')
    .some((line) => Number(fieldsOf(JSON.parse(line))['timeNano']) / 1e6 > bornMs);
}
