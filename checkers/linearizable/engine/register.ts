/** The register models in numbers: states are the values that occur, steps are comparisons. */

import { FAIL, type Value } from '../../history.ts';
import { bounds } from '../models/register.ts';
import { registerValues } from '../monitors/register-values.ts';
import { NEVER, type Operations } from '../operations.ts';
import type { Classes } from './classes.ts';
import type { Scratch } from './scratch.ts';
import { IMPOSSIBLE, NO_STATE, type Transitions } from './transitions.ts';

/** What a class does; `a` is what it needs (or must not find), `b` what it leaves. */
const READ = 0;
const WRITE = 1;
const CAS = 2;
const REFUSED = 3;
const ANYTHING = 4;

/** Classes as columns, values numbered from 1; 0 is "a value that nothing mentions any more". */
interface Columns {
  readonly kind: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly initial: number;
  readonly values: number;
}

const UNMENTIONED = 0;
const NOTHING = -1;

/**
 * Quotient: a value that no remaining read or compare-and-set names is as good as any other such
 * value. Flow: every operation says which value it needs and which it leaves.
 */
export function registerTransitions(
  operations: Operations,
  classes: Classes,
  initial: Value,
  lastOfClass: Int32Array,
  scratch: Scratch,
): Transitions {
  const columns = columnsOf(operations, classes, initial, scratch);
  const { kind, a, b, initial: start, values } = columns;
  const readOnly = scratch.bytes(classes.count);
  const dropped = scratch.bytes(classes.count);
  const requires = scratch.ints(classes.count, NO_STATE);
  const produces = scratch.ints(classes.count, NO_STATE);
  let refusals = false;
  for (let c = 0; c < classes.count; c++) {
    const does = kind[c];
    readOnly[c] = does === READ || does === REFUSED || does === ANYTHING || a[c] === b[c] ? 1 : 0;
    dropped[c] = readOnly[c] as number;
    if (does === REFUSED) refusals = true;
    if (does === READ || does === CAS) requires[c] = a[c] as number;
    if (readOnly[c] === 0) produces[c] = b[c] as number;
  }
  // Without refusals, a value that nothing names only stands in the way.
  const horizon = horizons(columns, lastOfClass, dropped, !refusals, scratch);
  return {
    initial: start,
    step(s, c) {
      switch (kind[c] as number) {
        case READ:
          return a[c] === s ? s : IMPOSSIBLE;
        case WRITE:
          return b[c] as number;
        case CAS:
          return a[c] === s ? (b[c] as number) : IMPOSSIBLE;
        case REFUSED:
          return a[c] === s ? IMPOSSIBLE : s;
        default:
          return s;
      }
    },
    readOnly,
    dropped,
    quotient: { sink: UNMENTIONED, worst: !refusals, horizon: (s) => horizon[s] as number },
    flow: { requires, produces, states: values, grows: false },
  };
}

/**
 * By value: the last rank at which an operation tells it from an unmentioned one. An unanswered
 * compare-and-set tells only if what it leaves is told in turn; the others, and writes of values
 * that are not told, become `dropped` (which is looked up for unanswered operations only).
 */
function horizons(
  { kind, a, b, values }: Columns,
  lastOfClass: Int32Array,
  dropped: Uint8Array,
  unobservedIsUseless: boolean,
  scratch: Scratch,
): Int32Array {
  const horizon = scratch.ints(values, -1);
  const unanswered: number[] = [];
  const tell = (c: number): void => {
    const from = a[c] as number;
    horizon[from] = Math.max(horizon[from] as number, lastOfClass[c] as number);
  };
  for (let c = 0; c < kind.length; c++) {
    if (kind[c] === WRITE || kind[c] === ANYTHING) continue;
    if (lastOfClass[c] !== NEVER || !unobservedIsUseless) tell(c);
    else if (dropped[c] === 0) unanswered.push(c);
  }
  let waiting = unanswered;
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    waiting = waiting.filter((c) => {
      if (horizon[b[c] as number] === -1) return true;
      tell(c);
      return false;
    });
  }
  if (unobservedIsUseless) {
    for (let c = 0; c < kind.length; c++) {
      if (b[c] !== NOTHING && horizon[b[c] as number] === -1) dropped[c] = 1;
    }
  }
  horizon[UNMENTIONED] = NEVER;
  return horizon;
}

function columnsOf(
  operations: Operations,
  classes: Classes,
  initial: Value,
  scratch: Scratch,
): Columns {
  const { history, call, ret } = operations;
  const read = history.functions.find('read');
  const write = history.functions.find('write');
  const kind = scratch.bytes(classes.count);
  const a = scratch.ints(classes.count, NOTHING);
  const b = scratch.ints(classes.count, NOTHING);
  const initialCode = history.values.code(initial);
  const numbers = registerValues(operations, initialCode);
  const number = (code: number): number => numbers.of(code) + 1;
  const start = number(initialCode);
  for (let c = 0; c < classes.count; c++) {
    const i = classes.example[c] as number;
    const asked = call[i] as number;
    const answered = ret[i] as number;
    const f = history.f[asked];
    if (f === read) {
      kind[c] = answered === NEVER ? ANYTHING : READ;
      if (answered !== NEVER) a[c] = number(history.value[answered] as number);
    } else if (f === write) {
      kind[c] = WRITE;
      b[c] = number(history.value[asked] as number);
    } else {
      const [from, to] = bounds(history.values.value(history.value[asked] as number));
      kind[c] = answered !== NEVER && history.type[answered] === FAIL ? REFUSED : CAS;
      // Asking the table for a code adds the value at most: nobody can tell.
      a[c] = number(history.values.code(from));
      b[c] = number(history.values.code(to));
    }
  }
  return { kind, a, b, initial: start, values: numbers.count + 1 };
}
