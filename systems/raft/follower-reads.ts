/**
 * Reads that followers serve (dissertation, section 6.4): the follower asks the leader for a read
 * index, which the leader confirms as for a read of its own, waits until it has executed that much,
 * and answers from its own state.
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import { answerFollowerRead, redirect } from './answers.ts';
import type { Raft } from './context.ts';
import type { ReadIndexReply } from './messages.ts';
import { NOBODY } from './state.ts';

/** Follower: asks the leader about a read. */
export function onFollowerRead(raft: Raft, to: ClientRef, operation: Operation): void {
  const { state, env } = raft;
  if (state.leader === NOBODY) {
    redirect(raft, to);
    return;
  }
  const request = state.nextRequest++;
  assert(Number.isSafeInteger(request), 'the numbers of questions run out');
  const sinceUs = env.nowUs();
  state.followerReads.push({ to, operation, request, sinceUs, term: 0, round: 0, index: -1 });
  env.send(state.leader, { kind: 'read-index', term: state.term, request });
}

export function onReadIndexReply(raft: Raft, message: ReadIndexReply): void {
  const { state } = raft;
  const { term, request, round, index } = message;
  const at = state.followerReads.findIndex((read) => read.request === request);
  const read = state.followerReads[at];
  if (read === undefined) return;
  if (index < 0) {
    state.followerReads.splice(at, 1);
    redirect(raft, read.to);
    return;
  }
  read.term = term;
  read.round = round;
  read.index = index;
  serveFollowerReads(raft);
}

/** Follower: answers the reads for which it has executed enough. */
export function serveFollowerReads(raft: Raft): void {
  const { state, rules } = raft;
  for (let at = 0; at < state.followerReads.length; ) {
    const read = state.followerReads[at];
    if (read === undefined || !rules.followerReadReady(state, read)) {
      at++;
      continue;
    }
    state.followerReads.splice(at, 1);
    answerFollowerRead(raft, read);
  }
}

/** Follower: gives up reads from before `beforeUs` that the leader has said nothing about. */
export function refuseFollowerReads(raft: Raft, beforeUs: Micros): void {
  const { state } = raft;
  for (let at = 0; at < state.followerReads.length; ) {
    const read = state.followerReads[at];
    if (read === undefined || read.index >= 0 || read.sinceUs >= beforeUs) {
      at++;
      continue;
    }
    state.followerReads.splice(at, 1);
    redirect(raft, read.to);
  }
}
