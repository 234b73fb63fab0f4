/** A kill matrix in lines for a terminal. */

import { signatureText } from '../../judge/signature.ts';
import { wrap } from '../../report/terminal.ts';
import { count, NBSP, plain, plural, seconds } from '../../report/text.ts';
import { sizeText } from '../../shrink/case.ts';
import type { Cell, Kill } from './cell.ts';
import type { Comparison } from './comparison.ts';
import { asExpected, isFound, type Matrix, nameOf, type Row } from './matrix.ts';

const INDENT = '    ';

/** What was hunted, what shows it, what is left of that, and what each column took. */
export function rowText(row: Row, columns: number): string {
  const notes = {
    mutant: row.scripted ? ' (scripted)' : '',
    decoy: ' (decoy)',
    variant: '',
    correct: '',
  } as const;
  const lines = [
    `${asExpected(row) ? '✔' : '✖'} ${nameOf(row)}${notes[row.kind]}`,
    ...indented(cellsText(row), columns),
    ...shownBy(row).flatMap((text) => indented(text, columns)),
  ];
  const isIdle =
    row.kind !== 'correct' && Object.values(row.cells).every(({ changed }) => changed === 0);
  if (isIdle) lines.push(`${INDENT}never decided otherwise: it was not tried`);
  return plain(lines.join('\n'));
}

/** `plain 12 runs 0.41 s · swarm not in 230 runs (60 s)`. */
function cellsText({ cells }: Row): string {
  const texts = Object.entries(cells).map(([column, { kill, runs, coreS, unknown }]) => {
    const undecided = unknown === 0 ? '' : `, ${count(unknown)} unknown`;
    const took =
      kill === null
        ? `- (${plural(runs, 'run')}, ${seconds(coreS)}${undecided})`
        : `${plural(runs, 'run')} ${seconds(coreS)}`;
    return `${column} ${took}`.replaceAll(' ', NBSP);
  });
  return texts.join(' · ');
}

/** The smallest of what shows it; each of what shows more than is expected, with how to see it. */
function shownBy(row: Row): readonly string[] {
  const kills = Object.values(row.cells).flatMap(({ kill }) => kill ?? []);
  if (row.kind === 'correct' || row.kind === 'decoy') {
    return kills.map((kill) => `${kindsText(kill)}: ${commandOf(row, kill)}`);
  }
  const [smallest] = kills.toSorted((a, b) => weightOf(a) - weightOf(b));
  if (smallest === undefined) return [];
  const { small } = smallest;
  return [`${kindsText(smallest)}${small === null ? '' : ` · ${sizeText(small)}`}`];
}

function weightOf({ small }: Kill): number {
  return small === null ? Number.POSITIVE_INFINITY : small.faults + small.operations;
}

function kindsText({ kinds }: Kill): string {
  return kinds.map(signatureText).join(' · ');
}

function commandOf({ system, id }: Row, { strategy, seed }: Kill): string {
  const mutant = id === null ? '' : ` --mutant ${id}`;
  return `npx ordeal explore ${system}${mutant} --strategy ${strategy} --seed ${seed} --seeds 1`;
}

/** Of each column: how many bugs it found, and the median of what that took. */
export function summaryLines({ rows, columns, budgetS }: Matrix, width: number): string[] {
  const bugs = rows.filter(({ kind, scripted }) => kind === 'mutant' && !scripted);
  const lines = Object.keys(columns).map((column) => {
    const cells = bugs.flatMap(({ cells: all }) => all[column] ?? []);
    const found = cells.filter(({ kill }) => kill !== null).length;
    const typical = seconds(medianOf(cells, budgetS));
    return `${column.padEnd(12)}${found} of ${plural(cells.length, 'bug')}, median ${typical} of a core`;
  });
  const correct = rows
    .filter(({ kind }) => kind === 'correct')
    .flatMap(({ cells }) => Object.values(cells));
  if (correct.length > 0) {
    const runs = correct.reduce((sum, cell) => sum + cell.runs, 0);
    const hours = correct.reduce((sum, cell) => sum + cell.simulatedS, 0) / 3600;
    const alarms = correct.filter(({ kill }) => kill !== null).length;
    const what = alarms === 0 ? 'no violation' : plural(alarms, 'violation');
    lines.push(
      `as they should be: ${what} in ${plural(runs, 'run')}, ${hours.toFixed(1)} simulated hours`,
    );
  }
  return (bugs.length === 0 ? lines.slice(Object.keys(columns).length) : lines).flatMap((line) =>
    wrap(line, width).map(plain),
  );
}

/** What was not found counts as the whole budget. */
function medianOf(cells: readonly Cell[], budgetS: number): number {
  const sorted = cells
    .map(({ kill, coreS }) => (kill === null ? Math.max(budgetS, coreS) : coreS))
    .sort((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}

/** What an earlier matrix says beside this one. */
export function comparisonLines(
  { missed, weaker, known, gone }: Comparison,
  baseline: string,
  width: number,
): string[] {
  const lists = [
    ['✖ found before, and missed now', missed],
    ['found before by more', weaker],
    ['not found before either', known],
    ['found before, and planted no longer', gone],
  ] as const;
  const said = lists.filter(([, names]) => names.length > 0);
  const texts = said.map(([what, names]) => `${what}: ${names.join(', ')}`);
  const all = texts.length === 0 ? ['everything that was found is found again'] : texts;
  return all.flatMap((text) => wrap(`${text} (${baseline})`, width).map(plain));
}

/** The last line. */
export function lastLine({ rows, isWhole }: Matrix, wrong: readonly Row[]): string {
  const found = rows.filter((row) => row.kind === 'mutant' && isFound(row)).length;
  const end = isWhole ? '' : ', interrupted';
  const names = wrong.map(nameOf).join(', ');
  const verdict = wrong.length === 0 ? 'all as expected' : `not as expected: ${names}`;
  return plain(`${plural(rows.length, 'row')}, ${plural(found, 'bug')} found${end}, ${verdict}`);
}

function indented(text: string, columns: number): string[] {
  return wrap(text, columns - INDENT.length).map((line) => INDENT + line);
}
