/** Why a register's history cannot be: the operations behind the events of a fault, in words. */

import { describe, operationsOfEvents, said } from '../explain.ts';
import { casRegister } from '../models/register.ts';
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

export function explainRegister(operations: Operations, fault: Fault): Contradiction {
  switch (fault.kind) {
    case 'never written': {
      const [read] = operationsOfEvents(operations, [fault.read]) as [number];
      const because = `${said(operations, casRegister, read)}, which nobody had written`;
      return { operations: [read], because };
    }
    case 'never there': {
      const [cas] = operationsOfEvents(operations, [fault.call]) as [number];
      const because = `${said(operations, casRegister, cas)} from a value that was never there`;
      return { operations: [cas], because };
    }
    case 'too early': {
      const [early, late] = operationsOfEvents(operations, [fault.answer, fault.call]) as [
        number,
        number,
      ];
      const because =
        operationAt(operations, late).f === 'read'
          ? `${said(operations, casRegister, late)} although ` +
            `${describe(operations, casRegister, early, 'answered')}, which comes after it`
          : `${said(operations, casRegister, early)} before ` +
            `${describe(operations, casRegister, late)} was even asked for`;
      return { operations: [early, late], because };
    }
    case 'two successors': {
      const [one, other] = operationsOfEvents(operations, fault.calls) as [number, number];
      const because =
        `${describe(operations, casRegister, one)} and ${describe(operations, casRegister, other)} ` +
        `replaced the same value, which was written once only`;
      return { operations: [one, other], because };
    }
    case 'zones':
      return explainZones(operations, fault.held, fault.other);
  }
}

function explainZones(operations: Operations, held: Zone, other: Zone): Contradiction {
  const events = [held.firstRet, other.firstRet, other.lastCall, held.lastCall];
  const present = events.filter((event) => event >= 0);
  const involved = operationsOfEvents(operations, present);
  const [lastUser] = operationsOfEvents(operations, [held.lastCall]) as [number];
  const [between] = operationsOfEvents(operations, [other.firstRet]) as [number];
  const because =
    `${said(operations, casRegister, lastUser)} although ` +
    `${describe(operations, casRegister, between, 'answered')} in between`;
  return { operations: [...new Set(involved)], because };
}
