/**
 * The speed of the checkers: `npm run bench:checkers [-- part of a row's name] [-- --large]`.
 *
 * Each row runs in a process of its own, so that its first time is cold and its memory is its own.
 * The ratio is the peer's published median, which stands in a file with its machine and commit, by
 * the median of our warm times; the best and the worst of them stand beside. Ends with status 1
 * when a floor (`CHECKERS.md` 6) is missed, or an answer is not the expected one.
 */

import { execFileSync } from 'node:child_process';
import { peakMb, type Times, times } from './checkers-measure.ts';
import { allRows, medians, type Row } from './checkers-rows.ts';

/** What the process of a row prints. */
interface Measured {
  readonly ours: Times;
  /** The median of our own reference search, where that is the peer. */
  readonly referenceMs?: number;
  readonly peakMb: number;
  readonly answer: string;
  readonly wrong: boolean;
}

const SAMPLES = 7;
const WIDTHS = [28, 34, 9, 9, 17, 9, 9, 12, 22, 6];

const only = process.argv.indexOf('--row');
if (only !== -1) printRow(process.argv[only + 1] ?? '');
else process.exitCode = printTable(process.argv.slice(2)) ? 0 : 1;

/** True when no floor was missed. */
function printTable(args: readonly string[]): boolean {
  const part = args.find((arg) => !arg.startsWith('--')) ?? '';
  const large = args.includes('--large');
  console.log(`Porcupine: ${medians.porcupine}\nKnossos: ${medians.knossos}`);
  console.log(`Elle: ${medians.elle}\nmachine of the peers: ${medians.machine}`);
  console.log('peer "ref": our own reference search, in the same process\n');
  console.log(
    line([
      'check',
      'answer',
      'cold ms',
      'median',
      'best..worst',
      'peer ms',
      'ratio',
      'floor',
      'target',
      'peak MB',
    ]),
  );
  let missed = 0;
  for (const row of allRows()) {
    if (!row.name.includes(part) || (row.large === true && !large)) continue;
    if (!show(row, measure(row.name))) missed++;
  }
  console.log(missed === 0 ? '\nno floor missed' : `\n${missed} rows below their floor or wrong`);
  return missed === 0;
}

function measure(name: string): Measured {
  const [script = ''] = process.argv.slice(1);
  const args = ['--max-old-space-size=8192', script, '--row', name];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured;
}

/** In the process of the row. */
function printRow(name: string): void {
  const row = allRows().find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row is called ${name}`);
  const { run, expected, peer } = row.prepare();
  const answers: string[] = [];
  const ours = times(row.samples ?? SAMPLES, () => {
    answers.splice(0, answers.length, ...run());
  });
  const wrong = answers.some(
    (answer, at) =>
      !answer.startsWith(typeof expected === 'string' ? expected : (expected[at] ?? '?')),
  );
  const measured: Measured = {
    ours,
    peakMb: peakMb(),
    answer: new Set(answers).size === 1 ? String(answers[0]) : `${answers.length} as recorded`,
    wrong,
    ...(peer === undefined ? {} : { referenceMs: times(SAMPLES, peer).median }),
  };
  console.log(JSON.stringify(measured));
}

/** Prints the line of a row; false when it missed its floor or the answer is wrong. */
function show(row: Row, { ours, referenceMs, peakMb: mb, answer, wrong }: Measured): boolean {
  const peerMs = referenceMs ?? row.peerMs;
  const ratio = peerMs === undefined ? Number.NaN : peerMs / ours.median;
  const below =
    (row.floor !== undefined && !(ratio >= row.floor)) ||
    (row.floorMs !== undefined && ours.median > row.floorMs);
  const behind =
    (row.target !== undefined && ratio < row.target) ||
    (row.targetMs !== undefined && ours.median > row.targetMs) ||
    (row.targetMb !== undefined && mb > row.targetMb);
  const floor = limits([row.floor, 'x'], [row.floorMs, ' ms']);
  const target = limits([row.target, 'x'], [row.targetMs, ' ms'], [row.targetMb, ' MB']);
  console.log(
    line([
      row.name,
      wrong ? `WRONG: ${answer}` : answer,
      ms(ours.cold),
      ms(ours.median),
      `${ms(ours.best)}..${ms(ours.worst)}`,
      peerMs === undefined ? '' : `${referenceMs === undefined ? '' : 'ref '}${ms(peerMs)}`,
      Number.isNaN(ratio) ? '' : `${ratio.toFixed(1)}x`,
      `${floor}${below ? ' BELOW' : ''}`,
      `${target}${behind ? ' missed' : ''}`,
      mb.toFixed(0),
    ]),
  );
  return !below && !wrong;
}

function limits(...all: readonly (readonly [number | undefined, string])[]): string {
  return all
    .filter(([limit]) => limit !== undefined)
    .map(([limit, unit]) => `${Number(limit?.toFixed(1))}${unit}`)
    .join(' ');
}

/** Three digits that mean something. */
function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, at) => cell.padEnd(WIDTHS[at] as number))
    .join(' ')
    .trimEnd();
}
