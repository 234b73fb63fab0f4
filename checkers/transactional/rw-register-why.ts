/** Why one transaction on registers comes before another, as a sentence. */

import { NONE } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { RW, WR, WW } from './graph.ts';
import type { Registers } from './registers.ts';
import { mapKey, READ } from './transactions.ts';
import { INITIAL, show } from './versions.ts';

/** Searches the two transactions for the steps that make the dependency; null when there are none. */
export function whyRegisterEdge(
  registers: Registers,
  from: number,
  to: number,
  kind: number,
): string | null {
  switch (kind) {
    case WW:
      return whyStated(registers, from, to, false);
    case WR:
      return whyRead(registers, from, to);
    case RW:
      return whyOverwritten(registers, from, to) ?? whyStated(registers, from, to, true);
    default:
      return null;
  }
}

function whyRead({ t, readFrom, name }: Registers, from: number, to: number): string | null {
  for (let m = t.start.get(to); m < t.start.get(to + 1); m++) {
    if (readFrom[m] !== from) continue;
    const key = show(t.keys[t.key.get(m)]);
    return `${name(to)} read key ${key} as ${show(t.value[m])}, which ${name(from)} wrote.`;
  }
  return null;
}

/** `from` read a version that `to` read too and then replaced, or the initial nil. */
function whyOverwritten(registers: Registers, from: number, to: number): string | null {
  const { t, readFrom, written, readers, name } = registers;
  for (let m = t.start.get(from); m < t.start.get(from + 1); m++) {
    if (t.kind[m] !== READ || readFrom.get(m) < INITIAL) continue;
    const k = t.key.get(m);
    const write = itemAt(written, k).get(to);
    if (write === undefined) continue;
    const read = `${name(from)} read key ${show(t.keys[k])} as ${show(t.value[m])}`;
    const wrote = `${name(to)} wrote ${show(t.value[write])}`;
    if (readFrom[m] === INITIAL) {
      const known = t.value[m] === null ? '' : 'which nobody wrote and can only be ';
      return `${read}, ${known}its state before any write; ${wrote}.`;
    }
    const version = versionRead(registers, m);
    if (itemAt(readers, k).get(version)?.includes(to)) {
      return `${read}; ${name(to)} read the same, then replaced it: ${wrote}.`;
    }
  }
  return null;
}

/** A pair of versions that the stated order of a key gives. */
function whyStated(registers: Registers, from: number, to: number, reads: boolean): string | null {
  const { t, stated, readers, priors, keyOrder, name } = registers;
  for (let k = 0; k < stated.length; k++) {
    for (const [earlier, later] of itemAt(stated, k)) {
      if (t.owner[later] !== to) continue;
      const involved = reads
        ? itemAt(readers, k).get(earlier)?.includes(from)
        : earlier !== NONE && t.owner[earlier] === from;
      if (involved !== true) continue;
      const value = show(earlier === NONE ? priors[k]?.value : t.value[earlier]);
      return (
        `${name(from)} ${reads ? 'read' : 'wrote'} key ${show(t.keys[k])} ` +
        `${reads ? 'as ' : ''}${value}, ` +
        `which ${name(to)} replaced by ${show(t.value[later])}: as the key is ${keyOrder}, ` +
        `${value} came before ${show(t.value[later])}.`
      );
    }
  }
  return null;
}

function versionRead({ t, writes }: Registers, m: number): number {
  return writes.byValue[t.key.get(m)]?.get(mapKey(itemAt(t.value, m))) ?? NONE;
}
