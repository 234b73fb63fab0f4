/** One line on each rule of Raft about what messages say: what it decides, and what it may answer. */

import {
  answer,
  count,
  listOf,
  oneOf,
  orNull,
  type RuleTable,
  shaped,
  text,
  wholeNumber,
  yesOrNo,
} from '../rule-table.ts';
import type { RaftMessageRules } from './message-rules.ts';
import type { AppendEntries, AppendReply, Entry, InstallSnapshot } from './messages.ts';

export const entry = shaped<Entry>('an entry', { term: count });

const appendEntries = shaped<AppendEntries>('AppendEntries', {
  kind: oneOf('append-entries'),
  term: count,
  previousIndex: wholeNumber,
  previousTerm: wholeNumber,
  entries: listOf(entry),
  commit: count,
  round: count,
});

const appendReply = shaped<AppendReply>('an answer to AppendEntries', {
  kind: oneOf('append-reply'),
  term: count,
  ok: yesOrNo,
  index: wholeNumber,
  conflictTerm: wholeNumber,
  conflictIndex: wholeNumber,
  round: count,
});

const installSnapshot = shaped<InstallSnapshot>('InstallSnapshot', {
  kind: oneOf('install-snapshot'),
  term: count,
  last: answer<InstallSnapshot['last']>(
    'index and term of an entry',
    (value) => typeof value === 'object' && value !== null,
  ),
  offset: count,
  data: text,
  done: yesOrNo,
  round: count,
});

export const raftMessageRuleTable: RuleTable<RaftMessageRules> = {
  firstNextIndex: {
    says: "leader: where a follower's log goes on, before it has said so (Figure 2, nextIndex)",
    answers: count,
  },
  firstMatchIndex: {
    says: "new leader: up to where a follower's log agrees, before it has said so: 0 (Figure 2)",
    answers: count,
  },
  appendEntries: {
    says: 'leader: what AppendEntries say besides the entries (Figure 2)',
    answers: appendEntries,
  },
  hasRoomFor: {
    says: 'leader: whether another AppendEntries may be under way to a follower',
    answers: yesOrNo,
  },
  nextAfterSend: {
    says: 'leader: where to go on with a follower in step, after it was sent AppendEntries',
    answers: count,
  },
  agreement: {
    says: "follower: how it says that its log agrees with the leader's (section 5.3)",
    answers: appendReply,
  },
  refusal: {
    says: "follower: how it refuses entries: with where its log parts from the leader's (section 5.3)",
    answers: appendReply,
  },
  deposal: {
    says: 'what the leader of an older term is told: the newer one (section 5.1)',
    answers: appendReply,
  },
  installSnapshot: {
    says: 'leader: what InstallSnapshot says: the piece that is waited for (Figure 13)',
    answers: installSnapshot,
  },
  pieceWanted: {
    says: 'leader: where in its snapshot a follower waits for more; null if that is nothing new',
    answers: orNull(count),
  },
  isNextPiece: {
    says: 'follower: whether a piece follows those that have come so far (Figure 13)',
    answers: yesOrNo,
  },
  isWholeSnapshot: {
    says: 'follower: whether all of a snapshot has come (Figure 13)',
    answers: yesOrNo,
  },
};
