/** What `--json` prints has the fields that its page names, and no others. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-documents-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** By the first cell of a row, the fields in its second and in its third. */
const rows = new Map(
  readFileSync(join(ROOT, 'harness', 'DOCUMENTS.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, command = '', always = '', sometimes = '']) => [
      command.replaceAll('`', ''),
      { always: fieldsIn(always), sometimes: fieldsIn(sometimes) },
    ]),
);

function fieldsIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, field]) => field as string);
}

async function documentOf(...parameters: string[]) {
  const bin = join(ROOT, 'harness', 'bin.js');
  const all = [bin, ...parameters, '--json'];
  const { stdout } = await execa(process.execPath, all, { cwd: directory, reject: false });
  return JSON.parse(stdout);
}

const READ_OF_2 = [
  { process: 0, type: 'invoke', f: 'write', value: 1 },
  { process: 0, type: 'ok', f: 'write', value: 1 },
  { process: 0, type: 'invoke', f: 'read' },
  { process: 0, type: 'ok', f: 'read', value: 2 },
];

beforeAll(() => {
  const text = READ_OF_2.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(directory, 'wrong.jsonl'), text);
  const campaign = 'seeds: 1\nmatrix: [{ system: raft, time-limit: 3 }]\n';
  writeFileSync(join(directory, 'campaign.yaml'), campaign);
});

test.each([
  ['run', ['run', 'raft', '--seed', '1', '--time-limit', '3', '--quiet']],
  ['run --scenario', ['run', 'raft', '--scenario', 'raft-figure-8', '--store', 'stored']],
  ['check a run', ['check', 'store/latest']],
  ['check a scenario', ['check', 'stored/latest']],
  ['check a history', ['check', 'wrong.jsonl', '--model', 'register']],
  ['check a history', ['check', 'wrong.jsonl', '--checker', 'strongest,positions']],
  ['check-trace', ['check-trace', 'store/latest']],
  ['mutants', ['mutants', '--mutant', 'rf-commit-no-min', '--seeds', '1', '--strategy', 'plain']],
  ['mutants --tiers', ['mutants', '--mutant', 'rf-commit-old-term', '--seeds', '1', '--tiers']],
  ['explore', ['explore', 'raft', '--seeds', '2', '--mutant', 'rf-commit-no-min', '--quiet']],
  ['campaign', ['campaign', 'campaign.yaml', '--quiet']],
  ['compare', ['compare', 'raft', ':reads=lease', '--seeds', '2', '--quiet']],
  ['shrink', ['shrink', 'store/latest', '--budget', '1s', '--quiet']],
  ['explain', ['explain', 'store/latest', '--budget', '2s', '--quiet']],
  ['prove', ['prove', 'basic-paxos', '--timeouts', '0', '--faults', '0', '--quiet']],
  ['list', ['list', 'systems']],
  ['doctor', ['doctor']],
  ['nothing was judged', ['check', 'nowhere', '--model', 'register']],
  ['nothing was judged', ['run', 'rfat']],
])('%s: %j', async (command, parameters) => {
  const document = await documentOf(...parameters);
  const { always, sometimes } = rows.get(command) ?? { always: [], sometimes: [] };
  const fields = Object.keys(document);
  expect(always.length).toBeGreaterThan(1);
  expect(always.filter((field) => !fields.includes(field))).toEqual([]);
  expect(fields.filter((field) => ![...always, ...sometimes].includes(field))).toEqual([]);
  expect(Number.isInteger(document.exitStatus)).toBe(true);
  if (command === 'nothing was judged') expect(document.verdict).toBeNull();
  else if (always.includes('verdict')) {
    expect(['valid', 'invalid', 'unknown']).toContain(document.verdict.kind);
  }
});
