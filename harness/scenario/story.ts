/** What a step of a scenario is told as: a sentence, what followed, and what nodes believe now. */

import { isDeepStrictEqual } from 'node:util';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Facts, ScenarioWords } from '../../systems/scenario-words.ts';
import { shorten } from '../report/text.ts';
import { EVERYTHING, filterWords, replyWords } from './ask.ts';
import type { Happening } from './cluster.ts';
import { DISCONNECTED, type Flight } from './links.ts';
import type { Action, Filter, Named } from './scenario.ts';
import { valueWords } from './words.ts';

/** What the details of a step are told from. */
export interface Telling {
  readonly happenings: readonly Happening[];
  readonly inFlight: readonly Flight[];
  readonly nodes: readonly string[];
  readonly words: ScenarioWords | null;
  isUp(node: NodeId): boolean;
  /** How the file calls a request. */
  requestOf(id: number): string;
}

/** Messages that are told one by one; more are counted by kind. */
const MESSAGES_MAX = 8;
/** Longest value of a fact. */
const CHARACTERS_MAX = 100;
/** Of a list that is longer than that: how many of its items are told, at its beginning and its end. */
const ENDS_TOLD = 2;

/** What a step does, in a sentence. */
export function sentenceOf(action: Action): string {
  switch (action.do) {
    case 'request':
      return requestSentence(action);
    case 'open':
      return `A client opens a session at ${action.at.name}`;
    case 'retry':
      return `The client of "${action.of}" asks again, at ${action.at.name}`;
    case 'deliver':
      return `Arrive: ${filterWords(action.filter)}`;
    case 'settle':
      return `Everything arrives${restOf(action.filter)}, and what is sent in answer`;
    case 'drop':
      return `Lost: ${filterWords(action.filter)}`;
    case 'duplicate':
      return `Sent twice: ${filterWords(action.filter)}`;
    case 'hold':
      return `Held up: ${filterWords(action.filter)}`;
    case 'release':
      return `On their way again: ${filterWords(action.filter)}`;
    case 'fire':
      return `The ${action.timerName} timer of ${action.at.name} runs out`;
    case 'crash':
      return `${namesOf(action.nodes)} crash${action.nodes.length === 1 ? 'es' : ''}`;
    case 'start':
      return `${namesOf(action.nodes)} start${action.nodes.length === 1 ? 's' : ''}`;
    case 'restart':
      return `${namesOf(action.nodes)} crash${action.nodes.length === 1 ? 'es and starts' : ' and start'} again`;
    case 'isolate':
      return `${namesOf(action.nodes)} cut off from everybody`;
    case 'partition':
      return `The network splits: ${action.groups.map((group) => `{${namesOf(group)}}`).join(' ')}`;
    case 'heal':
      return 'The network is whole again';
    case 'disconnect':
      return `The connection of ${namesOf(action.nodes)} breaks`;
    case 'wait':
      return `${timeWords(action.forUs)} pass, and nothing happens`;
    case 'run':
      return `Up to ${timeWords(action.forUs)} take their course`;
    case 'repeat':
      return `Again and again, up to ${action.times} times`;
    case 'forget':
      return 'Messages are counted from here on';
    case 'note':
      return action.text;
  }
}

function requestSentence({ at, operation, request }: Action & { do: 'request' }): string {
  const { f, key, value } = operation;
  const named = request === null ? '' : ` ("${request}")`;
  if (f === 'propose') return `${at.name} is asked to propose ${valueWords(value)}${named}`;
  const what = f === 'read' ? `read ${key}` : `${f} ${valueWords(value)} to ${key}`;
  return `${at.name} is asked to ${what}${named}`;
}

function restOf(filter: Filter): string {
  const text = filterWords(filter);
  return text === EVERYTHING ? '' : ` of ${text}`;
}

function namesOf(nodes: readonly Named[]): string {
  return nodes.map(({ name }) => name).join(', ');
}

function timeWords(us: Micros): string {
  return us % 1_000_000 === 0 ? `${us / 1_000_000} s` : `${us / 1_000} ms`;
}

/** Messages that arrived, are on their way since, or were lost, and answers to clients. */
export function detailsOf(telling: Telling): string[] {
  const { happenings, inFlight } = telling;
  const flights = (what: 'sent' | 'delivered' | 'lost') =>
    happenings.flatMap((one) => (one.what === what ? [one.flight] : []));
  const sent = flights('sent').filter((flight) => inFlight.includes(flight));
  const answers = happenings.flatMap((one) => {
    if (one.what !== 'answered') return [];
    const name = telling.requestOf(one.request);
    return [`answer to "${name}": ${replyWords(one.reply, telling.nodes)}`];
  });
  const lost = flights('lost');
  return [
    ...messageLines('arrives', flights('delivered'), telling),
    ...messageLines(
      'lost',
      lost.filter(({ to }) => telling.isUp(to)),
      telling,
    ),
    ...inVainLines(
      lost.filter(({ to }) => !telling.isUp(to)),
      telling,
    ),
    ...messageLines('is sent', sent, telling),
    ...answers,
  ];
}

/** What is sent to nodes that are down is lost for that reason, and hides what the step is about. */
function inVainLines(flights: readonly Flight[], telling: Telling): string[] {
  const told = worthTelling(flights, telling);
  if (told.length === 0) return [];
  const receivers = telling.nodes.filter((_, node) => told.some(({ to }) => to === node));
  const what = told.length === 1 ? 'a message' : `${told.length} messages`;
  const are = receivers.length === 1 ? 'is' : 'are';
  return [`lost: ${what} to ${receivers.join(', ')}, which ${are} down`];
}

function messageLines(what: string, flights: readonly Flight[], telling: Telling): string[] {
  const told = worthTelling(flights, telling);
  const groups = groupsOf(told, telling);
  if (told.length === 0) return [];
  if (groups.length <= MESSAGES_MAX) return groups.map((text) => `${what}: ${text}`);
  return [`${what}: ${countsText(told)}`];
}

function worthTelling(flights: readonly Flight[], { words }: Telling): Flight[] {
  return flights.filter(({ kind }) => words?.kinds[kind] !== 'background');
}

/** Messages on their way, in one line. */
export function flightsText(flights: readonly Flight[], telling: Telling): string {
  const told = worthTelling(flights, telling);
  if (told.length === 0) return 'nothing';
  const groups = groupsOf(told, telling);
  return groups.length <= MESSAGES_MAX ? groups.join('; ') : countsText(told);
}

/** The same message of one sender to several nodes is told once. */
function groupsOf(flights: readonly Flight[], telling: Telling): string[] {
  const { nodes, words } = telling;
  const receivers = new Map<string, { from: NodeId; text: string; to: Map<number, number> }>();
  for (const { from, to, kind, message } of flights) {
    const text =
      kind === DISCONNECTED
        ? 'is gone'
        : (words?.tell(message, (node) => nodes[node] ?? `node ${node}`) ?? kind);
    const key = `${from} ${text}`;
    const group = receivers.get(key) ?? { from, text, to: new Map<number, number>() };
    group.to.set(to, (group.to.get(to) ?? 0) + 1);
    receivers.set(key, group);
  }
  return Array.from(receivers.values(), ({ from, text, to }) => {
    const names = Array.from(to, ([node, times]) => {
      return times === 1 ? nodes[node] : `${nodes[node]} (${times} times)`;
    });
    return `${nodes[from]} → ${names.join(', ')}  ${text}`;
  });
}

function countsText(flights: readonly Flight[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of flights) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = Array.from(counts, ([kind, count]) => `${count} ${kind}`);
  return `${flights.length} messages (${parts.join(', ')})`;
}

/** What nodes believe that they did not believe before. */
export function changesOf(
  nodes: readonly string[],
  before: readonly (Facts | null)[],
  after: readonly (Facts | null)[],
): string[] {
  return nodes.flatMap((name, node) => {
    const [old, now] = [before[node] ?? null, after[node] ?? null];
    if (now === null) return old === null ? [] : [`${name} is down`];
    const changed = Object.entries(now).filter(
      ([fact, value]) => old === null || !isDeepStrictEqual(value, old[fact]),
    );
    if (changed.length === 0) return [];
    const facts = changed.map(([fact, value]) => `${fact} ${factWords(value)}`);
    return [`${name}: ${facts.join(', ')}`];
  });
}

/** Of a long list its beginning and its end are told: what changes in a log is its end. */
function factWords(value: unknown): string {
  const text = valueWords(value);
  if (!Array.isArray(value) || text.length <= CHARACTERS_MAX) return shorten(text, CHARACTERS_MAX);
  const left = value.length - 2 * ENDS_TOLD;
  if (left < 1) return shorten(text, CHARACTERS_MAX);
  const [first, last] = [value.slice(0, ENDS_TOLD), value.slice(-ENDS_TOLD)];
  const items = [...first.map(valueWords), `(${left} more)`, ...last.map(valueWords)];
  return shorten(`[${items.join(', ')}]`, CHARACTERS_MAX);
}
