/**
 * The speed of the checkers beside their peers, in one run:
 * `npm run bench:checkers [-- part of a row's name] [-- --large]`.
 *
 * Each row runs in processes of its own. In one of them ours comes first, so that its first time is
 * cold and the memory its own; then ours and our port of Porcupine's search take turns, so that
 * other work on the machine hits both. In another the port comes first. What is short is taken cold
 * in some more processes, in turns again, and the best counts. Porcupine itself runs
 * before and after, where there is one (`peers.ts`), and is then the peer that counts. Where the port
 * gives up, it is given more steps until it took twenty times as long as we did: what it shows then is
 * a lower bound that says something. Ends with status 1 when a row is below its floor (warm; 2 where
 * it names none), when a first check is slower than the peer's first, when memory is above the peer's and 150 MB, or when an answer is wrong.
 */

import { execFileSync } from 'node:child_process';
import { peakMb, type Times, takeTurns, timeOnce, type Warm } from './checkers-measure.ts';
import type { Row } from './checkers-row.ts';
import { allRows } from './checkers-rows.ts';
import { type GoTimes, goPeer, PORT_STEPS, portFor } from './peers.ts';

/** What the process of a row prints. */
interface Measured {
  readonly ours: Times;
  readonly port?: Warm;
  /** What the port was given for a key, and whether it answered; else it takes longer than this. */
  readonly portSteps: number;
  readonly finished: boolean;
  readonly peakMb: number;
  readonly answer: string;
  readonly wrong: boolean;
}

/** What a process prints in which the port comes first. */
interface PortFirst {
  readonly ms: number;
  readonly peakMb: number;
}

const SAMPLES = 7;
const FLOOR = 2;
/** What is no more than this may be more than the peer's. */
const ENOUGH_MB = 150;
/** Where the port gives up sooner than this many times our time, it is given more steps. */
const PORT_PATIENCE = 20;
const PORT_STEPS_MAX = 64 * PORT_STEPS;
/** More processes that are asked for a first check, where it is short. */
const MORE_PROCESSES = 2;
const SHORT_MS = 200;
const WIDTHS = [30, 32, 9, 9, 17, 12, 12, 11, 11, 14, 20, 8, 8];

const [flag, name = '', given = ''] = process.argv.slice(2);
if (flag === '--row') printRow(name);
else if (flag === '--ours-first')
  console.log(JSON.stringify(timeOnce(rowNamed(name).prepare().run)));
else if (flag === '--port-first') console.log(JSON.stringify(portFirst(name, Number(given))));
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
  console.log(line([...head, 'cold', 'warm', 'floor', 'target', 'peak MB', 'peer MB']));
  let missed = 0;
  for (const row of allRows()) {
    if (!row.name.includes(part) || (row.large === true && !large)) continue;
    const { asked } = row.prepare();
    const before = asked === undefined ? undefined : go?.time(asked);
    const measured = inProcess<Measured>('--row', row.name);
    const cold = bestCold(row.name, measured);
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
  measured: Measured,
): { readonly ours: number; readonly port: PortFirst | undefined } {
  const portOnce = (): PortFirst =>
    inProcess<PortFirst>('--port-first', row, String(measured.portSteps));
  let ours = measured.ours.cold;
  let port = measured.port && portOnce();
  for (let more = 0; more < MORE_PROCESSES; more++) {
    if (port === undefined || Math.max(ours, port.ms) > SHORT_MS) break;
    ours = Math.min(ours, inProcess<number>('--ours-first', row));
    const next = portOnce();
    port = { ms: Math.min(port.ms, next.ms), peakMb: Math.min(port.peakMb, next.peakMb) };
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

function inProcess<Result>(what: string, ...about: readonly string[]): Result {
  const [script = ''] = process.argv.slice(1);
  const args = ['--expose-gc', '--max-old-space-size=8192', script, what, ...about];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Result;
}

function rowNamed(wanted: string): Row {
  const row = allRows().find((one) => one.name === wanted);
  if (row === undefined) throw new Error(`no row is called ${wanted}`);
  return row;
}

function portFirst(wanted: string, steps: number): PortFirst {
  const { asked } = rowNamed(wanted).prepare();
  if (asked === undefined) throw new Error(`${wanted} asks no peer`);
  const port = portFor(asked);
  const ms = timeOnce(() => port(steps));
  return { ms, peakMb: peakMb() };
}

/** As many steps as the port needs, or as take it long enough to say something. */
function patience(port: (steps: number) => boolean, oursMs: number): number {
  for (let steps = PORT_STEPS; ; steps *= 2) {
    let finished = true;
    const ms = timeOnce(() => (finished = port(steps)));
    if (finished || ms > PORT_PATIENCE * oursMs || steps >= PORT_STEPS_MAX) return steps;
  }
}

/** In the process of the row. */
function printRow(wanted: string): void {
  const row = rowNamed(wanted);
  const { run, expected, asked } = row.prepare();
  const answers: string[] = [];
  const cold = timeOnce(() => answers.push(...run()));
  const mb = peakMb();
  const port = asked && portFor(asked);
  const portSteps = port === undefined ? 0 : patience(port, Math.min(cold, timeOnce(run)));
  let finished = true;
  const { one, other } = takeTurns(
    row.samples ?? SAMPLES,
    () => run(),
    port && (() => (finished = port(portSteps))),
  );
  const wrong = answers.some((answer, at) => {
    const wanted = typeof expected === 'string' ? expected : (expected?.[at] ?? '');
    return !answer.startsWith(wanted);
  });
  const measured: Measured = {
    ours: { ...one, cold },
    ...(other === undefined ? {} : { port: other }),
    portSteps,
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
  portFirst: PortFirst | undefined,
  go: GoTimes | null,
): boolean {
  const peer =
    go ??
    (port && portFirst && { median: port.median, cold: portFirst.ms, peakMb: portFirst.peakMb });
  const [warm, first] = peer ? [peer.median / ours.median, peer.cold / ours.cold] : [];
  const floor = row.floor ?? FLOOR;
  const isSlow = warm !== undefined && (warm < floor || (first as number) < 1);
  const below = isSlow || (peer !== undefined && mb > Math.max(peer.peakMb, ENOUGH_MB));
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
      peer === undefined ? '' : `${least}${peer.peakMb.toFixed(0)}`,
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
