/** Telling every other member the same. */

interface Sender<Message> {
  readonly state: { readonly self: number; readonly members: readonly number[] };
  readonly env: { send(to: number, message: Message): void };
}

/** Sends to every other member, in the order of their numbers. */
export function sendAll<Message>({ state, env }: Sender<Message>, message: Message): void {
  for (const node of state.members) if (node !== state.self) env.send(node, message);
}
