/** The registry of workloads, by the name that `--workload` takes. */

import { append } from './append.ts';
import { consensus } from './consensus.ts';
import { register } from './register.ts';
import type { Workload } from './workload.ts';

export const workloads: Readonly<Record<string, Workload>> = { register, append, consensus };
