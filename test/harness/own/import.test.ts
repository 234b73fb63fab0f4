/** What keeps a user's module from being loaded is one line with the file, the line and the remedy. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HarnessError } from '../../../harness/core/errors.ts';
import { importOwn } from '../../../harness/own/import.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-own-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

/** What is said of a module, the folder that it lies in left out. */
async function problemWith(file: string): Promise<string> {
  const error = await importOwn(file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HarnessError);
  return (error as Error).message.replaceAll(`${directory}/`, '');
}

describe('an own module', () => {
  test('that throws is told by the line that threw', async () => {
    const file = write('throws.mjs', '\n\nthrow new Error("at import\\nand more");\n');
    expect(await problemWith(file)).toBe('throws.mjs:3: at import');
  });

  test('that imports one which throws is told with what that said', async () => {
    write('deep.mjs', 'throw new Error("deep");\n');
    expect(await problemWith(write('outer.mjs', 'import "./deep.mjs";\n'))).toContain('deep');
  });

  test('that is a pipe is refused instead of waited for', async () => {
    const pipe = join(directory, 'pipe.mjs');
    execFileSync('mkfifo', [pipe]);
    expect(await problemWith(pipe)).toBe('pipe.mjs: is a pipe, and a file is needed');
  });

  test('that is not there is said to be missing', async () => {
    expect(await problemWith(join(directory, 'none.mjs'))).toBe('none.mjs: no such file');
  });

  test.each(['commonjs', 'module'])('beside a manifest of type %s', async (type) => {
    mkdirSync(join(directory, type, 'src'), { recursive: true });
    write(`${type}/package.json`, JSON.stringify({ type }, null, 2));
    const file = write(`${type}/src/mine.ts`, 'export const one: number = 1;\n');
    if (type === 'module') {
      expect((await importOwn(file)).exported).toMatchObject({ one: 1 });
      return;
    }
    expect(await problemWith(file)).toBe(
      'commonjs/src/mine.ts: is taken for CommonJS, by "type" in commonjs/package.json: ' +
        'say "type": "module" there, or let its name end in .mts',
    );
    const named = write('commonjs/src/mine.mts', 'export const one: number = 1;\n');
    expect((await importOwn(named)).exported).toMatchObject({ one: 1 });
  });
});
