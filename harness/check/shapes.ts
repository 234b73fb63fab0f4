/** What the values of operations must look like, where a checker could not make sense of others. */

import { INFO, INVOKE, NEMESIS, OK, type Value } from '../../checkers/history.ts';
import { elementsOf, entriesOf, isList, isMap, textOf } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import type { HistoryFile } from '../formats/builder.ts';
import { KeySpelling, show } from '../formats/builder.ts';

interface Shape {
  readonly expected: string;
  holds(value: Value): boolean;
}

const pair: Shape = {
  expected: '[from, to]',
  holds: (value) => isList(value) && value.length === 2,
};
const list: Shape = {
  expected: 'a list, or nil',
  holds: (value) => value === null || isList(value),
};
const listOrSet: Shape = {
  expected: 'a list or a set, or nil',
  holds: (value) => value === null || elementsOf(value) !== null,
};
const taken: Shape = {
  expected: 'the list, or the set, of what it took',
  holds: (value) => elementsOf(value) !== null,
};
const amount: Shape = {
  expected: 'a number, or nil for one',
  holds: (value) => value === null || typeof value === 'number',
};
const registerSteps: Shape = {
  expected: 'a list of [read or write, name, value]',
  holds: (value) =>
    isList(value) &&
    value.every(
      (step) =>
        isList(step) &&
        step.length >= 2 &&
        ['read', 'r', 'write', 'w'].includes(textOf(step[0] ?? null)),
    ),
};
const registers: Shape = {
  expected: 'the registers by name, such as {"x": 0}',
  holds: (value) =>
    isMap(value) || (isList(value) && value.every((entry) => isList(entry) && entry.length === 2)),
};
const content: Shape = {
  expected: 'a text, a number or a list',
  holds: (value) => value !== null && typeof value !== 'boolean',
};
const contentOrNil: Shape = {
  expected: 'a text, a number, a list or nil',
  holds: (value) => typeof value !== 'boolean',
};
const countOrNil: Shape = {
  expected: 'a number, or nil',
  holds: (value) => value === null || typeof value === 'number',
};
const balances: Shape = {
  expected: 'a list of [account, balance]',
  holds: (value) =>
    (isMap(value) && entriesOf(value).every(([, balance]) => countOrNil.holds(balance))) ||
    elementsOf(value)?.every((entry) => {
      const isPair = isList(entry) && entry.length === 2 && !isList(entry[0] ?? null);
      return countOrNil.holds(isPair ? (entry[1] ?? null) : entry);
    }) === true,
};

/** A transaction: micro-operations of three elements, of which the first is one of these. */
function transaction(writes: string, holds: (f: Value, value: Value) => boolean): Shape {
  const known: readonly Value[] = ['r', ':r', writes, `:${writes}`];
  return {
    expected: `a list of [${writes} or r, key, value]`,
    holds: (value) =>
      isList(value) &&
      value.every(
        (step) =>
          isList(step) &&
          step.length === 3 &&
          known.includes(step[0] ?? null) &&
          holds(step[0] ?? null, step[2] ?? null),
      ),
  };
}

const registerTransaction = transaction('w', () => true);
const number: Shape = { expected: 'a number', holds: (value) => typeof value === 'number' };

interface Rules {
  /** By function, or whatever the function: what is asked, and what an `ok` answers. */
  readonly asked?: Readonly<Record<string, Shape>> | Shape;
  readonly answered?: Readonly<Record<string, Shape>> | Shape;
  /** What it starts with, if anything is given. */
  readonly initial?: Shape;
}

const collection: Rules = { initial: list };
const queue: Rules = { answered: { drain: taken }, initial: list };
const promise: Rules = { asked: { cas: pair } };

/** By model for linearizability, else by checker. */
const RULES: Readonly<Record<string, Rules>> = {
  'cas-register': promise,
  'multi-register': {
    asked: { txn: registerSteps },
    answered: { txn: registerSteps },
    initial: registers,
  },
  log: { answered: { read: list }, initial: list },
  'offset-log': { answered: { read: list }, initial: list },
  semaphore: { initial: number },
  set: { answered: { read: listOrSet }, initial: listOrSet },
  'fifo-queue': queue,
  'unordered-queue': queue,
  stack: collection,
  counter: {
    asked: { inc: amount, dec: amount, add: amount, 'inc-and-get': amount },
    answered: { read: countOrNil, 'inc-and-get': countOrNil },
    initial: number,
  },
  'kv-append': {
    asked: { put: content, append: content },
    answered: { get: contentOrNil },
    initial: contentOrNil,
  },
  'list-append': {
    asked: transaction('append', () => true),
    answered: transaction(
      'append',
      (f, value) => /^:?append$/.test(textOf(f)) || list.holds(value),
    ),
  },
  'rw-register': { asked: registerTransaction, answered: registerTransaction },
  'set-full': { answered: { read: listOrSet } },
  queue: { answered: { drain: taken } },
  'total-queue': { answered: { drain: taken } },
  bank: { answered: { read: balances }, initial: number },
};

/** Refuses the first value that does not have the shape that is needed, with its line. */
export function refuseShapes(
  { history, lines }: HistoryFile,
  name: string,
  { judge, initial }: { readonly judge: string; readonly initial: Value | undefined },
): void {
  const rules = Object.hasOwn(RULES, judge) ? RULES[judge] : undefined;
  if (rules === undefined) return;
  if (rules.initial !== undefined && initial != null && !rules.initial.holds(initial)) {
    throw usage(`--initial: expected ${rules.initial.expected} for ${judge}, got ${show(initial)}`);
  }
  const asked = byFunction(history.functions.names, rules.asked);
  const answered = byFunction(history.functions.names, rules.answered);
  if (![...asked, ...answered].some((shape) => shape !== undefined)) return;
  for (let event = 0; event < history.length; event++) {
    const type = history.type[event];
    if (history.process[event] === NEMESIS || (type !== INVOKE && type !== OK)) continue;
    const f = history.f.get(event);
    const shape = (type === INVOKE ? asked : answered)[f];
    if (shape === undefined) continue;
    const value = history.values.value(history.value.get(event));
    if (shape.holds(value)) continue;
    throw usage(
      `${name}:${lines[event]}: ${history.functions.names[f]}: expected ${shape.expected}, ` +
        `got ${show(value)}`,
    );
  }
}

/**
 * Refuses a process that goes on after an operation whose outcome it never learned: that operation
 * may still take effect, so that the process's operations are in no order, and it has no session.
 */
export function refuseReuse({ history, lines }: HistoryFile, name: string): void {
  const retired = new Map<number, number>();
  for (let event = 0; event < history.length; event++) {
    const process = history.process.get(event);
    if (process === NEMESIS) continue;
    const ended = retired.get(process);
    if (ended !== undefined) {
      throw usage(
        `${name}:${lines[event]}: expected a new process, got process ${process} again, whose ` +
          `operation ended in info in line ${lines[ended]}: promises to sessions cannot be judged`,
      );
    }
    if (history.type[event] === INFO) retired.set(process, event);
  }
}

/** Refuses names of a multi-register that differ in the file, such as 1 and "1", and would be one. */
export function refuseMixedNames({ history, lines }: HistoryFile, name: string): void {
  const spelling = new KeySpelling(name);
  for (let event = 0; event < history.length; event++) {
    if (history.process[event] === NEMESIS) continue;
    const steps = history.values.value(history.value.get(event));
    if (!isList(steps)) continue;
    for (const step of steps) {
      const register = isList(step) ? (step[1] ?? null) : null;
      spelling.check(textOf(register), JSON.stringify(register), lines.get(event));
    }
  }
}

function byFunction(
  functions: readonly string[],
  shapes: Readonly<Record<string, Shape>> | Shape = {},
): readonly (Shape | undefined)[] {
  if (isShape(shapes)) return functions.map(() => shapes);
  return functions.map((f) => (Object.hasOwn(shapes, f) ? shapes[f] : undefined));
}

function isShape(shapes: Readonly<Record<string, Shape>> | Shape): shapes is Shape {
  return typeof shapes['holds'] === 'function';
}
