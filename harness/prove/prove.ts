/** `ordeal prove` as a function: searches a small world as a whole, and says what it has covered. */

import { getHeapStatistics } from 'node:v8';
import { type Model, type Modelled, modelled } from './model.ts';
import { type Retelling, retell } from './retell.ts';
import { type Covered, type End, Search, type SearchLimits } from './search.ts';
import { leavingOut, Shorter } from './shorten.ts';
import { type Walked, Walks } from './walks.ts';
import type { Move } from './world.ts';

export interface Proof {
  readonly model: Model;
  /** How the search ended; `violation` also where only a walk found one. */
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
  /** Walks at random behind the search, and the moves that they made; null where there were none. */
  readonly walked: { readonly walks: number; readonly moves: number } | null;
  readonly violation: Violation | null;
  /** Seconds until the search ended, and until all did. */
  readonly searchedS: number;
  readonly seconds: number;
}

export interface Violation extends Retelling {
  /**
   * Whether no way is shorter: of all there are within the bounds, of those that take no more of them
   * than this one does, or whether that is not known.
   */
  readonly shortest: 'of all' | 'of its bounds' | 'unknown';
}

export interface ProveOptions extends SearchLimits {
  /** Whether to end now; asked between slices. */
  readonly isOver: () => boolean;
  /** When walks at random take the place of the search, and when they end; where absent, there are none. */
  readonly walking?: { readonly isTime: () => boolean; readonly isOver: () => boolean };
  readonly onProgress?: (far: Progress, seconds: number) => void;
}

/** How far it is; `walks`: null while it searches. */
export interface Progress {
  readonly covered: Covered;
  readonly walks: number | null;
}

/** The share of the heap that may be used: the rest is for what a slice of work adds. */
const HEAP_SHARE = 0.8;
/** How long a slice of work lasts before signals are heard and progress is told. */
const BREATH_MS = 50;

export async function prove(model: Model, options: ProveOptions): Promise<Proof> {
  const begunMs = performance.now();
  const seconds = () => (performance.now() - begunMs) / 1000;
  const breath = breathing(options, seconds);
  const parts: Modelled = modelled(model);
  let unconfirmed = 0;
  const confirm = (moves: readonly Move[]): boolean => {
    if (retell(parts, moves, 0).verdict !== null) return true;
    unconfirmed++;
    return false;
  };
  const search = new Search(parts.world, options, confirm);
  const searching = () => ({ covered: search.covered, walks: null });
  while (search.goOn()) {
    const why = await breath(searching);
    if (why !== null) search.stop(why);
    if (options.walking?.isTime() === true) search.stop('stopped');
  }
  const searchedS = seconds();
  const { violation, walked } =
    search.found === null
      ? await walkedOn(model, search, options, breath)
      : { violation: foundBy(parts, search), walked: null };
  return {
    model,
    end: violation === null ? (search.end ?? 'stopped') : 'violation',
    covered: search.covered,
    local: parts.nodes.counts,
    reported: parts.ghosts.count,
    judged: parts.ghosts.judged,
    unconfirmed,
    wasAnswered: parts.clients.wasAnswered,
    reached: parts.reached,
    walked,
    violation,
    searchedS,
    seconds: seconds(),
  };
}

function foundBy(parts: Modelled, { found, beginning }: Search): Violation {
  return { ...retell(parts, found ?? [], beginning.length), shortest: 'of all' };
}

/** Walks where the search was cut off, and makes short what they come to. */
async function walkedOn(
  model: Model,
  search: Search,
  options: ProveOptions,
  breath: Breath,
): Promise<Pick<Proof, 'violation' | 'walked'>> {
  const { walking } = options;
  if (walking === undefined || !WALKED_ON.includes(search.end ?? 'stopped')) {
    return { violation: null, walked: null };
  }
  search.letGo();
  const walks = new Walks(model);
  const far = () => ({ covered: search.covered, walks: walks.count });
  while (!walking.isOver() && walks.goOn()) if ((await breath(far)) !== null) break;
  const walked = { walks: walks.count, moves: walks.moves };
  if (walks.found === null) return { violation: null, walked };
  return { violation: await madeShort(walks.found, options, () => breath(far)), walked };
}

/** What cuts a search off that walks go on from; a bound on its depth is one for walks as well. */
const WALKED_ON: readonly End[] = ['stopped', 'memory'];

type Cut = 'stopped' | 'memory' | null;
type Breath = (far: () => Progress) => Promise<Cut>;

/** Now and then lets signals be heard, tells how far it is, and says whether to end. */
function breathing(
  { isOver, onProgress, memoryBytes }: ProveOptions,
  seconds: () => number,
): Breath {
  const begunBytes = process.memoryUsage.rss();
  let breathMs = performance.now();
  return async (far) => {
    if (performance.now() - breathMs < BREATH_MS) return null;
    onProgress?.(far(), seconds());
    await new Promise((resolve) => setImmediate(resolve));
    breathMs = performance.now();
    if (isOver()) return 'stopped';
    return isFull(memoryBytes, begunBytes) ? 'memory' : null;
  };
}

/** What a walk came to, on as short a way as there is time for. */
async function madeShort(
  found: Walked,
  { memoryBytes }: ProveOptions,
  breath: () => Promise<Cut>,
): Promise<Violation> {
  let best = found;
  let cut: Cut = null;
  for (const shorter of leavingOut(found)) {
    best = shorter;
    cut = await breath();
    if (cut !== null) break;
  }
  if (cut !== null) return { ...told(best), shortest: 'unknown' };
  const shorter = new Shorter(best, memoryBytes);
  while (shorter.search.goOn()) {
    cut = await breath();
    if (cut !== null) shorter.search.stop(cut);
  }
  if (shorter.isShortest === null) return { ...told(best), shortest: 'unknown' };
  return { ...told(shorter.isShortest ? best : shorter.found), shortest: 'of its bounds' };
}

function told({ parts, moves, begun }: Walked): Retelling {
  return retell(parts, moves, begun);
}

/** Whether the process has grown by so much, or its heap is about to end it. */
function isFull(memoryBytes: number, begunBytes: number): boolean {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return process.memoryUsage.rss() - begunBytes > memoryBytes || used > HEAP_SHARE * limit;
}
