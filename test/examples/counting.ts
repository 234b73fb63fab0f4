/** A workload and a checker in a minute; `workloads/README.md` and `checkers/README.md` show them. */

import { arrivals, type CheckResult, type History, type Workload } from 'ordeal';

export const counting: Workload = {
  name: 'counting',
  describe: 'one counter that only grows, and reads of it',
  operations: ['read', 'inc'],
  model: 'counter',
  judge: neverBack,
  initial: null,
  options: {},
  plan: (config, draw) =>
    arrivals(config, draw).map((arrival) =>
      draw('counting', 0, arrival.id) % 2 === 0
        ? { ...arrival, key: 'count', f: 'read', value: null }
        : { ...arrival, key: 'count', f: 'inc', value: 1 },
    ),
  settle: ({ f, key, value }) => ({ f, key, value }),
  finalReads: (keys) => keys.map((key) => ({ f: 'read', key, value: null })),
};

/** What had been read when a read began, no later read may fall behind. */
export function neverBack(history: History): CheckResult {
  let highest = { value: 0, event: 0 };
  const whenAsked = new Map<unknown, typeof highest>();
  for (const { index, process, type, f, value } of history) {
    if (f !== 'read') continue;
    if (type === 'invoke') whenAsked.set(process, highest);
    if (type !== 'ok') continue;
    const read = Number(value ?? 0);
    const known = whenAsked.get(process) ?? highest;
    if (read < known.value) {
      const because = `${read} was read after ${known.value} had been read`;
      const events = [known.event, index];
      return { checker: 'never-back', verdict: { kind: 'invalid', because, events } };
    }
    if (read > highest.value) highest = { value: read, event: index };
  }
  return { checker: 'never-back', verdict: { kind: 'valid' } };
}
