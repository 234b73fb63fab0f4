/** `ordeal` as a process of its own, as its user starts it, and what it leaves behind. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readRun } from '../../../harness/store/reader.ts';
import { inventory } from './machine.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');
/** A busy machine takes a minute to bring a cluster up. */
export const POLL = { timeout: 120_000, interval: 100 };

/** A started `ordeal`, with what it has said so far; a test that fails early interrupts it. */
export class Ordeal implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #exit: Promise<unknown>;
  stderr = '';

  /** `within` is what starts it elsewhere, by replacing itself: `nsenter`, say. */
  constructor(
    parameters: readonly string[],
    env: NodeJS.ProcessEnv = {},
    { within = [], program = PROGRAM }: { within?: readonly string[]; program?: string } = {},
  ) {
    const command = [...within, process.execPath, program, ...parameters] as [string, ...string[]];
    this.child = spawn(command[0], command.slice(1), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#exit = once(this.child, 'close');
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** The exit status, once it has ended. */
  async status(): Promise<number | null> {
    await this.#exit;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGINT');
    await this.#exit;
  }
}

/** That nothing is on the machine which was not there before; others come and go meanwhile. */
export async function expectNothingNew(before: readonly string[], { pid }: Ordeal): Promise<void> {
  const left = async () => (await inventory([pid])).filter((thing) => !before.includes(thing));
  await expect.poll(left, POLL).toEqual([]);
}

/** How many events the latest run has recorded. */
export function recorded(store: string): number {
  const path = join(store, 'latest', 'history.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0;
}

/** Why the latest run could not be judged; empty where it was. */
export function whyUnjudged(store: string): string {
  const verdict = readRun(join(store, 'latest')).results?.verdict;
  return verdict?.kind === 'unknown' ? verdict.because : '';
}
