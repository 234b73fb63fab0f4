/**
 * The speed of the checkers beside their peers, in one run:
 * `npm run bench:checkers [-- part of a row's name] [-- --large]`.
 *
 * Each row runs in processes of its own. In one of them ours comes first, so that its first time is
 * cold and the memory its own; then ours and our port of Porcupine's search take turns, so that
 * other work on the machine hits both. In another the port comes first. What is short is taken cold
 * in some more processes, in turns again, and the best counts. Porcupine itself runs
 * before and after, where there is one (`peers.ts`), and is then the peer that counts. Ends with
 * status 1 when a row is below its floor (warm; 2 where it names none), when a first check is slower
 * than the peer's first, or when an answer is wrong.
 */

import { execFileSync } from 'node:child_process';
import { peakMb, type Times, takeTurns, timeOnce, type Warm } from './checkers-measure.ts';
import type { Row } from './checkers-row.ts';
import { allRows } from './checkers-rows.ts';
import { askPort, type GoTimes, goPeer } from './peers.ts';

/** What the process of a row prints. */
interface Measured {
  readonly ours: Times;
  readonly port?: Warm;
  /** Whether the port answered; else it took longer than this. */
  readonly finished: boolean;
  readonly peakMb: number;
  readonly answer: string;
  readonly wrong: boolean;
}

const SAMPLES = 7;
const FLOOR = 2;
/** More processes that are asked for a first check, where it is short. */
const MORE_PROCESSES = 2;
const SHORT_MS = 200;
const WIDTHS = [30, 32, 9, 9, 17, 12, 12, 11, 11, 14, 20, 6];

const [flag, name = ''] = process.argv.slice(2);
if (flag === '--row') printRow(name);
else if (flag === '--ours-first')
  console.log(JSON.stringify(timeOnce(rowNamed(name).prepare().run)));
else if (flag === '--port-first') console.log(JSON.stringify(portFirst(name)));
else process.exitCode = printTable(process.argv.slice(2)) ? 0 : 1;

/** True when no floor was missed. */
function printTable(args: readonly string[]): boolean {
  const part = args.find((arg) => !arg.startsWith('--')) ?? '';
  const large = args.includes('--large');
  using go = goPeer();
  console.log(
    go === null
      ? 'peer: our port of Porcupine (for Porcupine itself: go, and ORDEAL_PORCUPINE=its source)\n'
      : 'peer: Porcupine where it knows the model, else our port of it (p)\n',
  );
  const head = ['check', 'answer', 'cold ms', 'median', 'best..worst', 'peer cold', 'peer median'];
  console.log(line([...head, 'cold', 'warm', 'floor', 'target', 'peak MB']));
  let missed = 0;
  for (const row of allRows()) {
    if (!row.name.includes(part) || (row.large === true && !large)) continue;
    const { asked } = row.prepare();
    const before = asked === undefined ? undefined : go?.time(asked);
    const measured = inProcess<Measured>('--row', row.name);
    const portCold = measured.port && inProcess<number>('--port-first', row.name);
    const cold = bestCold(row.name, measured.ours.cold, portCold);
    const after = asked === undefined || before == null ? undefined : go?.time(asked);
    const ours = { ...measured.ours, cold: cold.ours };
    if (!show(row, { ...measured, ours }, cold.port, best(before, after))) missed++;
  }
  console.log(missed === 0 ? '\nno floor missed' : `\n${missed} rows below their floor or wrong`);
  return missed === 0;
}

/** A first check is over before other work on the machine evens out: the best of some. */
function bestCold(
  row: string,
  first: number,
  portFirst: number | undefined,
): { readonly ours: number; readonly port: number | undefined } {
  let [ours, port] = [first, portFirst];
  for (let more = 0; more < MORE_PROCESSES; more++) {
    if (port === undefined || Math.max(ours, port) > SHORT_MS) break;
    ours = Math.min(ours, inProcess<number>('--ours-first', row));
    port = Math.min(port, inProcess<number>('--port-first', row));
  }
  return { ours, port };
}

/** The better of two runs: what disturbed one may not have disturbed the other. */
function best(one: GoTimes | null | undefined, other: GoTimes | null | undefined): GoTimes | null {
  if (one == null || other == null) return one ?? other ?? null;
  return {
    cold: Math.min(one.cold, other.cold),
    median: Math.min(one.median, other.median),
    peakMb: Math.min(one.peakMb, other.peakMb),
  };
}

function inProcess<Result>(what: string, row: string): Result {
  const [script = ''] = process.argv.slice(1);
  const args = ['--expose-gc', '--max-old-space-size=8192', script, what, row];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Result;
}

function rowNamed(wanted: string): Row {
  const row = allRows().find((one) => one.name === wanted);
  if (row === undefined) throw new Error(`no row is called ${wanted}`);
  return row;
}

function portFirst(wanted: string): number {
  const { asked } = rowNamed(wanted).prepare();
  if (asked === undefined) throw new Error(`${wanted} asks no peer`);
  return timeOnce(() => askPort(asked));
}

/** In the process of the row. */
function printRow(wanted: string): void {
  const row = rowNamed(wanted);
  const { run, expected, asked } = row.prepare();
  const answers: string[] = [];
  const cold = timeOnce(() => answers.push(...run()));
  const mb = peakMb();
  let finished = true;
  const { one, other } = takeTurns(
    row.samples ?? SAMPLES,
    () => run(),
    asked && (() => (finished = askPort(asked))),
  );
  const wrong = answers.some((answer, at) => {
    const wanted = typeof expected === 'string' ? expected : (expected?.[at] ?? '');
    return !answer.startsWith(wanted);
  });
  const measured: Measured = {
    ours: { ...one, cold },
    ...(other === undefined ? {} : { port: other }),
    finished,
    peakMb: mb,
    answer: new Set(answers).size === 1 ? String(answers[0]) : `${answers.length} as recorded`,
    wrong,
  };
  console.log(JSON.stringify(measured));
}

/** Prints the line of a row; false when it missed its floor or the answer is wrong. */
function show(
  row: Row,
  { ours, port, finished, peakMb: mb, answer, wrong }: Measured,
  portCold: number | undefined,
  go: GoTimes | null,
): boolean {
  const peer = go ?? (port && portCold !== undefined ? { ...port, cold: portCold } : undefined);
  const [warm, first] = peer ? [peer.median / ours.median, peer.cold / ours.cold] : [];
  const floor = row.floor ?? FLOOR;
  const below = warm !== undefined && (warm < floor || (first as number) < 1);
  const behind =
    (row.target !== undefined && warm !== undefined && warm < row.target) ||
    (row.targetMs !== undefined && ours.median > row.targetMs) ||
    (row.targetMb !== undefined && mb > row.targetMb);
  const target = limits([row.target, 'x'], [row.targetMs, ' ms'], [row.targetMb, ' MB']);
  const least = go === null && !finished ? '>' : '';
  const who = go === null ? 'p ' : '';
  console.log(
    line([
      row.name,
      wrong ? `WRONG: ${answer}` : answer,
      ms(ours.cold),
      ms(ours.median),
      `${ms(ours.best)}..${ms(ours.worst)}`,
      peer === undefined ? '' : `${who}${least}${ms(peer.cold)}`,
      peer === undefined ? '' : `${who}${least}${ms(peer.median)}`,
      first === undefined ? '' : `${least}${first.toFixed(1)}x`,
      warm === undefined ? '' : `${least}${warm.toFixed(1)}x`,
      warm === undefined ? '' : `${floor}x${below ? ' BELOW' : ''}`,
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
