/** Makes the run of a `repro.json` again, perhaps by other code than the one that it was made by. */

import type { Variant } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { isBroken } from '../judge/signature.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { simulateOnce } from '../run/simulate.ts';
import { isIdentical, record } from './recording.ts';
import type { Repro } from './repro.ts';

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
  const { checks, verdict } = simulateOnce(config, variants, catalogue, config.stopAtViolation);
  const because = isBroken(signature, checks) ? sentenceOf(verdict) : null;
  const identical = isIdentical(record({ config, variants, catalogue }).sha256, sha256);
  return { because, identical };
}
