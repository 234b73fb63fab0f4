import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StartEvent } from '../../../harness/core/start-event.ts';
import { progressOn, type Target } from '../../../harness/run/progress.ts';
import { StartProgress, startText } from '../../../harness/run/start-progress.ts';

const BACK = '\r\u001b[K';
const image = 'node:26-slim';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What is written while these events happen, one every so many milliseconds. */
function told(events: readonly StartEvent[], everyMs: number, isTTY: boolean, quiet = false) {
  let text = '';
  const target: Target = { isTTY, columns: 60, write: (more) => (text += more) };
  const nowMs = () => Date.now();
  using start = new StartProgress(progressOn(target, quiet, nowMs), nowMs);
  for (const event of events) {
    start.tell(event);
    vi.advanceTimersByTime(everyMs);
  }
  return () => text;
}

const coming: readonly StartEvent[] = [0, 1, 2, 3, 4, 5].map((up) => ({
  kind: 'containers',
  up,
  nodes: 5,
}));
const forming = { kind: 'forming', nodes: 5, awaits: 'leader' } as const;
const formed: StartEvent = { kind: 'over', formed: true };

describe('a start', () => {
  test('says in words how far each of its stages is', () => {
    const words = (event: StartEvent) => startText(event, 2.5);
    expect(words({ kind: 'containers', up: 3, nodes: 5 })).toBe('3 of 5 containers up, 2 s');
    expect(words({ kind: 'containers', up: 0, nodes: 1 })).toBe('0 of 1 container up, 2 s');
    expect(words({ ...forming, answering: 3 })).toBe('3 of 5 nodes answer, 2 s');
    expect(words({ ...forming, answering: 5 })).toBe('all nodes answer, no leader yet, 2 s');
    expect(words({ ...forming, answering: 5, awaits: 'readiness' })).toBe(
      'all nodes answer, not ready yet, 2 s',
    );
    expect(words({ kind: 'build', image, done: 1, total: 3 })).toBe(
      'node:26-slim: 1 of 3 steps done, 2 s',
    );
    const fetched = { kind: 'fetch', image, doneBytes: 10e6, totalBytes: 70e6 } as const;
    expect(words(fetched)).toBe('node:26-slim: 10.0 MB of 70.0 MB · 4.0 MB/s · 15 s left');
    expect(words({ ...fetched, doneBytes: 0, totalBytes: 0 })).toBe('node:26-slim: waiting, 2 s');
  });

  test('on a terminal is one line in place, of which nothing is left once the cluster is up', () => {
    const text = told([...coming, formed], 1000, true)();
    expect(text).toContain(`${BACK}3 of 5 containers up, 3 s${BACK}`);
    expect(text.endsWith(`${BACK}cluster up after 6.0 s\n`)).toBe(true);
    expect(text.match(/\n/g)).toHaveLength(1);
  });

  test('goes on telling the time while nothing happens', () => {
    const still: StartEvent = { kind: 'debian', suite: 'bookworm', doing: 'extracting archives' };
    const text = told([still], 5000, true)();
    expect(text).toContain('making a small Debian bookworm');
    for (const s of [1, 2, 3, 4, 5]) expect(text).toContain(`extracting archives, ${s} s`);
  });

  test('elsewhere is a line now and then, without cursor codes', () => {
    expect(told([...coming, formed], 1000, false)()).toBe('cluster up after 6.0 s\n');
    const slow = told([...coming, formed], 6000, false)();
    expect(slow.split('\n')).toEqual([
      '1 of 5 containers up, 10 s',
      '3 of 5 containers up, 20 s',
      '4 of 5 containers up, 30 s',
      'cluster up after 36.0 s',
      '',
    ]);
  });

  test('says why it takes long, each stage of an image on a line that stays', () => {
    const stages: readonly StartEvent[] = [
      { kind: 'fetch', image, doneBytes: 0, totalBytes: 0 },
      { kind: 'no-registry', because: 'no answer within 30 s' },
      { kind: 'debian', suite: 'bookworm', doing: '' },
      { kind: 'import', image: 'ordeal-debian:2', doneBytes: 0, totalBytes: 9 },
      { kind: 'build', image: 'ordeal-base:2', done: 0, total: 2 },
      { kind: 'build', image: 'ordeal-node:1', done: 0, total: 2 },
    ];
    expect(told(stages, 10, false)().split('\n')).toEqual([
      'fetching node:26-slim',
      'no registry (no answer within 30 s): building from Debian packages',
      'making a small Debian bookworm (about half a minute)',
      'importing ordeal-debian:2',
      'building ordeal-base:2',
      'building ordeal-node:1',
      '',
    ]);
  });

  test('that fails leaves nothing in place and does not claim a cluster', () => {
    const text = told([...coming, { kind: 'over', formed: false }], 1000, true)();
    expect(text.endsWith(BACK)).toBe(true);
    expect(text).not.toContain('cluster up');
  });

  test('is silent where that was asked for', () => {
    expect(told([...coming, formed], 6000, false, true)()).toBe('');
    expect(told([...coming, formed], 6000, true, true)()).toBe('');
  });
});
