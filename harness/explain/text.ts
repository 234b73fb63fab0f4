/** An explanation in lines for a terminal. */

import { signatureText } from '../judge/signature.ts';
import { wrap } from '../report/terminal.ts';
import { moment, NBSP, plain, seconds } from '../report/text.ts';
import type { Broken } from './broken.ts';
import type { Explanation, Turn } from './explanation.ts';
import { type Proportion, wilson } from './proportion.ts';
import type { Sibling } from './sibling.ts';

/** Steps with their odds, then what made the difference, what would have, and what broke. */
export function explanationLines(explanation: Explanation, columns: number): string[] {
  const { start, turns, sibling, broken } = explanation;
  const lines = [
    ...wrap(
      `How likely the violation was after each step, its future drawn anew ${start.of} times (with the band of 95 %):`,
      columns,
    ),
    '',
    `${odds(start)}  at the start`,
    ...turns.flatMap((turn, at) => turnLines(turn, at, turns.length, columns)),
    '',
    ...wrap(decisiveText(turns, start), columns),
    ...wrap(siblingText(sibling), columns),
    ...wrap(brokenText(broken), columns),
  ];
  return lines.map(plain);
}

/** ` 71 % (62-79)`, always as wide. */
function odds(proportion: Proportion): string {
  const { low, high } = wilson(proportion);
  const band = `(${percent(low)}-${percent(high)})`;
  return `${percent(proportion.hits / Math.max(1, proportion.of)).padStart(3)} % ${band.padEnd(8)}`;
}

function percent(share: number): string {
  return String(Math.round(100 * share));
}

function turnLines(turn: Turn, at: number, of: number, columns: number): string[] {
  const number = `${String(at + 1).padStart(String(of).length)}.`;
  const head = `${odds(turn.futures)} ${turn.isDecisive ? '◀' : ' '} ${number} ${moment(turn.timeNs).padStart(9)}  `;
  const text = `${turn.isConflict ? '✖ ' : ''}${turn.text}`;
  return wrap(text, Math.max(20, columns - head.length)).map((part, line) =>
    line === 0 ? `${head}${part}` : `${' '.repeat(head.length)}${part}`,
  );
}

function decisiveText(turns: readonly Turn[], start: Proportion): string {
  const told = turns.flatMap((turn, at) => {
    if (!turn.isDecisive) return [];
    const before = turns[at - 1]?.futures ?? start;
    const share = ({ hits, of }: Proportion) => `${percent(hits / Math.max(1, of))}${NBSP}%`;
    return [`step ${at + 1} (${turn.text}): ${share(before)} before, ${share(turn.futures)} after`];
  });
  if (told.length === 0) return 'Decisive: no single step, as far as so many futures can tell.';
  return `Decisive (◀): ${told.join('; ')}.`;
}

function siblingText(sibling: Sibling | null): string {
  if (sibling === null) return 'Nearest run that passes: none that differs in one step.';
  const { change, partsAtNs, failing, passing } = sibling;
  const head = `Nearest run that passes: ${change}.`;
  if (partsAtNs === null) return `${head} Nodes do the same in both.`;
  const said = (text: string | null) => text ?? 'nothing more';
  return `${head} The two part at ${moment(partsAtNs)}: ${said(failing)}; there, ${said(passing)}.`;
}

function brokenText(broken: readonly Broken[]): string {
  const [first] = broken;
  if (first === undefined) return '';
  const on = first.node === null ? '' : ` on ${first.node}`;
  const at = first.timeNs === null ? '' : ` at ${moment(first.timeNs)}`;
  const head = `First broken: ${signatureText(first)}${on}${at}`;
  const seen = broken.find(({ isSeen }) => isSeen);
  if (seen === undefined) return `${head}; no client saw any of it.`;
  if (seen === first) return `${head}: clients saw it before anything else did.`;
  if (seen.timeNs === null || first.timeNs === null) return `${head}; clients saw it later.`;
  const later = seconds((seen.timeNs - first.timeNs) / 1e9);
  return `${head}; clients could see it ${later} later (${signatureText(seen)}).`;
}
