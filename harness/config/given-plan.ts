/** A plan that is given (by a `repro.json`, say) is held to the run that is to carry it out. */

import type { PlannedFault } from '../../nemesis/fault.ts';
import type { PlannedOperation, Workload } from '../../workloads/workload.ts';
import type { Plan } from '../core/plan.ts';
import { type Catalogue, nemesisNamed } from './catalogue.ts';

interface Run {
  readonly nodes: number;
  readonly clients: number;
  readonly workload: Workload;
  readonly catalogue: Catalogue;
}

/** What is wrong with it, by place and field; null where nothing is. */
export function planFault({ operations, faults }: Plan, run: Run): string | null {
  for (const [at, operation] of operations.entries()) {
    const fault = operationFault(operation, operations[at - 1], run);
    if (fault !== null) return `plan.operations[${at}].${fault}`;
  }
  for (const [at, planned] of faults.entries()) {
    const fault = faultFault(planned, at, run);
    if (fault !== null) return `plan.faults[${at}].${fault}`;
  }
  return null;
}

function operationFault(
  { client, atUs, f }: PlannedOperation,
  before: PlannedOperation | undefined,
  { clients, workload }: Run,
): string | null {
  if (!Number.isInteger(client) || client < 0 || client >= clients) {
    return `client: ${client} is not one of ${clients} (counted from 0)`;
  }
  if (!isTime(atUs)) return `atUs: ${atUs} is no time`;
  if (before !== undefined && atUs < before.atUs) return `atUs: ${atUs} comes after ${before.atUs}`;
  if (workload.operations.includes(f)) return null;
  return `f: "${f}" is not of workload ${workload.name} (${workload.operations.join(', ')})`;
}

function faultFault(
  { id, lane, form, startUs, endUs, step = 0 }: PlannedFault,
  at: number,
  { nodes, catalogue }: Run,
): string | null {
  const { forms, lagging } = nemesisNamed(lane, catalogue);
  const known = lagging === undefined ? forms : [...forms, lagging];
  const meant = known.find((one) => one.form === form);
  if (meant === undefined) {
    return `form: "${form}" is none of ${lane} (${known.map((one) => one.form).join(', ')})`;
  }
  if (meant.minNodes > nodes) return `form: "${form}" needs ${meant.minNodes} nodes or more`;
  if (!isTime(startUs)) return `startUs: ${startUs} is no time`;
  if (!isTime(endUs) || endUs < startUs) return `endUs: ${endUs} comes before ${startUs}`;
  if (!isTime(step) || step >= 2 ** 32) return `step: ${step} is no whole number of 32 bits`;
  return id === at ? null : `id: expected ${at}, got ${id}`;
}

function isTime(us: number): boolean {
  return Number.isSafeInteger(us) && us >= 0;
}
