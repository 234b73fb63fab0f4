/** The page for users of the library: its code does what it says. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { checkPath } from '../../harness/check/path.ts';

const page = readFileSync('checkers/README.md', 'utf8');

/** The code blocks in this language, in order. */
function blocks(language: string): string[] {
  const found = page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'));
  return [...found].map((match) => match[1] ?? '');
}

test('the ten lines of the page print what it says that they print', async () => {
  const [code = ''] = blocks('ts');
  const { stdout } = await execa(process.execPath, [
    '--input-type=module-typescript',
    '--eval',
    code,
  ]);
  const [, promised] = /^\/\/ (.*)$/m.exec(code) ?? [];
  expect(stdout.split(' [')[0]).toBe(promised);
});

test('the model of the page keeps its claims, and judges', async () => {
  const [, code = ''] = blocks('ts');
  const claims = `
    const operation = (f, input, output) => ({ f, input, output, outcome: 'ok', process: 0 });
    const operations = [operation('put', 1, 1), operation('put', 3, 3), operation('read', null, 3)];
    console.log(JSON.stringify(checkModel(maximum, { operations })));`;
  const program = `import { History } from 'ordeal/checkers'; const history = new History(); ${code} ${claims}`;
  const { stdout } = await execa(process.execPath, [
    '--input-type=module-typescript',
    '--eval',
    program,
  ]);
  expect(stdout).toBe('[]');
});

test('the history of the page is valid for the command beside it', async () => {
  const history = page.split('```\n').find((block) => block.startsWith('{"process"')) ?? '';
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-readme-'));
  const path = join(directory, 'history.jsonl');
  writeFileSync(path, history);
  const flags = { model: 'cas-register' };
  const style = { columns: 80, colour: false };
  expect((await checkPath({ path, flags, style })).status).toBe(0);
  rmSync(directory, { recursive: true });
});
