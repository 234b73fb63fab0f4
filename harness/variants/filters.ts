/** What variants make of what goes through a node or a client, and how often they made it otherwise. */

import type {
  ClientContext,
  ClientEffect,
  Effect,
  NodeContext,
  NodeEvent,
} from '../../systems/effect.ts';
import { answer, count, listOf, oneOf, shaped } from '../../systems/rule-table.ts';
import type { Variant } from '../../systems/system.ts';
import {
  isUnchanged,
  wrongInClientEffects,
  wrongInEffects,
  wrongInEvents,
  wrongInRecords,
} from './contract.ts';
import { type AnyFunction, type Asker, type Part, sameAnswer } from './guard.ts';
import type { Reach, Tally } from './tally.ts';

/** Fields of a variant that have a say in what goes through a node or a client. */
type FilterName = keyof typeof FILTERS;

/** A variant that has a say, and where it is counted. */
export interface Filter {
  readonly part: Part;
  readonly method: AnyFunction;
  readonly asker: Asker;
  readonly tally: Tally;
  readonly reach: Reach;
}

const afterUs = answer<number | undefined>(
  'a whole number of microseconds from 0 on',
  (value) => value === undefined || count.accepts(value),
);

/** What each of these may answer. */
const FILTERS = {
  effects: listOf(
    shaped<Effect>('an effect', {
      kind: oneOf('send', 'reply', 'persist', 'checkpoint', 'set-timer', 'cancel-timer'),
      afterUs,
    }),
  ),
  events: listOf(
    shaped<NodeEvent>('an event', {
      kind: oneOf('message', 'timer', 'request', 'durable', 'disconnected', 'operate'),
    }),
  ),
  start: answer<readonly unknown[]>('a list of records', Array.isArray),
  durability: oneOf('synced', 'unsynced'),
  clientEffects: listOf(
    shaped<ClientEffect>('an effect of a client', { kind: oneOf('request', 'complete') }),
  ),
} as const;

type WrongIn = (answer: unknown, nodes: number) => string | null;

/** What may be wrong with answers of that type, in a cluster of so many nodes. */
const WRONG: Readonly<Partial<Record<FilterName, WrongIn>>> = {
  effects: wrongInEffects,
  events: wrongInEvents,
  start: wrongInRecords,
  clientEffects: wrongInClientEffects,
};

/** The check of what changed something: what is left as it was is not the variant's doing. */
function checkOf(name: FilterName): NonNullable<Part['wrongIn']> {
  return (answer, [thing, context]) => {
    if (answer === thing || isUnchanged(answer, thing)) return null;
    const { members, nodes } = context as Partial<NodeContext & ClientContext>;
    return WRONG[name]?.(answer, (members ?? nodes ?? []).length) ?? null;
  };
}

/** The variants that have this kind of say, in order. */
export function filtersOf(
  name: FilterName,
  variants: readonly Variant[],
  askerOf: (variant: Variant) => Asker,
  tally: Tally,
): readonly Filter[] {
  return variants.flatMap((variant) => {
    const method = variant[name] as AnyFunction | undefined;
    if (method === undefined) return [];
    const wrongIn = name in WRONG ? { wrongIn: checkOf(name) } : {};
    const part = { variant, name, answers: FILTERS[name], ...wrongIn };
    return [{ part, method, asker: askerOf(variant), tally, reach: tally.of(variant, name) }];
  });
}

/** What becomes of one thing, each variant filtering what those before it made of it. */
export function filtered<Thing>(
  filters: readonly Filter[],
  thing: Thing,
  context: unknown,
): readonly Thing[] {
  let things: readonly Thing[] = [thing];
  for (const filter of filters) {
    things = things.flatMap((one) => decided(filter, one, [one], context) as readonly Thing[]);
  }
  return things;
}

/** Asks one variant about one thing, and counts whether it left it `unchanged`. */
export function decided(
  filter: Filter,
  thing: unknown,
  unchanged: unknown,
  context?: unknown,
): unknown {
  const { part, method, asker, tally, reach } = filter;
  tally.asked(reach);
  const result = asker.ask(part, method, part.variant, [thing, context]);
  if (sameAnswer(result, unchanged)) tally.asBefore(reach);
  return result;
}
