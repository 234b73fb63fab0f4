/** What a thread of a campaign does: makes one unit after the other, of whatever system. */

import { enableCompileCache } from 'node:module';
import type { Answer } from '../explore/answer.ts';
import type { Hunt, Cell as HuntMade } from '../explore/matrix/cell.ts';
import type { Explored } from '../explore/trial.ts';
import type { RunsAsked, RunsMade } from './runs.ts';

/** What a unit is made of, as plain data. */
export type UnitAsked =
  | { readonly kind: 'canary'; readonly hunt: Hunt }
  | { readonly kind: 'runs'; readonly runs: RunsAsked };

/** What came of the hunt for a canary. */
export interface CanaryMade extends Omit<HuntMade, 'kill'> {
  readonly kind: 'canary';
  /** The first run that shows it; null where none did. */
  readonly kill: HuntMade['kill'];
}

export type UnitMade = RunsMade | CanaryMade;

/** By what was asked for: each is loaded once. */
const loaded = new Map<string, Promise<Explored>>();

/** Never rejects but for what ends the thread. */
export async function answer(asked: UnitAsked): Promise<Answer<UnitMade>> {
  // Each thread has a cache of its own to open: reading code takes longer than a run.
  enableCompileCache();
  const { answered } = await import('../explore/answer.ts');
  return answered(() => make(asked));
}

async function make(asked: UnitAsked): Promise<UnitMade> {
  if (asked.kind === 'canary') {
    const { huntCell } = await import('../explore/matrix/cell.ts');
    return { kind: 'canary', ...(await huntCell(asked.hunt)) };
  }
  const { makeRuns } = await import('./runs.ts');
  return makeRuns(await exploredOf(asked.runs.asked), asked.runs);
}

function exploredOf(asked: RunsAsked['asked']): Promise<Explored> {
  const key = JSON.stringify(asked);
  const before = loaded.get(key);
  if (before !== undefined) return before;
  const loading = import('../explore/trial.ts').then((module) => module.Explored.of(asked));
  loaded.set(key, loading);
  return loading;
}
