/** What an exploration of Raft should come upon: moments at which its rules are needed. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { LogIndex, NodeId, Term } from '../../checkers/units.ts';
import { readByLease, snapshotInstalled } from '../log-sometimes.ts';

export const raftSometimes: readonly Sometimes[] = [
  {
    name: 'deposed-with-uncommitted',
    describe: 'a leader with uncommitted entries was deposed',
    watchReports: () =>
      logsWatch((log, event) => deposes(event) && log.leads && log.last > log.commit),
  },
  {
    name: 'earlier-term-committed',
    describe: 'a leader committed entries of an earlier term together with one of its own',
    watchReports: () => logsWatch(commitsEarlier),
  },
  {
    name: 'log-truncated',
    describe: 'a follower gave up entries for those of a new leader',
    reported: { kind: 'truncate' },
  },
  snapshotInstalled,
  readByLease,
];

/** What a node has said of its log before an event. */
interface Log {
  leads: boolean;
  last: LogIndex;
  commit: LogIndex;
  /** By index; holes for what came with a snapshot. */
  readonly terms: Term[];
}

function logsWatch(isThere: (log: Log, event: TraceEvent) => boolean) {
  const logs: Log[] = [];
  return {
    sees(event: TraceEvent, node: NodeId): boolean {
      const log = logs[node] ?? { leads: false, last: 0, commit: 0, terms: [] };
      logs[node] = log;
      const answer = isThere(log, event);
      follow(log, event);
      return answer;
    },
  };
}

function follow(log: Log, event: TraceEvent): void {
  switch (event.kind) {
    case 'leader':
      log.leads = true;
      log.last = Math.max(log.last, event.last.index);
      break;
    case 'append':
      log.last = event.index;
      log.terms[event.index] = event.term;
      break;
    case 'commit':
      log.commit = event.index;
      break;
    case 'boot':
      log.commit = 0;
      break;
    default:
      if (deposes(event) || event.kind === 'crash') log.leads = false;
  }
}

function deposes({ kind }: TraceEvent): boolean {
  return kind === 'term' || kind === 'step-down';
}

function commitsEarlier({ leads, commit, terms }: Log, event: TraceEvent): boolean {
  if (event.kind !== 'commit' || !leads || event.entryTerm !== event.term) return false;
  for (let index = commit + 1; index < event.index; index++) {
    if ((terms[index] ?? event.term) < event.term) return true;
  }
  return false;
}
