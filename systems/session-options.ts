/** The options of client sessions, of every system whose log holds them (`kv.ts`). */

import type { KvLimits } from './kv.ts';
import type { OptionValues } from './option-values.ts';
import type { OptionSpec } from './system.ts';

export const sessionOptions = {
  sessionTimeoutMs: {
    describe: 'client sessions idle for longer expire, by the time in the log',
    default: 3_600_000,
    min: 1,
    max: 1_000_000_000,
    worth: [500, 5_000, 3_600_000],
  },
  sessionsMax: {
    describe: 'most client sessions; the one idle longest makes room',
    default: 1024,
    min: 1,
    max: 1_000_000,
    worth: [4, 12, 1024],
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The same, as the state machine takes them. */
export function sessionLimits(values: OptionValues<typeof sessionOptions>): KvLimits {
  return {
    sessionTimeoutUs: values.sessionTimeoutMs * 1000,
    sessionsMax: values.sessionsMax,
  };
}
