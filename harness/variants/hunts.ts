/** The settings that variants suggest for a run with them, each checked by itself. */

import type { HuntSettings, System, Variant } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { resolveConfig } from '../config/config.ts';
import { HarnessError } from '../core/errors.ts';
import { OwnMistake } from '../core/panics.ts';
import { placeOf } from './blame.ts';

/** Throws a `OwnMistake` for settings that no run of this system could have. */
export function huntsOf(
  system: System,
  variants: readonly Variant[],
  catalogue: Catalogue,
): readonly HuntSettings[] {
  return variants.flatMap((variant) => {
    const { hunt } = variant;
    if (hunt === undefined) return [];
    try {
      resolveConfig({ system: system.name }, [hunt], () => 0, catalogue);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      throw new OwnMistake(placeOf(variant, 'hunt'), `cannot be had: ${error.message}`);
    }
    return [hunt];
  });
}
