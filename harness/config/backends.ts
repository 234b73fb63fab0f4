/**
 * Where the nodes of a run may live, by name, and what holds of each before anything is loaded:
 * `run/backends.ts` has what carries runs out. `harness/BACKENDS.md` says how to add one.
 */

import type { FaultKind } from '../../nemesis/fault.ts';
import type { System } from '../../systems/system.ts';

export interface BackendKind {
  /** What nodes are there, in words for people. */
  readonly nodes: string;
  /**
   * `virtual`: how slow the world is stands in the settings, and the same seed gives the same bytes,
   * so that a run can be made in memory and made again. `real`: nobody knows whether a machine was
   * in time, and no two runs are alike.
   */
  readonly time: 'virtual' | 'real';
  /** The kinds of faults that it can carry out. */
  readonly faults: readonly FaultKind[] | 'all';
  /** The kinds of systems whose nodes it can run. */
  readonly runs: readonly NonNullable<System['kind']>[];
  /** For how much of the bound on recovery load goes on after the faults, at least. */
  readonly loadAfter: number;
}

export const BACKENDS = {
  sim: {
    nodes: 'simulated',
    time: 'virtual',
    faults: 'all',
    runs: ['protocol', 'program'],
    loadAfter: 1 / 2,
  },
  docker: {
    nodes: 'containers',
    time: 'real',
    faults: ['partition', 'kill', 'pause', 'clock'],
    runs: ['protocol', 'member'],
    loadAfter: 1 / 3,
  },
  process: {
    nodes: 'processes',
    time: 'real',
    faults: ['partition', 'kill', 'pause', 'links', 'messages', 'client-links'],
    runs: ['program'],
    loadAfter: 1 / 15,
  },
} as const satisfies Readonly<Record<string, BackendKind>>;

export type BackendName = keyof typeof BACKENDS;

export const BACKEND_NAMES = Object.keys(BACKENDS) as readonly BackendName[];

/** What of a run's configuration says where its nodes are. */
interface Where {
  readonly backend: BackendName;
  /** The command of a program; absent where nodes are no programs. */
  readonly program?: readonly string[];
}

/** Whether it can run the nodes of systems of this kind. */
export function runsKind(backend: BackendName, kind: NonNullable<System['kind']>): boolean {
  const { runs }: BackendKind = BACKENDS[backend];
  return runs.includes(kind);
}

/** Whether nodes are programs whose time is the simulator's. */
export function isLockstep({ backend, program }: Where): boolean {
  return program !== undefined && isVirtual(backend);
}

/** Of a program with its level: it is easily believed that a seed makes its run again. */
export function backendText({ backend, program }: Where): string {
  if (program === undefined) return backend;
  const level = isVirtual(backend) ? 'lock-step: replayable' : 'real time: not replayable';
  return `${backend} (${level})`;
}

/** Whether it can carry out faults of this kind. */
export function carriesOut({ faults }: BackendKind, kind: FaultKind): boolean {
  return faults === 'all' || faults.includes(kind);
}

/** Whether its time is the simulator's: see `BackendKind`. */
export function isVirtual(backend: BackendName): boolean {
  return BACKENDS[backend].time === 'virtual';
}
