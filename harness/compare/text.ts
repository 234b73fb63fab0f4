/** A comparison in lines for a terminal. */

import { INDENT, row } from '../explore/row.ts';
import { signatureText } from '../judge/signature.ts';
import { decisiveText } from '../report/explanation-words.ts';
import { wrap } from '../report/terminal.ts';
import { count, plain, plural, seconds, visible } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { duration } from '../run/progress.ts';
import { sizeText } from '../shrink/case.ts';
import type { CompareState } from './compare.ts';
import { type Comparison, type Conclusion, lastWordOn } from './conclusion.ts';
import type { Finding } from './findings.ts';
import { isRegression } from './schedules.ts';
import { differencesText, schedulesText, sideText, type TableRow, tableOf } from './words.ts';

/** The whole block. */
export function blockOf(comparison: Comparison, conclusion: Conclusion, columns: number): string {
  const { populations, findings, directory, schedules } = comparison;
  const { word, mark } = lastWordOn(conclusion);
  const kept = schedulesText(schedules);
  const lines = [
    ...headLines(comparison, columns),
    '',
    ...tableLines(tableOf(populations), columns),
    '',
    ...(kept === null ? [] : [...row('  Schedules', kept, columns)]),
    ...schedules
      .filter(isRegression)
      .map(({ path }) => plain(`${''.padEnd(INDENT)}npx ordeal replay ${path}`)),
    ...findings.flatMap((one) => [...findingLines(one, columns), '']),
    ...row('  Beside', differencesText(populations), columns),
    plain(`${'  report'.padEnd(INDENT)}${directory}/report.html`),
    '',
    ...row(`${mark} ${word}`, visible(sentenceOf(conclusion.verdict)), columns),
  ];
  return lines.join('\n');
}

function headLines({ pair, populations, pairs, limits }: Comparison, columns: number): string[] {
  const { strategies } = populations;
  const by = Object.entries(strategies).map(([name, number]) => `${name} ${number}`);
  const again =
    pairs.repeated === 0 ? '' : `; ${pairs.identical} of ${pairs.repeated} made again identical`;
  const text = `${count(populations.pairs)} from seed ${limits.firstSeed}, in ${seconds(pairs.wallS)} (${by.join(', ')})${again}`;
  return [
    ...row('  A', sideText(pair.a, pair.a.module), columns),
    ...row('  B', sideText(pair.b, pair.b.module), columns),
    ...row('  Pairs', text, columns),
  ];
}

/** Before the cells, and the width of one. */
const LABEL = 20;

function tableLines(rows: readonly TableRow[], columns: number): string[] {
  const width = Math.floor((Math.min(columns, 100) - LABEL) / 3);
  const line = (label: string, cells: readonly string[]) =>
    plain(`${label.padEnd(LABEL)}${cells.map((cell) => cell.padEnd(width)).join('')}`).trimEnd();
  return [
    line('', ['A', 'B', 'B beside A']),
    ...rows.flatMap(({ label, a, b, difference, isTold }) => {
      const marked = difference.map((text, at) => `${at === 0 && isTold ? '▲ ' : '  '}${text}`);
      const height = Math.max(a.length, b.length, marked.length);
      // A name that is too long for its column has a line of its own.
      const own = label.length >= LABEL ? wrap(visible(label), columns) : [];
      const cells = Array.from({ length: height }, (_, at) =>
        line(at === 0 && own.length === 0 ? label : '', [
          a[at] ?? '',
          b[at] ?? '',
          marked[at] ?? '',
        ]),
      );
      return [...own, ...cells];
    }),
  ];
}

function findingLines(
  { signature, seed, strategy, command, small }: Finding,
  columns: number,
): string[] {
  const head = `${signatureText(signature)}, on B alone (seed ${seed} by ${strategy})`;
  const again = command === null ? [] : [plain(`${'  again'.padEnd(INDENT)}${visible(command)}`)];
  if (small === null) return [...row('✖ new', head, columns), ...again];
  const { because, after, isWhole, story, explanation, repro, brokenOnA } = small;
  const end = isWhole ? '' : ', not yet the smallest: see ordeal shrink';
  return [
    ...row(brokenOnA ? '  not new' : '✖ new', head, columns),
    ...row('', visible(because), columns),
    ...(brokenOnA
      ? row('', 'A breaks the same under the schedule that is left of it.', columns)
      : []),
    ...row('  made small', `${sizeText(after)}${end}`, columns),
    ...story.flatMap((step) => row('', visible(step), columns)),
    ...(explanation === null ? [] : row('', visible(decisiveText(explanation)), columns)),
    ...again,
    plain(`${'  replay'.padEnd(INDENT)}npx ordeal replay ${repro}`),
  ];
}

/** `120 pairs · 6.1/s · violations: A none, B 3 · 12 s left`. */
export function stateText({ pairs, elapsedS, invalid, seedsLeft, leftS }: CompareState): string {
  const side = (runs: number) => (runs === 0 ? 'none' : count(runs));
  const left = [
    ...(seedsLeft === null ? [] : [plural(seedsLeft, 'pair')]),
    ...(leftS === null ? [] : [duration(leftS)]),
  ];
  const parts = [
    plural(pairs, 'pair'),
    ...(elapsedS > 0 ? [`${(pairs / elapsedS).toFixed(1)}/s`] : []),
    `violations: A ${side(invalid.a)}, B ${side(invalid.b)}`,
    `${left.join(' or ')} left`,
  ];
  return plain(parts.join(' · '));
}
