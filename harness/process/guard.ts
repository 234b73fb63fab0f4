/**
 * What is left when Ordeal itself is killed: a shell that reads which process groups there are, and
 * kills them when nobody is there any more who could tell it more.
 */

import { type ChildProcess, spawn } from 'node:child_process';

/** `+ PID` and `- PID` come in; at the end of the input, all that are left are killed. */
const SCRIPT =
  'set --; while read -r op pid; do if [ "$op" = + ]; then set -- "$@" "$pid"; else ' +
  'left=; for one; do [ "$one" = "$pid" ] || left="$left $one"; done; set -- $left; fi; done; ' +
  'for one; do kill -s KILL -- "-$one" 2>/dev/null; done; exit 0';

export class Guard {
  readonly #shell: ChildProcess;

  constructor() {
    // A session of its own: Ctrl-C on the terminal must not end it before its work is done.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // Without it everything works as well, but for what it is there for.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
  }

  /** A process group, by the process that leads it. */
  add(pid: number): void {
    this.#shell.stdin?.write(`+ ${pid}\n`);
  }

  remove(pid: number): void {
    this.#shell.stdin?.write(`- ${pid}\n`);
  }

  /** Kills what is left, and ends. */
  close(): void {
    this.#shell.stdin?.end();
  }
}
