/**
 * One life of a program in lock-step: it is told a line, and what it says until it is quiet is its answer
 * to that. All of it is synchronous, so that to the simulator it is as any handler of a protocol.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { Millis } from '../../checkers/units.ts';
import { infrastructure, shorten, usage } from '../core/errors.ts';
import { Guard } from '../process/guard.ts';
import { Lines } from '../process/lines.ts';
import { spawnProblem } from '../process/spawn-problem.ts';
import { closePipe, openPipe, readNow, writeNow } from './pipes.ts';
import { SLEEPS, SYSCALLS, WAITS_FOR_OTHERS } from './syscalls.ts';
import { type End, type Waiting, Watch } from './watch.ts';

/** Lines of its standard error that are shown beside a sentence about it. */
const SHOWN_LINES = 10;
/** So much work on one message is work without end. */
const WORK_MS: Millis = 2_000;
/** As long as that nobody waits for a process that does not get the processor, or never goes on. */
const PATIENCE_MS: Millis = 60_000;
/** Whoever sleeps as long as that in one step does so by a timer of its own. */
const SLEEP_MS: Millis = 1_000;
/** A runtime's own threads wait longer: that of Go looks after its memory every minute. */
const RUNTIME_MS: Millis = 50_000;
/** Ruby keeps a thread that has ended for three seconds. */
const RUBY_MS: Millis = 3_100;
/** Node looks after its memory so long after something, at the earliest, give or take a little. */
const NODE_MS: Millis = 7_800;
/** What Node waits for besides is over after so long and so many looks; a timer comes back. */
const TIMER_MS: Millis = 1_000;
const TIMER_SEEN_MS: Millis = 1_500;
const TIMER_LOOKS = 5;
/** What one message is answered with at most. */
const SAID_BYTES_MAX = 64 * 1024 * 1024;
/** Between two looks at a process that is at work. */
const PAUSE_MS: Millis = 0.05;
const DEATH_MS: Millis = 5_000;

const pausing = new Int32Array(new SharedArrayBuffer(4));

/** For all processes of this thread, whatever becomes of it. */
let guard: Guard | null = null;

/** What a program did with a message. */
export interface Step {
  readonly lines: readonly string[];
  /** Null while it lives. */
  readonly end: End | null;
}

export class Child {
  readonly id: string;
  readonly #process: ChildProcess;
  readonly #pid: number;
  readonly #watch: Watch;
  readonly #input: number;
  readonly #output: number;
  readonly #errors: number;
  readonly #bornMs = performance.now();
  readonly #said: string[] = [];
  readonly #words: string[] = [];
  #saidBytes = 0;
  #isTooLong = false;
  #end: End | null = null;
  #isClosed = false;
  /** Since when it was never seen without a timer; null while it has none. */
  #timerSinceMs: number | null = null;
  #timerLooks = 0;
  readonly #lines = new Lines(
    (line) => this.#said.push(line),
    () => {
      this.#isTooLong = true;
    },
  );
  readonly #log = new Lines(
    (line) => {
      this.#words.push(shorten(line.trimEnd(), 300));
      if (this.#words.length > SHOWN_LINES) this.#words.shift();
    },
    () => undefined,
  );

  /** Starts it; throws a usage error where there is nothing to start. */
  constructor(id: string, [file = '', ...given]: readonly string[]) {
    if (SYSCALLS === null || process.platform !== 'linux') {
      throw usage('lock-step runs on Linux (x64, arm64) alone: --backend process runs everywhere');
    }
    this.id = id;
    const [input, output, errors] = [openPipe('in'), openPipe('out'), openPipe('out')];
    [this.#input, this.#output, this.#errors] = [input.ours, output.ours, errors.ours];
    // A group of its own: its children are ended with it, and Ctrl-C is for us alone.
    const stdio = [input.theirs, output.theirs, errors.theirs];
    this.#process = spawn(file, given, { detached: true, stdio });
    this.#process.on('error', () => undefined);
    this.#process.unref();
    for (const theirs of stdio) closePipe(theirs);
    const { pid } = this.#process;
    if (pid === undefined) {
      this.#closePipes();
      // Node says only later what went wrong: this goes wrong in the same way, at once.
      const { error } = spawnSync(file, given, { stdio: 'ignore', timeout: 1 });
      throw usage(`${file}: ${spawnProblem(error)}`);
    }
    this.#pid = pid;
    this.#watch = new Watch(pid);
    guard ??= new Guard();
    guard.add(pid);
    this.#process.once('exit', (code, signal) => {
      this.#end ??= { code, signal };
    });
  }

  /** Waits until it is quiet, and takes what it has said by then: at its start, for the first time. */
  settle(): Step {
    this.#await('its start');
    return this.#taken();
  }

  /** Tells it a line, and takes what it says until it is quiet. */
  tell(line: string): Step {
    if (this.#hear() || this.#said.length > 0) {
      throw usage(
        `${this.id} says something without having been told anything, which in virtual time never ` +
          `happens: ${OTHERWISE}\n  ${shorten(this.#said[0] ?? '', 200)}`,
      );
    }
    this.#write(Buffer.from(`${line}\n`));
    this.#await(line);
    return this.#taken();
  }

  /** The last of its standard error. */
  get lastWords(): readonly string[] {
    return this.#words;
  }

  /** kill -9, and waits until it is gone: nothing of it acts after that. */
  kill(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    endGroup(this.#pid);
    const untilMs = performance.now() + DEATH_MS;
    while (this.#watch.look().kind !== 'gone' && performance.now() < untilMs) pause();
    guard?.remove(this.#pid);
    this.#watch.close();
    this.#closePipes();
  }

  #taken(): Step {
    this.#saidBytes = 0;
    return { lines: this.#said.splice(0), end: this.#end };
  }

  #write(data: Buffer): void {
    const untilMs = performance.now() + PATIENCE_MS;
    for (let from = 0; from < data.length; ) {
      const written = writeNow(this.#input, data, from);
      from += written;
      if (written > 0) continue;
      // A program that says much before it reads on waits for us.
      this.#hear();
      if (this.#watch.look().kind === 'gone' || this.#end !== null) return;
      if (performance.now() > untilMs) {
        throw usage(`${this.id} reads nothing any more: what it was told is still in its pipe`);
      }
      pause();
    }
  }

  #await(told: string): void {
    const beganMs = performance.now();
    const workedMs = this.#watch.processorMs();
    let mark: string | null = null;
    for (let looks = 0; ; looks++) {
      const isSpeaking = this.#hear();
      const sight = this.#watch.look();
      if (sight.kind === 'gone' || this.#end !== null) {
        if (sight.kind === 'gone') this.#end ??= sight.end;
        this.#end ??= { code: null, signal: null };
        while (this.#hear());
        this.#hearErrors();
        return;
      }
      if (sight.kind === 'quiet' && !isSpeaking) {
        if (sight.mark === mark) {
          this.#hearErrors();
          this.#lookForTimers(sight.waits);
          return;
        }
        mark = sight.mark;
        continue;
      }
      mark = null;
      if (looks % 16 !== 0) {
        pause();
        continue;
      }
      this.#hearErrors();
      this.#lookForTrouble(
        told,
        performance.now() - beganMs,
        this.#watch.processorMs() - workedMs,
        sight.kind === 'busy' ? sight.call : null,
      );
    }
  }

  /** Throws where it will not be quiet any more. */
  #lookForTrouble(told: string, tookMs: Millis, workedMs: Millis, call: string | null): void {
    const after = `\n  after ${shorten(told, 200)}`;
    if (workedMs > WORK_MS) {
      throw usage(
        `${this.id} has not come to rest after ${WORK_MS / 1000} s of work on one message ` +
          `(does it look for the next one again and again?): ${OTHERWISE}${after}`,
      );
    }
    if (call !== null && tookMs > SLEEP_MS && SLEEPS.includes(call)) throw this.#hasTimers(call);
    if (call !== null && tookMs > SLEEP_MS && WAITS_FOR_OTHERS.includes(call)) {
      throw usage(
        `${this.id} waits for another process that it has started: name the program itself ` +
          `(a script can end with exec)${after}`,
      );
    }
    if (tookMs <= PATIENCE_MS) return;
    const where = call === null ? '' : `, and is in ${call}`;
    throw infrastructure(
      `${this.id} was not quiet ${PATIENCE_MS / 1000} s after it was told something, having worked ` +
        `for ${(workedMs / 1000).toFixed(1)} s${where}: is the machine this busy?${after}`,
    );
  }

  /** Throws where it waits for a time that never comes. */
  #lookForTimers(waits: readonly Waiting[]): void {
    const timers = waits.flatMap((one) => {
      const ms = this.#watch.waitMs(one);
      return ms === null || this.#isRuntimes(one, ms) ? [] : [{ ...one, ms }];
    });
    const [least] = timers.sort((a, b) => a.ms - b.ms);
    if (least === undefined) {
      this.#timerSinceMs = null;
      this.#timerLooks = 0;
      return;
    }
    const nowMs = performance.now();
    this.#timerSinceMs ??= nowMs;
    this.#timerLooks++;
    const isSeenLong =
      nowMs - this.#timerSinceMs > TIMER_SEEN_MS && this.#timerLooks >= TIMER_LOOKS;
    const isOwn = !this.#isRunBy('node') || least.ms < this.#nodesMs;
    if (!isOwn && !isSeenLong) return;
    throw this.#hasTimers(`a wait of ${Math.round(least.ms)} ms in ${least.call}`);
  }

  /** Whether a wait as long as that is a runtime's own, or may be. */
  #isRuntimes({ isMain, call }: Waiting, ms: Millis): boolean {
    if (this.#isRunBy('node')) return ms > Math.max(TIMER_MS, this.#nodesMs);
    if (isMain) return false;
    // Who sleeps in threads of Ruby, one at least, is in another call.
    return ms > RUNTIME_MS || (call === 'futex' && ms <= RUBY_MS && this.#isRunBy('ruby'));
  }

  /** What Node waits for itself is not over before that. */
  get #nodesMs(): Millis {
    return NODE_MS - (performance.now() - this.#bornMs);
  }

  #isRunBy(runtime: string): boolean {
    try {
      return basename(readlinkSync(`/proc/${this.#pid}/exe`)).startsWith(runtime);
    } catch {
      return false;
    }
  }

  #hasTimers(how: string): Error {
    return usage(
      `${this.id} has timers of its own (${how}), and its own timers never fire in virtual time: ` +
        OTHERWISE,
    );
  }

  /** Whether it has said something since the last time. */
  #hear(): boolean {
    let isSpeaking = false;
    for (let piece = readNow(this.#output); piece !== null; piece = readNow(this.#output)) {
      isSpeaking = true;
      this.#saidBytes += piece.length;
      this.#lines.push(piece);
      if (this.#isTooLong) {
        throw usage(
          `${this.id} writes a line of more than 16 MiB\n  ${this.#lines.rest.slice(0, 80)}`,
        );
      }
      if (this.#saidBytes > SAID_BYTES_MAX) {
        throw usage(
          `${this.id} answers one message with more than 64 MiB\n  ` +
            shorten(this.#said.at(-1) ?? '', 200),
        );
      }
    }
    return isSpeaking;
  }

  #hearErrors(): void {
    for (let piece = readNow(this.#errors); piece !== null; piece = readNow(this.#errors)) {
      this.#log.push(piece);
    }
  }

  #closePipes(): void {
    closePipe(this.#input);
    closePipe(this.#output);
    closePipe(this.#errors);
  }
}

const OTHERWISE = 'run it in real time (ordeal run --backend process)';

function pause(): void {
  Atomics.wait(pausing, 0, 0, PAUSE_MS);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has gone by itself, with all that it had started.
  }
}
