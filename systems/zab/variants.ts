/** The variants of Zab that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import { zabDecoys } from './mutants/decoys.ts';
import { diskMutants } from './mutants/disks.ts';
import { electionMutants } from './mutants/elections.ts';
import { historyMutants } from './mutants/histories.ts';
import { messageMutants } from './mutants/messages.ts';
import { serverMutants } from './mutants/servers.ts';
import { serviceMutants } from './mutants/services.ts';
import type { ZabRules } from './rules.ts';

export const zabVariants: readonly Variant<ZabRules>[] = [
  ...electionMutants,
  ...historyMutants,
  ...diskMutants,
  ...serverMutants,
  ...serviceMutants,
  ...messageMutants,
  ...zabDecoys,
];
