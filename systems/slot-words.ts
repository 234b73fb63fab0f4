/** A log of slots in the words of scenarios. */

import type { LogIndex } from '../checkers/units.ts';
import type { Command } from './kv.ts';
import { commandText } from './scenario-words.ts';
import type { Learn, LearnRequest } from './slot-learning.ts';

/** What is known to be chosen behind a snapshot, in the order of the slots; null for a hole. */
export function chosenWords(
  snapshotSlot: LogIndex,
  chosen: ReadonlyMap<number, Command>,
): (string | null)[] {
  const last = Math.max(snapshotSlot, ...chosen.keys());
  return Array.from({ length: last - snapshotSlot }, (_, at) => {
    const command = chosen.get(snapshotSlot + 1 + at);
    return command === undefined ? null : commandText(command);
  });
}

/** What a promise reports: what the acceptor has `done`, and what it knows to be chosen. */
export function reportWords(
  done: string,
  slots: readonly string[],
  chosen: readonly string[],
): string | null {
  const parts = [
    ...(slots.length === 0 ? [] : [`${done} ${slots.join(', ')}`]),
    ...(chosen.length === 0 ? [] : [`chosen ${chosen.join(', ')}`]),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

/** What nodes say to each other about slots that are chosen. */
export function learningWords(message: LearnRequest | Learn<unknown>): string {
  if (message.kind === 'learn-request') return `LearnRequest(from slot ${message.from})`;
  return `Learn(${message.chosen.map(({ slot }) => slot).join(', ')})`;
}
