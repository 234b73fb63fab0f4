/** Asks a cluster whether something that a scenario expects is so. */

import { isDeepStrictEqual } from 'node:util';
import type { NodeId } from '../../checkers/units.ts';
import type { Reply } from '../../systems/protocol.ts';
import type { Facts } from '../../systems/scenario-words.ts';
import { suggestion } from '../core/errors.ts';
import type { Flight } from './links.ts';
import type { AnswerTest, Expectation, Filter, Named, Scenario, Test } from './scenario.ts';
import { valueWords } from './words.ts';

/** What there is to look at, at one moment of a play. */
export interface Scene {
  readonly nodes: readonly string[];
  /** Null for a node that is down. */
  facts(node: NodeId): Facts | null;
  answer(request: string): Reply | null;
  readonly inFlight: readonly Flight[];
  readonly delivered: ReadonlyMap<string, number>;
  readonly broken: readonly string[];
  problem: Scenario['problem'];
}

/** Whether an expectation holds, and what was found where it does not. */
export interface Checked {
  /** What was expected, in words. */
  readonly text: string;
  /** The same in two, where it is what one node says, or all of them; absent otherwise. */
  readonly fact?: { readonly of: string; readonly is: string };
  /** Null where it holds. */
  readonly found: string | null;
}

export function check(scene: Scene, expectation: Expectation): Checked {
  switch (expectation.about) {
    case 'fact':
      return checkFact(scene, expectation);
    case 'up': {
      const { node, up } = expectation;
      const isUp = scene.facts(node.node) !== null;
      return {
        text: `${node.name} is ${up ? 'up' : 'down'}`,
        found: isUp === up ? null : `it is ${isUp ? 'up' : 'down'}`,
      };
    }
    case 'answer':
      return checkAnswer(scene, expectation.request, expectation.test);
    case 'in-flight':
      return checkInFlight(scene, expectation.filter, expectation.count);
    case 'delivered': {
      const { kind, test } = expectation;
      const count = scene.delivered.get(kind) ?? 0;
      return {
        text: `messages "${kind}" delivered: ${testWords(test)}`,
        found: holds(test, count) ? null : String(count),
      };
    }
    case 'broken':
      return checkBroken(scene, expectation.properties);
  }
}

/** Whether all of them hold. */
export function allHold(scene: Scene, expectations: readonly Expectation[]): boolean {
  return expectations.every((expectation) => check(scene, expectation).found === null);
}

function checkFact(scene: Scene, expectation: Expectation & { about: 'fact' }): Checked {
  const { node, fact, test } = expectation;
  const nodes = node === null ? upNodes(scene) : [node];
  const said = { of: node?.name ?? 'everybody', is: `${fact} ${testWords(test)}` };
  const expected = { text: `${said.of}: ${said.is}`, fact: said };
  if (nodes.length === 0) return { ...expected, found: 'nobody is up' };
  for (const { node: number, name } of nodes) {
    const facts = scene.facts(number);
    if (facts === null) return { ...expected, found: `${name} is down` };
    const value = Object.hasOwn(facts, fact) ? facts[fact] : undefined;
    if (value === undefined) {
      const hint = suggestion(fact, Object.keys(facts));
      throw scene.problem(expectation.path, `a node has no "${fact}" (${hint})`);
    }
    if (holds(test, value)) continue;
    return { ...expected, found: `${node === null ? `${name}: ` : ''}${valueWords(value)}` };
  }
  return { ...expected, found: null };
}

function upNodes(scene: Scene): Named[] {
  return scene.nodes
    .map((name, node) => ({ name, node }))
    .filter(({ node }) => scene.facts(node) !== null);
}

function checkAnswer(scene: Scene, request: string, test: AnswerTest): Checked {
  const reply = scene.answer(request);
  const text = `"${request}" is ${answerWords(test)}`;
  return { text, found: answers(test, reply) ? null : replyWords(reply, scene.nodes) };
}

function answers(test: AnswerTest, reply: Reply | null): boolean {
  if (reply === null || test.status === 'none') return reply === null && test.status === 'none';
  if (reply.status !== test.status) return false;
  if ('value' in test) {
    return reply.status === 'ok' && isDeepStrictEqual(reply.value, test.value);
  }
  return !('to' in test) || (reply.status === 'redirect' && reply.leader === test.to.node);
}

function answerWords(test: AnswerTest): string {
  if (test.status === 'none') return 'not answered';
  if ('value' in test) return `answered ${valueWords(test.value)}`;
  if ('to' in test) return `sent on to ${test.to.name}`;
  return `answered "${test.status}"`;
}

/** What a client was told, in words. */
export function replyWords(reply: Reply | null, nodes: readonly string[]): string {
  switch (reply?.status) {
    case undefined:
      return 'no answer';
    case 'ok':
      return reply.value === null ? 'ok' : `ok: ${valueWords(reply.value)}`;
    case 'redirect':
      return reply.leader === null ? 'ask another' : `ask ${nodes[reply.leader]}`;
    case 'fail':
      return `failed (${reply.error})`;
    case 'unknown':
      return `nobody knows (${reply.error})`;
  }
}

function checkInFlight(scene: Scene, filter: Filter, count: number | null): Checked {
  const passing = scene.inFlight.filter((flight) => passes(filter, flight));
  const what = filterWords(filter);
  const text = count === null ? `${what} on the way` : `${what} on the way: ${count}`;
  const isSo = count === null ? passing.length > 0 : passing.length === count;
  return { text, found: isSo ? null : String(passing.length) };
}

function checkBroken(scene: Scene, properties: readonly string[]): Checked {
  const { broken } = scene;
  const found = broken.length === 0 ? 'nothing' : broken.join(', ');
  if (properties.length === 0) {
    return { text: 'nothing is broken', found: broken.length === 0 ? null : `${found} is` };
  }
  const isSo = properties.every((property) => broken.includes(property));
  return { text: `broken: ${properties.join(', ')}`, found: isSo ? null : found };
}

export function passes(filter: Filter, flight: Flight): boolean {
  const { kinds, from, to, among, fields, not } = filter;
  if (kinds !== null && !kinds.includes(flight.kind)) return false;
  if (from !== null && !has(from, flight.from)) return false;
  if (to !== null && !has(to, flight.to)) return false;
  if (among !== null && !(has(among, flight.from) && has(among, flight.to))) return false;
  if (fields !== null && !matches(flight.message, fields)) return false;
  return not === null || !passes(not, flight);
}

function has(nodes: readonly Named[], node: NodeId): boolean {
  return nodes.some((named) => named.node === node);
}

/** Whether a value has everything that the pattern says, at any depth. */
function matches(value: unknown, pattern: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) {
    return isDeepStrictEqual(value, pattern);
  }
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(pattern).every(([name, inner]) => matches(fields.get(name), inner));
}

function holds({ relation, value }: Test, found: unknown): boolean {
  switch (relation) {
    case 'is':
      return isDeepStrictEqual(found, value);
    case 'not':
      return !isDeepStrictEqual(found, value);
    case 'at-least':
      return typeof found === 'number' && found >= Number(value);
    case 'at-most':
      return typeof found === 'number' && found <= Number(value);
    case 'one-of':
      return Array.isArray(value) && value.some((one) => isDeepStrictEqual(found, one));
    case 'has':
      return Array.isArray(found) && found.some((one) => isDeepStrictEqual(one, value));
  }
}

function testWords({ relation, value }: Test): string {
  return relation === 'is'
    ? valueWords(value)
    : `${relation.replace('-', ' ')} ${valueWords(value)}`;
}

/** What a filter lets pass that says nothing. */
export const EVERYTHING = 'everything on its way';

/** Which messages a filter lets pass, in words. */
export function filterWords(filter: Filter): string {
  const { kinds, from, to, among, fields, not, first } = filter;
  const name = (nodes: readonly Named[]) => nodes.map((node) => node.name).join(', ');
  const parts = [
    first === null ? '' : `the first ${first} of`,
    kinds === null ? 'messages' : kinds.join(', '),
    from === null ? '' : `from ${name(from)}`,
    to === null ? '' : `to ${name(to)}`,
    among === null ? '' : `among ${name(among)}`,
    fields === null ? '' : `with ${valueWords(fields)}`,
    not === null ? '' : `but not ${filterWords(not)}`,
  ];
  const text = parts.filter((part) => part !== '').join(' ');
  return text === 'messages' ? EVERYTHING : text;
}
