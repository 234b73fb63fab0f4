/**
 * Registers that are written and read: a read tells whose write it saw, but not in which order the
 * versions of a key came. What can be concluded (Kingsbury and Alvaro, "Elle", 2020, section 4.2):
 *
 * - a read of what the key held before the test comes before every write of the key: of nil, or of
 *   the one value that nobody wrote and that may have been there;
 * - a transaction that reads v and writes v' puts v' after v, so that every other reader of v
 *   comes before it. At read committed and above this is no assumption: the reverse order would be
 *   a G1c cycle;
 * - where the caller states that single keys are sequential or linearizable, the order within
 *   processes or in real time orders versions too.
 */

import { ByteColumn, IntColumn } from '../columns.ts';
import { INFO, INVOKE, NONE, OK, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { same } from '../transaction-answers.ts';
import type { AnomalyList } from './anomalies.ts';
import { components } from './components.ts';
import { EdgeList, RW, toGraph, WR, WW } from './graph.ts';
import { updatedRead } from './list-append-within.ts';
import type { KeyOrder, Registers } from './registers.ts';
import { isPrior, priorValues } from './rw-register-prior.ts';
import { whyRegisterEdge } from './rw-register-why.ts';
import { failed, mapKey, READ, type Transactions } from './transactions.ts';
import {
  INITIAL,
  type InitialState,
  NOBODY,
  show,
  type Versions,
  type Writes,
} from './versions.ts';

/** Finds versions, dependencies and the anomalies that are no cycles. */
export function analyseRegisters(
  t: Transactions,
  writes: Writes,
  anomalies: AnomalyList,
  options: {
    readonly initial: InitialState;
    readonly keyOrder: KeyOrder;
    readonly name: (txn: number) => string;
  },
): Versions {
  const registers: Registers = {
    t,
    writes,
    committed: new ByteColumn(t.count),
    readFrom: new IntColumn(t.mops).fill(NOBODY),
    priors: priorValues(t, writes, options.initial),
    readers: t.keys.map(() => new Map<number, number[]>()),
    written: t.keys.map(() => new Map<number, number>()),
    stated: t.keys.map(() => []),
    keyOrder: options.keyOrder,
    anomalies,
    name: options.name,
  };
  indexReads(registers);
  findInternal(registers);
  findLostUpdates(registers);
  if (options.keyOrder !== 'unknown') stateKeyOrder(registers);
  const edges = new EdgeList(t.count);
  addEdges(registers, edges);
  return {
    committed: registers.committed,
    readFrom: registers.readFrom,
    edges,
    why: (from, to, kind) => whyRegisterEdge(registers, from, to, kind),
  };
}

/** Whom reads saw; aborted, intermediate, unwritten and garbage reads on the way. */
function indexReads(registers: Registers): void {
  const { t, writes, priors, committed, readFrom, readers, written, anomalies, name } = registers;
  for (let txn = 0; txn < t.count; txn++) if (t.outcome[txn] === OK) committed[txn] = 1;
  for (const m of t.reads) {
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const value = itemAt(t.value, m);
    const write = itemAt(writes.byValue, k).get(mapKey(value)) ?? NONE;
    const writer = write === NONE ? NONE : t.owner.get(write);
    if (write === NONE && value !== null) {
      const possible = isPrior(itemAt(priors, k), value);
      anomalies.add(possible ? 'unwritten-read' : 'garbage-read', [txn], () => [
        `${name(txn)} read key ${show(t.keys[k])} as ${show(value)}, which nobody wrote.`,
        ...(possible ? [] : [whyNotPrior(registers, m)]),
      ]);
      if (!possible) continue;
    }
    if (writer === txn) continue;
    const saw =
      `${name(txn)} read key ${show(t.keys[k])} as ${show(value)}: ` +
      `${writer === NONE ? '' : name(writer)}`;
    if (writer !== NONE && failed(t, writer)) {
      anomalies.add('G1a', [txn, writer], () => [`${saw} wrote that, and failed.`]);
      continue;
    }
    if (writer !== NONE && writes.intermediate[write] === 1) {
      anomalies.add('G1b', [txn, writer], () => [
        `${saw} wrote that, and then something else to the same key in the same transaction.`,
      ]);
    }
    if (writer !== NONE && t.outcome[writer] === INFO) committed[writer] = 1;
    if (t.writeBefore[m] !== NONE) continue;
    readFrom[m] = writer === NONE ? INITIAL : writer;
    push(itemAt(readers, k), write, txn);
  }
  for (let m = 0; m < t.mops; m++) {
    const txn = t.owner.get(m);
    if (t.kind[m] === READ || committed[txn] === 0 || writes.intermediate[m] === 1) continue;
    itemAt(written, t.key.get(m)).set(txn, m);
  }
}

/** Why a value cannot have been there before the test, as a sentence. */
function whyNotPrior({ t, priors, name }: Registers, m: number): string {
  const { value, shownBy } = itemAt(priors, t.key.get(m));
  const key = show(t.keys[t.key.get(m)]);
  if (shownBy !== NONE) {
    const other = name(t.owner.get(shownBy));
    return `It was not there before the test either: ${other} read key ${key} as ${show(value)}.`;
  }
  return t.writeBefore[m] === NONE
    ? 'It was not there before the test either: the database was empty.'
    : 'It was not there before the test either: the same transaction had written the key by then.';
}

function push(lists: Map<number, number[]>, id: number, element: number): void {
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [element]);
  else if (list.at(-1) !== element) list.push(element);
}

/** Reads that contradict their own transaction. */
function findInternal(registers: Registers): void {
  const { t, writes, anomalies, name } = registers;
  for (const m of t.reads) {
    const txn = t.owner.get(m);
    const key = show(t.keys[t.key.get(m)]);
    const value = itemAt(t.value, m);
    const earlier = Math.max(t.readBefore.get(m), t.writeBefore.get(m));
    if (earlier !== NONE && !same(t.value[earlier], value)) {
      const did = t.kind[earlier] === READ ? 'read it as' : 'wrote';
      anomalies.add('internal', [txn], () => [
        `${name(txn)} read key ${key} as ${show(value)} after the same transaction ` +
          `${did} ${show(t.value[earlier])}.`,
      ]);
      if (t.kind[earlier] === READ && [earlier, m].every((read) => !isOwn(registers, read))) {
        anomalies.add('unrepeatable-read', [txn], () => [
          `${name(txn)} read key ${key} as ${show(t.value[earlier])} and then as ${show(value)}, and ` +
            'wrote neither.',
        ]);
      }
    }
    const write = itemAt(writes.byValue, t.key.get(m)).get(mapKey(value));
    if (write !== undefined && write > m && t.owner[write] === txn) {
      anomalies.add('future-read', [txn], () => [
        `${name(txn)} read key ${key} as ${show(value)}, which it wrote only afterwards.`,
      ]);
    }
  }
}

/** Whether a read saw what its own transaction writes, before or after. */
function isOwn({ t, writes }: Registers, m: number): boolean {
  const write = itemAt(writes.byValue, t.key.get(m)).get(mapKey(itemAt(t.value, m)));
  return write !== undefined && t.owner.get(write) === t.owner.get(m);
}

/** Two committed transactions that read the same version of a key before they wrote it. */
function findLostUpdates(registers: Registers): void {
  const { t, readFrom, anomalies, name } = registers;
  const first = t.keys.map(() => new Map<Value, number>());
  for (let write = 0; write < t.mops; write++) {
    const m = updatedRead(t, write);
    if (m === NONE || (readFrom[m] === NOBODY && isGarbage(registers, m))) continue;
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const version = mapKey(itemAt(t.value, m));
    const other = itemAt(first, k).get(version);
    if (other === undefined) itemAt(first, k).set(version, txn);
    else {
      anomalies.add('lost-update', [other, txn], () => [
        `${name(other)} and ${name(txn)} both read key ${show(t.keys[k])} as ${show(t.value[m])}, ` +
          'then both wrote it and committed: one overwrote the update of the other unseen.',
      ]);
    }
  }
}

/** Whether a read saw what nobody wrote and what was not there before the test. */
function isGarbage({ t, writes, priors }: Registers, m: number): boolean {
  const k = t.key.get(m);
  const value = itemAt(t.value, m);
  const known = writes.byValue[k]?.has(mapKey(value)) === true;
  return !known && !isPrior(itemAt(priors, k), value);
}

/** Adds `WW`, `WR` and `RW` edges. */
function addEdges(registers: Registers, edges: EdgeList): void {
  const { t, committed, readers, written, stated } = registers;
  for (let k = 0; k < t.keys.length; k++) {
    const seenBy = itemAt(readers, k);
    const writers = itemAt(written, k);
    for (const [write, txns] of seenBy) {
      if (write === NONE) {
        edges.product(txns, [...writers.keys()], RW);
        continue;
      }
      const writer = t.owner.get(write);
      for (const txn of txns) edges.add(writer, txn, WR);
      edges.product(
        txns,
        txns.filter((txn) => writers.has(txn)),
        RW,
      );
    }
    for (const [earlier, later] of itemAt(stated, k)) {
      const overwriter = t.owner.get(later);
      if (earlier !== NONE && committed[t.owner.get(earlier)] === 1) {
        edges.add(t.owner.get(earlier), overwriter, WW);
      }
      for (const txn of seenBy.get(earlier) ?? []) edges.add(txn, overwriter, RW);
    }
  }
}

/** Versions in the order that the stated promise of single keys gives them. */
function stateKeyOrder(registers: Registers): void {
  const { t, stated, anomalies, keyOrder, name } = registers;
  const touched = t.keys.map((): number[] => []);
  for (let txn = 0; txn < t.count; txn++) {
    if (registers.committed[txn] === 0) continue;
    for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
      const list = itemAt(touched, t.key.get(m));
      if (list.at(-1) !== txn) list.push(txn);
    }
  }
  for (let k = 0; k < t.keys.length; k++) {
    const pairs = orderedPairs(registers, itemAt(touched, k), k);
    const nodes = new Map<number, number>();
    const node = (write: number): number => {
      const id = nodes.get(write) ?? nodes.size;
      nodes.set(write, id);
      return id;
    };
    const graph = new EdgeList(2 * pairs.length + 1);
    for (const [a, b] of pairs) {
      graph.add(node(a), node(b), WW);
      for (const write of [a, b]) graph.add(node(NONE), node(write), WW);
    }
    const { of } = components(toGraph(graph), WW);
    const looped = pairs.find(([a, b]) => a !== b && of[node(a)] === of[node(b)]);
    if (looped === undefined) {
      for (const pair of pairs) itemAt(stated, k).push(pair);
      continue;
    }
    const who = looped.filter((write) => write !== NONE).map((write) => t.owner[write]);
    anomalies.add('cyclic-versions', who as number[], () => [
      `Key ${show(t.keys[k])} was said to be ${keyOrder}, but its versions then come ` +
        'in a circle: ' +
        `${version(registers, looped[0], k)} before ${version(registers, looped[1], k)} and ` +
        'the reverse ' +
        `(${who.map((txn) => name(txn as number)).join(', ')}).`,
    ]);
  }
}

function version({ t, priors }: Registers, write: number, k: number): string {
  return show(write === NONE ? priors[k]?.value : t.value[write]);
}

/** First and last version that a transaction is known to have met, as writes. */
function ends(registers: Registers, txn: number, k: number): [number, number] | null {
  const { t, writes, written } = registers;
  let first: number | null = null;
  for (let m = t.start.get(txn); m < t.start.get(txn + 1) && first === null; m++) {
    if (t.key[m] !== k) continue;
    if (t.kind[m] !== READ) first = m;
    else if (t.outcome[txn] === OK && !isGarbage(registers, m)) {
      first = itemAt(writes.byValue, k).get(mapKey(itemAt(t.value, m))) ?? NONE;
    }
  }
  if (first === null) return null;
  return [first, itemAt(written, k).get(txn) ?? first];
}

/** Pairs of versions of key `k` ordered by process or real time, transitively reduced. */
function orderedPairs(registers: Registers, txns: number[], k: number): [number, number][] {
  const { t, keyOrder } = registers;
  const pairs: [number, number][] = [];
  const events: { at: number; txn: number; begins: boolean }[] = [];
  for (const txn of txns) {
    events.push({ at: t.invoke.get(txn), txn, begins: true });
    if (t.outcome[txn] === OK) events.push({ at: t.complete.get(txn), txn, begins: false });
  }
  events.sort((a, b) => a.at - b.at || Number(b.begins) - Number(a.begins));
  // The completed transactions after which none has begun and completed: the frontier.
  let frontier: number[] = [];
  const covered = new Map<number, number[]>();
  const last = new Map<number, number>();
  for (const { txn, begins } of events) {
    const process = t.process.get(txn);
    if (begins) {
      const known = last.get(process);
      const before = keyOrder === 'linearizable' ? frontier : known === undefined ? [] : [known];
      if (t.history.type[t.invoke.get(txn)] === INVOKE) link(registers, before, txn, k, pairs);
      covered.set(txn, before);
    } else {
      const gone = new Set(covered.get(txn));
      frontier = [...frontier.filter((other) => !gone.has(other)), txn];
      last.set(process, txn);
    }
  }
  return pairs;
}

function link(
  registers: Registers,
  before: readonly number[],
  txn: number,
  k: number,
  pairs: [number, number][],
): void {
  const mine = ends(registers, txn, k);
  if (mine === null) return;
  for (const other of before) {
    const theirs = ends(registers, other, k);
    if (theirs !== null && theirs[1] !== mine[0]) pairs.push([theirs[1], mine[0]]);
  }
}
