/** Objects to play with, one per model. */

import type { Value } from '../../../checkers/history.ts';
import { textOf } from '../../../checkers/value.ts';
import type { Answer, Dice, Play } from './random.ts';

/** Reads, writes and compare-and-sets of a few values. */
export function registerPlay(values: number, cas: boolean, initial: Value = null): Play {
  let content: Value = initial;
  return {
    ask(dice) {
      const f = dice.pick(cas ? ['read', 'write', 'cas'] : ['read', 'write']);
      if (f === 'read') return { f, input: null, effect: () => content };
      if (f === 'write') {
        const value = dice.roll(values);
        return { f, input: value, effect: () => (content = value) };
      }
      const [from, to] = [dice.roll(values), dice.roll(values)];
      const effect = (): Answer => {
        if (content !== from) return { refused: true };
        content = to;
        return [from, to];
      };
      return { f, input: [from, to], effect };
    },
    spoil: (dice, f, answer) => (f === 'read' ? dice.pick([null, dice.roll(values)]) : answer),
  };
}

/** The same with every value written once; a compare-and-set mostly expects what is there. */
export function uniqueRegisterPlay(cas: boolean, initial: Value = null): Play {
  let content: Value = initial;
  let next = 0;
  return {
    ask(dice) {
      const f = dice.pick(cas ? ['read', 'write', 'cas'] : ['read', 'write']);
      if (f === 'read') return { f, input: null, effect: () => content };
      const value = next++;
      if (f === 'write') return { f, input: value, effect: () => (content = value) };
      const from = dice.chance(60) ? content : dice.pick([null, dice.roll(next)]);
      const effect = (): Answer => {
        if (content !== from) return { refused: true };
        content = value;
        return [from, value];
      };
      return { f, input: [from, value], effect };
    },
    spoil: (dice, f, answer) => (f === 'read' ? dice.pick([null, dice.roll(next + 1)]) : answer),
  };
}

/** Texts that grow by short pieces, and are replaced now and then. */
export function textPlay(pieces: readonly string[], puts: boolean, initial = ''): Play {
  let content = initial;
  return {
    ask(dice) {
      const f = dice.pick(puts ? ['get', 'append', 'append', 'put'] : ['get', 'append']);
      if (f === 'get') return { f, input: null, effect: () => content };
      const piece = dice.pick(pieces);
      const effect = (): Answer => {
        content = f === 'append' ? content + piece : piece;
        return piece;
      };
      return { f, input: piece, effect };
    },
    spoil: (dice, f, answer) => {
      if (f !== 'get') return answer;
      const wrong = textOf(answer);
      return dice.chance(50) ? wrong + dice.pick(pieces) : wrong.slice(dice.roll(2));
    },
  };
}

/** Texts of pieces that are all different, told apart by how they end; else they begin each other. */
export function uniqueTextPlay(ends: string, initial: string | null = ''): Play {
  let content = initial;
  let next = 0;
  return {
    ask(dice) {
      const f = dice.pick(['get', 'append', 'append', 'put']);
      if (f === 'get') return { f, input: null, effect: () => content };
      const piece = ends === '' ? '1'.repeat(++next) : `${next++}${ends}`;
      const effect = (): Answer => {
        content = f === 'append' ? (content ?? '') + piece : piece;
        return piece;
      };
      return { f, input: piece, effect };
    },
    spoil(dice, f, answer) {
      if (f !== 'get') return answer;
      const pieces = textOf(answer ?? '').split(/(?<= )/);
      switch (dice.roll(4)) {
        case 0:
          return pieces.slice(0, -1).join('') || initial;
        case 1:
          return pieces.slice(1).join('') || initial;
        case 2:
          return `${pieces.join('')}${dice.roll(next + 1)}${ends}`;
        default:
          return pieces.toReversed().join('');
      }
    },
  };
}

/** Two registers, read and written together. */
export function multiRegisterPlay(values: number, initial: Value = null): Play {
  const content = new Map((initial ?? []) as readonly [string, Value][]);
  return {
    ask(dice) {
      const input = Array.from({ length: 1 + dice.roll(3) }, (): Value => {
        const name = dice.pick(['x', 'y']);
        return dice.chance(50) ? ['r', name, null] : ['w', name, dice.roll(values)];
      });
      const effect = (): Answer =>
        (input as [string, string, Value][]).map(([f, name, value]) => {
          if (f === 'w') content.set(name, value);
          return [f, name, f === 'w' ? value : (content.get(name) ?? null)];
        });
      return { f: 'txn', input, effect };
    },
    spoil: (dice, _, answer) =>
      (answer as [string, string, Value][]).map(([f, name, value]) => [
        f,
        name,
        f === 'r' ? dice.pick([value, null, dice.roll(values)]) : value,
      ]),
  };
}

/** Counts; `by` is what increments may add. */
export function counterPlay(
  by: readonly number[],
  functions: readonly string[],
  initial = 0,
): Play {
  let count = initial;
  return {
    ask(dice) {
      const f = dice.pick(functions);
      if (f === 'read') return { f, input: null, effect: () => count };
      const amount = dice.pick(by);
      const effect = (): Answer => {
        count += f === 'dec' ? -amount : amount;
        return f === 'inc-and-get' ? count : amount;
      };
      return { f, input: amount, effect };
    },
    spoil: (dice, f, answer) =>
      f === 'read' || f === 'inc-and-get' ? Number(answer) + dice.pick([-1, 1, 2]) : answer,
  };
}

/** A list that only grows, by elements that are all different (or not). */
export function logPlay(unique: boolean, initial: readonly Value[] = []): Play {
  const content: Value[] = [...initial];
  let next = 0;
  return {
    ask(dice) {
      const f = dice.pick(['append', 'read']);
      if (f === 'read') return { f, input: null, effect: () => [...content] };
      const element = unique ? next++ : dice.roll(2);
      const effect = (): Answer => {
        content.push(element);
        return element;
      };
      return { f, input: element, effect };
    },
    spoil: (dice, f, answer) => (f === 'read' ? spoiltList(dice, answer as Value[], next) : answer),
  };
}

/** The same, answering offsets, with gaps. */
export function offsetLogPlay(): Play {
  const content: Value[] = [];
  let next = 0;
  let offset = 0;
  return {
    ask(dice) {
      const f = dice.pick(['append', 'append', 'read']);
      if (f === 'read') return { f, input: null, effect: () => [...content] };
      const element = next++;
      const silent = dice.chance(10);
      const effect = (): Answer => {
        content.push(element);
        offset += 1 + dice.roll(2);
        return silent ? null : offset;
      };
      return { f, input: element, effect };
    },
    spoil: (dice, f, answer) =>
      f === 'read' ? spoiltList(dice, answer as Value[], next) : dice.roll(offset + 2),
  };
}

function spoiltList(dice: Dice, list: readonly Value[], next: number): Value {
  switch (dice.roll(4)) {
    case 0:
      return list.slice(0, -1);
    case 1:
      return list.slice(1);
    case 2:
      return [...list, dice.roll(next + 1)];
    default:
      return list.toReversed();
  }
}

/** Elements that come and go; with `once`, each is added and removed at most once. */
export function setPlay(once: boolean, initial: readonly number[] = []): Play {
  const content = new Set<number>(initial);
  let next = 0;
  const removed = new Set<number>();
  return {
    ask(dice) {
      const f = dice.pick(['add', 'remove', 'contains']);
      let element = dice.roll(once ? Math.max(1, next) : 2);
      if (f === 'add' && once) element = next++;
      if (f === 'remove' && once) {
        if (removed.has(element)) element = 100 + removed.size;
        removed.add(element);
      }
      const effect = (): Answer => {
        const inside = content.has(element);
        if (f === 'contains') return inside;
        if (f === 'add') content.add(element);
        else content.delete(element);
        return f === 'add' ? !inside : inside;
      };
      return { f, input: element, effect };
    },
    spoil: (_, __, answer) => answer !== true,
  };
}

/** A queue or a stack; with `unique`, every value is put in once. */
export function listPlay(
  kind: 'queue' | 'stack' | 'unordered',
  unique: boolean,
  initial: readonly number[] = [],
): Play {
  const content: number[] = [...initial];
  let next = initial.length;
  const [put, take] = kind === 'stack' ? ['push', 'pop'] : ['enqueue', 'dequeue'];
  return {
    ask(dice) {
      if (dice.chance(50)) {
        const value = unique ? next++ : dice.roll(2);
        const effect = (): Answer => {
          content.push(value);
          return value;
        };
        return { f: put as string, input: value, effect };
      }
      const effect = (): Answer => {
        if (kind === 'unordered')
          return content.splice(dice.roll(content.length || 1), 1)[0] ?? null;
        return (kind === 'queue' ? content.shift() : content.pop()) ?? null;
      };
      return { f: take as string, input: null, effect };
    },
    spoil: (dice, f, answer) =>
      f === take ? dice.pick([null, dice.roll((unique ? next : 2) + 1)]) : answer,
  };
}

/** A lock; most processes release what they hold, some ask again. Tokens grow. */
export function lockPlay(fenced: boolean, proper: boolean, first: number | null = null): Play {
  const holds = new Map<number | null, boolean>([[first, true]]);
  let holder = first;
  let token = 0;
  return {
    ask(dice, who) {
      const release = proper ? holds.get(who) === true : dice.chance(50);
      const f = release ? 'release' : 'acquire';
      holds.set(who, !release);
      const effect = (): Answer => {
        if (release) {
          if (holder === who) holder = null;
          return null;
        }
        holder = who;
        return fenced ? ++token : null;
      };
      return { f, input: null, effect };
    },
    spoil: (dice, f, answer) =>
      f !== 'acquire'
        ? answer
        : fenced
          ? dice.roll(token + 2)
          : dice.chance(proper ? 0 : 50)
            ? false
            : answer,
  };
}

/** Permits; some processes release what they do not hold. */
export function semaphorePlay(permits: number, proper: boolean): Play {
  const holds = new Map<number, number>();
  let held = 0;
  return {
    ask(dice, who) {
      const mine = holds.get(who) ?? 0;
      const release = dice.chance(50) && (!proper || mine > 0);
      holds.set(who, Math.max(0, mine + (release ? -1 : 1)));
      const effect = (): Answer => {
        if (!release && held === permits && dice.chance(proper ? 30 : 90)) return false;
        held = Math.max(0, held + (release ? -1 : 1));
        return null;
      };
      return { f: release ? 'release' : 'acquire', input: null, effect };
    },
    spoil: (dice, f, answer) => (f === 'acquire' && !proper ? dice.pick([false, null]) : answer),
  };
}

/** Consensus. */
export function writeOncePlay(): Play {
  let content: Value = null;
  return {
    ask(dice) {
      const f = dice.pick(['propose', 'propose', 'read']);
      if (f === 'read') return { f, input: null, effect: () => content };
      const value = dice.roll(3);
      const effect = (): Answer => {
        content ??= value;
        return content;
      };
      return { f, input: value, effect };
    },
    spoil: (dice) => dice.pick([null, dice.roll(3)]),
  };
}
