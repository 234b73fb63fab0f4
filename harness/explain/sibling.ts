/**
 * The nearest run that passes: one step of the plan is left out, or otherwise, and nothing is broken.
 * Of all that pass it is the one that goes along with the failing run for longest.
 */

import { nodeName, type TraceLine } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { PlannedFault } from '../../nemesis/fault.ts';
import { isBroken, type Signature } from '../judge/signature.ts';
import { eventText } from '../report/trace-section.ts';
import type { Simulation } from '../run/prepared.ts';
import { type Case, withFaults, withOperations } from '../shrink/case.ts';
import { record } from '../shrink/recording.ts';
import type { Sibling } from '../store/explanation.ts';

interface Changed {
  readonly change: string;
  readonly other: Case;
}

/** Null where none of those that differ in one step passes, and when `isOver` before one was tried. */
export async function nearestSibling(
  simulation: Simulation & { readonly config: Case },
  signature: Signature,
  isOver: () => boolean,
): Promise<Sibling | null> {
  const { trace } = record(simulation);
  let nearest: Sibling | null = null;
  for (const { change, other } of changesOf(simulation.config)) {
    if (isOver()) break;
    const made = record({ ...simulation, config: other });
    if (!isBroken(signature, made.checks)) {
      const sibling = { change, ...parting(trace, made.trace) };
      if (nearest === null || atNs(sibling) > atNs(nearest)) nearest = sibling;
    }
    // Lets a signal through.
    await new Promise(setImmediate);
  }
  return nearest;
}

function atNs({ partsAtNs }: Sibling): Nanos {
  return partsAtNs ?? Number.POSITIVE_INFINITY;
}

function* changesOf(config: Case): Generator<Changed> {
  const { operations, faults } = config.plan;
  for (const [at, { client, f, key, atUs }] of operations.entries()) {
    const change = `without the ${f} of ${key} that client ${client} asks for from ${ms(atUs)} on`;
    yield { change, other: withOperations(config, operations.toSpliced(at, 1)) };
  }
  for (const [at, fault] of faults.entries()) {
    const what = `the ${fault.lane} (${fault.form}) of ${ms(fault.startUs)}`;
    const otherwise = (to: PlannedFault) => withFaults(config, faults.with(at, to));
    yield { change: `without ${what}`, other: withFaults(config, faults.toSpliced(at, 1)) };
    const halfUs = Math.floor((fault.startUs + fault.endUs) / 2);
    yield {
      change: `with ${what} over at ${ms(halfUs)}`,
      other: otherwise({ ...fault, endUs: halfUs }),
    };
    yield {
      change: `with ${what} no sooner than ${ms(halfUs)}`,
      other: otherwise({ ...fault, startUs: halfUs }),
    };
  }
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

/** Where what nodes report is first another thing; the same a little later or sooner is not. */
function parting(
  failing: readonly TraceLine[],
  passing: readonly TraceLine[],
): Omit<Sibling, 'change'> {
  for (let at = 0; at < Math.max(failing.length, passing.length); at++) {
    const [one, other] = [failing[at], passing[at]];
    if (lineText(one) === lineText(other)) continue;
    const times = [one, other].flatMap((line) => (line === undefined ? [] : [line.time]));
    return { partsAtNs: Math.min(...times), failing: lineText(one), passing: lineText(other) };
  }
  return { partsAtNs: null, failing: null, passing: null };
}

function lineText(line: TraceLine | undefined): string | null {
  return line === undefined ? null : `${nodeName(line.node)} reports ${eventText(line.event)}`;
}
