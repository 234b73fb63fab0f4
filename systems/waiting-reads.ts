/** Reads of a leader that wait: for a round that confirms it, and for what they have to see. */

import type { LogIndex } from '../checkers/units.ts';

interface Reading<State extends { readonly round: number }, Read> {
  readonly state: State & { readonly reads: Read[] };
  readonly rules: {
    readIndex(state: State): LogIndex;
    readReady(state: State, read: Read): boolean;
    startsRound(state: State): boolean;
  };
}

/**
 * Answers, in the order of their arrival, the reads that may be. Whether a round is to be started for
 * those that are left: reads that arrive while one is under way share the next.
 */
export function serveWaiting<
  State extends { readonly round: number },
  Read extends { index: LogIndex; readonly round: number },
>({ state, rules }: Reading<State, Read>, answer: (read: Read) => void): boolean {
  const { reads } = state;
  let served = 0;
  for (const read of reads) {
    if (read.index < 0) read.index = rules.readIndex(state);
    if (!rules.readReady(state, read)) break;
    answer(read);
    served++;
  }
  if (served === reads.length) reads.length = 0;
  else if (served > 0) reads.splice(0, served);
  const latest = reads.at(-1);
  return latest !== undefined && latest.round > state.round && rules.startsRound(state);
}
