/** Why a register's history cannot be: the operations behind the events of a fault, in words. */

import { nobody, WRITE } from '../../attempts.ts';
import type { Value } from '../../history.ts';
import { describe, operationsOfEvents, said } from '../explain.ts';
import { type Model, showValue } from '../model.ts';
import { bounds } from '../models/register.ts';
import { type Operations, operationAt } from '../operations.ts';
import type { Contradiction } from './monitor.ts';
import type { Zone, ZoneFault } from './zones.ts';

/** What is wrong, by events of the history. */
export type Fault =
  | ZoneFault
  /** An answer that nobody can have caused. */
  | { readonly kind: 'never written'; readonly read: number }
  /** A compare-and-set that succeeded from a value that was never there before it. */
  | { readonly kind: 'never there'; readonly call: number }
  /** Something was answered before what it builds on was called. */
  | { readonly kind: 'too early'; readonly answer: number; readonly call: number }
  /** Two compare-and-sets replaced a value that was written once. */
  | { readonly kind: 'two successors'; readonly calls: readonly number[] };

/** In the words of the model, which may be another one that behaves as a register. */
export function explainRegister(
  operations: Operations,
  model: Model<Value>,
  fault: Fault,
): Contradiction {
  switch (fault.kind) {
    case 'never written': {
      const [read] = operationsOfEvents(operations, [fault.read]) as [number];
      const seen = operationAt(operations, read);
      const value = seen.f === 'cas' ? bounds(seen.input)[0] : seen.output;
      const because =
        `${said(operations, model, read)}, which ` +
        nobody(operations.history, { key: operations.key, value, event: fault.read }, WRITE);
      return { operations: [read], because, culprit: read };
    }
    case 'never there': {
      const [cas] = operationsOfEvents(operations, [fault.call]) as [number];
      const [value] = bounds(operationAt(operations, cas).input);
      const ret = operations.ret.get(cas);
      const who = nobody(operations.history, { key: operations.key, value, event: ret }, WRITE);
      const because =
        `${said(operations, model, cas)} from a value that was never there: ` +
        `${showValue(value)}, which ${who}`;
      return { operations: [cas], because, culprit: cas };
    }
    case 'too early': {
      const [early, late] = operationsOfEvents(operations, [fault.answer, fault.call]) as [
        number,
        number,
      ];
      const culprit = isRead(operationAt(operations, late).f) ? late : early;
      const because =
        culprit === late
          ? `${said(operations, model, late)} although ` +
            `${describe(operations, model, early, 'answered')}, which comes after it`
          : `${said(operations, model, early)} before ` +
            `${describe(operations, model, late)} was even asked for`;
      return { operations: [early, late], because, culprit };
    }
    case 'two successors': {
      const [one, other] = operationsOfEvents(operations, fault.calls) as [number, number];
      const because =
        `${describe(operations, model, one)} and ${describe(operations, model, other)} ` +
        `replaced the same value, which was there only once`;
      return { operations: [one, other], because };
    }
    case 'zones':
      return explainZones(operations, model, fault.held, fault.other);
  }
}

function explainZones(
  operations: Operations,
  model: Model<Value>,
  held: Zone,
  other: Zone,
): Contradiction {
  const events = [held.firstRet, other.firstRet, other.lastCall, held.lastCall];
  const present = events.filter((event) => event >= 0);
  const involved = operationsOfEvents(operations, present);
  const [lastUser] = operationsOfEvents(operations, [held.lastCall]) as [number];
  const [between] = operationsOfEvents(operations, [other.firstRet]) as [number];
  const because =
    `${said(operations, model, lastUser)} although ` +
    `${describe(operations, model, between, 'answered')} in between`;
  return { operations: [...new Set(involved)], because, culprit: lastUser };
}

function isRead(f: string): boolean {
  return f === 'read' || f === 'get';
}
