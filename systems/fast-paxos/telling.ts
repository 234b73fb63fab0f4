/** Asking another node what is chosen, and telling it. */

import type { Fast } from './context.ts';
import type { FastCommand } from './messages.ts';

export function askToLearn(fast: Fast, node: number): void {
  fast.env.send(node, { kind: 'learn-request', from: fast.state.chosenUpTo + 1 });
}

/** Tells a node what is chosen from this slot on, as far as that is known without holes. */
export function tellChosen(fast: Fast, to: number, first: number): void {
  const { state, env, rules } = fast;
  const compacted = rules.tellsSnapshot(state, first);
  let slot = compacted ? state.snapshot.slot + 1 : first;
  const chosen: { slot: number; command: FastCommand }[] = [];
  while (chosen.length < state.config.batch) {
    const command = rules.toldChosen(state, slot);
    if (command === undefined) break;
    chosen.push({ slot, command });
    slot++;
  }
  if (!compacted && chosen.length === 0) return;
  env.send(to, {
    kind: 'learn',
    snapshot: compacted ? state.snapshot : null,
    chosen,
    upTo: state.chosenUpTo,
  });
}
