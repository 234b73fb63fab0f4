/**
 * Plain runs on containers over all systems, on a machine that is kept busy by this program:
 * `npm run soak:containers -- [runs] [seconds] [load] [at a time]` (100, 15, 20, 1 by default).
 * At most so many go on side by side, as the load in sum leaves room; the runs are the same. Fails on
 * any violation, on anything that is left behind, and where more than 5 % end as infrastructure.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../harness/core/errors.ts';
import { buildImage, findLeftovers, sweep } from '../../harness/docker/index.ts';
import { systems } from '../../systems/index.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'harness', 'bin.js');
const INFRASTRUCTURE_SHARE_MAX = 0.05;
const SAMPLE_MS = 250;
const AVERAGED_MS = 8000;
const BALANCE_MS = 1000;
/** After so long a run shows in the load. */
const ROOM_MS = 15_000;
/** A spinner ends by itself when this program is gone and can no longer end it. */
const SPINNER =
  'process.stdin.resume().on("end", () => process.exit()); setInterval(() => { const end = Date.now() + 200; while (Date.now() < end); }, 0)';

/**
 * How many processes run or wait for a processor, of late. The system's own average lags by a
 * minute, in which one would start far too many.
 */
class Runnable {
  #average = loadavg()[0] ?? 0;

  sample(): void {
    const now = Number(/ (\d+)\//.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1] ?? 0);
    this.#average += (now - this.#average) * (SAMPLE_MS / AVERAGED_MS);
  }

  get average(): number {
    return this.#average;
  }
}

/** Keeps so many processes at a processor or waiting for one, those of others included. */
class Load implements AsyncDisposable {
  readonly #spinners: ChildProcess[] = [];
  readonly #runnable = new Runnable();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(target: number) {
    this.#timers = [
      setInterval(() => this.#runnable.sample(), SAMPLE_MS),
      setInterval(() => this.#balance(target), BALANCE_MS),
    ];
  }

  /** Waits until the machine has room for another run, as far as it is known by now. */
  async room(target: number): Promise<void> {
    do await sleep(ROOM_MS);
    while (this.#runnable.average > target);
  }

  #balance(target: number): void {
    const missing = target - this.#runnable.average;
    if (missing > 0 && this.#spinners.length < target) {
      this.#spinners.push(
        spawn(process.execPath, ['-e', SPINNER], { stdio: ['pipe', 'ignore', 'ignore'] }),
      );
    } else if (missing < -1) this.#spinners.pop()?.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(
      this.#spinners.map(async (spinner) => {
        const exited = once(spinner, 'exit');
        spinner.kill('SIGKILL');
        await exited;
      }),
    );
  }
}

async function runOnce(
  system: string,
  seed: number,
  seconds: number,
  store: string,
): Promise<{ status: number | null; said: string }> {
  const what = ['run', system, '--backend', 'docker', '--seed', String(seed)];
  const how = ['--time-limit', String(seconds), '--store', store, '--quiet'];
  const child = spawn(process.execPath, [PROGRAM, ...what, ...how], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  await once(child, 'close');
  return { status: child.exitCode, said };
}

const [runs = 100, seconds = 15, load = 20, atATime = 1] = process.argv.slice(2).map(Number);
const names = Object.keys(systems);
const store = mkdtempSync(join(tmpdir(), 'ordeal-soak-'));
const counts = new Map<number | null, number>();
let keep = false;
let begun = 0;
let done = 0;
let running = 0;
let admission: Promise<void> = Promise.resolve();

/** Makes the next run that nobody has begun, until there is none. */
async function worker(busy: Load): Promise<void> {
  while (begun < runs) {
    // Coming up is most of what a run asks of the machine: one by one, where there is room.
    const turn = admission.then(() => (running > 0 ? busy.room(load) : undefined));
    admission = turn;
    await turn;
    if (begun >= runs) return;
    running++;
    const seed = ++begun;
    const system = names[(seed - 1) % names.length] as string;
    const begunMs = performance.now();
    const { status, said } = await runOnce(system, seed, seconds, store);
    running--;
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const tookS = Math.round((performance.now() - begunMs) / 1000);
    const average = (loadavg()[0] ?? 0).toFixed(0);
    process.stdout.write(
      `${++done}/${runs} ${system} seed ${seed}: status ${status}, ${tookS} s, load ${average}\n`,
    );
    if (status === EXIT.valid) continue;
    keep = true;
    process.stdout.write(`${said}\n`);
  }
}

await buildImage(() => undefined);
{
  await using busy = new Load(load);
  await sweep();
  await Promise.all(Array.from({ length: atATime }, () => worker(busy)));
}
const left = await findLeftovers();
for (const { kind, name } of left) process.stdout.write(`left behind: ${kind} ${name}\n`);
const of = (status: number) => counts.get(status) ?? 0;
const good = of(EXIT.valid) + of(EXIT.unknown);
const infrastructure = of(EXIT.infrastructure);
process.stdout.write(
  `${runs} runs: ${of(EXIT.valid)} valid, ${of(EXIT.unknown)} unknown, ${of(EXIT.invalid)} invalid, ` +
    `${infrastructure} infrastructure, ${runs - good - of(EXIT.invalid) - infrastructure} others; ` +
    `${left.length} things left behind\n`,
);
if (keep) process.stdout.write(`runs are kept in ${store}\n`);
else rmSync(store, { recursive: true, force: true });
const isGood =
  good + infrastructure === runs &&
  infrastructure <= INFRASTRUCTURE_SHARE_MAX * runs &&
  left.length === 0;
process.exitCode = isGood ? 0 : 1;
