/** Raft in the words of scenarios. */

import { operationCommand } from '../kv.ts';
import {
  commandText,
  dataOf,
  type Facts,
  type Given,
  type NameOf,
  numberGiven,
  numbersGiven,
  onlyFields,
  SCENARIO_KEY,
  type ScenarioWords,
} from '../scenario-words.ts';
import type { Entry, RaftMessage, RaftRecord } from './messages.ts';
import { NOBODY, type RaftState, TIMER } from './state.ts';

export const raftWords: ScenarioWords<RaftState, RaftMessage, RaftRecord> = {
  timers: TIMER,
  kinds: {
    'request-vote': 'told',
    vote: 'told',
    'append-entries': 'told',
    'append-reply': 'told',
    'install-snapshot': 'told',
    'snapshot-reply': 'told',
    'timeout-now': 'told',
    'read-index': 'told',
    'read-index-reply': 'told',
  },
  facts,
  records,
  tell,
};

/** `log` is the terms of the entries, `entries` what they say, `snapshot` how many are compacted. */
function facts(state: RaftState, nameOf: NameOf): Facts {
  const node = (number: number): string | null => (number === NOBODY ? null : nameOf(number));
  return {
    role: state.role,
    term: state.term,
    votedFor: node(state.votedFor),
    leader: node(state.leader),
    log: state.log.map((entry) => entry.term),
    entries: state.log.map((entry) => commandText(entry.command)),
    snapshot: state.snapshot.index,
    commit: state.commit,
    applied: state.applied,
    data: dataOf(state.kv),
  };
}

/** `term: 3`, `votedFor: 1` (a node's number from 0), `log: [1, 2]` (terms of the entries). */
function records(given: Given): RaftRecord[] {
  onlyFields(given, 'term', 'votedFor', 'log');
  const terms = numbersGiven(given, 'log');
  if (terms.some((term, at) => term < (terms[at - 1] ?? 0))) {
    throw new TypeError('log: the terms of a log never go down');
  }
  const entries: Entry[] = terms.map((term, at) => ({
    term,
    command: operationCommand(
      { f: 'write', key: SCENARIO_KEY, value: `old-${term}-${at + 1}` },
      0,
      0,
      0,
    ),
  }));
  const last = terms.at(-1) ?? 0;
  const term = numberGiven(given, 'term') ?? last;
  if (term < last) throw new TypeError(`term: the log has an entry of term ${last}`);
  const votedFor = numberGiven(given, 'votedFor') ?? NOBODY;
  const vote: RaftRecord = { kind: 'vote', term, votedFor };
  return entries.length === 0 ? [vote] : [{ kind: 'entries', from: 1, entries }, vote];
}

function tell(message: RaftMessage): string {
  const { term } = message;
  switch (message.kind) {
    case 'request-vote': {
      const what = message.pre ? 'PreVote request' : 'RequestVote';
      return `${what}(term ${term}, last entry ${message.lastIndex} of term ${message.lastTerm})`;
    }
    case 'vote':
      return `${message.pre ? 'PreVote' : 'Vote'}(term ${term}, ${message.granted ? 'yes' : 'no'})`;
    case 'append-entries': {
      const { entries, previousIndex, previousTerm, commit } = message;
      const what = entries.length === 0 ? 'nothing' : entries.map((entry) => entry.term).join(', ');
      return (
        `AppendEntries(term ${term}, after ${previousIndex} of term ${previousTerm}: ` +
        `${entries.length === 0 ? what : `terms ${what}`}, commit ${commit})`
      );
    }
    case 'append-reply':
      return `AppendReply(term ${term}, ${message.ok ? `has ${message.index}` : `lacks ${message.index}`})`;
    case 'install-snapshot':
      return `InstallSnapshot(term ${term}, up to ${message.last.index})`;
    case 'snapshot-reply':
      return `SnapshotReply(term ${term})`;
    case 'timeout-now':
      return `TimeoutNow(term ${term})`;
    case 'read-index':
      return `ReadIndex(term ${term})`;
    case 'read-index-reply':
      return `ReadIndexReply(term ${term}, ${message.index})`;
  }
}
