/** Less of the plan: fewer faults, operations, clients and keys, and simpler faults. */

import type { PlannedFault } from '../../nemesis/fault.ts';
import type { PlannedOperation } from '../../workloads/workload.ts';
import { type Catalogue, nemesisNamed } from '../config/catalogue.ts';
import { SHORT_US } from '../core/fault-time.ts';
import { type Case, withFaults, withOperations } from './case.ts';
import { leaveOut } from './leave-out.ts';
import { firstThatFails, type Pass, type Search } from './pass.ts';

export const fewerFaults: Pass = {
  name: 'faults',
  smaller: (from) => leaveOut(from, { items: ({ plan }) => plan.faults, with: withFaults }),
};

export const fewerOperations: Pass = {
  name: 'operations',
  smaller: (from) => leaveOut(from, { items: ({ plan }) => plan.operations, with: withOperations }),
};

/** As few clients as will do, and no more than ask for anything. */
export const fewerClients: Pass = {
  name: 'clients',
  smaller: (from) => {
    const asking = new Set(from.plan.operations.map(({ client }) => client)).size;
    return firstThatFails(from, clientsUpTo(from, Math.max(asking, 1)));
  },
};

function* clientsUpTo(from: Case, most: number): Generator<Case> {
  for (let clients = 1; clients <= Math.min(most, from.concurrency - 1); clients++) {
    const numbers = new Map<number, number>();
    const operations = from.plan.operations.map((operation) => {
      const known = numbers.get(operation.client) ?? numbers.size % clients;
      numbers.set(operation.client, known);
      return { ...operation, client: known };
    });
    yield withOperations({ ...from, concurrency: clients }, operations);
  }
}

/** All operations on the first key, else as many keys as possible put together with it. */
export const fewerKeys: Pass = {
  name: 'keys',
  *smaller(from) {
    const [first, ...others] = new Set(from.plan.operations.map(({ key }) => key));
    // A transaction names its keys itself.
    const hasTransactions = from.plan.operations.some(({ f }) => f === 'txn');
    if (first === undefined || others.length === 0 || hasTransactions) return from;
    const renamed = (which: readonly string[]) =>
      withOperations(
        best,
        best.plan.operations.map((operation) => onKey(operation, which, first)),
      );
    let best = from;
    const all = yield renamed(others);
    if (all !== null) return all;
    for (const key of others) best = (yield renamed([key])) ?? best;
    return best;
  },
};

function onKey(
  operation: PlannedOperation,
  which: readonly string[],
  key: string,
): PlannedOperation {
  return which.includes(operation.key) ? { ...operation, key } : operation;
}

/** Faults of the first forms of their nemeses, at a time, of the draw zero, and for half as long. */
export function simplerFaults(catalogue: Catalogue): Pass {
  return {
    name: 'simpler faults',
    *smaller(from) {
      let best = from;
      for (let at = 0; at < best.plan.faults.length; at++) {
        for (const change of changesOf(catalogue, from.nodes))
          best = yield* changed(best, at, change);
      }
      return best;
    },
  };
}

/** A simpler fault than the one at hand; null where this one cannot be simpler. */
type Change = (fault: PlannedFault) => PlannedFault | null;

function changesOf(catalogue: Catalogue, nodes: number): readonly Change[] {
  return [
    (fault) => {
      const { forms } = nemesisNamed(fault.lane, catalogue);
      const form = forms.find(({ minNodes }) => minNodes <= nodes)?.form ?? fault.form;
      return form === fault.form ? null : { ...fault, form };
    },
    ({ step, ...timed }) => (step === undefined ? null : timed),
    (fault) => (fault.draw === 0 ? null : { ...fault, draw: 0 }),
    (fault) => {
      const lastsUs = Math.floor((fault.endUs - fault.startUs) / 2);
      return lastsUs < SHORT_US ? null : { ...fault, endUs: fault.startUs + lastsUs };
    },
  ];
}

/** One fault changed, as often as that still fails. */
function* changed(from: Case, at: number, change: Change): Search<Case> {
  let best = from;
  for (;;) {
    const fault = best.plan.faults[at];
    const simpler = fault === undefined ? null : change(fault);
    if (simpler === null) return best;
    const failing = yield withFaults(best, best.plan.faults.with(at, simpler));
    if (failing === null) return best;
    best = failing;
  }
}
