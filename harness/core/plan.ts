/** The plan: everything that the seed decides before a run. The same on every backend. */

import { itemAt } from '../../checkers/item-at.ts';
import type { Micros } from '../../checkers/units.ts';
import type { Form, Nemesis, PlannedFault } from '../../nemesis/fault.ts';
import type { PlannedOperation, Workload } from '../../workloads/workload.ts';
import { DOMAIN, drawAt, namedDraw, streamBase } from './draw.ts';

/** What a plan is made from; a part of the resolved configuration. */
export interface PlanConfig {
  readonly seed: number;
  readonly nodes: number;
  readonly clients: number;
  readonly rate: number;
  readonly timeLimitUs: Micros;
  /** How long operations go on at most after the quiet end. */
  readonly recoveryMaxUs: Micros;
  readonly nemeses: readonly Nemesis[];
  readonly nemesisIntervalUs: Micros;
  /** Of a million faults, how many wait for a step of a node; none where absent. */
  readonly stepPpm?: number;
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

/** Of more lanes than these, each acts less often: as much is in force at a time, on average. */
const LANES_MAX = 4;

/** By how much longer it takes in so many lanes until each has its turn than in a few. */
export function sparseness(lanes: number): number {
  return Math.max(1, lanes / LANES_MAX);
}

/**
 * Every nemesis has a lane of its own, in which one fault follows another; lanes overlap freely.
 * Between two faults of a lane, and as long as one lasts, about one interval passes. In most runs
 * the last interval belongs to one fault that leaves a follower behind.
 */
function planFaults(config: PlanConfig): PlannedFault[] {
  const last = planLast(config);
  const untilUs =
    last === null ? config.timeLimitUs : config.timeLimitUs - config.nemesisIntervalUs;
  const faults = config.nemeses.flatMap((nemesis, lane) =>
    planLane(config, nemesis, streamBase(config.seed, DOMAIN.nemesis, lane), untilUs).map((fault) =>
      waiting(config, fault, lane),
    ),
  );
  if (last !== null) faults.push(last);
  faults.sort((a, b) => a.startUs - b.startUs || a.id - b.id);
  return faults.map((fault, id) => ({ ...fault, id }));
}

/** The same fault, waiting for a step where that is drawn for it. */
function waiting({ seed, stepPpm = 0 }: PlanConfig, fault: PlannedFault, lane: number) {
  const base = streamBase(seed, DOMAIN.step, lane);
  if (drawAt(base, 2 * fault.id) % 1_000_000 >= stepPpm) return fault;
  return { ...fault, step: drawAt(base, 2 * fault.id + 1) };
}

/** The last fault has an interval of its own only in runs of so many intervals. */
const INTERVALS_MIN = 4;
/** One run in so many ends with all faults at once, whatever they may have left behind. */
const ENDS_AT_ONCE = 4;

/**
 * A follower that is left behind while all others go on, until the end. Faults of several lanes
 * that end together nearly always bring about an election, and that mends a follower which no
 * leader would ever have got back. Of a single lane, the last fault is alone in any case.
 */
function planLast(config: PlanConfig): PlannedFault | null {
  const { nemesisIntervalUs, timeLimitUs: endUs } = config;
  const able = config.nemeses.filter(
    ({ lagging }) => lagging !== undefined && lagging.minNodes <= config.nodes,
  );
  if (config.nemeses.length === 1 || able.length === 0) return null;
  if (endUs < INTERVALS_MIN * nemesisIntervalUs) return null;
  const base = streamBase(config.seed, DOMAIN.lastFault, 0);
  const which = drawAt(base, 0);
  if (which % ENDS_AT_ONCE === 0) return null;
  const { name, lagging } = itemAt(able, Math.floor(which / ENDS_AT_ONCE) % able.length);
  const calm = 0.3 + 0.2 * (drawAt(base, 1) / 0x1_0000_0000);
  const startUs = endUs - Math.floor(nemesisIntervalUs * (1 - calm));
  const form = lagging?.form as string;
  return { id: 0, lane: name, form, draw: drawAt(base, 2), startUs, endUs };
}

/** One that stays begins in the first half of the run, or a little later, and ends with the load. */
function planStay(
  { timeLimitUs }: PlanConfig,
  lane: string,
  forms: readonly Form[],
  base: number,
): PlannedFault {
  const form = itemAt(forms, drawAt(base, 0) % forms.length).form;
  const startUs = Math.floor(timeLimitUs * (0.05 + 0.55 * (drawAt(base, 1) / 0x1_0000_0000)));
  return { id: 0, lane, form, draw: drawAt(base, 2), startUs, endUs: timeLimitUs };
}

function planLane(
  config: PlanConfig,
  nemesis: Nemesis,
  base: number,
  untilUs: Micros,
): PlannedFault[] {
  const forms = nemesis.forms.filter((form) => form.minNodes <= config.nodes);
  const faults: PlannedFault[] = [];
  if (forms.length === 0) return faults;
  if (nemesis.stays === true) return [planStay(config, nemesis.name, forms, base)];
  // A fault lasts one interval, and half of one passes until the next: two thirds of the time.
  const gaps = 3 * sparseness(config.nemeses.length) - 2;
  let draws = 0;
  /** Uniform between a half and one and a half intervals. */
  const span = () => {
    const share = drawAt(base, draws++) / 0x1_0000_0000;
    return Math.floor(config.nemesisIntervalUs * (0.5 + share));
  };
  const gap = () => Math.floor((gaps * span()) / 2);
  let startUs = gap();
  while (startUs < untilUs) {
    const form = forms[drawAt(base, draws++) % forms.length]?.form as string;
    const draw = drawAt(base, draws++);
    const endUs = Math.min(startUs + span(), untilUs);
    faults.push({ id: faults.length, lane: nemesis.name, form, draw, startUs, endUs });
    startUs = endUs + gap();
  }
  return faults;
}
