/** Learning what is chosen, and going on over it in the order of the slots. */

import { assert } from '../../checkers/assert.ts';
import type { Ballot, LogIndex } from '../../checkers/units.ts';
import type { Command } from '../kv.ts';
import { tracePrefix } from '../slot-learning.ts';
import { applyChosen } from './apply.ts';
import type { Multi } from './context.ts';
import { adoptConfiguration } from './reconfiguration.ts';
import { NO_BALLOT } from './state.ts';

/** What learning came to: `configuration` where the chosen prefix came upon a new one. */
export type Learning = 'nothing' | 'slot' | 'configuration';

/** A slot that is chosen; who counted a quorum for it names it, who was told cannot. */
interface Learned {
  readonly slot: LogIndex;
  readonly command: Command;
  readonly ballot?: Ballot;
  readonly certificate?: readonly number[];
  /** The ballot of the Commit that it rests on, where that came first. */
  readonly noticed?: Ballot;
}

const NOBODY_COUNTED: readonly number[] = [];

export function learn(multi: Multi, learned: Learned): Learning {
  const { state, env } = multi;
  const { slot, command, ballot = NO_BALLOT, certificate = NOBODY_COUNTED, noticed } = learned;
  if (slot <= state.snapshot.slot || state.chosen.has(slot)) return 'nothing';
  assert(slot > state.chosenUpTo, 'what is known to be chosen is kept');
  state.chosen.set(slot, command);
  state.notices.delete(slot);
  env.trace({
    kind: 'learn',
    ballot,
    instance: slot,
    valueHash: command.valueHash,
    certificate,
    ...(noticed === undefined ? {} : { noticed }),
  });
  return advancePrefix(multi);
}

/** Goes on over what is chosen, and executes it. */
export function advancePrefix(multi: Multi): Learning {
  const { state } = multi;
  const before = state.chosenUpTo;
  let learning: Learning = 'slot';
  let next = state.chosen.get(state.chosenUpTo + 1);
  while (next !== undefined) {
    state.chosenUpTo++;
    if (next.voters !== undefined) {
      adoptConfiguration(multi, state.chosenUpTo, next.voters);
      learning = 'configuration';
    }
    next = state.chosen.get(state.chosenUpTo + 1);
  }
  assert(state.chosenUpTo >= before, 'the chosen prefix goes back');
  if (state.chosenUpTo > before) tracePrefix(multi);
  applyChosen(multi);
  return learning;
}
