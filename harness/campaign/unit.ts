/**
 * The work of a campaign in units, in the order in which they are done: canaries first, then the cells
 * by turns, some seeds each. A unit follows from the campaign alone, so that it may be made by whatever
 * thread, process or machine, and made again.
 */

import type { CampaignSpec, Canary, Cell } from './spec.ts';

/** Seeds of one unit: some seconds of a core, which is what a kill loses at most. */
export const SEEDS = 20;

export type Unit =
  | { readonly kind: 'canary'; readonly id: string; readonly at: number; readonly canary: Canary }
  | {
      readonly kind: 'runs';
      readonly id: string;
      /** Of the cell in the matrix, and which of its turns it is. */
      readonly at: number;
      readonly round: number;
      readonly cell: Cell;
      /** After the first seed of the campaign. */
      readonly offset: number;
      readonly seeds: number;
    };

/** One of so many parts of a campaign, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Shard = { index: 1, of: 1 };

/** Every unit of a shard; without end where no number of seeds is given. */
export function* unitsOf(
  { canaries, cells, seeds }: Pick<CampaignSpec, 'canaries' | 'cells' | 'seeds'>,
  { index, of }: Shard,
): Generator<Unit, void> {
  for (const [at, canary] of canaries.entries()) {
    if (hunts({ index, of }, at)) yield { kind: 'canary', id: `canary-${at}`, at, canary };
  }
  for (let round = 0; seeds === null || round * SEEDS < seeds; round++) {
    const offset = round * SEEDS;
    const most = seeds === null ? SEEDS : Math.min(SEEDS, seeds - offset);
    for (const [at, cell] of cells.entries()) {
      // Each round deals the cells otherwise: no shard gets all of what takes long.
      if ((at + round) % of !== index - 1) continue;
      yield { kind: 'runs', id: `runs-${at}-${round}`, at, round, cell, offset, seeds: most };
    }
  }
}

/** Whether a shard is the one to hunt a canary, by its place among all of them. */
export function hunts({ index, of }: Shard, at: number): boolean {
  return at % of === index - 1;
}

/** Rounds until the one that a unit belongs to, with that one; canaries come before all rounds. */
export function roundsUntil(id: string): number {
  const [, round] = /^runs-\d+-(\d+)$/.exec(id) ?? [];
  return round === undefined ? 0 : Number(round) + 1;
}
