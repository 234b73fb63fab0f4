/** How entries come into a node's log, and leave it again (sections 5.3). */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, Term } from '../../checkers/units.ts';
import type { Command } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import { activate, dropConfigurations, noteConfiguration } from './activation.ts';
import { configurationIn, membershipOf } from './configurations.ts';
import type { Raft } from './context.ts';
import { append, lastIndex, lastTerm, termToTell, truncateBehind } from './log.ts';
import type { AppendEntries, Entry } from './messages.ts';
import { broadcast } from './sending.ts';

/**
 * Leader: appends a command and sends it on. It is sent before it is written, so that the disks of
 * leader and followers work side by side (dissertation, section 10.2.1); the leader counts itself
 * only once its own disk has it.
 */
export function appendCommand(raft: Raft, command: Command, to: ClientRef | null): void {
  const { state, env, rules } = raft;
  assert(state.role === 'leader', 'only a leader appends of its own accord');
  const after = rules.appendAfter(state);
  if (after < lastIndex(state)) truncateAfter(raft, after);
  const previousTerm = lastTerm(state);
  const entry: Entry = { term: state.term, command };
  const index = append(state, [entry]);
  if (to !== null) state.pending.push({ index, to });
  // A configuration goes to those that it leaves out as well, so that they may learn of it.
  broadcast(raft, false);
  env.persist({ kind: 'entries', from: index, entries: [entry] });
  traceAppend(raft, index, entry, previousTerm);
  if (command.kind === 'config') noteConfiguration(raft, index, entry);
}

/** Follower: makes the own log agree with the message (Figure 2, AppendEntries, steps 3 and 4). */
export function merge(raft: Raft, message: AppendEntries): void {
  const { state, env, rules } = raft;
  const { entries, previousIndex } = message;
  const last = lastIndex(state);
  const keep = rules.keepUpTo(state, message);
  if (keep < last) truncateAfter(raft, keep);
  const known = Math.max(0, keep - previousIndex);
  if (keep === last && known >= entries.length) return;
  const added = known === 0 ? entries : entries.slice(known);
  let previousTerm = termToTell(state, keep);
  append(state, added);
  env.persist({ kind: 'entries', from: keep + 1, entries: added });
  if (keep < last) {
    env.trace({ kind: 'truncate', from: keep + 1 });
    activate(raft);
  }
  let index = keep;
  for (const entry of added) {
    traceAppend(raft, ++index, entry, previousTerm);
    previousTerm = entry.term;
    if (entry.command.kind === 'config') noteConfiguration(raft, index, entry);
  }
}

/** What is committed is never removed; configurations that were removed are in force no more. */
function truncateAfter(raft: Raft, index: LogIndex): void {
  const { state } = raft;
  assert(index >= state.commit, `truncating to ${index}, but committed up to ${state.commit}`);
  truncateBehind(state, index);
  dropConfigurations(raft, index);
}

function traceAppend(raft: Raft, index: LogIndex, entry: Entry, previousTerm: Term): void {
  const { term, command } = entry;
  const { valueHash } = command;
  const logged = command.kind === 'config' ? configurationIn(index, entry) : null;
  if (logged === null) raft.env.trace({ kind: 'append', index, term, valueHash, previousTerm });
  else {
    const membership = membershipOf(logged);
    raft.env.trace({ kind: 'append', index, term, valueHash, previousTerm, membership });
  }
}
