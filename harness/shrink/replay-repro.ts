/** Makes the run of a `repro.json` again, perhaps by other code than the one that it was made by. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Variant } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { fileProblem, usage } from '../core/errors.ts';
import { isBroken } from '../judge/signature.ts';
import { located } from '../own/paths.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { prepare } from '../run/prepare.ts';
import { isIdentical, record } from './recording.ts';
import { type Repro, readRepro } from './repro.ts';

export interface Replayed {
  /** The sentence of the violation; null where the property is broken no longer. */
  readonly because: string | null;
  /** Whether every byte of history and trace is the same as then. */
  readonly identical: boolean;
}

export function replayed(
  { config, signature, sha256 }: Pick<Repro, 'config' | 'signature' | 'sha256'>,
  variants: readonly Variant[],
  catalogue: Catalogue,
): Replayed {
  const made = record({ config, variants, catalogue });
  const because = isBroken(signature, made.checks) ? sentenceOf(made.verdict) : null;
  return { because, identical: isIdentical(made.sha256, sha256) };
}

/**
 * The repros in a directory, by their paths, in order: a regression corpus, for a test of each. Throws a
 * usage error where there is no such directory, or none in it, since a corpus that is not found guards
 * nothing.
 */
export function reprosIn(directory: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    throw usage(`${directory}: ${fileProblem(error)}`);
  }
  const repros = names.filter((name) => name.endsWith('.json')).sort();
  if (repros.length === 0)
    throw usage(`${directory}: has no repro (a file whose name ends in .json)`);
  return repros.map((name) => join(directory, name));
}

/**
 * Makes the run of a `repro.json` again, with the code at hand: in milliseconds, so that a test may do
 * it for a whole folder of them. Rejects with a `HarnessError` for a file that is no repro, and where
 * a module that it was made with is not found.
 */
export async function replayRepro(path: string): Promise<Replayed> {
  const repro = readRepro(path);
  const { variants, catalogue } = await prepare(located(repro));
  return replayed(repro, variants, catalogue);
}
