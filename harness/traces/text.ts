/** What `ordeal check-trace` prints for people. */

import { styleText } from 'node:util';
import { wrap } from '../check/output.ts';
import type { TerminalStyle } from '../report/terminal.ts';
import { count, plain, plural, shorten, visible } from '../report/text.ts';
import { sentenceOf, WORDS } from '../report/verdict-words.ts';
import type { TraceFinding, TraceJudgement } from './judge.ts';

const COLOURS = { valid: 'green', invalid: 'red', unknown: 'yellow' } as const;

/** Of a line of the trace: the file has it whole. */
const TEXT_CHARACTERS = 72;

/** The whole block, with a line feed at its end. */
export function judgementText(
  judgement: TraceJudgement,
  { columns, colour }: TerminalStyle,
): string {
  const { verdict, findings, judged, nodes, lines, passedOver } = judgement;
  const { word, mark } = WORDS[verdict.kind];
  const head = `${mark} ${word}`;
  const painted = colour ? styleText(COLOURS[verdict.kind], head, { validateStream: false }) : head;
  const wrapped = (text: string, indent = 2) => wrap(visible(text), columns, indent);
  const done = Object.entries(judged).filter(([, times]) => times > 0);
  const left = Object.entries(judged).filter(([, times]) => times === 0);
  const named = (rules: readonly (readonly [string, number])[]) =>
    rules.map(([rule, times]) => (times === 0 ? rule : `${rule} ${count(times)}`)).join(', ');
  return plain(
    `${[
      painted,
      ...(verdict.kind === 'unknown' ? wrapped(sentenceOf(verdict)) : []),
      ...findings.flatMap((finding) => findingLines(finding, wrapped)),
      ...wrapped(`${plural(lines, 'line')} of ${plural(nodes, 'node')}`),
      ...(done.length === 0 ? [] : wrapped(`judged: ${named(done)}`)),
      ...(left.length === 0 ? [] : wrapped(`nothing to judge: ${named(left)}`)),
      ...(passedOver === 0
        ? []
        : wrapped(`note: ${plural(passedOver, 'line')} said nothing of a trace`)),
    ].join('\n')}\n`,
  );
}

function findingLines(
  { property, told, because, lines }: TraceFinding,
  wrapped: (text: string, indent?: number) => readonly string[],
): string[] {
  return [
    ...wrapped(told),
    ...wrapped(`${property}: ${because}`, 4),
    ...lines.flatMap(({ where, text }) => [
      ...wrapped(where, 4),
      ...wrapped(shorten(text, TEXT_CHARACTERS), 6),
    ]),
  ];
}
