/** What faults know of messages, whatever the protocol: of which kind they are. */

import { next } from '../../nemesis/targets.ts';

/** The kind that a message says it is of; all that say nothing are of one. */
export function kindOf(message: unknown): string {
  const isTagged = typeof message === 'object' && message !== null && 'kind' in message;
  return isTagged && typeof message.kind === 'string' ? message.kind : 'message';
}

/** A draw that follows from another and from a word. */
export function mixed(word: string, draw: number): number {
  let state = draw;
  for (let at = 0; at < word.length; at++) state = next(state ^ word.charCodeAt(at));
  return state;
}
