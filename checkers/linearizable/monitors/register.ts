/**
 * Registers whose values are written once each: exact, and linear in the operations
 * (`MONITORS.md`; Gibbons & Korach, SICOMP 1997, with compare-and-set and unanswered operations).
 *
 * All operations on one value form a block: its write, its reads, and, through successful
 * compare-and-sets, the blocks of the values that follow. From the first return to the last call of
 * a block the register can hold nothing else. That is its zone; zones must not contradict.
 */

import type { ByteColumn, IntColumn } from '../../columns.ts';
import { FAIL, type Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { type Scratch, withScratch } from '../engine/scratch.ts';
import { bounds, casRegister } from '../models/register.ts';
import { NEVER, type Operations } from '../operations.ts';
import { type MonitorResult, undecided, VALID, type ValueNumbers } from './monitor.ts';
import { registerValues } from './register-values.ts';
import { explainRegister, type Fault } from './register-witness.ts';
import { Zones } from './zones.ts';

/** Words per value: the call and the return of its write, */
const WORDS = 4;
const WRITE_RET = 1;
/** the first return of a read, and the last call of one. */
const READ_RET = 2;
const READ_CALL = 3;

/** In the first word: nobody writes this value. The initial value is written at -1. */
const UNWRITTEN = -2;

/** Everything that the checks below need to know about the history. */
interface Blocks {
  readonly values: ValueNumbers;
  readonly table: IntColumn;
  readonly initial: number;
  /** Compare-and-sets, if there are any. */
  readonly cas: CasLinks | undefined;
  readonly refused: boolean;
}

/** By value: the value from which a compare-and-set made it, and those made from it. */
interface CasLinks {
  readonly source: IntColumn;
  readonly successor: IntColumn;
  /** Pairs of value numbers, one per compare-and-set: from, to. */
  readonly pairs: number[];
}

const NO_VALUE = -1;

export function registerMonitor(operations: Operations, initial: Value): MonitorResult {
  const result = withScratch((scratch) => registerFault(operations, initial, scratch));
  if (result.kind !== 'fault') return result;
  const contradiction = explainRegister(operations, casRegister, result.fault);
  return { kind: 'violation', contradiction };
}

/** The same, with what is wrong as events. */
export function registerFault(
  operations: Operations,
  initial: Value,
  scratch: Scratch,
):
  | Exclude<MonitorResult, { kind: 'violation' }>
  | { readonly kind: 'fault'; readonly fault: Fault } {
  if (repeatsEarly(operations)) return undecided('a value is written twice');
  const blocks = collect(operations, initial, scratch);
  if (blocks === undefined) return undecided('a value is written twice');
  const fault = check(operations, blocks, scratch);
  if (fault !== undefined) return { kind: 'fault', fault };
  return blocks.refused ? undecided('a compare-and-set was refused') : VALID;
}

function collect(operations: Operations, initial: Value, scratch: Scratch): Blocks | undefined {
  const { history, count, call, ret } = operations;
  const { value, f, type } = history;
  const start = history.values.code(initial);
  const cas = history.functions.find('cas');
  const read = history.functions.find('read');
  const values = registerValues(operations, start);
  const table = scratch.unclearedInts((values.count + 1) * WORDS);
  for (let at = 0; at < table.length; at += WORDS) {
    table[at] = UNWRITTEN;
    table[at + WRITE_RET] = NEVER;
    table[at + READ_RET] = NEVER;
    table[at + READ_CALL] = -1;
  }
  const initialNumber = values.of(start);
  table[initialNumber * WORDS] = -1;
  table[initialNumber * WORDS + WRITE_RET] = -1;
  let links: CasLinks | undefined;
  let refused = false;
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    const answered = ret.get(i);
    if (f[asked] === read) {
      if (answered === NEVER) continue;
      const at = values.of(value.get(answered)) * WORDS;
      if (answered < table.get(at + READ_RET)) table[at + READ_RET] = answered;
      table[at + READ_CALL] = asked;
      continue;
    }
    let written = value.get(asked);
    if (f[asked] === cas) {
      if (answered !== NEVER && type[answered] === FAIL) {
        refused = true;
        continue;
      }
      const [from, to] = bounds(history.values.value(written));
      written = history.values.code(to);
      links ??= noLinks(values.count + 1, scratch);
      links.pairs.push(values.of(history.values.code(from)), values.of(written));
      links.source[values.of(written)] = values.of(history.values.code(from));
    }
    const at = values.of(written) * WORDS;
    if (table[at] !== UNWRITTEN) return undefined;
    table[at] = asked;
    table[at + WRITE_RET] = answered;
  }
  return { values, table, initial: initialNumber, cas: links, refused };
}

/** Histories with few values are recognised by their first writes. */
function repeatsEarly({ history, count, call }: Operations): boolean {
  const write = history.functions.find('write');
  const seen = new Set<number>();
  for (let i = 0; i < Math.min(count, 256); i++) {
    const asked = call.get(i);
    if (history.f[asked] !== write) continue;
    const value = history.value.get(asked);
    if (seen.has(value)) return true;
    seen.add(value);
  }
  return false;
}

function noLinks(values: number, scratch: Scratch): CasLinks {
  return {
    source: scratch.ints(values, NO_VALUE),
    successor: scratch.ints(values, NO_VALUE),
    pairs: [],
  };
}

function check(operations: Operations, blocks: Blocks, scratch: Scratch): Fault | undefined {
  const { table, cas } = blocks;
  const zones = new Zones(operations);
  if (cas === undefined) {
    for (let v = 0; v * WORDS < table.length; v++) {
      const fault = plainBlock(table, v, zones);
      if (fault !== undefined) return fault;
    }
  } else {
    const fault = chains(blocks, cas, zones, scratch);
    if (fault !== undefined) return fault;
  }
  return zones.contradiction();
}

/** A value that no compare-and-set touches. */
function plainBlock(table: IntColumn, v: number, zones: Zones): Fault | undefined {
  const at = v * WORDS;
  const writeCall = table.get(at);
  const readRet = table.get(at + READ_RET);
  if (readRet === NEVER) {
    // Unread: an unanswered write can be left out; others only need a moment.
    const ret = table.get(at + WRITE_RET);
    if (writeCall >= 0 && ret !== NEVER) zones.add(ret, writeCall);
    return undefined;
  }
  if (writeCall === UNWRITTEN) return { kind: 'never written', read: readRet };
  if (readRet < writeCall) return { kind: 'too early', answer: readRet, call: writeCall };
  const firstRet = Math.min(table.get(at + WRITE_RET), readRet);
  zones.add(firstRet, Math.max(writeCall, table.get(at + READ_CALL)));
  return undefined;
}

/** Blocks of several values, linked by compare-and-sets. */
function chains(blocks: Blocks, cas: CasLinks, zones: Zones, scratch: Scratch): Fault | undefined {
  const { table } = blocks;
  const count = table.length / WORDS;
  const needed = neededValues(blocks, cas, scratch);
  for (let at = 0; at < cas.pairs.length; at += 2) {
    const from = itemAt(cas.pairs, at);
    const to = itemAt(cas.pairs, at + 1);
    if (needed[to] === 0) continue;
    const rival = cas.successor.get(from);
    if (rival !== NO_VALUE) {
      return { kind: 'two successors', calls: [writeCallOf(table, rival), writeCallOf(table, to)] };
    }
    cas.successor[from] = to;
  }
  const visited = scratch.bytes(count);
  for (let v = 0; v < count; v++) {
    if (needed[v] === 0) continue;
    if (writeCallOf(table, v) === UNWRITTEN) {
      const user = cas.successor.get(v);
      const read = table.get(v * WORDS + READ_RET);
      if (read !== NEVER) return { kind: 'never written', read };
      return { kind: 'never there', call: writeCallOf(table, user) };
    }
    if (cas.source[v] !== NO_VALUE) continue;
    const fault = walk(table, cas, v, visited, zones);
    if (fault !== undefined) return fault;
  }
  for (let v = 0; v < count; v++) {
    if (needed[v] === 1 && visited[v] === 0) {
      return { kind: 'never there', call: writeCallOf(table, v) };
    }
  }
  return undefined;
}

/**
 * Values whose write certainly happened: answered, or seen. An unanswered compare-and-set that
 * happened has itself seen the value that it replaced.
 */
function neededValues({ table, initial }: Blocks, cas: CasLinks, scratch: Scratch): ByteColumn {
  const needed = scratch.bytes(table.length / WORDS);
  for (let v = 0; v < needed.length; v++) {
    const answered = table.get(v * WORDS + WRITE_RET) !== NEVER;
    const read = table.get(v * WORDS + READ_RET) !== NEVER;
    if (answered || read || v === initial) needed[v] = 1;
  }
  for (let at = 1; at < cas.pairs.length; at += 2) {
    // Along the sources, as far as news travels.
    for (let v = itemAt(cas.pairs, at); needed[v] === 1; ) {
      const source = cas.source.get(v);
      if (source === NO_VALUE || needed[source] === 1) break;
      needed[source] = 1;
      v = source;
    }
  }
  return needed;
}

/** Goes along a chain; each stage must be able to follow those before it. */
function walk(
  table: IntColumn,
  cas: CasLinks,
  head: number,
  visited: ByteColumn,
  zones: Zones,
): Fault | undefined {
  let lastCall = -1;
  let firstRet = NEVER;
  for (let v = head; v !== NO_VALUE; v = cas.successor.get(v)) {
    const at = v * WORDS;
    visited[v] = 1;
    const writeRet = table.get(at + WRITE_RET);
    if (writeRet < lastCall) return { kind: 'too early', answer: writeRet, call: lastCall };
    lastCall = Math.max(lastCall, table.get(at));
    const readRet = table.get(at + READ_RET);
    if (readRet < lastCall) return { kind: 'too early', answer: readRet, call: lastCall };
    lastCall = Math.max(lastCall, table.get(at + READ_CALL));
    firstRet = Math.min(firstRet, writeRet, readRet);
  }
  zones.add(firstRet, lastCall);
  return undefined;
}

function writeCallOf(table: IntColumn, v: number): number {
  return table.get(v * WORDS);
}
