/** Sequential and ordered sequential consistency by search, as a verdict. */

import { type ClientOperation, where } from '../client-operations.ts';
import type { Value } from '../history.ts';
import type { Verdict } from '../verdict.ts';
import { SEARCH_STEPS_MAX, searchSequential } from './sequential-search.ts';

export type SearchedPromise = 'sequential' | 'ordered-sequential';

/** The operations of one register. */
interface Searched {
  readonly operations: readonly ClientOperation[];
  readonly mismatches: ReadonlySet<ClientOperation>;
}

/** Stuck operations that a sentence names. */
const NAMED_MAX = 8;

/** Judges some registers together: `unknown` when the search runs out. */
export function searchedPromise(
  promise: SearchedPromise,
  registers: readonly Searched[],
  {
    initial = null,
    stepsMax = SEARCH_STEPS_MAX,
  }: { readonly initial?: Value; readonly stepsMax?: number },
): Verdict {
  const all = registers.map(({ operations }) => operations);
  const foreign = all.flat().find(({ f }) => f !== 'read' && f !== 'write' && f !== 'cas');
  if (foreign !== undefined) {
    const because = `event ${foreign.invoke}: expected read, write or cas, got ${foreign.f}`;
    return { kind: 'unknown', because };
  }
  const mismatches = new Set(registers.flatMap((register) => [...register.mismatches]));
  const ordered = promise === 'ordered-sequential';
  const answer = searchSequential(all, { initial, stepsMax, ordered, mismatches });
  const several = registers.length > 1 ? ` over ${registers.length} keys together` : '';
  switch (answer.kind) {
    case 'sequential':
      return { kind: 'valid' };
    case 'unknown': {
      const { steps, placed, total } = answer;
      const because =
        `the search for ${ordered ? 'an ordered' : 'a'} sequential order${several} gave up after ` +
        `${steps} configurations; the longest had ${placed} of ${total} operations`;
      return { kind: 'unknown', because };
    }
    case 'not-sequential': {
      const stuck = answer.stuck.slice(0, NAMED_MAX);
      const names = stuck.map((op) => `${op.f} by ${where(op)}`).join('; ');
      const events = stuck.flatMap((op) => [op.invoke, op.complete ?? op.invoke]);
      const rule = ordered ? 'every session and with when writes began' : 'every session';
      return {
        kind: 'invalid',
        because:
          `not ${promise}${several}: no order of the operations agrees with ${rule}; in the ` +
          `longest, none of these can come next: ${names}`,
        events: [...new Set(events)].sort((a, b) => a - b),
        property: promise,
      };
    }
  }
}
