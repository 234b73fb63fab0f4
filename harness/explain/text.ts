/** An explanation in lines for a terminal. */

import { type Proportion, shareOf, wilson } from '../core/proportion.ts';
import {
  brokenText,
  decisiveText,
  percent,
  siblingText,
  suspicionText,
} from '../report/explanation-words.ts';
import { wrap } from '../report/terminal.ts';
import { moment, plain } from '../report/text.ts';
import type { Explanation, Turn } from '../store/explanation.ts';

/** Steps with their odds, then what made the difference, what would have, and what broke. */
export function explanationLines(explanation: Explanation, columns: number): string[] {
  const { start, turns } = explanation;
  const lines = [
    ...wrap(
      `How likely the violation was after each step, its future drawn anew ${start.of} times (with the band of 95 %; ◀ what was decisive):`,
      columns,
    ),
    '',
    `${odds(start)}  at the start`,
    ...turns.flatMap((turn, at) => turnLines(turn, at, turns.length, columns)),
    '',
    ...reasonLines(explanation, columns),
  ];
  return lines.map(plain);
}

/** What made the difference, what would have, and what broke. */
export function reasonLines(explanation: Explanation, columns: number): string[] {
  const { suspicions, sibling, broken } = explanation;
  const told = [
    decisiveText(explanation),
    suspicionText(suspicions),
    siblingText(sibling),
    brokenText(broken),
  ].filter((one) => one !== '');
  return told.flatMap((one) => wrap(one, columns)).map(plain);
}

/** ` 71 % (62-79)`, always as wide. */
function odds(proportion: Proportion): string {
  const { low, high } = wilson(proportion);
  const band = `(${percent(low)}-${percent(high)})`;
  return `${percent(shareOf(proportion)).padStart(3)} % ${band.padEnd(8)}`;
}

function turnLines(turn: Turn, at: number, of: number, columns: number): string[] {
  const number = `${String(at + 1).padStart(String(of).length)}.`;
  const head = `${odds(turn.futures)} ${turn.isDecisive ? '◀' : ' '} ${number} ${moment(turn.timeNs).padStart(9)}  `;
  const text = `${turn.isConflict ? '✖ ' : ''}${turn.text}`;
  return wrap(text, Math.max(20, columns - head.length)).map((part, line) =>
    line === 0 ? `${head}${part}` : `${' '.repeat(head.length)}${part}`,
  );
}
