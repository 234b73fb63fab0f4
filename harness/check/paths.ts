/**
 * Judges paths one after another, so that a signal is heard at any moment. Judging is one long step,
 * in which nothing else is heard: what may take long is judged in another thread.
 */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { EXIT, usage } from '../core/errors.ts';
import { isPacked, STDIN } from '../formats/input.ts';
import { styleOf, type TerminalStyle } from '../report/terminal.ts';
import { interruption } from '../run/interruption.ts';
import { validateFlags } from './checkers.ts';
import {
  checkPath,
  failureOf,
  type Outcome,
  type PathFlags,
  type PathQuestion,
  unjudged,
} from './path.ts';
import { PathThread } from './path-thread.ts';

/** Where the lines go. */
interface Sink {
  out(text: string): void;
  err(text: string): void;
}

const STANDARD: Sink = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/** Over several paths the first of these that occurred. */
const SEVERITY = [
  EXIT.interrupted,
  EXIT.invalid,
  EXIT.bug,
  EXIT.infrastructure,
  EXIT.usage,
  EXIT.unknown,
  EXIT.valid,
] as const;

/** What is shorter is judged before a thread would have started. */
const BRIEF_BYTES = 4096;

/**
 * Judges all paths, prints what there is to say about each, and returns the exit status. A signal
 * ends it with the path that is being judged; what was judged before it has been printed.
 */
export async function checkAll(
  paths: readonly string[],
  flags: PathFlags,
  sink: Sink = STANDARD,
): Promise<number> {
  validateFlags(flags);
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw usage(`${STDIN}: standard input can be read once, got it ${paths.length} times`);
  }
  const style = styleOf(process.stdout);
  const statuses: number[] = [];
  using interrupt = interruption('nothing is judged any more');
  const { signal } = interrupt;
  const aborted = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  await using thread = new PathThread();
  for (const path of paths) {
    const judging = judge(path, flags, { style, thread, signal });
    const outcome = (await Promise.race([aborted, judging])) ?? interruptedAt(path);
    if (outcome.out !== '') sink.out(outcome.out);
    if (outcome.err !== '') sink.err(outcome.err);
    statuses.push(outcome.status);
    if (outcome.status === EXIT.interrupted) break;
    // Lets a signal through.
    await new Promise(setImmediate);
  }
  return SEVERITY.find((status) => statuses.includes(status)) ?? EXIT.bug;

  function interruptedAt(path: string): Outcome {
    const status = EXIT.interrupted;
    const error = 'interrupted before it was judged';
    const others = paths.length === 1 ? '' : ` (${statuses.length} of ${paths.length} paths were)`;
    return {
      status,
      out: unjudged(path, flags, status, { error }),
      err: `ordeal: ${path}: ${error}${others}\n`,
    };
  }
}

interface Judging {
  readonly style: TerminalStyle;
  readonly thread: PathThread;
  readonly signal: AbortSignal;
}

async function judge(
  path: string,
  flags: PathFlags,
  { style, thread, signal }: Judging,
): Promise<Outcome> {
  const question: PathQuestion = { path, flags, style };
  if (path !== STDIN) return isBrief(path) ? checkPath(question) : thread.ask(question);
  try {
    const input = await standardInput(signal);
    const given = { ...question, input };
    const length = input.reduce((sum, piece) => sum + piece.length, 0);
    return length <= BRIEF_BYTES && !isPacked(input[0]) ? checkPath(given) : thread.ask(given);
  } catch (error) {
    return failureOf(question, error);
  }
}

/** What is no file, or cannot be read, is told as fast; a pipe may keep us waiting. */
function isBrief(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (!stats.isFile() || stats.size > BRIEF_BYTES) return false;
  const head = Buffer.alloc(4);
  try {
    const fd = openSync(path, 'r');
    readSync(fd, head);
    closeSync(fd);
  } catch {
    return true;
  }
  return !isPacked(head);
}

/** All of it: a thread that waits for more could not be ended. */
async function standardInput(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>[]> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const piece of addAbortSignal(signal, process.stdin)) {
      pieces.push(new Uint8Array(piece as Buffer));
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`standard input: cannot be read (${why})`);
  }
  return pieces;
}
