/**
 * Where the nodes of a run may live, by name, and what holds of each before anything is loaded:
 * `run/backends.ts` has what carries runs out. `harness/BACKENDS.md` says how to add one.
 */

import type { FaultKind } from '../../nemesis/fault.ts';

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
}

export const BACKENDS = {
  sim: { nodes: 'simulated', time: 'virtual', faults: 'all' },
  docker: {
    nodes: 'containers',
    time: 'real',
    faults: ['partition', 'kill', 'pause', 'clock'],
  },
} as const satisfies Readonly<Record<string, BackendKind>>;

export type BackendName = keyof typeof BACKENDS;

export const BACKEND_NAMES = Object.keys(BACKENDS) as readonly BackendName[];

/** Whether it can carry out faults of this kind. */
export function carriesOut({ faults }: BackendKind, kind: FaultKind): boolean {
  return faults === 'all' || faults.includes(kind);
}

/** Whether its time is the simulator's: see `BackendKind`. */
export function isVirtual(backend: BackendName): boolean {
  return BACKENDS[backend].time === 'virtual';
}
