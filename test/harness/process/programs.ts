/** Runs of programs in tests: small, and removed when they are over. */

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRequest } from '../../../harness/config/config.ts';
import { namedProgram } from '../../../harness/own/program.ts';
import { prepare } from '../../../harness/run/prepare.ts';
import { runAndStore } from '../../../harness/run/run.ts';
import type { RunSummary } from '../../../harness/store/format.ts';
import { readRun, type StoredRun } from '../../../harness/store/reader.ts';

export const EXAMPLES = join(import.meta.dirname, '../../examples/programs');

const SMALL = {
  nodes: 3,
  concurrency: 6,
  rate: 60,
  timeLimitS: 2,
  nemesis: ['none'],
  nemesisIntervalS: 0.7,
  recoveryMinS: 0.5,
  seed: 1,
} as const;

/** A directory of a test's own. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ordeal-test-process-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export interface ProgramRun {
  readonly summary: RunSummary;
  readonly stored: StoredRun;
}

/** One run of `command` as `ordeal run` makes it, with whatever is to be otherwise than usual. */
export async function runProgram(
  [bin, ...args]: readonly [string, ...string[]],
  changes: Partial<RunRequest> & { readonly workload: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<ProgramRun> {
  using store = scratch();
  const prepared = await prepare({ ...SMALL, ...namedProgram(bin, args), ...changes });
  const summary = await runAndStore(prepared, {
    store: store.path,
    signal,
    progress: () => undefined,
    onStart: () => undefined,
  });
  return { summary, stored: readRun(join(store.path, 'latest')) };
}

/** A script of Node in a directory, to be started by its own name. */
export function script(directory: string, name: string, source: string): string {
  const file = join(directory, name);
  writeFileSync(file, `#!${process.execPath}\n${source}`);
  chmodSync(file, 0o755);
  return file;
}

/** Whether this machine has a Python: tests that need one say that they were left out. */
export const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Processes, anywhere on the machine, whose command line has this in it. */
export function processesWith(mark: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(mark) && !line.includes(' ps '));
}
