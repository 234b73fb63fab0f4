/** `ordeal init`: what it writes runs, and what is there stays. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { afterAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-init-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  const all = [join(ROOT, 'harness', 'bin.js'), ...parameters];
  return execa(process.execPath, all, { cwd: directory, reject: false });
}

test('what it writes runs: shards as the workflow has them, and their merge', async () => {
  const { exitCode, stdout } = await ordeal('init');
  expect(exitCode).toBe(0);
  expect(stdout.match(/^wrote /gm)).toHaveLength(4);
  const workflow = readFileSync(join(directory, '.github', 'workflows', 'ordeal.yml'), 'utf8');
  expect(Object.keys(load(workflow) as object)).toEqual(['name', 'on', 'jobs']);
  const line = ['campaign', 'ordeal/campaign.yaml', '--seed', '1000000', '--json', '--quiet'];
  const shards = [];
  for (const index of [1, 2]) {
    const shard = await ordeal(...line, '--shard', `${index}/2`, '--store', `shards/${index}`);
    shards.push(JSON.parse(shard.stdout).directory);
  }
  const { stdout: merged, exitCode: status } = await ordeal('merge', ...shards, '--json');
  const document = JSON.parse(merged);
  expect(document.verdict).toMatchObject({ kind: 'valid' });
  expect(status).toBe(0);
  expect(document.canaries[0].kill).not.toBeNull();
}, 120_000);

test('what is there already is named, and nothing is written', async () => {
  writeFileSync(join(directory, 'ordeal', 'campaign.yaml'), 'mine');
  const { exitCode, stderr } = await ordeal('init', '.');
  expect(exitCode).toBe(64);
  expect(stderr).toContain('ordeal/campaign.yaml');
  expect(readFileSync(join(directory, 'ordeal', 'campaign.yaml'), 'utf8')).toBe('mine');
  expect((await ordeal('init', 'nowhere')).stderr).toBe('ordeal: nowhere: no such directory');
});
