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

import type { IntColumn } from '../../columns.ts';
import { FAIL, History, INVOKE, NONE, OK, type Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { type Scratch, withScratch } from '../engine/scratch.ts';
import { said } from '../explain.ts';
import { kvAppend } from '../models/append.ts';
import { NEVER, type Operations } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, undecided, violation } from './monitor.ts';
import { registerFault } from './register.ts';
import { explainRegister, type Fault } from './register-witness.ts';
import { type CutText, TextCutter } from './text-cutter.ts';
import type { Zone } from './zones.ts';

/** The text at the start, and those that end in piece n, are numbered 0 and n + 1. */
const START = 0;

/** Who put or appended each piece: operation numbers. */
interface Pieces {
  readonly by: readonly number[];
  readonly isPut: readonly boolean[];
  readonly cutter: TextCutter;
  /** What was there at the start, as the last piece; undefined where that is no text. */
  readonly start: number | undefined;
}

export function textMonitor(operations: Operations, initial: Value): MonitorResult {
  return withScratch((scratch) => decideIn(scratch, operations, initial));
}

function decideIn(scratch: Scratch, operations: Operations, initial: Value): MonitorResult {
  const pieces = piecesOf(operations, initial);
  if (typeof pieces === 'string') return undecided(pieces);
  const seen = readTexts(operations, pieces, initial, scratch);
  if ('kind' in seen) return seen;
  const { register, events } = asRegister(operations, pieces, seen, scratch);
  const result = registerFault(register, START, scratch);
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
  const texts: string[] = [];
  const by: number[] = [];
  const isPut: boolean[] = [];
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    if (ret[i] !== NEVER && history.type[ret.get(i)] === FAIL) return 'something was refused';
    if (changes[history.f.get(asked)] !== true) continue;
    const piece = history.values.value(history.value.get(asked));
    if (typeof piece !== 'string' || piece === '') return 'something else than a text is written';
    texts.push(piece);
    isPut.push(history.f[asked] !== append);
    by.push(i);
  }
  const start = initial === null || initial === '' ? undefined : texts.push(initial) - 1;
  const cutter = TextCutter.of(texts);
  if (cutter === undefined) return 'a piece is the beginning of another one';
  return { by, isPut, cutter, start };
}

/** What the reads show: by operation the number of the text, by piece that of the one before it. */
interface Seen {
  readonly texts: IntColumn;
  readonly before: IntColumn;
}

function readTexts(
  operations: Operations,
  pieces: Pieces,
  initial: Value,
  scratch: Scratch,
): Seen | MonitorResult {
  const { history, count, call, ret } = operations;
  const reads = history.functions.names.map((f) => f === 'get' || f === 'read');
  const texts = scratch.ints(count, NONE);
  const before = scratch.ints(pieces.by.length, NONE);
  /** By piece, a read that showed what it was appended to. */
  const shownBy = scratch.ints(pieces.by.length, NONE);
  const known = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER || reads[history.f.get(call.get(i))] !== true) continue;
    const code = history.value.get(ret.get(i));
    let number = known.get(code);
    if (number === undefined) {
      const value = history.values.value(code);
      const cut = value === initial ? NOTHING : cutText(value, pieces);
      if (cut === undefined) {
        return violation(
          [i],
          `${said(operations, kvAppend, i)}, which no puts and appends that can have happened make`,
          i,
        );
      }
      number = cut.known === 0 ? START : numberAfter(cut.pieces[cut.known - 1], pieces);
      for (let at = cut.known; at < cut.count; at++) {
        const piece = itemAt(cut.pieces, at);
        if (piece === pieces.start) continue;
        const other = before.get(piece);
        if (other !== NONE && other !== number) {
          const by = itemAt(pieces.by, piece);
          const earlier = shownBy.get(piece);
          return violation(
            [by, earlier, i],
            `${said(operations, kvAppend, i)}, with another text before a piece that was appended ` +
              `once than ${said(operations, kvAppend, earlier)}`,
            i,
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

/** What a text says that is what was there at the start. */
const NOTHING: CutText = { pieces: [], count: 0, known: 0 };

/** The pieces of a text; undefined if puts and appends cannot have made it. */
function cutText(value: Value, { cutter, isPut, start }: Pieces): CutText | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const cut = cutter.cut(value);
  if (cut === undefined) return undefined;
  for (let at = cut.known; at < cut.count; at++) {
    const piece = itemAt(cut.pieces, at);
    const begins = piece === start || isPut[piece] === true;
    if (at === 0 ? start !== undefined && !begins : begins) return undefined;
  }
  return cut;
}

/** The number of the text that ends in this piece. */
function numberAfter(piece: number | undefined, { start }: Pieces): number {
  return piece === undefined || piece === start ? START : piece + 1;
}

/** The same operations on a register; its history has the events of these operations only. */
interface AsRegister {
  readonly register: Operations;
  /** By event of the register's history, the event behind it. */
  readonly events: IntColumn;
}

/** A register that holds numbers of texts. */
function asRegister(
  operations: Operations,
  { by, isPut }: Pieces,
  seen: Seen,
  scratch: Scratch,
): AsRegister {
  const { count } = operations;
  const order = eventOrder(operations);
  const events = scratch.ints(order.length);
  const call = scratch.ints(count);
  const ret = scratch.ints(count, NEVER);
  // Nothing was refused.
  const type = scratch.bytes(order.length);
  for (let event = 0; event < order.length; event++) {
    const entry = order.get(event);
    const own = (entry & 1) === 0 ? call : ret;
    const theirs = own === call ? operations.call : operations.ret;
    own[entry >> 1] = event;
    type[event] = own === call ? INVOKE : OK;
    events[event] = theirs.get(entry >> 1);
  }
  const history = new History();
  const [read, write, cas] = ['read', 'write', 'cas'].map((f) => history.functions.id(f)) as [
    number,
    number,
    number,
  ];
  const f = scratch.ints(order.length, read);
  const value = scratch.ints(order.length, NONE);
  for (let i = 0; i < count; i++) {
    if (ret[i] !== NEVER) value[ret.get(i)] = seen.texts.get(i);
  }
  by.forEach((i, piece) => {
    const source = seen.before.get(piece);
    const isSwap = isPut[piece] !== true && source !== NONE;
    f[call.get(i)] = isSwap ? cas : write;
    const written = history.values.code(isSwap ? [source, piece + 1] : piece + 1);
    value[call.get(i)] = written;
    if (ret[i] !== NEVER) value[ret.get(i)] = written;
  });
  Object.assign(history, { length: order.length, type, f, value });
  return { register: { history, key: NONE, count, call, ret }, events };
}

/** The same fault by the events behind those of the register. */
function faultBehind(fault: Fault, events: IntColumn): Fault {
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
