/** What is shrunk: a configuration with its plan spelt out, so that any part of it can be left out. */

import type { Micros } from '../../checkers/units.ts';
import type { PlannedFault } from '../../nemesis/fault.ts';
import type { PlannedOperation } from '../../workloads/workload.ts';
import { type Catalogue, systemNamed, workloadNamed } from '../config/catalogue.ts';
import type { RunConfig } from '../config/config.ts';
import { planFault } from '../config/given-plan.ts';
import { settingsGoTogether } from '../config/settings.ts';
import type { Plan } from '../core/plan.ts';
import { plural } from '../report/text.ts';

/** A run that says itself what its clients and its nemeses do; only the draws follow from its seed. */
export interface Case extends RunConfig {
  readonly plan: Plan;
}

const US_PER_S = 1_000_000;
/** The least that `--time-limit` takes. */
const TIME_LIMIT_MIN_S = 1;

/** The case with this plan: numbered anew, and with the nemeses that it still has a fault of. */
export function withPlan(from: Case, plan: Plan): Case {
  const operations = plan.operations.map((operation, id) => ({ ...operation, id }));
  const faults = plan.faults.map((fault, id) => ({ ...fault, id }));
  const nemesis = [...new Set(faults.map(({ lane }) => lane))].sort();
  return { ...from, nemesis, plan: { operations, faults } };
}

export function withOperations(from: Case, operations: readonly PlannedOperation[]): Case {
  return withPlan(from, { ...from.plan, operations });
}

export function withFaults(from: Case, faults: readonly PlannedFault[]): Case {
  return withPlan(from, { ...from.plan, faults });
}

/** The case without what was planned for later; of what goes on then, the end comes at once. */
export function cutAt(from: Case, endUs: Micros): Case {
  const nextS = Math.max(TIME_LIMIT_MIN_S, Math.floor(endUs / US_PER_S) + 1);
  // What fails only after the quiet end needs no more time before it.
  const timeLimitS = Math.min(from.timeLimitS, nextS);
  const limitUs = timeLimitS * US_PER_S;
  const operations = from.plan.operations.filter(({ atUs }) => atUs <= endUs);
  const faults = from.plan.faults
    .filter(({ startUs }) => startUs <= endUs)
    .map((fault) => ({ ...fault, endUs: Math.min(fault.endUs, limitUs) }));
  return withPlan({ ...from, timeLimitS }, { operations, faults });
}

/** Whether this can be run: its plan on such a cluster, and its settings together. */
export function isPossible(
  { system, workload, nodes, concurrency, set, plan }: Case,
  catalogue: Catalogue,
): boolean {
  const named = systemNamed(system, catalogue);
  const run = {
    nodes,
    clients: concurrency,
    workload: workloadNamed(workload, catalogue),
    catalogue,
  };
  return (
    planFault(plan, run) === null &&
    settingsGoTogether(named, run.workload, set) &&
    (named.optionsFault?.(nodes, set) ?? null) === null
  );
}

/** How much a case consists of. */
export interface CaseSize {
  readonly nodes: number;
  readonly faults: number;
  readonly operations: number;
}

export function sizeOf({ nodes, plan }: Case): CaseSize {
  return { nodes, faults: plan.faults.length, operations: plan.operations.length };
}

/** `3 nodes, 1 fault, 2 operations`. */
export function sizeText({ nodes, faults, operations }: CaseSize): string {
  return [plural(nodes, 'node'), plural(faults, 'fault'), plural(operations, 'operation')].join(
    ', ',
  );
}
