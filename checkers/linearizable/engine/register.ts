/** The register models in numbers: states are the values that occur, steps are comparisons. */

import type { ByteColumn, IntColumn } from '../../columns.ts';
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
  readonly kind: ByteColumn;
  readonly a: IntColumn;
  readonly b: IntColumn;
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
  lastOfClass: IntColumn,
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
    dropped[c] = readOnly.get(c);
    if (does === REFUSED) refusals = true;
    if (does === READ || does === CAS) requires[c] = a.get(c);
    if (readOnly[c] === 0) produces[c] = b.get(c);
  }
  // Without refusals, a value that nothing names only stands in the way.
  const horizon = horizons(columns, lastOfClass, dropped, !refusals, scratch);
  return {
    initial: start,
    step(s, c) {
      switch (kind.get(c)) {
        case READ:
          return a[c] === s ? s : IMPOSSIBLE;
        case WRITE:
          return b.get(c);
        case CAS:
          return a[c] === s ? b.get(c) : IMPOSSIBLE;
        case REFUSED:
          return a[c] === s ? IMPOSSIBLE : s;
        default:
          return s;
      }
    },
    readOnly,
    dropped,
    quotient: { sink: UNMENTIONED, worst: !refusals, horizon: (s) => horizon.get(s) },
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
  lastOfClass: IntColumn,
  dropped: ByteColumn,
  unobservedIsUseless: boolean,
  scratch: Scratch,
): IntColumn {
  const horizon = scratch.ints(values, -1);
  const unanswered: number[] = [];
  const tell = (c: number): void => {
    const from = a.get(c);
    horizon[from] = Math.max(horizon.get(from), lastOfClass.get(c));
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
      if (horizon[b.get(c)] === -1) return true;
      tell(c);
      return false;
    });
  }
  if (unobservedIsUseless) {
    for (let c = 0; c < kind.length; c++) {
      if (b[c] !== NOTHING && horizon[b.get(c)] === -1) dropped[c] = 1;
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
    const i = classes.example.get(c);
    const asked = call.get(i);
    const answered = ret.get(i);
    const f = history.f[asked];
    if (f === read) {
      kind[c] = answered === NEVER ? ANYTHING : READ;
      if (answered !== NEVER) a[c] = number(history.value.get(answered));
    } else if (f === write) {
      kind[c] = WRITE;
      b[c] = number(history.value.get(asked));
    } else {
      const [from, to] = bounds(history.values.value(history.value.get(asked)));
      kind[c] = answered !== NEVER && history.type[answered] === FAIL ? REFUSED : CAS;
      // Asking the table for a code adds the value at most: nobody can tell.
      a[c] = number(history.values.code(from));
      b[c] = number(history.values.code(to));
    }
  }
  return { kind, a, b, initial: start, values: numbers.count + 1 };
}
