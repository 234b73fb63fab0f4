/** Linearizable reads without the log: confirmed by a round, or by a lease (PML, section 5.2). */

import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import { answerRead } from './clients.ts';
import { startRound } from './rounds.ts';
import type { Multi } from './state.ts';

/**
 * A read has to be confirmed by a round that starts after it arrived. Reads that arrive while a
 * round is under way share the next one.
 */
export function onRead(
  multi: Multi,
  to: ClientRef,
  operation: Operation,
  { index, by }: { readonly index: number; readonly by: 'lease' | 'round' },
): void {
  const { state, rules } = multi;
  if (by === 'lease') {
    const { round: since, confirmedRound: round } = state;
    answerRead(multi, { to, operation, round, since, index }, 'lease');
    return;
  }
  const round = rules.readRound(state);
  state.reads.push({ to, operation, round, since: state.round, index });
  serveReads(multi);
}

/** Leader: answers the reads that may be, and sees to a round for those that need one. */
export function serveReads(multi: Multi): void {
  const { state, rules } = multi;
  const { reads } = state;
  if (reads.length === 0) return;
  let served = 0;
  for (const read of reads) {
    if (read.index < 0) read.index = rules.readIndex(state);
    if (!rules.readReady(state, read)) break;
    answerRead(multi, read, 'index');
    served++;
  }
  reads.splice(0, served);
  const latest = reads.at(-1);
  if (latest === undefined || latest.round <= state.round) return;
  if (rules.startsRound(state)) startRound(multi);
}
