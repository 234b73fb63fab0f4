/** Classes of operations: equal question and equal answer. A model can only tell classes apart. */

import type { IntColumn } from '../../columns.ts';
import { NONE } from '../../history.ts';
import { NEVER, type Operations } from '../operations.ts';
import type { Scratch } from './scratch.ts';

export interface Classes {
  readonly count: number;
  /** The class of each operation, numbered by first use. */
  readonly of: IntColumn;
  /** An operation of each class. */
  readonly example: IntColumn;
}

/** Groups operations; with `owners`, operations of different processes are never equal. */
export function classesOf(operations: Operations, owners: boolean, scratch: Scratch): Classes {
  const { count, call, ret, history } = operations;
  const { f, value, type, process } = history;
  const of = scratch.ints(count);
  let size = 16;
  while (size < count * 2) size *= 2;
  const table = scratch.ints(size, NONE);
  const example = scratch.ints(count);
  let classes = 0;
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    const answered = ret.get(i);
    const unknown = answered === NEVER;
    const output = unknown ? NONE : value.get(answered);
    const outcome = unknown ? NONE : type.get(answered);
    let hash = Math.imul(f.get(asked), 0x85eb_ca6b) + value.get(asked);
    hash = Math.imul(hash ^ (hash >>> 15), 0x9e37_79b1) + output * 8 + outcome;
    if (owners) hash = Math.imul(hash, 31) + process.get(asked);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    let at = (hash ^ (hash >>> 16)) & (size - 1);
    for (;;) {
      const known = table.get(at);
      if (known === NONE) {
        example[classes] = i;
        table[at] = classes;
        of[i] = classes++;
        break;
      }
      const other = example.get(known);
      const otherAsked = call.get(other);
      const otherAnswered = ret.get(other);
      const equal =
        f[otherAsked] === f[asked] &&
        value[otherAsked] === value[asked] &&
        (unknown
          ? otherAnswered === NEVER
          : otherAnswered !== NEVER &&
            value[otherAnswered] === output &&
            type[otherAnswered] === outcome) &&
        (!owners || process[otherAsked] === process[asked]);
      if (equal) {
        of[i] = known;
        break;
      }
      at = (at + 1) & (size - 1);
    }
  }
  return { count: classes, of, example: example.subarray(0, classes) };
}
