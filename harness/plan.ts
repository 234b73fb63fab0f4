/** The plan: everything that the seed decides before a run. The same on every backend. */

import type { Nemesis, PlannedFault } from '../nemesis/fault.ts';
import type { PlannedOperation, Workload } from '../workloads/workload.ts';
import { DOMAIN, drawAt, namedDraw, streamBase } from './draw.ts';

/** What a plan is made from; a part of the resolved configuration. */
export interface PlanConfig {
  readonly seed: number;
  readonly nodes: number;
  readonly clients: number;
  readonly rate: number;
  readonly timeLimitUs: number;
  /** How long operations go on at most after the quiet end. */
  readonly recoveryMaxUs: number;
  readonly nemeses: readonly Nemesis[];
  readonly nemesisIntervalUs: number;
  readonly workloadOptions: Readonly<Record<string, number | string | boolean>>;
}

export interface Plan {
  readonly operations: readonly PlannedOperation[];
  readonly faults: readonly PlannedFault[];
}

export function makePlan(config: PlanConfig, workload: Workload): Plan {
  const operations = workload.plan(
    {
      clients: config.clients,
      rate: config.rate,
      timeLimitUs: config.timeLimitUs + config.recoveryMaxUs,
      options: config.workloadOptions,
    },
    namedDraw(config.seed),
  );
  return { operations, faults: planFaults(config) };
}

/**
 * Every nemesis has a lane of its own, in which one fault follows another; lanes overlap freely.
 * Between two faults of a lane, and as long as one lasts, about one interval passes.
 */
function planFaults(config: PlanConfig): PlannedFault[] {
  const faults = config.nemeses.flatMap((nemesis, lane) =>
    planLane(config, nemesis, streamBase(config.seed, DOMAIN.nemesis, lane)),
  );
  faults.sort((a, b) => a.startUs - b.startUs || a.id - b.id);
  return faults.map((fault, id) => ({ ...fault, id }));
}

function planLane(config: PlanConfig, nemesis: Nemesis, base: number): PlannedFault[] {
  const forms = nemesis.forms.filter((form) => form.minNodes <= config.nodes);
  const faults: PlannedFault[] = [];
  if (forms.length === 0) return faults;
  let draws = 0;
  /** Uniform between a half and one and a half intervals. */
  const span = () => {
    const share = drawAt(base, draws++) / 0x1_0000_0000;
    return Math.floor(config.nemesisIntervalUs * (0.5 + share));
  };
  let startUs = Math.floor(span() / 2);
  while (startUs < config.timeLimitUs) {
    const form = forms[drawAt(base, draws++) % forms.length]?.form as string;
    const draw = drawAt(base, draws++);
    const endUs = Math.min(startUs + span(), config.timeLimitUs);
    faults.push({ id: faults.length, lane: nemesis.name, form, draw, startUs, endUs });
    startUs = endUs + Math.floor(span() / 2);
  }
  return faults;
}
