/**
 * Looks at a process from outside, by `/proc`: is it quiet, so that it does nothing more until it is told
 * something? Quiet is a process all of whose threads sleep, each in a call that waits for input or for
 * another thread, and none of which had the processor between two looks. Each of the three is needed:
 * by the state alone a thread that is about to run looks asleep, and so does one between two calls.
 */

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import type { Millis } from '../../checkers/units.ts';
import { infrastructure } from '../core/errors.ts';
import { SYSCALLS, type Wait } from './syscalls.ts';

/** What a look shows. Two equal `mark`s of `quiet` in a row, with nothing said in between, are rest. */
export type Sight =
  | { readonly kind: 'quiet'; readonly mark: string; readonly waits: readonly Waiting[] }
  /** `call`: the system call that a thread of it is in; null where it runs. */
  | { readonly kind: 'busy'; readonly call: string | null }
  | { readonly kind: 'gone'; readonly end: End | null };

/** A thread that waits no longer than a given time, as it stands in `/proc`. */
export interface Waiting {
  readonly isMain: boolean;
  /** The system call that it waits in. */
  readonly call: string;
  readonly wait: Wait;
  readonly arguments: readonly string[];
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Thread {
  readonly stat: number;
  readonly syscall: number;
  readonly schedstat: number;
}

const BUSY_RUNNING: Sight = { kind: 'busy', call: null };
const GONE: Sight = { kind: 'gone', end: null };
/** Of a line of `stat`, counted after the name of the program: its state, and how it ended. */
const STATE = 0;
const EXIT_CODE = 49;
const FUTEX_OPERATIONS = 0x7f;
const FUTEX_WAIT = 0;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_CLOCK_REALTIME = 256;
const NS_PER_MS = 1_000_000n;

const buffer = Buffer.alloc(4096);

export class Watch {
  readonly #pid: number;
  readonly #threads = new Map<string, Thread>();
  #memory: number | null = null;

  constructor(pid: number) {
    this.#pid = pid;
  }

  look(): Sight {
    const ids = this.#ids();
    if (ids === null) return GONE;
    let mark = '';
    const waits: Waiting[] = [];
    for (const id of ids) {
      const thread = this.#thread(id);
      if (thread === null) return BUSY_RUNNING;
      const stat = read(thread.stat);
      // It ended between two reads: the next look has what is left.
      if (stat === null) return id === String(this.#pid) ? GONE : BUSY_RUNNING;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const state = fields[STATE];
      if (state === 'Z' || state === 'X') {
        if (id === String(this.#pid))
          return { kind: 'gone', end: endOf(Number(fields[EXIT_CODE])) };
        return BUSY_RUNNING;
      }
      const syscall = read(thread.syscall);
      const schedstat = read(thread.schedstat);
      if (syscall === null || schedstat === null) return BUSY_RUNNING;
      const [number = '', ...given] = syscall.trim().split(' ');
      if (number === 'running') return BUSY_RUNNING;
      const call = SYSCALLS?.get(Number(number));
      if (call === undefined) return { kind: 'busy', call: `system call ${number}` };
      const isInput = call.name !== 'read' || given[0] === '0x0';
      if (state !== 'S' || call.wait === null || !isInput) return { kind: 'busy', call: call.name };
      const slices = schedstat.trimEnd().split(' ')[2] ?? '';
      mark += `${id} ${slices},`;
      if (call.wait.kind !== 'open') {
        const isMain = id === String(this.#pid);
        waits.push({ isMain, call: call.name, wait: call.wait, arguments: given });
      }
    }
    return { kind: 'quiet', mark, waits };
  }

  /** For how long all its threads have had a processor, in milliseconds. */
  processorMs(): Millis {
    let ns = 0;
    for (const thread of this.#threads.values()) {
      ns += Number(read(thread.schedstat)?.split(' ')[0] ?? 0);
    }
    return ns / 1e6;
  }

  /** How long a thread that waits will wait at most, counted from its call; null for ever. */
  waitMs({ wait, arguments: given }: Waiting): Millis | null {
    switch (wait.kind) {
      case 'open':
        return null;
      case 'millis': {
        const ms = Number(given[wait.argument]) | 0;
        return ms < 0 ? null : ms;
      }
      case 'pointer':
        return this.#timeAt(given[wait.argument]);
      case 'futex': {
        const operation = Number(given[1]);
        const which = operation & FUTEX_OPERATIONS;
        if (which === FUTEX_WAIT) return this.#timeAt(given[3]);
        if (which !== FUTEX_WAIT_BITSET) return null;
        const untilMs = this.#timeAt(given[3]);
        if (untilMs === null) return null;
        const isWall = (operation & FUTEX_CLOCK_REALTIME) !== 0;
        const nowMs = isWall ? Date.now() : Number(process.hrtime.bigint() / NS_PER_MS);
        return Math.max(0, untilMs - nowMs);
      }
      default:
        return wait satisfies never;
    }
  }

  close(): void {
    for (const thread of this.#threads.values()) closeThread(thread);
    this.#threads.clear();
    if (this.#memory !== null) closeSync(this.#memory);
    this.#memory = null;
  }

  /** Its threads; null where it is no more. */
  #ids(): readonly string[] | null {
    let ids: readonly string[];
    try {
      ids = readdirSync(`/proc/${this.#pid}/task`);
    } catch {
      return null;
    }
    if (this.#threads.size > ids.length) {
      for (const [id, thread] of this.#threads) {
        if (ids.includes(id)) continue;
        closeThread(thread);
        this.#threads.delete(id);
      }
    }
    return ids.length === 0 ? null : ids;
  }

  #thread(id: string): Thread | null {
    const known = this.#threads.get(id);
    if (known !== undefined) return known;
    const open = (file: string) => openSync(`/proc/${this.#pid}/task/${id}/${file}`, 'r');
    try {
      const thread = { stat: open('stat'), syscall: open('syscall'), schedstat: open('schedstat') };
      this.#threads.set(id, thread);
      return thread;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'ENOENT' || code === 'ESRCH') return null;
      throw infrastructure(`lock-step cannot look at a process (${String(code)} in /proc)`, error);
    }
  }

  /** Seconds and nanoseconds in its memory, in milliseconds; null where there is no pointer to any. */
  #timeAt(pointer: string | undefined): Millis | null {
    if (pointer === undefined || pointer === '0x0') return null;
    try {
      this.#memory ??= openSync(`/proc/${this.#pid}/mem`, 'r');
      const place = BigInt(pointer);
      if (readSync(this.#memory, buffer, 0, 16, place) < 16) return null;
    } catch {
      return null;
    }
    const seconds = Number(buffer.readBigInt64LE(0));
    return seconds * 1000 + Number(buffer.readBigInt64LE(8)) / 1e6;
  }
}

/** What a file of `/proc` says now; null where its thread is no more. */
function read(file: number): string | null {
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
  } catch {
    return null;
  }
}

function closeThread({ stat, syscall, schedstat }: Thread): void {
  closeSync(stat);
  closeSync(syscall);
  closeSync(schedstat);
}

/** As `wait` has it: a status, or a signal. */
export function endOf(status: number): End {
  const number = status & 0x7f;
  if (number === 0) return { code: (status >> 8) & 0xff, signal: null };
  const known = Object.entries(constants.signals).find(([, one]) => one === number);
  return { code: null, signal: known?.[0] ?? `signal ${number}` };
}
