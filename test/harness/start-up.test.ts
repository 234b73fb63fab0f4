/** What a short command loads: reading code is most of the time that it takes. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Prints, in the process that it is preloaded into, the address of every module that is loaded. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    process.stderr.write('loaded ' + url + '\\n');
    return next(url, context);
  },
});
`)}`;

test('a history is judged without loading systems, faults, containers or schemas', async () => {
  const history = join(directory, 'history.jsonl');
  writeFileSync(history, '{"type":"invoke","process":0,"f":"write","value":1}\n');
  const bin = join(ROOT, 'harness', 'bin.js');
  const parameters = ['--import', TELLING, bin, 'check', history, '--model', 'register'];
  const { stderr } = await execa(process.execPath, parameters, { reject: false });
  const loaded = stderr.match(/(?<=^loaded ).*/gm) ?? [];
  expect(loaded.some((url) => url.endsWith('/commands/check.ts'))).toBe(true);
  const needless = /\/(systems|nemesis|workloads|sim|docker|dockerode|zod|js-yaml)\//;
  expect(loaded.filter((url) => needless.test(url))).toEqual([]);
});
