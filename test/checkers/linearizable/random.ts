/** Small random histories, most of them nearly linearizable, some of them spoilt. */

import { History, type NewEvent, type Value } from '../../../checkers/history.ts';

/** A small generator of our own: the number of histories is large, and fast-check's values are not needed. */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1;
  }
  /** An integer from 0 to below `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }
  chance(percent: number): boolean {
    return this.roll(100) < percent;
  }
  pick<Item>(items: readonly Item[]): Item {
    return items[this.roll(items.length)] as Item;
  }
}

/** How many histories per algorithm: a second's worth, or what ORDEAL_FUZZ says at night. */
export const fuzzRuns: number = Number(process.env['ORDEAL_FUZZ'] ?? 300);

/** The first seed, so that another night can see other histories: `ORDEAL_FUZZ_FROM`. */
export const firstSeed: number = Number(process.env['ORDEAL_FUZZ_FROM'] ?? 0);

/** What a client may ask, and what a real object of its own answers when the effect happens. */
export interface Play {
  /** Asks something; `effect` runs at some point before the answer and returns it. */
  ask(dice: Dice, who: number): { f: string; input: Value; effect: () => Answer };
  /** An answer that may be wrong, in place of the right one. */
  spoil(dice: Dice, f: string, answer: Value): Value;
}

export type Answer = Value | { readonly refused: true };

export interface Shape {
  readonly processes: number;
  readonly operations: number;
  /** Chance in percent that an operation never answers (and may never happen). */
  readonly crash: number;
  /** Chance in percent that one answer is spoilt. */
  readonly spoil: number;
  /** Chance in percent that a process whose operation ended in `info` goes on under its number. */
  readonly reuse?: number;
}

export function randomShape(dice: Dice, most = 9): Shape {
  return {
    processes: 1 + dice.roll(4),
    operations: 1 + dice.roll(most),
    crash: dice.chance(50) ? dice.pick([5, 20, 50]) : 0,
    spoil: dice.pick([0, 15, 40]),
    reuse: dice.pick([0, 50]),
  };
}

interface Running {
  readonly play: Play;
  readonly key: string | undefined;
  readonly f: string;
  readonly input: Value;
  readonly effect: () => Answer;
  answer?: Answer;
  /** Its place among all effects. */
  position?: number;
  readonly crashes: boolean;
}

/**
 * Plays an object with overlapping operations; the answers are right except where spoilt. With
 * `positions`, what succeeded says when it took effect.
 */
export function playHistory(dice: Dice, shape: Shape, play: Play, positions = false): History {
  return playKeys(dice, shape, new Map([[undefined, play]]), positions);
}

/** The same with an object for each key, by the same processes. */
export function playKeys(
  dice: Dice,
  shape: Shape,
  plays: ReadonlyMap<string | undefined, Play>,
  positions = false,
): History {
  const events: NewEvent[] = [];
  const running = new Map<number, Running>();
  const idle = Array.from({ length: shape.processes }, (_, who) => who);
  let started = 0;
  let nextProcess = shape.processes;
  let effects = 0;
  while (started < shape.operations || running.size > 0) {
    if (started < shape.operations && idle.length > 0 && (running.size === 0 || dice.chance(50))) {
      const who = idle.splice(dice.roll(idle.length), 1)[0] as number;
      const [key, play] = dice.pick([...plays]);
      const asked = play.ask(dice, who);
      running.set(who, { play, key, ...asked, crashes: dice.chance(shape.crash) });
      events.push(event(who, 'invoke', key, asked.f, asked.input));
      started++;
      continue;
    }
    const who = dice.pick([...running.keys()]);
    const one = running.get(who) as Running;
    if (one.crashes) {
      if (dice.chance(60)) {
        effects++;
        one.effect();
      }
      const hasInfo = dice.chance(50);
      if (hasInfo) events.push(event(who, 'info', one.key, one.f, one.input));
      running.delete(who);
      idle.push(hasInfo && dice.chance(shape.reuse ?? 0) ? who : nextProcess++);
    } else if (one.answer === undefined) {
      one.answer = one.effect();
      one.position = ++effects;
    } else {
      const [type, value] = answered(dice, shape.spoil, one);
      const position = positions && type === 'ok' ? one.position : undefined;
      events.push({ ...event(who, type, one.key, one.f, value), position });
      running.delete(who);
      idle.push(who);
    }
  }
  return History.from(events);
}

/** The answer, right or spoilt; a refusal may become an answer "yes". */
function answered(dice: Dice, spoil: number, one: Running): readonly [NewEvent['type'], Value] {
  const { answer = null, f, input, play } = one;
  if (typeof answer === 'object' && answer !== null && 'refused' in answer) {
    return [dice.chance(spoil) ? 'ok' : 'fail', input];
  }
  return ['ok', dice.chance(spoil) ? play.spoil(dice, f, answer) : answer];
}

function event(
  process: number,
  type: NewEvent['type'],
  key: string | undefined,
  f: string,
  value: Value,
): NewEvent {
  return { time: 0, type, process, f, value, ...(key === undefined ? {} : { key }) };
}
