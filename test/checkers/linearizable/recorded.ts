/** The recorded histories of ../shared/data, read with the least code that these files need. */

import { existsSync, readFileSync } from 'node:fs';
import { type EventType, History, type NewEvent, type Value } from '../../../checkers/history.ts';
import type { FailedCas } from '../../../checkers/linearizable/index.ts';

const DATA = new URL('../../../../shared/data/', import.meta.url);

export const haveRecorded: boolean = existsSync(new URL('manifest.json', DATA));

export interface Recorded {
  readonly file: string;
  readonly format: 'jepsen-log' | 'porcupine-kv' | 'jepsen-edn';
  readonly model: string;
  readonly linearizable: boolean;
  readonly initial: Value;
  readonly failedCas?: FailedCas;
}

/** The entries of the manifest that are about linearizability. */
export function recordedHistories(): readonly Recorded[] {
  if (!haveRecorded) return [];
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', DATA), 'utf8')) as readonly (
    | Recorded
    | { file: string }
  )[];
  return manifest.flatMap((entry) =>
    'linearizable' in entry ? [{ ...entry, initial: asValue(entry.initial) }] : [],
  );
}

export function load(recorded: Recorded): History {
  const text = readFileSync(new URL(recorded.file, DATA), 'utf8');
  switch (recorded.format) {
    case 'jepsen-log':
      return History.from(lines(text).flatMap(logEvent));
    case 'porcupine-kv':
      return History.from(lines(text).flatMap((line) => ednEvent(parseEdn(line))));
    case 'jepsen-edn': {
      const body = text.replace(/^\s*;.*$/gm, '').trim();
      const events = parseEdn(/^[[(]/.test(body) ? body : `[${body}]`) as Edn[];
      return History.from(events.flatMap(ednEvent));
    }
  }
}

/** The manifest writes the start of a multi-register as an object; a `Value` is a list of pairs. */
function asValue(initial: unknown): Value {
  return typeof initial === 'object' && initial !== null && !Array.isArray(initial)
    ? (Object.entries(initial) as unknown as Value)
    : (initial as Value);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const TYPES = new Set(['invoke', 'ok', 'fail', 'info']);

function logEvent(line: string): NewEvent[] {
  const match = /(\d+)\s+:(invoke|ok|fail|info)\s+:(\w+)\s+(.*)$/.exec(line);
  if (match === null) return [];
  const [, process, type, f, rest] = match as unknown as [string, string, string, string, string];
  const value = rest.startsWith(':') ? null : (parseEdn(rest) as Value);
  const event = { time: 0, type: type as EventType, process: Number(process), f, value };
  return [rest.startsWith(':') ? { ...event, error: rest.slice(1).trim() } : event];
}

/** A keyword, a number or a string, as text. */
function word(edn: Edn | undefined): string {
  return typeof edn === 'string' || typeof edn === 'number' ? `${edn}` : '';
}

type Edn = null | boolean | number | string | Edn[] | { [key: string]: Edn };

function ednEvent(edn: Edn): NewEvent[] {
  const map = edn as { [key: string]: Edn };
  const type = word(map['type']);
  if (typeof map['process'] !== 'number' || !TYPES.has(type)) return [];
  return [
    {
      time: typeof map['time'] === 'number' ? map['time'] : 0,
      type: type as EventType,
      process: map['process'],
      f: word(map['f']),
      value: (map['value'] ?? null) as Value,
      ...(map['key'] === undefined ? {} : { key: word(map['key']) }),
    },
  ];
}

/** Vectors, lists, sets, maps with keyword keys, strings, integers, keywords (as strings). */
function parseEdn(text: string): Edn {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\](){}]|[^\s,[\](){}"]+/g) ?? [];
  let at = 0;
  const parse = (): Edn => {
    const token = tokens[at++] as string;
    if (token === '[' || token === '(' || token === '#') return parseUntil();
    if (token === '{') {
      const flat = parseUntil();
      const map: { [key: string]: Edn } = {};
      for (let i = 0; i + 1 < flat.length; i += 2) map[word(flat[i])] = flat[i + 1] as Edn;
      return map;
    }
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (token.startsWith(':')) return token.slice(1);
    if (token === 'nil') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    return /^-?\d/.test(token) ? Number(token) : token;
  };
  const parseUntil = (): Edn[] => {
    const items: Edn[] = [];
    while (at < tokens.length && !/^[\])}]$/.test(tokens[at] as string)) items.push(parse());
    at++;
    return items;
  };
  return parse();
}
