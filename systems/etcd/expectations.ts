/** What is to be expected of runs of etcd 3.4.23, most particular first. */

import type { Expectation } from '../expectation.ts';

const GUARANTEES = 'https://etcd.io/docs/v3.4/learning/api_guarantees/';

/** Reads that ask the member's own state, held to more than its documentation says. */
const OVERCLAIMED = { reads: 'serializable', claim: 'linearizable' };
const STALE_READS = ['linearizable', 'list-append', 'real-time'];

export const expectations: readonly Expectation[] = [
  {
    when: { workloads: ['register'], set: OVERCLAIMED, nemeses: ['partition'] },
    verdict: 'invalid',
    because: 'a member that is cut off answers serializable reads with what was',
    source: GUARANTEES,
    shownBy: STALE_READS,
  },
  {
    when: { set: OVERCLAIMED },
    verdict: 'either',
    because: 'serializable reads may be of what was, also without any fault',
    source: GUARANTEES,
    shownBy: STALE_READS,
  },
  {
    when: { set: { reads: 'serializable' } },
    verdict: 'valid',
    because: 'writes are linearizable, and what a session reads of one member never goes back',
    source: GUARANTEES,
  },
  {
    when: { set: { guard: 'lock' } },
    verdict: 'either',
    because:
      'a lock is a lease: who holds it may have lost it, and what it writes then undoes what others did',
    source: 'https://jepsen.io/analyses/etcd-3.4.3',
    shownBy: [...STALE_READS, 'ordered-sequential'],
  },
  {
    when: { workloads: ['watch'] },
    verdict: 'valid',
    because: 'watches are ordered, unique, complete and resumable, and progress is told of last',
    source: GUARANTEES,
    issues: [
      {
        name: 'etcd#15220',
        describe:
          'a watcher that asks for its progress is told how far the member is, before it was told of ' +
          'all up to there',
        when: { set: { 'workload.progress': 'asked' } },
        shownBy: ['WatchProgress'],
      },
    ],
  },
  {
    when: {},
    verdict: 'valid',
    because: 'operations on keys and transactions are strictly serializable',
    source: GUARANTEES,
    issues: [
      {
        name: 'etcd#20418',
        describe:
          'a read may be stale after a pause: the id of its ReadIndex request is used again when ' +
          'that is sent anew after 500 ms (3.4.20 to 3.4.41)',
        when: { nemeses: ['pause'] },
        shownBy: STALE_READS,
      },
    ],
  },
];
