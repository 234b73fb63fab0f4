/** What was found broken, so that another run can be held to the very same. */

import type { CheckResult } from '../../checkers/verdict.ts';
import { type Finding, findingsOf } from './tiers.ts';

/** A checker, and the property or anomaly that it found broken; the checker's name where it has none. */
export type Signature = Pick<Finding, 'checker' | 'property'>;

/** Everything that is broken by these checks, each once, in their order. */
export function signaturesOf(checks: readonly CheckResult[]): Signature[] {
  const found = findingsOf(checks).map(({ checker, property }) => ({ checker, property }));
  return [...new Map(found.map((one) => [signatureText(one), one])).values()];
}

/** Of a run: what its headline is about. Null where nothing is broken. */
export function signatureOf(checks: readonly CheckResult[]): Signature | null {
  return signaturesOf(checks)[0] ?? null;
}

export function isBroken(signature: Signature, checks: readonly CheckResult[]): boolean {
  const { checker, property } = signature;
  return findingsOf(checks).some((one) => one.checker === checker && one.property === property);
}

/** `agreement: ElectionSafety`; a checker that names no property stands for itself. */
export function signatureText({ checker, property }: Signature): string {
  return checker === property ? checker : `${checker}: ${property}`;
}
