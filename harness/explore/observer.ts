/** Follows a run's trace as its checkers do, counts what was reached, and digests what was said. */

import type { History } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { type Sometimes, SometimesCounter } from '../../checkers/sometimes.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { System } from '../../systems/system.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import { type Lines, traceLineOf } from './parting.ts';

/** More kinds of events than any system has. */
const KINDS_MAX = 4096;

export class TraceObserver extends TraceFollower {
  /** How often each kind of event was reported. */
  readonly steps = new Map<string, number>();
  /** How often a node reported one kind of event right after another, as `append, commit`. */
  get pairs(): ReadonlyMap<string, number> {
    const names = [...this.#ids.keys()];
    const pairs = [...this.#pairs].map(([pair, times]) => {
      return [`${names[Math.floor(pair / KINDS_MAX)]}, ${names[pair % KINDS_MAX]}`, times] as const;
    });
    return new Map(pairs);
  }

  readonly #pairs = new Map<number, number>();
  /** By node, what it reported, in order of time, and when. */
  readonly #reports: { readonly timesNs: Nanos[]; readonly ids: number[] }[] = [];

  /** 32 bits of what every node reported when, in order. */
  hash = 0x811c_9dc5;
  readonly #ids = new Map<string, number>();
  readonly #sometimes: SometimesCounter;
  /** What was reported; null for a run whose lines nobody wants. */
  readonly lines: Lines['trace'][number][] | null;

  constructor(system: System, sometimes: readonly Sometimes[] = [], recorded = false) {
    super(system);
    this.#sometimes = new SometimesCounter(sometimes);
    this.lines = recorded ? [] : null;
  }

  /** What a node had reported last at this time, other than that it crashed then; null before anything. */
  lastStep(node: number, atNs: Nanos): string | null {
    const { timesNs, ids } = this.#reports[node] ?? { timesNs: [], ids: [] };
    const crash = this.#ids.get('crash');
    // The first that is later (binary search).
    let [low, high] = [0, timesNs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (itemAt(timesNs, middle) <= atNs) low = middle + 1;
      else high = middle;
    }
    let at = low - 1;
    while (at >= 0 && ids[at] === crash && timesNs[at] === atNs) at--;
    return at < 0 ? null : ([...this.#ids.keys()][itemAt(ids, at)] ?? null);
  }

  override feed(event: TraceEvent, node: number, incarnation: number, timeNs: Nanos): void {
    const { kind } = event;
    const known = this.#ids.get(kind);
    const id = known ?? this.#ids.size;
    if (known === undefined) this.#ids.set(kind, id);
    const reports = this.#reports[node] ?? { timesNs: [], ids: [] };
    this.#reports[node] = reports;
    const { timesNs, ids } = reports;
    const last = ids.at(-1);
    if (last !== undefined) {
      const pair = last * KINDS_MAX + id;
      this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + 1);
    }
    timesNs.push(timeNs);
    ids.push(id);
    this.steps.set(kind, (this.steps.get(kind) ?? 0) + 1);
    let hash = Math.imul(this.hash ^ (id * 64 + node), 0x0100_0193);
    hash = Math.imul(hash ^ (timeNs % 0x7fff_ffff), 0x0100_0193);
    this.hash = hashed(event, hash ^ (hash >>> 15));
    this.lines?.push(traceLineOf(event, node, incarnation, timeNs));
    this.#sometimes.feed(event, node, timeNs);
    super.feed(event, node, incarnation, timeNs);
  }

  /** By name, how often each situation was there, 0 among them; to be asked once, at the end. */
  sometimesIn(history: History): Readonly<Record<string, number>> {
    return this.#sometimes.times(history);
  }
}

/** The digest so far with a value of plain data; names of fields follow from the kind of event. */
function hashed(value: unknown, before: number): number {
  let hash = before;
  switch (typeof value) {
    case 'number':
      return Math.imul(hash ^ value ^ (value / 0x1_0000_0000), 0x0100_0193);
    case 'string':
      for (let at = 0; at < value.length; at++) {
        hash = Math.imul(hash ^ value.charCodeAt(at), 0x0100_0193);
      }
      return hash;
    case 'object':
      if (value === null) return Math.imul(hash ^ 1, 0x0100_0193);
      for (const name in value) hash = hashed((value as Record<string, unknown>)[name], hash);
      return hash;
    default:
      return Math.imul(hash ^ (value === true ? 2 : 3), 0x0100_0193);
  }
}
