/** What the decoders of trace events are made of (`trace-events.ts`). */

import { z } from 'zod';

export const number = z.number();
export const numbers = z.array(number);
export const text = z.string();
export const position = { term: number, index: number };
export const node = { node: number };
export const op = z.enum(['take', 'install']);

/** Of one kind, with these fields. */
export function event<K extends string, Fields extends z.ZodRawShape>(kind: K, fields: Fields) {
  return z.object({ kind: z.literal(kind), ...fields });
}

/** A decoder for each kind of these events, held to their types. */
export type Decoders<Event extends { readonly kind: string }> = {
  readonly [K in Event['kind']]: z.ZodType<Extract<Event, { readonly kind: K }>>;
};
