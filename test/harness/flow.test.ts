/**
 * The page that follows a run: each line of a recording that it shows is one of that run. After a
 * deliberate change of what a seed gives, the page needs the lines of the new run, and its story.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'harness', 'FLOW.md'), 'utf8');

/** The code blocks in this language. */
function blocks(language: string): string[] {
  const found = page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'));
  return [...found].map(([, block = '']) => block);
}

const shown = blocks('jsonl').flatMap((block) => block.split('\n'));
const store = mkdtempSync(join(tmpdir(), 'ordeal-flow-'));
let recorded: ReadonlySet<string>;

beforeAll(async () => {
  const [command = ''] = blocks('sh');
  const flags = command.replace('npx ordeal ', '').split(' ');
  const bin = join(ROOT, 'harness', 'bin.js');
  await execa(process.execPath, [bin, ...flags, '--store', store]);
  const files = ['plan.json', 'history.jsonl', 'trace.jsonl'];
  const lines = files.flatMap((file) =>
    readFileSync(join(store, 'latest', file), 'utf8').split('\n'),
  );
  recorded = new Set(lines.map((line) => line.replace(/,$/, '')));
});
afterAll(() => rmSync(store, { recursive: true }));

describe('the page about how a run flows', () => {
  test('shows lines of a recording', () => {
    expect(shown.length).toBeGreaterThan(5);
  });

  test('shows only what the run has recorded', () => {
    const lines = shown.map((line) => line.replace(/,$/, ''));
    expect(lines.filter((line) => !recorded.has(line))).toEqual([]);
  });
});
