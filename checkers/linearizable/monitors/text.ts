/**
 * Texts that are put and appended to (the key-value store of MIT 6.824), of pieces that are all
 * different: exact, linear in the lengths of what was read (`MONITORS.md`).
 *
 * Where no piece is the beginning of another one, a text that was read falls into pieces in one way.
 * So each piece that was seen shows the text that it was appended to, and its append is a
 * compare-and-set from the one to the other in a register of unique values. An append that nobody
 * saw leaves a text that nobody read: it is a write of an own value, as a put is. That register is
 * judged by `register.ts`.
 */

import { FAIL, History, INVOKE, NONE, OK, type Value } from '../../history.ts';
import { said } from '../explain.ts';
import { kvAppend } from '../models/append.ts';
import { NEVER, type Operations } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, undecided, violation } from './monitor.ts';
import { registerFault } from './register.ts';
import { explainRegister, type Fault } from './register-witness.ts';
import type { Zone } from './zones.ts';

/** The text at the start, and those that end in piece n, are numbered 0 and n + 1. */
const START = 0;

/** Who put or appended each piece: operation numbers. */
interface Pieces {
  readonly by: readonly number[];
  readonly isPut: readonly boolean[];
  readonly trie: Trie;
  /** What was there at the start, as the trie's last piece; undefined where that is no text. */
  readonly start: number | undefined;
}

export function textMonitor(operations: Operations, initial: Value): MonitorResult {
  const pieces = piecesOf(operations, initial);
  if (typeof pieces === 'string') return undecided(pieces);
  const seen = readTexts(operations, pieces, initial);
  if ('kind' in seen) return seen;
  const { register, events } = asRegister(operations, pieces, seen);
  const result = registerFault(register, START);
  if (result.kind !== 'fault') return result;
  const fault = faultBehind(result.fault, events);
  return { kind: 'violation', contradiction: explainRegister(operations, kvAppend, fault) };
}

function piecesOf(operations: Operations, initial: Value): Pieces | string {
  if (initial !== null && typeof initial !== 'string') return 'it does not start as a text';
  const { history, count, call, ret } = operations;
  const { functions } = history;
  const changes = functions.names.map((f) => f === 'put' || f === 'write' || f === 'append');
  const append = functions.find('append');
  const trie = new Trie();
  const by: number[] = [];
  const isPut: boolean[] = [];
  for (let i = 0; i < count; i++) {
    const asked = call[i] as number;
    if (ret[i] !== NEVER && history.type[ret[i] as number] === FAIL) return 'something was refused';
    if (changes[history.f[asked] as number] !== true) continue;
    const piece = history.values.value(history.value[asked] as number);
    if (typeof piece !== 'string' || piece === '') return 'something else than a text is written';
    if (!trie.add(piece, by.length)) return 'a piece is the beginning of another one';
    isPut.push(history.f[asked] !== append);
    by.push(i);
  }
  if (initial === null || initial === '') return { by, isPut, trie, start: undefined };
  if (!trie.add(initial, by.length)) return 'a piece is the beginning of another one';
  return { by, isPut, trie, start: by.length };
}

/** What the reads show: by operation the number of the text, by piece that of the one before it. */
interface Seen {
  readonly texts: Int32Array;
  readonly before: Int32Array;
}

function readTexts(operations: Operations, pieces: Pieces, initial: Value): Seen | MonitorResult {
  const { history, count, call, ret } = operations;
  const reads = history.functions.names.map((f) => f === 'get' || f === 'read');
  const texts = new Int32Array(count).fill(NONE);
  const before = new Int32Array(pieces.by.length).fill(NONE);
  /** By piece, a read that showed what it was appended to. */
  const shownBy = new Int32Array(pieces.by.length).fill(NONE);
  const known = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER || reads[history.f[call[i] as number] as number] !== true) continue;
    const code = history.value[ret[i] as number] as number;
    let number = known.get(code);
    if (number === undefined) {
      const value = history.values.value(code);
      const parts = value === initial ? [] : partsOf(value, pieces);
      if (parts === undefined) {
        return violation(
          [i],
          `${said(operations, kvAppend, i)}, which no puts and appends that can have happened make`,
        );
      }
      number = START;
      for (const piece of parts) {
        const other = before[piece] as number;
        if (other !== NONE && other !== number) {
          const by = pieces.by[piece] as number;
          const earlier = shownBy[piece] as number;
          return violation(
            [by, earlier, i],
            `${said(operations, kvAppend, i)}, with another text before a piece that was appended ` +
              `once than ${said(operations, kvAppend, earlier)}`,
          );
        }
        before[piece] = number;
        if (other === NONE) shownBy[piece] = i;
        number = piece + 1;
      }
      known.set(code, number);
    }
    texts[i] = number;
  }
  return { texts, before };
}

/** The pieces of a text after what was there at the start; undefined if it is none. */
function partsOf(value: Value, { trie, isPut, start }: Pieces): readonly number[] | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = trie.parts(value);
  if (parts === undefined || parts.length === 0) return undefined;
  const [head, ...rest] = parts as [number, ...number[]];
  if (rest.some((piece) => piece === start || isPut[piece] === true)) return undefined;
  if (start !== undefined && head !== start && isPut[head] !== true) return undefined;
  return head === start ? rest : parts;
}

/** The same operations on a register; its history has the events of these operations only. */
interface AsRegister {
  readonly register: Operations;
  /** By event of the register's history, the event behind it. */
  readonly events: Int32Array;
}

/** A register that holds numbers of texts. */
function asRegister(operations: Operations, { by, isPut }: Pieces, seen: Seen): AsRegister {
  const { count } = operations;
  const order = eventOrder(operations);
  const events = new Int32Array(order.length);
  const call = new Int32Array(count);
  const ret = new Int32Array(count).fill(NEVER);
  for (let event = 0; event < order.length; event++) {
    const entry = order[event] as number;
    const own = (entry & 1) === 0 ? call : ret;
    const theirs = own === call ? operations.call : operations.ret;
    own[entry >> 1] = event;
    events[event] = theirs[entry >> 1] as number;
  }
  const history = new History();
  const [read, write, cas] = ['read', 'write', 'cas'].map((f) => history.functions.id(f)) as [
    number,
    number,
    number,
  ];
  const f = new Int32Array(order.length).fill(read);
  const value = new Int32Array(order.length).fill(NONE);
  for (let i = 0; i < count; i++) {
    if (ret[i] !== NEVER) value[ret[i] as number] = seen.texts[i] as number;
  }
  by.forEach((i, piece) => {
    const source = seen.before[piece] as number;
    const isSwap = isPut[piece] !== true && source !== NONE;
    f[call[i] as number] = isSwap ? cas : write;
    const written = history.values.code(isSwap ? [source, piece + 1] : piece + 1);
    value[call[i] as number] = written;
    if (ret[i] !== NEVER) value[ret[i] as number] = written;
  });
  // Nothing was refused.
  const type = Uint8Array.from(order, (entry) => ((entry & 1) === 0 ? INVOKE : OK));
  Object.assign(history, { length: order.length, type, f, value });
  return { register: { history, key: NONE, count, call, ret }, events };
}

/** The same fault by the events behind those of the register. */
function faultBehind(fault: Fault, events: Int32Array): Fault {
  const behind = (event: number): number => events[event] ?? event;
  const zone = ({ firstRet, lastCall }: Zone): Zone => ({
    firstRet: behind(firstRet),
    lastCall: behind(lastCall),
  });
  switch (fault.kind) {
    case 'never written':
      return { ...fault, read: behind(fault.read) };
    case 'never there':
      return { ...fault, call: behind(fault.call) };
    case 'too early':
      return { ...fault, answer: behind(fault.answer), call: behind(fault.call) };
    case 'two successors':
      return { ...fault, calls: fault.calls.map(behind) };
    case 'zones':
      return { ...fault, held: zone(fault.held), other: zone(fault.other) };
  }
}

/** Pieces by their characters; refuses one that is the beginning of another. */
class Trie {
  readonly #children: Map<number, number>[] = [new Map()];
  readonly #piece: number[] = [NONE];

  /** False if the piece is there, begins another one, or begins with one. */
  add(text: string, piece: number): boolean {
    let node = 0;
    let isNew = false;
    for (let at = 0; at < text.length; at++) {
      if (this.#piece[node] !== NONE) return false;
      const next = this.#children[node]?.get(text.charCodeAt(at));
      if (next !== undefined) {
        node = next;
        continue;
      }
      isNew = true;
      this.#children[node]?.set(text.charCodeAt(at), this.#children.length);
      node = this.#children.length;
      this.#children.push(new Map());
      this.#piece.push(NONE);
    }
    this.#piece[node] = piece;
    return isNew;
  }

  /** The pieces of a text; undefined if it does not fall into pieces. */
  parts(text: string): readonly number[] | undefined {
    const parts: number[] = [];
    let node = 0;
    for (let at = 0; at < text.length; at++) {
      const next = this.#children[node]?.get(text.charCodeAt(at));
      if (next === undefined) return undefined;
      const piece = this.#piece[next] as number;
      if (piece !== NONE) parts.push(piece);
      node = piece === NONE ? next : 0;
    }
    return node === 0 ? parts : undefined;
  }
}
