/** What is wrong in a file of variants is told by the file, the line and what is allowed. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { HarnessError } from '../../../harness/core/errors.ts';
import { loadVariants } from '../../../harness/own/variants.ts';
import { huntsOf } from '../../../harness/variants/hunts.ts';
import { applyVariants } from '../../../harness/variants/variants.ts';
import { raft } from '../../../systems/raft/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-variants-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;

/** Everything that is looked at before a run with this one variant, whose fields are given. */
async function problemWith(fields: string): Promise<string> {
  const file = join(directory, `mine-${files++}.mjs`);
  const id = fields.startsWith('id:') ? '' : "id: 'mine',";
  const head = `export const mine = {\n  ${id}\n  describe: 'mine',\n`;
  writeFileSync(file, `${head}${fields}\n};\n`);
  try {
    const variants = await loadVariants(file);
    applyVariants(raft, variants);
    huntsOf(raft, variants, builtIn);
  } catch (error) {
    expect(error).toBeInstanceOf(HarnessError);
    return (error as Error).message.replace(/mine-\d+/, 'mine');
  }
  return 'nothing';
}

const RULES = 'rules: () => ({ canVote: () => true }),';

describe('a variant in a file', () => {
  test.each([
    [
      'a rule that is misspelt',
      'rules: () => ({\n canVoet: () => true }),',
      '`canVoet` of mine.mjs:5 is no rule of the system (did you mean "canVote"?)',
    ],
    [
      'a rule that is no function',
      'rules: () => ({ quorum: 2 }),',
      '`quorum` of mine.mjs:4 is 2: it must be a function',
    ],
    [
      'a field that is misspelt',
      `${RULES}\nhunnt: {},`,
      '`hunnt` of mine.mjs:5 is no field of a variant (did you mean "hunt"?)',
    ],
    [
      'a kind that there is not',
      `${RULES} kind: 'mutnat',`,
      '`kind` of mine.mjs:4 is \'mutnat\': it must be "mutant" or "decoy" or "variant" (did you mean "mutant"?)',
    ],
    [
      'a habit that is misspelt',
      "disk: { tornTial: 'accept' },",
      '`disk` of mine.mjs:4 has no field "tornTial" (did you mean "tornTail"?)',
    ],
    [
      'a habit’s value',
      "disk: { tornTail: 'acept' },",
      '`disk` of mine.mjs:4 has tornTail: \'acept\', which must be "accept" (did you mean "accept"?)',
    ],
    [
      'a hunt’s field',
      `${RULES}\nhunt: { nodess: 3 },`,
      '`hunt` of mine.mjs:5 has no field "nodess" (did you mean "nodes"?)',
    ],
    [
      'a hunt’s type',
      `${RULES}\nhunt: { nodes: '3' },`,
      "`hunt` of mine.mjs:5 has nodes: '3', which must be a number",
    ],
    [
      'a setting’s value',
      `${RULES}\nhunt: { set: { reads: 'leese' } },`,
      '`hunt` of mine.mjs:5 cannot be had: --set reads=leese: not allowed (index, lease, log, follower)',
    ],
    [
      'a setting that there is not',
      `${RULES}\nhunt: { set: { readss: 'log' } },`,
      '`hunt` of mine.mjs:5 cannot be had: --set: unknown option "readss" (did you mean "reads"?)',
    ],
    [
      'a nemesis that there is not',
      `${RULES}\nhunt: { nemesis: ['crsah'] },`,
      '`hunt` of mine.mjs:5 cannot be had: --nemesis: unknown "crsah"',
    ],
    ['what is no function', 'effects: [],', '`effects` of mine.mjs:4 is []: it must be a function'],
    ['no change at all', 'hunt: {},', '`id` of mine.mjs:2 changes nothing'],
    [
      'an id that is no text',
      'id: 7, rules: () => ({}),',
      '`id` of mine.mjs:4 is 7: it must be a text',
    ],
  ])('is refused for %s', async (_, fields, message) => {
    expect(await problemWith(fields)).toContain(message);
  });

  test('is taken when all of it is right', async () => {
    const hunt = "hunt: { nodes: 3, nemesis: ['kill'], set: { reads: 'lease' } },";
    expect(await problemWith(`kind: 'variant', ${RULES} ${hunt}`)).toBe('nothing');
  });

  test('without an id is missed, and not taken for nothing', async () => {
    const file = join(directory, 'nameless.mjs');
    writeFileSync(file, 'export const mine = { rules: () => ({}) };\n');
    await expect(loadVariants(file)).rejects.toThrow('a variant has no field "id"');
  });

  test('is found once, also in a list or as a default', async () => {
    const file = join(directory, 'list.mjs');
    const one = (id: string) => `{ id: '${id}', rules: () => ({}) }`;
    writeFileSync(
      file,
      `export const a = ${one('a')};\nexport default a;\nexport const all = [a, ${one('b')}];`,
    );
    expect((await loadVariants(file)).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
