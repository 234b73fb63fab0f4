/** What a run exercised of a protocol, from the figures of its agreement checker. */

import type { TimedCheck } from '../store/format.ts';
import { count, NBSP } from './text.ts';

/** What each figure counts; those that do not stand here say nothing about what was exercised. */
const WORDS: Readonly<Record<string, string>> = {
  restarts: 'restarts',
  snapshotsTaken: 'snapshots taken',
  snapshotsInstalled: 'snapshots installed',
  truncations: 'truncations',
  sessions: 'sessions',
  duplicates: 'retries answered from sessions',
  membershipChanges: 'membership changes',
  reconfigurations: 'reconfigurations',
  learnersPromoted: 'learners promoted',
  transfersDone: 'leadership transfers',
  transfersAborted: 'transfers aborted',
  fastDecisions: 'fast decisions',
  collisions: 'collisions',
  recoveries: 'recoveries',
  readsIndex: 'reads confirmed by a quorum',
  readsLease: 'leased reads',
  readsLog: 'reads through the log',
  readsFollower: 'reads at followers',
  readsLocal: 'local reads',
  readsSync: 'synced reads',
};

/** `30 restarts · 60 snapshots taken · ...`; empty where there are no such figures. */
export function exercisedText(checks: readonly TimedCheck[]): string {
  const stats = checks.find(({ checker }) => checker === 'agreement')?.stats ?? {};
  return Object.entries(WORDS)
    .flatMap(([name, words]) => {
      const times = stats[name];
      if (typeof times !== 'number' || times === 0) return [];
      return [`${count(times)} ${words}`.replaceAll(' ', NBSP)];
    })
    .join(' · ');
}
