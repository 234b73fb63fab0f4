/** Follows a run event by event and stops it at the first violation: registers, written uniquely. */

import { attemptsOf, nobody, WRITE } from '../attempts.ts';
import { FAIL, type History, INFO, INVOKE, NEMESIS, NONE, OK, type Value } from '../history.ts';
import { entryOf, itemAt } from '../item-at.ts';
import type { LogIndex } from '../units.ts';
import type { Verdict } from '../verdict.ts';
import { Maxima } from './maxima.ts';
import { bounds } from './models/register.ts';

type Violation = Extract<Verdict, { kind: 'invalid' }>;

/**
 * The register monitor (`MONITORS.md`) fed as the history grows: O(log n) an event, and memory
 * for what is open, what crashed and was not seen, and the values that can still be read.
 *
 * Exact for reads, writes, compare-and-sets that succeeded and operations without an answer: it
 * answers a violation at the very event with which the history becomes wrong. It does not judge
 * that a compare-and-set was refused (`failedCas: 'observed'`), which may make a history wrong that
 * is right for it. A key with a value that is written again while the first may still be read, or
 * with another function, is left alone from there on (`unfollowed`): judge it when the run is over.
 *
 * Two blocks (a value with the compare-and-sets that follow it) contradict each other when each was
 * answered before the last call on the other: first(a) < last(b) and first(b) < last(a). Only the
 * last calls change, and only upwards, so a tree of maxima finds a contradiction at the event that
 * completes it. Compare-and-sets only ever extend a block at its end: a value is needed when it is
 * answered, and needs the one that it replaced.
 */
export class RegisterFollower {
  readonly #initial: Value;
  readonly #keys = new Map<number, FollowedKey>();
  /** The event of the open invocation of each process. */
  readonly #open = new Map<number, number>();

  constructor(initial: Value = null) {
    this.#initial = initial;
  }

  /** Keys that are not followed any more. */
  get unfollowed(): number {
    let count = 0;
    for (const key of this.#keys.values()) if (key.lost) count++;
    return count;
  }

  /** Values that are kept, over all keys: what memory is needed for. */
  get kept(): number {
    let count = 0;
    for (const key of this.#keys.values()) count += key.kept;
    return count;
  }

  /** Takes in one event, in order; the verdict when it makes the history wrong. */
  next(history: History, event: number): Violation | undefined {
    const who = history.process.get(event);
    if (who === NEMESIS) return undefined;
    if (history.type[event] === INVOKE) {
      this.#open.set(who, event);
      this.#keyOf(history, event).invoked(history, event);
      return undefined;
    }
    const call = this.#open.get(who);
    this.#open.delete(who);
    if (call === undefined) return undefined;
    const key = this.#keyOf(history, call);
    const fault = key.ended(history, call, event);
    return fault === undefined
      ? undefined
      : explain(history, { call, event, initial: this.#initial }, fault);
  }

  #keyOf(history: History, event: number): FollowedKey {
    const id = history.key.get(event);
    let key = this.#keys.get(id);
    if (key === undefined) {
      key = new FollowedKey(history.values.code(this.#initial));
      this.#keys.set(id, key);
    }
    return key;
  }
}

/** Not yet: later than every event. */
const LATER = 0x7fff_ffff;

/** A value that was asked to be written, and can still be read. */
interface Written {
  /** The event that asked for it; -1 for the initial value. */
  readonly write: number;
  /** The code of the value that it replaces, by compare-and-set; undefined for a plain write. */
  readonly from: LogIndex | undefined;
  /** Null until it is sure that it was written. */
  block: Block | null;
  /** The event with which it became sure that a compare-and-set replaced it. */
  replacedAt: number;
}

/** Values that follow each other without anything between. */
interface Block {
  /** Its place in the tree. */
  place: number;
  /** Of the first write, for the witness. */
  readonly write: number;
  readonly firstRet: number;
  lastCall: number;
}

/** Events that show the other half of a contradiction, with a sentence. */
interface Fault {
  readonly others: readonly number[];
  readonly because: string;
  /** The code of the value that is not known to have been there. */
  readonly missing?: number;
}

/** Values that a key may hold before it is worth looking for ones that nobody can read any more. */
const SWEEP_MIN = 64;

class FollowedKey {
  lost = false;
  readonly #values = new Map<number, Written>();
  /** Invocations that may yet be answered, oldest first. */
  readonly #open = new Set<number>();
  /** Blocks in the order of their first returns. */
  #order: Block[] = [];
  #last = new Maxima();
  /** Of all blocks that were forgotten, the one with the last call. */
  #forgotten: Block | null = null;
  #sweepAt = SWEEP_MIN;

  constructor(initial: number) {
    const block = this.#begin(-1, -1, -1);
    this.#values.set(initial, { write: -1, from: undefined, block, replacedAt: LATER });
  }

  get kept(): number {
    return this.#values.size;
  }

  invoked(history: History, event: number): void {
    const f = history.functions.names[history.f.get(event)];
    this.#open.add(event);
    if (f === 'read' || this.lost) return;
    if (f !== 'write' && f !== 'cas') {
      this.#lose();
      return;
    }
    const [from, to] = codesOf(history, event);
    // What was not recorded may have been any value.
    if (to === NONE) {
      this.#lose();
      return;
    }
    // A compare-and-set that changes nothing is a read, once it is answered.
    if (from === to) return;
    if (this.#values.has(to)) this.#lose();
    else this.#values.set(to, { write: event, from, block: null, replacedAt: LATER });
  }

  ended(history: History, call: number, event: number): Fault | undefined {
    const type = history.type[event];
    this.#open.delete(call);
    if (this.lost || type === INFO) return undefined;
    const fault = type === OK ? this.#answered(history, call, event) : undefined;
    const failed = type === FAIL ? this.#failed(history, call) : undefined;
    if (this.#values.size >= this.#sweepAt) this.#sweep();
    return fault ?? failed;
  }

  /** A write that failed did not happen. */
  #failed(history: History, call: number): Fault | undefined {
    if (history.functions.names[history.f.get(call)] === 'read') return undefined;
    const [, to] = codesOf(history, call);
    const value = this.#values.get(to);
    if (value?.write !== call) return undefined;
    if (value.block === null) {
      this.#values.delete(to);
      return undefined;
    }
    const seen = value.block;
    const others = [call, seen.firstRet, seen.lastCall];
    return { others, because: 'did not happen, although it was seen' };
  }

  #answered(history: History, call: number, event: number): Fault | undefined {
    const f = history.functions.names[history.f.get(call)];
    const code = f === 'read' ? history.value.get(event) : (codesOf(history, call)[1] as number);
    const block = this.#need(code, event, call);
    if ('because' in block) return block;
    const { replacedAt } = entryOf(this.#values, code);
    if (replacedAt < call) {
      const because = 'had been replaced by then';
      return { others: [replacedAt], because };
    }
    if (call > block.lastCall) {
      block.lastCall = call;
      this.#last.raise(block.place, call);
    }
    return this.#contradiction(block);
  }

  /** The block of a value that was surely written, now that event `event` shows it. */
  #need(code: number, event: number, call: number): Block | Fault {
    // Values whose write is shown by that of the next, the last of them first.
    const shown: Written[] = [];
    let missing = code;
    let value = this.#values.get(code);
    while (value !== undefined && value.block === null) {
      if (shown.includes(value)) return { others: [], because: 'can only have come after itself' };
      shown.push(value);
      if (value.from === undefined) break;
      missing = value.from;
      value = this.#values.get(missing);
    }
    if (value === undefined) {
      const others = this.#forgotten === null ? [] : eventsOf(this.#forgotten);
      return { others, because: 'is of no value that was there', missing };
    }
    let { block } = value;
    for (const next of shown.toReversed()) {
      if (next.from === undefined) {
        block = this.#begin(next.write, event, next.write);
      } else {
        const before = entryOf(this.#values, next.from);
        if (before.replacedAt !== LATER) {
          return { others: [before.replacedAt, next.write], because: 'replaces a value once more' };
        }
        before.replacedAt = event;
        block = before.block as Block;
        const last = Math.max(block.lastCall, next.write, call);
        block.lastCall = last;
        this.#last.raise(block.place, last);
      }
      next.block = block;
    }
    return block as Block;
  }

  #begin(write: number, firstRet: number, lastCall: number): Block {
    const block = { place: this.#order.length, write, firstRet, lastCall };
    this.#order.push(block);
    this.#last.push(lastCall);
    return block;
  }

  #contradiction(block: Block): Fault | undefined {
    const because = 'contradicts another value: each was there before the last call on the other';
    const gone = this.#forgotten;
    if (gone !== null && gone.lastCall > block.firstRet) return { others: eventsOf(gone), because };
    const low = this.#before(block.lastCall);
    for (const [from, to] of [
      [0, Math.min(block.place, low)],
      [block.place + 1, low],
    ] as const) {
      const place = this.#last.above(from, to, block.firstRet);
      if (place === NONE) continue;
      return { others: [...eventsOf(itemAt(this.#order, place)), block.write], because };
    }
    return undefined;
  }

  /**
   * Forgets what no operation may answer any more: every later answer on it would be a violation,
   * and so is that of a value that is not known. Such a block was there before an operation that
   * is open was called, as was another block that had its last call after that.
   *
   * What is left must not have had its first return before the last call of a forgotten block, or
   * every later answer on it is a violation too; of the forgotten, the latest last call tells that.
   */
  #sweep(): void {
    const [oldest = LATER] = this.#open;
    const gone = new Set(this.#order.filter((block) => this.#isOver(block, oldest)));
    for (const block of gone) {
      if (block.lastCall > (this.#forgotten?.lastCall ?? -2)) this.#forgotten = block;
    }
    for (const [code, { block, replacedAt }] of this.#values) {
      if (block !== null && (gone.has(block) || replacedAt < oldest)) this.#values.delete(code);
    }
    this.#order = this.#order.filter((block) => !gone.has(block));
    this.#last = new Maxima();
    this.#order.forEach((block, place) => {
      block.place = place;
      this.#last.push(block.lastCall);
    });
    this.#sweepAt = Math.max(SWEEP_MIN, 2 * this.#values.size);
  }

  /** Whether an operation called at `since` or later may not answer this block. */
  #isOver({ place, firstRet }: Block, since: number): boolean {
    if (firstRet >= since) return false;
    if ((this.#forgotten?.lastCall ?? -2) > firstRet) return true;
    const until = this.#before(since);
    return (
      this.#last.above(0, Math.min(place, until), firstRet) !== NONE ||
      this.#last.above(place + 1, until, firstRet) !== NONE
    );
  }

  /** How many blocks had their first return before an event. */
  #before(event: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (itemAt(this.#order, middle).firstRet < event) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lose(): void {
    this.lost = true;
    this.#values.clear();
    this.#order = [];
  }
}

/** What a compare-and-set expects and writes; a write expects nothing. */
function codesOf(history: History, call: number): readonly [number | undefined, number] {
  const code = history.value.get(call);
  if (history.functions.names[history.f.get(call)] !== 'cas') return [undefined, code];
  const [from, to] = bounds(history.values.value(code));
  return [history.values.code(from), history.values.code(to)];
}

function eventsOf({ write, firstRet, lastCall }: Block): number[] {
  return [write, firstRet, lastCall];
}

/** The answer that makes the history wrong, and what every key held at the start. */
interface Answered {
  readonly call: number;
  readonly event: number;
  readonly initial: Value;
}

function explain(
  history: History,
  answer: Answered,
  { others, because, missing }: Fault,
): Violation {
  const { call, event } = answer;
  const f = history.functions.names[history.f.get(call)];
  const value = JSON.stringify(history.values.value(history.value.get(event)));
  const who = missing === undefined ? '' : `: ${origin(history, answer, missing)}`;
  const events = [...new Set([...others, call, event])].filter((index) => index >= 0);
  return {
    kind: 'invalid',
    because: `event ${event}: the ${f} of ${value} by process ${history.process[event]} ${because}${who}`,
    events: events.sort((a, b) => a - b),
  };
}

/** Where a value came from that was not there: it was replaced, or nobody had written it. */
function origin(history: History, { call, event, initial }: Answered, missing: number): string {
  const value = history.values.value(missing);
  const text = JSON.stringify(value);
  if (history.values.code(initial) === missing) {
    return `${text} was there at the start, and had surely been replaced`;
  }
  const key = history.key.get(call);
  const written = attemptsOf(history, key, value).find(({ outcome }) => outcome === 'ok');
  if (written !== undefined) {
    return `${text} had been written (event ${written.invoke}), and surely been replaced`;
  }
  return `${text}, which ${nobody(history, { key, value, event }, WRITE)}`;
}
