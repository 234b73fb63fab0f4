/** Whether what a run came to was to be expected, where its system says what is. */

import { type Met, met } from '../../systems/expectation.ts';
import type { System } from '../../systems/system.ts';
import type { RunConfig } from '../config/config.ts';
import { EXIT } from '../core/errors.ts';
import type { ResultsFile } from '../store/format.ts';

/** Null where nothing is expected, or nothing was found out. */
export function expectedOf(
  system: System,
  { workload, set }: RunConfig,
  { checks, figures, exitStatus }: Omit<ResultsFile, 'expectation'>,
): Met | null {
  if (system.kind !== 'member') return null;
  if (exitStatus !== EXIT.valid && exitStatus !== EXIT.invalid) return null;
  const inForce = figures.faults.filter(({ installed }) => installed > 0).map(({ lane }) => lane);
  const broken = checks.filter(({ verdict }) => verdict.kind === 'invalid');
  // A checker of several properties says which.
  const brokenBy = broken.flatMap(({ checker, verdict }) => {
    return (verdict.kind === 'invalid' ? verdict.properties : undefined) ?? [checker];
  });
  return met(system.expectations, { workload, options: set, inForce, brokenBy });
}
