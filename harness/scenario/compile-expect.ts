/** Reads what a scenario expects: facts of nodes, answers, messages, broken properties. */

import { suggestion } from '../core/errors.ts';
import { checkKind, checkRequest, compileFilter, RESERVED, type Reading } from './reading.ts';
import type { AnswerTest, Expectation, Named, Path, Test } from './scenario.ts';
import { inFlightSchema } from './schema.ts';

const RELATIONS = ['not', 'at-least', 'at-most', 'one-of', 'has'] as const;
const STATUSES = ['none', 'ok', 'unknown', 'fail', 'redirect'] as const;

export function compileExpectations(
  reading: Reading,
  raw: Readonly<Record<string, unknown>> | undefined,
  path: Path,
): Expectation[] {
  return Object.entries(raw ?? {}).flatMap(([word, value]) => {
    const at = [...path, word];
    switch (word) {
      case 'answers':
        return entriesOf(reading, value, at).map(([request, test]) =>
          answer(reading, request, test, at),
        );
      case 'in-flight':
        return listOf(reading, value, at).map((item, i) => inFlight(reading, item, [...at, i]));
      case 'delivered':
        return entriesOf(reading, value, at).map(
          ([kind, test]): Expectation => ({
            about: 'delivered',
            path: [...at, kind],
            kind: knownKind(reading, kind, [...at, kind]),
            test: testOf(reading, test, [...at, kind]),
          }),
        );
      case 'broken':
        return [{ about: 'broken', path: at, properties: properties(reading, value, at) }];
      default:
        return ofNode(reading, word, value, at);
    }
  });
}

function ofNode(reading: Reading, word: string, value: unknown, path: Path): Expectation[] {
  const node = word === 'all' ? null : nodeOrWord(reading, word, path);
  if (node !== null && (value === 'down' || value === 'up')) {
    return [{ about: 'up', path, node, up: value === 'up' }];
  }
  return entriesOf(reading, value, path).map(([fact, test]) => {
    const at = [...path, fact];
    return { about: 'fact', path: at, node, fact, test: testOf(reading, test, at) };
  });
}

function nodeOrWord({ names, problem }: Reading, word: string, path: Path): Named {
  if (names.all.has(word)) return names.node(word, path);
  const hint = suggestion(word, [...names.all.keys(), ...RESERVED]);
  throw problem(path, `"${word}" is neither a node nor a word of what is expected (${hint})`);
}

function answer(reading: Reading, request: string, raw: unknown, path: Path): Expectation {
  const at = [...path, request];
  checkRequest(reading, request, at);
  return { about: 'answer', path: at, request, test: answerTest(reading, raw, at) };
}

function answerTest({ names, problem }: Reading, raw: unknown, path: Path): AnswerTest {
  const status = STATUSES.find((name) => name === raw);
  if (status !== undefined) return { status };
  if (isRecord(raw) && Object.keys(raw).length === 1) {
    if ('ok' in raw) return { status: 'ok', value: raw['ok'] as never };
    const to = raw['redirect'];
    if (typeof to === 'string') return { status: 'redirect', to: names.node(to, path) };
  }
  throw problem(path, `${STATUSES.join(', ')}, { ok: value } or { redirect: node } is needed`);
}

function knownKind(reading: Reading, kind: string, path: Path): string {
  checkKind(reading, kind, path);
  return kind;
}

function inFlight(reading: Reading, raw: unknown, path: Path): Expectation {
  const { data, error } = inFlightSchema.safeParse(raw);
  const issue = error?.issues[0];
  if (issue !== undefined) {
    throw reading.problem([...path, ...issue.path.map(String)], issue.message);
  }
  const { count, ...filter } = data ?? {};
  const compiled = compileFilter(reading, filter, path);
  return { about: 'in-flight', path, filter: compiled, count: count ?? null };
}

function properties({ problem }: Reading, raw: unknown, path: Path): string[] {
  if (raw === 'none') return [];
  if (Array.isArray(raw) && raw.every((name) => typeof name === 'string')) return raw;
  throw problem(path, 'none, or a list of properties, is needed');
}

function testOf({ problem }: Reading, raw: unknown, path: Path): Test {
  const relation = isRecord(raw) ? RELATIONS.find((one) => one in raw) : undefined;
  if (relation === undefined || !isRecord(raw)) return { relation: 'is', value: raw };
  if (Object.keys(raw).length > 1) throw problem(path, 'one test is needed, not several');
  const value = raw[relation];
  const at = [...path, relation];
  if (relation.startsWith('at-') && typeof value !== 'number') {
    throw problem(at, 'a number is needed');
  }
  if (relation === 'one-of' && !Array.isArray(value)) throw problem(at, 'a list is needed');
  return { relation, value };
}

function entriesOf({ problem }: Reading, raw: unknown, path: Path): [string, unknown][] {
  if (isRecord(raw)) return Object.entries(raw);
  throw problem(path, 'fields by name are needed');
}

function listOf({ problem }: Reading, raw: unknown, path: Path): unknown[] {
  if (Array.isArray(raw)) return raw;
  throw problem(path, 'a list is needed');
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}
