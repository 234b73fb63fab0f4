/**
 * Makes the way to a violation short: moves are left out as long as what is left, made on fresh nodes,
 * breaks a promise (delta debugging); then all ways that are shorter still are searched, within the
 * bounds that this one takes.
 */

import { asProtocol, rulesOf } from '../../systems/system.ts';
import { type Model, type Modelled, modelled } from './model.ts';
import { retell } from './retell.ts';
import { Search } from './search.ts';
import type { Walked } from './walks.ts';
import { type Bounds, type Move, type Possible, World } from './world.ts';

/** The moves of `walked` of which none can be left out any more, or as far as there was time. */
export function* leavingOut(walked: Walked): Generator<Walked, Walked> {
  let best = walked;
  const length = () => best.moves.length - best.begun;
  for (let size = length(); size >= 1; size = Math.min(size >> 1, length())) {
    let wasLeftOut = false;
    for (let at = length() - size; at > -size; at -= size) {
      const place = best.begun + Math.max(0, at);
      const shorter = without(best, place, size);
      yield best;
      if (shorter === null) continue;
      best = shorter;
      wasLeftOut = true;
    }
    // Once more by single moves, as long as that helps.
    if (size === 1 && wasLeftOut) size = 2;
  }
  return best;
}

/** The same without some of its moves, and without those that cannot be made then; null if nothing breaks. */
function without(walked: Walked, place: number, size: number): Walked | null {
  const { parts, begun } = walked;
  const wanted = walked.moves.toSpliced(place, size).slice(begun);
  const moves = [...walked.moves.slice(0, begun), ...followed(parts, wanted)];
  if (moves.length >= walked.moves.length) return null;
  return retell(parts, moves, begun).verdict === null ? null : { ...walked, moves };
}

/** Those of the moves that can be made, one after the other. */
function followed(parts: Modelled, wanted: readonly Move[]): Move[] {
  const world = new World({ ...parts.parts, symmetry: null });
  const { row } = world.first();
  let here = row.numbers.slice(0, row.length);
  return wanted.flatMap((one) => {
    const possible = likeliest(parts, world.movesFrom(here, here.length), one);
    const made: Move[] = [];
    if (possible === null) return made;
    world.make(possible, (next, move) => {
      if (move.outcome !== one.outcome) return;
      here = next.numbers.slice(0, next.length);
      made.push(move);
    });
    return made;
  });
}

/** The move itself; where it is not possible, one of the same kind: a message of that kind, another timer. */
function likeliest(
  { nodes, model }: Modelled,
  possible: readonly Possible[],
  { kind, node, what }: Move,
): Possible | null {
  const alike = possible.filter(({ move }) => move.kind === kind && move.node === node);
  const same = alike.find(({ move }) => move.what === what);
  if (same !== undefined || (kind !== 'deliver' && kind !== 'duplicate')) return same ?? null;
  const { from, message } = nodes.flight(what);
  const kindOf = (sent: unknown) =>
    sent === null
      ? null
      : asProtocol(model.system).protocol(rulesOf(model.system)).messageKind(sent);
  const similar = alike.find(({ move }) => {
    const flight = nodes.flight(move.what);
    return flight.from === from && kindOf(flight.message) === kindOf(message);
  });
  return similar ?? null;
}

/** What a way takes of the bounds. */
export function boundsTaken({ parts, moves, begun }: Walked): Bounds {
  const made = moves.slice(begun);
  const count = (...kinds: readonly Move['kind'][]) =>
    made.filter(({ kind }) => kinds.includes(kind)).length;
  const crashes = made.filter(({ outcome }) => outcome > 0).length;
  return {
    ...parts.model.bounds,
    operations: count('ask'),
    faults: count('crash', 'duplicate', 'break') + crashes,
    timeouts: count('fire'),
  };
}

/** A search for a way that is shorter than this one, within the bounds that it takes. */
export class Shorter {
  readonly search: Search;
  readonly parts: Modelled;

  constructor(walked: Walked, memoryBytes: number) {
    const model: Model = { ...walked.parts.model, bounds: boundsTaken(walked) };
    this.parts = modelled(model);
    const depth = walked.moves.length - walked.begun - 1;
    const isOne = (moves: readonly Move[]) => retell(this.parts, moves, 0).verdict !== null;
    this.search = new Search(this.parts.world, { depth, memoryBytes }, isOne);
  }

  /** Whether the given way is a shortest one: null while that is not known. */
  get isShortest(): boolean | null {
    const { end } = this.search;
    if (end === 'violation') return false;
    return end === 'depth' || end === 'exhausted' ? true : null;
  }

  /** The shorter way that was found. */
  get found(): Walked {
    const { found, beginning } = this.search;
    return { parts: this.parts, moves: found ?? [], begun: beginning.length };
  }
}
