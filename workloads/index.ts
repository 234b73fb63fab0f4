/** The registry of workloads, by the name that `--workload` takes. */

import { append } from './append.ts';
import { consensus } from './consensus.ts';
import { counter } from './counter.ts';
import { listAppend } from './list-append.ts';
import { register } from './register.ts';
import { set } from './set.ts';
import { watch } from './watch.ts';
import type { Workload } from './workload.ts';

export const workloads: Readonly<Record<string, Workload>> = {
  register,
  append,
  consensus,
  counter,
  set,
  'list-append': listAppend,
  watch,
};
