/** The phases of a run: load under faults, the quiet end, recovery, and final reads. */

import { assert } from '../../checkers/assert.ts';

export type Phase = 'load' | 'quiet' | 'recovery' | 'final' | 'done' | 'unformed';

/** From which phases each is entered. A run may be stopped in any. */
const ENTERED_FROM: Readonly<Record<Phase, readonly Phase[]>> = {
  load: [],
  quiet: ['load'],
  recovery: ['quiet'],
  final: ['recovery'],
  done: ['load', 'quiet', 'recovery', 'final', 'done', 'unformed'],
  unformed: ['load'],
};

/** The next phase, which must be one that may follow. */
export function phaseAfter(phase: Phase, next: Phase): Phase {
  assert(ENTERED_FROM[next].includes(phase), 'phases follow one another');
  return next;
}
