/** What programs that speak JSON lines are asked: Maelstrom's workloads, by its names. */

import type { Workload } from '../workload.ts';
import { gCounter, pnCounter } from './counters.ts';
import { echo } from './echo.ts';
import { kafka } from './kafka.ts';
import { linKv } from './lin-kv.ts';
import { broadcast, gSet } from './sets.ts';
import { txnListAppend, txnRwRegister } from './transactions.ts';
import { uniqueIds } from './unique-ids.ts';

export const programWorkloads: Readonly<Record<string, Workload>> = {
  echo,
  'unique-ids': uniqueIds,
  broadcast,
  'g-set': gSet,
  'g-counter': gCounter,
  'pn-counter': pnCounter,
  'lin-kv': linKv,
  kafka,
  'txn-list-append': txnListAppend,
  'txn-rw-register': txnRwRegister,
};
