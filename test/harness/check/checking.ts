/** What tests of `ordeal check` share: files of their own, and the command without a process around it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { checkPath, type PathFlags } from '../../../harness/check/path.ts';
import { checkAll } from '../../../harness/check/paths.ts';

/** A directory for the files of one test file, gone after it. */
export function scratch() {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  /** A file with this text. */
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  /** Judges a text without a process around it. */
  const judge = async (text: string, flags: PathFlags) => {
    const { status, out, err } = await checkAt(file('history', text), { ...flags, json: true });
    return { status, err, ...(out === '' ? {} : JSON.parse(out)) };
  };
  return { directory, file, judge };
}

/** What the command line prints and with which status it exits. */
export async function ordeal(...args: readonly string[]) {
  return execa(process.execPath, [resolve('harness/bin.js'), 'check', ...args], { reject: false });
}

/** Operations one after the other: `[f, argument, answer]`, all by process 0. */
export function sequential(steps: readonly (readonly [string, Value, Value])[]): string {
  return steps
    .map(([f, argument, answer]) => {
      const line = (type: string, value: Value) =>
        `${JSON.stringify({ process: 0, type, f, value })}\n`;
      return line('invoke', argument) + line('ok', answer);
    })
    .join('');
}

export const UNTIMED = ['the file has no times: positions in it stand for nanoseconds'];

export const GOOD = sequential([
  ['write', 1, 1],
  ['read', null, 1],
]);
export const BAD = sequential([
  ['write', 1, 1],
  ['read', null, 2],
]);

export function checkAt(path: string, flags: PathFlags) {
  return checkPath({ path, flags, style: { columns: 80, colour: false } });
}

/** What the command prints and its status, without a process around it. */
export async function check(paths: readonly string[], flags: PathFlags) {
  let [out, err] = ['', ''];
  const status = await checkAll(paths, flags, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { status, out, err };
}
