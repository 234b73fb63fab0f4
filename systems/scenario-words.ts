/**
 * The words in which scenarios speak of a system: what its timers are called, what a reader of the
 * paper would ask of a node's state, and how a durable state is written down in a few numbers.
 */

import type { Value } from '../checkers/history.ts';
import type { NodeId } from '../checkers/units.ts';
import type { Command, KvState } from './kv.ts';

/** The key that scenarios are about unless they name another. */
export const SCENARIO_KEY = 'x';

/** What a node believes, by the names that scenarios use; plain JSON. */
export type Facts = Readonly<Record<string, Fact>>;

export type Fact = Value | { readonly [name: string]: Value };

/** A durable state as a scenario gives it: fields of the system's own. */
export type Given = Readonly<Record<string, Value>>;

/** How a node is called in a scenario. */
export type NameOf = (node: NodeId) => string;

type KindOf<Message> = Message extends { readonly kind: infer Kind extends string } ? Kind : string;

/**
 * A system in the words of scenarios. Methods get what the system's own protocol made; a host hands
 * it back without knowing its type.
 */
export interface ScenarioWords<State = unknown, Message = unknown, Stored = unknown> {
  /** Timers by name. */
  readonly timers: Readonly<Record<string, number>>;
  /** All kinds of messages; a story need not mention those in the background, signs of life. */
  readonly kinds: Readonly<Record<KindOf<Message>, 'told' | 'background'>>;
  facts(state: State, nameOf: NameOf): Facts;
  /** Throws `TypeError`, with the name of the field, for what it does not understand. */
  records(given: Given): readonly Stored[];
  /** A message in a few words, without sender and receiver. */
  tell(message: Message, nameOf: NameOf): string;
}

/** Refuses fields that are not among these. */
export function onlyFields(given: Given, ...names: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`${unknown}: is no durable state here (known: ${names.join(', ')})`);
}

/** A whole number from 0 on; undefined where the field is not given. */
export function numberGiven(given: Given, name: string): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new TypeError(`${name}: a whole number from 0 on is needed`);
}

/** A list; undefined where the field is not given. */
export function listGiven(given: Given, name: string): readonly Value[] | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value;
  throw new TypeError(`${name}: a list is needed`);
}

/** A list of whole numbers from 0 on; empty where the field is not given. */
export function numbersGiven(given: Given, name: string): readonly number[] {
  const list = listGiven(given, name) ?? [];
  return list.map((item, at) => {
    const number = numberGiven({ [name]: item }, name);
    if (number === undefined) throw new TypeError(`${name}.${at}: a whole number is needed`);
    return number;
  });
}

/** A command in a word: the value that it is about, or what kind of command it is. */
export function commandText({ kind, operation }: Command): string {
  if (operation === null) return kind;
  const { value } = operation;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The store, by key. */
export function dataOf(kv: Readonly<KvState>): Readonly<Record<string, Value>> {
  return Object.fromEntries(kv.data);
}
