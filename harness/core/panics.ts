/**
 * What code of a user's does wrong, a variant's or an own system's, told by its file, line and part.
 * Pure: the simulator tells by it whether what was thrown ends a node or the run.
 */

import type { TraceEvent } from '../../checkers/trace.ts';
import { HarnessError, messageOf } from './errors.ts';

/** A part of a variant or system (a rule, `effects`, a handler ...), and where it stands. */
export interface Place {
  /** `variant x`, `system y`. */
  readonly owner: string;
  readonly part: string;
  /** Null where it was passed by value, or is built in. */
  readonly file: string | null;
  /** From 1; null where it could not be found. */
  readonly line: number | null;
}

/** A mistake in code of a user's: nothing that was run with it counts. */
export class OwnMistake extends HarnessError {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super('usage', `${told(place)} ${message}`);
    this.name = 'OwnMistake';
    this.place = place;
  }
}

/**
 * Code of a user's threw while its node worked: that ends the node, as it would in life. Where no
 * node is at hand (in a client), it is a mistake like any other.
 */
export class OwnThrew extends HarnessError {
  readonly place: Place;
  /** What it said. */
  readonly thrown: string;

  constructor(place: Place, error: unknown) {
    const message = messageOf(error);
    super('usage', `${told(place)} threw: ${message}${hintOn(error)}`, { cause: error });
    this.name = 'OwnThrew';
    this.place = place;
    this.thrown = message;
  }
}

/** Our own machinery, as it stands in stacks. */
const OURS = new URL('..', import.meta.url).href.replace(/^file:\/\//, '');

/**
 * Whether an error that reached a node is to end that node, rather than the run. What was thrown in
 * our machinery without any protocol code beneath it is a bug of ours, and no node's end.
 */
export function endsItsNode(error: unknown): boolean {
  if (error instanceof HarnessError) return error instanceof OwnThrew;
  if (!(error instanceof Error)) return true;
  const frames = framesOf(error);
  return frames.length === 0 || frames.some(({ isOurs }) => !isOurs);
}

/** The lines of code that an error came through, innermost first; none of the runtime's own. */
function framesOf(error: Error): readonly { name: string; line: string; isOurs: boolean }[] {
  const frames = (error.stack ?? '').matchAll(
    /^\s+at .*?\(?((?:file:\/\/)?\/[^()]*?([^/\\\s(]+\.[cm]?[jt]s)):(\d+):\d+\)?$/gm,
  );
  return Array.from(frames, ([, path = '', name = '', line = '']) => ({
    name,
    line,
    isOurs: path.replace(/^file:\/\//, '').startsWith(OURS),
  }));
}

/** How a node says that code threw which it ran. */
export function panicOf(error: unknown): Extract<TraceEvent, { kind: 'panic' }> {
  const reason = error instanceof Error ? `${error.message}${placeOfSlip(error)}` : String(error);
  if (!(error instanceof OwnThrew)) return { kind: 'panic', reason };
  const { owner, part, file, line } = error.place;
  const name = file === null ? null : nameOf(file);
  return {
    kind: 'panic',
    reason,
    blame: { owner, part, file: name, line, thrown: error.thrown },
  };
}

/** Where code slipped rather than asserted: what a TypeError says could be true of many lines. */
function placeOfSlip(error: Error): string {
  if (error.constructor !== Error && !(error instanceof HarnessError)) {
    // What a protocol asks of us wrongly, it asks from a line of its own.
    const frame = framesOf(error).find(({ isOurs }) => !isOurs);
    if (frame !== undefined) return ` (${frame.name}:${frame.line})`;
  }
  return '';
}

/** `commitIndex` of mine.ts:4. */
export function told({ owner, part, file, line }: Place): string {
  if (file === null) return `\`${part}\` of ${owner}`;
  return `\`${part}\` of ${nameOf(file)}${line === null ? '' : `:${line}`}`;
}

function hintOn(error: unknown): string {
  if (!(error instanceof Error) || error.name !== 'DataCloneError') return '';
  return ' (what a rule is handed is a read-only view: copy the fields that are needed)';
}

/** A file without its folders: containers have it elsewhere. */
function nameOf(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
