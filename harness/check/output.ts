/** What `ordeal check` prints about one history: a few lines for a person, or one line of JSON. */

import { styleText } from 'node:util';
import type { History, HistoryEvent } from '../../checkers/history.ts';
import { type Verdict, type WitnessOperation, worst } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import type { HistoryFile } from '../formats/builder.ts';
import type { TerminalStyle } from '../report/terminal.ts';
import { count, plain, plural, seconds, shorten, valueText, visible } from '../report/text.ts';
import { WORDS } from '../report/verdict-words.ts';
import type { Answer } from './question.ts';

/** An answer, with the file it is about and what it took. */
export interface Judged extends Answer {
  readonly path: string;
  readonly format: string | null;
  readonly file: HistoryFile;
  /** Real time of reading and judging. */
  readonly seconds: number;
}

/** Operations of a witness that a terminal shows: the last ones, where the contradiction is. */
const OPERATIONS_MAX = 8;
const SENTENCES_MAX = 4;
const COLOURS = { valid: 'green', invalid: 'red', unknown: 'yellow' } as const;

/** The block for a terminal, with a line feed at its end. */
export function checkBlock(judged: Judged, { columns, colour }: TerminalStyle): string {
  const { verdict, path, file } = judged;
  const { word, mark } = WORDS[verdict.kind];
  const head = `${mark} ${word}`;
  const painted = colour ? styleText(COLOURS[verdict.kind], head, { validateStream: false }) : head;
  const wrapped = (text: string, indent = 2) => wrap(visible(text), columns, indent);
  const lines = [`${painted}  ${visible(path)}`];
  const sentence = sentenceOf(verdict);
  if (sentence !== null) lines.push(...wrapped(sentence));
  if (verdict.kind === 'invalid') lines.push(...witnessLines(verdict, file, columns));
  for (const text of judged.also ?? []) lines.push(...wrapped(text));
  for (const note of notesOf(judged)) lines.push(...wrapped(`note: ${note}`));
  lines.push(...wrapped(effort(judged)));
  return plain(`${lines.join('\n')}\n`);
}

/**
 * One line of JSON, for programs. Of several checkers the one with the worst verdict stands at the
 * top, and all of them in `checkers`.
 */
export function checkJson(judged: readonly Judged[]): string {
  const top = worst(judged.map(({ verdict }) => verdict));
  const first = judged.find(({ verdict }) => verdict.kind === top.kind) ?? judged[0];
  const fields = first === undefined ? {} : jsonFields(first);
  if (judged.length < 2) return JSON.stringify(fields);
  const checkers = judged.map((one) => {
    const { file: _, format: __, ...own } = jsonFields(one);
    return own;
  });
  return JSON.stringify({ ...fields, checkers });
}

function jsonFields(judged: Judged): Readonly<Record<string, unknown>> {
  const { path, format, file, verdict, details = {}, also: _, notes: __, ...rest } = judged;
  return {
    file: path,
    verdict,
    exitStatus: EXIT[verdict.kind],
    ...(verdict.kind === 'invalid'
      ? { lines: verdict.events.map((event) => file.lines[event]) }
      : {}),
    format,
    ...rest,
    ...details,
    notes: notesOf(judged),
  };
}

function notesOf({ file, notes = [] }: Judged): readonly string[] {
  return [...file.notes, ...notes];
}

function sentenceOf(verdict: Verdict): string | null {
  return verdict.kind === 'valid' ? (verdict.note ?? null) : verdict.because;
}

function effort({
  checker,
  model,
  decidedBy,
  configurations,
  operations,
  ...judged
}: Judged): string {
  const by = model === undefined || model === checker ? checker : `${checker} ${model}`;
  const parts = [by];
  if (decidedBy !== undefined) parts.push(`decided by ${decidedBy}`);
  if (operations !== undefined) parts.push(plural(operations, 'operation'));
  if (configurations !== undefined && configurations > 0) {
    parts.push(plural(configurations, 'configuration'));
  }
  for (const [name, value] of Object.entries(judged.stats ?? {})) {
    parts.push(`${name.replaceAll('_', ' ')} ${typeof value === 'number' ? count(value) : value}`);
  }
  return `${[...parts, seconds(judged.seconds)].join(', ')}`;
}

function witnessLines(
  { witness, because }: Extract<Verdict, { kind: 'invalid' }>,
  file: HistoryFile,
  columns: number,
): string[] {
  if (witness === undefined) return [];
  const { operations, sentences } = witness;
  const shown = operations.slice(-OPERATIONS_MAX);
  const earlier = operations.length - shown.length;
  const lines: string[] = [];
  if (earlier > 0) lines.push(`    ... ${plural(earlier, 'operation')} before`);
  for (const operation of shown) lines.push(...operationLines(operation, file, columns));
  const more = sentences.filter((sentence) => sentence !== because);
  for (const sentence of more.slice(0, SENTENCES_MAX)) {
    lines.push(...wrap(visible(sentence), columns, 2));
  }
  return lines;
}

function operationLines(
  { invoke, complete, stateAfter, why }: WitnessOperation,
  { history, lines }: HistoryFile,
  columns: number,
): string[] {
  const asked = history.event(invoke);
  const from = String(lines[invoke]);
  const to = complete === null ? '' : String(lines[complete]);
  const place = to === '' || to === from ? `line ${from}` : `line ${from}-${to}`;
  const after = stateAfter === undefined ? '' : `  (now ${valueText(stateAfter, 24)})`;
  const text = `${place.padEnd(15)} ${`process ${asked.process}`.padEnd(11)} ${operationText(history, asked, complete)}${after}`;
  const line = `    ${shorten(visible(text), columns - 4)}`;
  return why === undefined ? [line] : [line, ...wrap(visible(why), columns, 8)];
}

/** `write x 4: ok`, `read -> 3`, `cas [1 2]: outcome unknown`. */
function operationText(history: History, asked: HistoryEvent, complete: number | null): string {
  const key = asked.key === undefined ? '' : ` ${asked.key}`;
  const argument = asked.value === null ? '' : ` ${valueText(asked.value, 30)}`;
  const what = `${asked.f}${key}${argument}`;
  if (complete === null) return `${what}: outcome unknown`;
  const answer = history.event(complete);
  switch (answer.type) {
    case 'ok': {
      const same = JSON.stringify(answer.value) === JSON.stringify(asked.value);
      return same && asked.value !== null
        ? `${what}: ok`
        : `${what} -> ${valueText(answer.value, 30)}`;
    }
    case 'fail':
      return `${what}: failed`;
    case 'info':
    case 'invoke':
      return `${what}: outcome unknown`;
  }
}

/** Words on lines of at most so many columns, each after a margin. */
export function wrap(text: string, columns: number, indent: number): string[] {
  const lines: string[] = [];
  const margin = ' '.repeat(indent);
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > columns) {
      lines.push(margin + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(margin + line);
  return lines;
}
