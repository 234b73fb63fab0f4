/** Reads traces of other people's nodes, and tells them from those of our own runs. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Observation } from '../../checkers/agreement/raft-observed/observation.ts';
import { usage } from '../core/errors.ts';
import { type ByteStream, type Line, LinePlace, linesOf } from '../formats/bytes.ts';
import { withFile } from '../formats/input.ts';
import { problemOf } from '../store/decode.ts';
import { FILES } from '../store/format.ts';
import { observationOf, tracingEvent } from './etcd-schema.ts';

/** A line that was read, where it stands and how. */
export interface TracedLine {
  readonly observation: Observation;
  readonly where: string;
  readonly text: string;
}

/** The trace of a stored run of ours, named by its directory or by itself. */
export interface OwnTrace {
  readonly kind: 'own';
  readonly path: string;
}

/** A trace of others. */
export interface ForeignTrace {
  readonly kind: 'foreign';
  readonly lines: readonly TracedLine[];
  /** Lines that are none of a trace: what else a program has logged. */
  readonly passedOver: number;
}

/** Throws a usage error for what is neither, with the line and what is wrong with it. */
export function readNodeTrace(path: string): OwnTrace | ForeignTrace {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isDirectory) return { kind: 'own', path: join(path, FILES.trace) };
  return withFile(path, (stream) => (isOwn(stream) ? { kind: 'own', path } : foreign(stream)));
}

const HEAD_BYTES = 256;
const OWN_HEADER = /^\{"schema":\d+,"kind":"trace"\}/;

function isOwn(stream: ByteStream): boolean {
  return OWN_HEADER.test(stream.peek(HEAD_BYTES).toString('latin1'));
}

function foreign(stream: ByteStream): ForeignTrace {
  const lines: TracedLine[] = [];
  let passedOver = 0;
  for (const line of linesOf(stream)) {
    if (line.text.trim() === '') continue;
    const event = eventOf(line);
    if (event === null) {
      passedOver++;
      continue;
    }
    const { where } = new LinePlace(stream.name, line.number);
    const result = tracingEvent.safeParse(event);
    if (!result.success) {
      const [issue] = result.error.issues;
      throw usage(`${where}: ${issue === undefined ? 'no event' : problemOf(issue, event)}`);
    }
    lines.push({ observation: observationOf(result.data), where, text: line.text });
  }
  if (lines.length > 0) return { kind: 'foreign', lines, passedOver };
  throw usage(
    `${stream.name}: expected lines of JSON with an "event" that has "name", "nid" and "state", got ` +
      (passedOver === 0 ? 'nothing' : `${passedOver} other lines`),
  );
}

/** The event of a line, or the line itself; null for one that says something else. */
function eventOf({ text }: Line): object | null {
  const begin = text.indexOf('{');
  if (begin < 0) return null;
  const json = parsed(text.slice(begin));
  if (json === null) return null;
  if ('event' in json && isObject(json.event)) return json.event;
  return 'nid' in json && 'name' in json ? json : null;
}

/** A line that a killed program was writing is no event either. */
function parsed(text: string): object | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
