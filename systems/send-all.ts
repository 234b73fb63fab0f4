/** Telling every other member the same. */

import type { NodeId } from '../checkers/units.ts';

interface Sender<Message> {
  readonly state: { readonly self: NodeId; readonly members: readonly NodeId[] };
  readonly env: { send(to: NodeId, message: Message): void };
}

/** Sends to every other member, in the order of their numbers. */
export function sendAll<Message>({ state, env }: Sender<Message>, message: Message): void {
  for (const node of state.members) if (node !== state.self) env.send(node, message);
}
