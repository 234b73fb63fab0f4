/** A digest of a simulated run in memory: two runs that differ in a byte of their history differ in it. */

import { createHash } from 'node:crypto';
import type { History } from '../../checkers/history.ts';
import type { VirtualResult } from '../run/virtual-run.ts';

/** `traceHash` stands for what nodes reported. */
export function digestOf(result: VirtualResult, traceHash: number): string {
  const { history, steps, messages, syncs, endUs } = result;
  const hash = createHash('sha256');
  const { length } = history;
  for (const column of [
    history.time,
    history.type,
    history.process,
    history.f,
    history.key,
    history.value,
    history.error,
    history.node,
    history.position,
  ]) {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = column;
    hash.update(new Uint8Array(buffer, byteOffset, length * BYTES_PER_ELEMENT));
  }
  const names = [history.functions, history.keys, history.errors, history.nodes];
  hash.update(JSON.stringify([...names.map((one) => one.names), tabled(history)]));
  hash.update(JSON.stringify([length, steps, messages, syncs, endUs, traceHash]));
  return hash.digest('hex');
}

/** Values whose codes stand for them only within one history. */
function tabled({ value, values, length }: History): readonly unknown[] {
  let least = 0;
  for (let at = 0; at < length; at++) least = Math.min(least, value.get(at));
  const contents: unknown[] = [];
  for (let code = -2; code >= least; code--) contents.push(values.value(code));
  return contents;
}
