/** `ordeal prove` as a function: searches a small world as a whole, and says what it has covered. */

import { getHeapStatistics } from 'node:v8';
import { type Model, type Modelled, modelled } from './model.ts';
import { type Retelling, retell } from './retell.ts';
import { type Covered, type End, Search, type SearchLimits } from './search.ts';
import type { Move } from './world.ts';

export interface Proof {
  readonly model: Model;
  readonly end: End;
  readonly covered: Covered;
  /** States of single nodes, and steps of the protocol's code from them. */
  readonly local: { readonly states: number; readonly steps: number };
  /** What nodes had reported, in so many ways. */
  readonly reported: number;
  /** How often a report was judged behind what had been reported before. */
  readonly judged: number;
  /** What looked like a violation in a sum of ways and was none in a single one. */
  readonly unconfirmed: number;
  /** Whether any client was ever answered. */
  readonly wasAnswered: boolean;
  readonly reached: Modelled['reached'];
  readonly violation: Retelling | null;
  readonly seconds: number;
}

export interface ProveOptions extends SearchLimits {
  /** Whether to end now; asked between slices. */
  isOver(): boolean;
  onProgress?(covered: Covered, seconds: number): void;
}

/** The share of the heap that may be used: the rest is for what a slice of work adds. */
const HEAP_SHARE = 0.8;
/** How long a slice of work lasts before signals are heard and progress is told. */
const BREATH_MS = 50;

export async function prove(model: Model, options: ProveOptions): Promise<Proof> {
  const begunMs = performance.now();
  const begunBytes = process.memoryUsage.rss();
  const seconds = () => (performance.now() - begunMs) / 1000;
  const parts: Modelled = modelled(model);
  let unconfirmed = 0;
  const confirm = (moves: readonly Move[]): boolean => {
    if (retell(parts, moves, 0).verdict !== null) return true;
    unconfirmed++;
    return false;
  };
  const search = new Search(parts.world, options, confirm);
  let breathMs = begunMs;
  while (search.goOn()) {
    if (performance.now() - breathMs < BREATH_MS) continue;
    options.onProgress?.(search.covered, seconds());
    await new Promise((resolve) => setImmediate(resolve));
    breathMs = performance.now();
    if (options.isOver()) search.stop('stopped');
    if (isFull(options.memoryBytes, begunBytes)) search.stop('memory');
  }
  return {
    model,
    end: search.end ?? 'stopped',
    covered: search.covered,
    local: parts.nodes.counts,
    reported: parts.ghosts.count,
    judged: parts.ghosts.judged,
    unconfirmed,
    wasAnswered: parts.clients.wasAnswered,
    reached: parts.reached,
    violation: search.found === null ? null : retell(parts, search.found, search.beginning.length),
    seconds: seconds(),
  };
}

/** Whether the process has grown by so much, or its heap is about to end it. */
function isFull(memoryBytes: number, begunBytes: number): boolean {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return process.memoryUsage.rss() - begunBytes > memoryBytes || used > HEAP_SHARE * limit;
}
