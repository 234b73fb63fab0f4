/** Reads what a scenario expects: facts of nodes, answers, messages, broken properties. */

import { suggestion } from '../errors.ts';
import { checkRequest, compileFilter, RESERVED, type Reading } from './reading.ts';
import type { AnswerTest, Expectation, Named, Path, Test } from './scenario.ts';
import type { RawFilter } from './schema.ts';

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
            kind,
            test: testOf(test),
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
    return { about: 'fact', path: [...path, fact], node, fact, test: testOf(test) };
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

const FILTER_FIELDS = ['kind', 'from', 'to', 'among', 'with', 'not', 'count'];

function inFlight(reading: Reading, raw: unknown, path: Path): Expectation {
  const { names, problem } = reading;
  if (!isRecord(raw)) throw problem(path, 'a filter (kind, from, to ..., count) is needed');
  const unknown = Object.keys(raw).find((field) => !FILTER_FIELDS.includes(field));
  if (unknown !== undefined) {
    throw problem(path, `unknown field "${unknown}" (${suggestion(unknown, FILTER_FIELDS)})`);
  }
  const { count, ...filter } = raw;
  if (count !== undefined && !(Number.isInteger(count) && Number(count) >= 0)) {
    throw problem([...path, 'count'], 'a whole number from 0 on is needed');
  }
  return {
    about: 'in-flight',
    path,
    filter: compileFilter(names, filter as RawFilter, path),
    count: count === undefined ? null : Number(count),
  };
}

function properties({ problem }: Reading, raw: unknown, path: Path): string[] {
  if (raw === 'none') return [];
  if (Array.isArray(raw) && raw.every((name) => typeof name === 'string')) return raw;
  throw problem(path, 'none, or a list of properties, is needed');
}

function testOf(raw: unknown): Test {
  if (isRecord(raw)) {
    const [name, ...others] = Object.keys(raw);
    const relation = RELATIONS.find((one) => one === name);
    if (relation !== undefined && others.length === 0) return { relation, value: raw[relation] };
  }
  return { relation: 'is', value: raw };
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
