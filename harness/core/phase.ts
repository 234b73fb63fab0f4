/** The phases of a run: load under faults, the quiet end, recovery, a rest if asked for, and final reads. */

import { assert } from '../../checkers/assert.ts';

export type Phase = 'load' | 'quiet' | 'recovery' | 'rest' | 'final' | 'done' | 'unformed';

/** From which phases each is entered. A run may be stopped in any. */
const ENTERED_FROM: Readonly<Record<Phase, readonly Phase[]>> = {
  load: [],
  quiet: ['load'],
  recovery: ['quiet'],
  rest: ['recovery'],
  final: ['recovery', 'rest'],
  done: ['load', 'quiet', 'recovery', 'rest', 'final', 'done', 'unformed'],
  unformed: ['load'],
};

/** The next phase, which must be one that may follow. */
export function phaseAfter(phase: Phase, next: Phase): Phase {
  assert(ENTERED_FROM[next].includes(phase), 'phases follow one another');
  return next;
}
