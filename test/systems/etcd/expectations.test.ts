import { describe, expect, test } from 'vitest';
import { expectedText } from '../../../harness/report/expected.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { expectations } from '../../../systems/etcd/expectations.ts';
import { etcd } from '../../../systems/etcd/index.ts';
import { type Met, met, type RunFacts } from '../../../systems/expectation.ts';
import { workloads } from '../../../workloads/index.ts';

const DOCUMENTED = { reads: 'linearizable', claim: 'documented' };
const OVERCLAIMED = { reads: 'serializable', claim: 'linearizable' };

function told(changes: Partial<RunFacts>): Met['outcome'] | undefined {
  const run = { workload: 'register', options: DOCUMENTED, inForce: [], brokenBy: [] };
  return met(expectations, { ...run, ...changes })?.outcome;
}

describe('what is expected of etcd', () => {
  test('names workloads, options and nemeses that there are', () => {
    const runs = expectations.flatMap((one) => [
      one.when,
      ...(one.verdict === 'valid' ? (one.issues ?? []) : []).map(({ when }) => ({
        ...one.when,
        ...when,
      })),
    ]);
    for (const { workloads: names = [], set = {}, nemeses: faults = [] } of runs) {
      for (const name of names) expect(workloads).toHaveProperty(name);
      for (const name of faults) expect(nemeses).toHaveProperty(name);
      for (const [name, value] of Object.entries(set)) {
        const ofWorkload = workloads[names[0] ?? '']?.options ?? {};
        const option = etcd.options[name] ?? ofWorkload[name.replace('workload.', '')];
        expect(option).toMatchObject({ choices: expect.arrayContaining([value]) });
      }
    }
  });

  test('is that linearizable reads are, and a violation is news', () => {
    expect(told({ inForce: ['kill'] })).toBe('as-expected');
    expect(told({ inForce: ['kill'], brokenBy: ['linearizable'] })).toBe('news');
  });

  test('is that a known bug may show after a pause, and explains nothing else', () => {
    expect(told({ inForce: ['pause'], brokenBy: ['linearizable'] })).toBe('issue');
    expect(told({ inForce: ['pause'], brokenBy: ['linearizable', 'panics'] })).toBe('news');
  });

  test('is that a lock alone may not be enough, and a fenced one is', () => {
    const lost = { inForce: ['kill'], brokenBy: ['linearizable'] };
    expect(told({ ...lost, options: { ...DOCUMENTED, guard: 'lock' } })).toBe('as-expected');
    expect(told({ ...lost, options: { ...DOCUMENTED, guard: 'fenced-lock' } })).toBe('news');
  });

  test('is that watchers who ask are told of progress too early, and only they', () => {
    const early = { workload: 'watch', brokenBy: ['WatchProgress'] };
    const asked = { ...DOCUMENTED, 'workload.progress': 'asked' };
    expect(told({ ...early, options: asked })).toBe('issue');
    expect(told(early)).toBe('news');
    expect(told({ ...early, options: asked, brokenBy: ['WatchComplete'] })).toBe('news');
  });

  test('is that stale reads show where they are taken for more than they are', () => {
    const cutOff = { options: OVERCLAIMED, inForce: ['partition'] };
    expect(told({ ...cutOff, brokenBy: ['linearizable'] })).toBe('as-expected');
    expect(told({ ...cutOff, brokenBy: ['linearizable', 'panics'] })).toBe('news');
    expect(told(cutOff)).toBe('news');
    expect(told({ options: OVERCLAIMED })).toBe('as-expected');
    const held = { ...OVERCLAIMED, claim: 'documented' };
    expect(told({ ...cutOff, options: held })).toBe('as-expected');
    expect(told({ ...cutOff, options: held, brokenBy: ['ordered-sequential'] })).toBe('news');
  });
});

test('nothing is said of a run that no expectation is about', () => {
  const run = { workload: 'register', options: {}, inForce: [], brokenBy: ['linearizable'] };
  expect(expectedText(met([], run))).toBeNull();
});

test('what came of an expectation is told with its reason and its source', () => {
  const paused = { workload: 'register', options: DOCUMENTED, inForce: ['pause'] };
  expect(expectedText(met(expectations, { ...paused, brokenBy: ['linearizable'] }))).toMatch(
    /^a known issue may explain it, etcd#20418 \(a read may be stale .*\(https:\/\/etcd.io/,
  );
  expect(expectedText(met(expectations, { ...paused, brokenBy: ['panics'] }))).toMatch(
    /^news: valid was expected, since operations .* no known issue explains this$/,
  );
});
