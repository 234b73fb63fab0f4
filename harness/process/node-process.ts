/** One node: a process of this machine, in a group of its own, with pipes for what it says. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Guard } from './guard.ts';
import { Lines } from './lines.ts';
import { type Message, parseMessage } from './message.ts';

/** Lines of its own output that are shown beside a sentence about it. */
const SHOWN_LINES = 10;
/** More than that of one node's standard error is not kept. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** What a node has not read yet: what is sent to it beyond that is lost. */
const UNREAD_BYTES_MAX = 64 * 1024 * 1024;

/** How a life of a node came to its end. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Who is told what a node does. */
export interface NodeListener {
  message(message: Message): void;
  /** It said what is no message, or more than anybody can take. */
  breach(what: string): void;
  /** It is gone, although nobody of ours ended it. */
  exit(exit: Exit): void;
}

export class NodeProcess {
  readonly id: string;
  readonly #command: readonly string[];
  readonly #logFile: string;
  readonly #guard: Guard;
  readonly #listener: NodeListener;
  #child: ChildProcess | null = null;
  /** Resolved once the process is gone and has been heard to the end. */
  #gone: Promise<void> = Promise.resolve();
  #isEnding = false;
  #log: number | null = null;
  #logBytes = 0;
  #said: string[] = [];

  constructor(
    id: string,
    command: readonly string[],
    logFile: string,
    guard: Guard,
    listener: NodeListener,
  ) {
    this.id = id;
    this.#command = command;
    this.#logFile = logFile;
    this.#guard = guard;
    this.#listener = listener;
  }

  get isUp(): boolean {
    return this.#child !== null && !this.#isEnding;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts it; rejects with what the machine says where there is nothing to start. */
  async start(): Promise<void> {
    await this.#gone;
    const [file = '', ...args] = this.#command;
    this.#log ??= openSync(this.#logFile, 'a');
    // A group of its own: its children are ended with it, and Ctrl-C is for us alone.
    const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const gone = Promise.withResolvers<void>();
    this.#gone = gone.promise;
    this.#child = child;
    this.#isEnding = false;
    this.#said = [];
    this.#listen(child);
    child.once('close', (code, signal) => {
      if (this.#child === child) this.#child = null;
      if (child.pid !== undefined) {
        // Whoever it has started goes with it.
        endGroup(child.pid, 'SIGKILL');
        this.#guard.remove(child.pid);
      }
      gone.resolve();
      if (!this.#isEnding && child.pid !== undefined) this.#listener.exit({ code, signal });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        if (this.#child === child) this.#child = null;
        gone.resolve();
        reject(error);
      });
    });
    if (child.pid !== undefined) this.#guard.add(child.pid);
  }

  /** Writes a message for it; false where it is down, or reads nothing any more. */
  send(line: string): boolean {
    const input = this.#child?.stdin;
    if (input === null || input === undefined || !this.isUp) return false;
    if (input.writableLength > UNREAD_BYTES_MAX) return false;
    input.write(`${line}\n`);
    return true;
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    const pid = this.pid;
    this.#isEnding = true;
    if (pid !== null) endGroup(pid, 'SIGKILL');
    await this.#gone;
  }

  /** SIGSTOP or SIGCONT; false where there is nobody to get it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): boolean {
    const pid = this.pid;
    return pid !== null && endGroup(pid, signal);
  }

  /** Whether it is stopped, where the machine tells: null where it does not. */
  isStopped(): boolean | null {
    try {
      const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
      return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {
    await this.kill();
    if (this.#log !== null) closeSync(this.#log);
    this.#log = null;
  }

  /** What it has said of late on standard error, else on standard output, for a sentence about it. */
  get lastWords(): readonly string[] {
    return this.#said;
  }

  #listen(child: ChildProcess): void {
    const lines = new Lines(
      (line) => this.#hear(child, line),
      () => this.#breach(child, 'writes a line of more than 16 MiB', lines.rest.slice(0, 80)),
    );
    child.stdout?.on('data', (piece: Buffer) => lines.push(piece));
    const log = new Lines(
      (line) => this.#note(line),
      () => undefined,
    );
    child.stderr?.on('data', (piece: Buffer) => {
      this.#keep(piece);
      log.push(piece);
    });
    child.stderr?.on('end', () => {
      if (log.rest !== '') this.#note(log.rest);
    });
    // It is gone, or has closed its input: that shows otherwise.
    child.stdin?.on('error', () => undefined);
  }

  #hear(child: ChildProcess, line: string): void {
    // What a node that is being killed had still written is as good as lost.
    if (this.#child !== child || this.#isEnding) return;
    const parsed = parseMessage(line);
    if (typeof parsed !== 'string') this.#listener.message(parsed);
    else this.#breach(child, `printed a line that is no message: ${parsed}`, line);
  }

  #breach(child: ChildProcess, what: string, line: string): void {
    if (this.#child !== child || this.#isEnding) return;
    const shown = line.length > 200 ? `${line.slice(0, 200)}...` : line;
    this.#listener.breach(`${this.id} ${what}\n  ${shown}`);
  }

  #note(line: string): void {
    this.#said.push(line.trimEnd().slice(0, 300));
    if (this.#said.length > SHOWN_LINES) this.#said.shift();
  }

  #keep(piece: Buffer): void {
    if (this.#log === null || this.#logBytes > LOG_BYTES_MAX) return;
    this.#logBytes += piece.length;
    writeSync(this.#log, piece);
    if (this.#logBytes > LOG_BYTES_MAX) writeSync(this.#log, '\n(what followed is not kept)\n');
  }
}

/** Signals a whole group; false where there is none. */
function endGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
