/**
 * Parts of a user's own (systems, workloads, nemeses) under supervision: the same parts, whose code
 * is held to its contract whenever it is asked. Ours are known to keep it, and run as they are.
 */

import type { Fault, Nemesis } from '../../nemesis/fault.ts';
import { nemeses } from '../../nemesis/index.ts';
import { systems } from '../../systems/index.ts';
import { type Operation, PROTOCOL_OPERATIONS } from '../../systems/operations.ts';
import type { ProtocolSystem } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';
import type { PlannedOperation, Workload } from '../../workloads/workload.ts';
import { fieldsOf, isObject, isOneOf, isWhole } from '../core/guards.ts';
import { plainCopy } from '../core/plain-data.ts';
import { shown } from '../core/shown.ts';
import { bounded } from '../variants/bounded.ts';
import { wrongInFault } from './fault-shape.ts';
import { ownSometimes } from './sometimes.ts';
import { Supervision } from './supervision.ts';
import { ownSystem } from './system.ts';

const CLOCKLESS = 'it must follow from what it is handed alone';

/** The part itself where it is one of ours, passed by value. */
export function supervisedSystem(system: ProtocolSystem): ProtocolSystem {
  return Object.values(systems).includes(system) ? system : ownSystem(system);
}

export function supervisedWorkload(workload: Workload): Workload {
  if (Object.values(workloads).includes(workload)) return workload;
  const supervision = new Supervision(`workload ${workload.name}`, CLOCKLESS);
  const { operations } = workload;
  const settled = (operation: unknown, part: string): Operation => {
    const wrong = wrongInOperation(operation, operations);
    if (wrong === null) return plainCopy(operation, 'the operation') as Operation;
    throw supervision.mistake(`answers ${shown(operation)}: ${wrong}`, part);
  };
  const judge = workload.judge?.bind(workload);
  const call = <Result>(part: string, code: () => Result) =>
    bounded(() => supervision.call(part, code));
  const own: Partial<Workload> = {
    ...(judge === undefined
      ? {}
      : { judge: (history, options) => call('judge', () => judge(history, options)) }),
    ...(workload.sometimes === undefined
      ? {}
      : { sometimes: ownSometimes(`workload ${workload.name}`, workload.sometimes) }),
    plan: (config, draw) => {
      const plan: unknown = call('plan', () => workload.plan(config, draw));
      const wrong = wrongInPlan(plan, operations, config.clients);
      if (wrong === null) return plan as readonly PlannedOperation[];
      throw supervision.mistake(wrong, 'plan');
    },
    settle: (planned, seen) =>
      settled(
        call('settle', () => workload.settle(planned, seen)),
        'settle',
      ),
    finalReads: (keys, nodes) => {
      const reads: unknown = call('finalReads', () => workload.finalReads(keys, nodes));
      if (Array.isArray(reads)) return reads.map((one) => settled(one, 'finalReads'));
      throw supervision.mistake(`answers ${shown(reads)}: it must be a list`, 'finalReads');
    },
  };
  return over(workload, own);
}

export function supervisedNemesis(nemesis: Nemesis): Nemesis {
  if (Object.values(nemeses).includes(nemesis)) return nemesis;
  const supervision = new Supervision(`nemesis ${nemesis.name}`, CLOCKLESS);
  return over<Nemesis>(nemesis, {
    resolve: (planned, view) => {
      const resolve = () => supervision.call('resolve', () => nemesis.resolve(planned, view));
      const fault: unknown = bounded(resolve);
      if (fault === null) return null;
      const wrong = wrongInFault(fault, nemesis.needs, view.nodes.length);
      if (wrong === null) return fault as Fault;
      throw supervision.mistake(`answers ${shown(fault)}: ${wrong}`, 'resolve');
    },
  });
}

/** The part with some of its code replaced; not a copy, which would lack the methods of a class. */
function over<Part extends object>(part: Part, own: Partial<Part>): Part {
  return Object.assign(Object.create(part) as Part, own);
}

function wrongInPlan(plan: unknown, operations: readonly string[], clients: number): string | null {
  if (!Array.isArray(plan)) return `answers ${shown(plan)}: it must be a list of operations`;
  let beforeUs = 0;
  for (const [at, planned] of plan.entries()) {
    const { id, client, atUs } = fieldsOf(planned);
    const wrong =
      id !== at
        ? `id must be ${at}, its place in the plan`
        : !isWhole(client, 0, clients)
          ? `client must be a whole number 0 to ${clients - 1}`
          : !isWhole(atUs, beforeUs, Number.MAX_SAFE_INTEGER)
            ? `atUs must be a whole number of microseconds, not before ${beforeUs}`
            : wrongInOperation(planned, operations);
    if (wrong !== null) return `answers ${shown(planned)} at place ${at}: ${wrong}`;
    if (isWhole(atUs, beforeUs, Number.MAX_SAFE_INTEGER)) beforeUs = atUs;
  }
  return null;
}

function wrongInOperation(operation: unknown, operations: readonly string[]): string | null {
  if (!isObject(operation)) return 'it must be an operation';
  const { f, key, value } = fieldsOf(operation);
  if (!isOneOf(f, PROTOCOL_OPERATIONS)) return `f must be one of ${operations.join(', ')}`;
  if (!operations.includes(f)) return `f must be one of its operations (${operations.join(', ')})`;
  if (typeof key !== 'string') return 'key must be a text';
  return value === undefined ? 'value is missing (null where there is none)' : null;
}
