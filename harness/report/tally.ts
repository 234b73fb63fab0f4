/** What several runs came to, in lines for a terminal. */

import type { RunFigures } from '../store/format.ts';
import { wrap } from './terminal.ts';
import { plain, plural, visible } from './text.ts';

/** Counts over several runs. */
export interface Tally {
  readonly firstSeed: number;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  /** Every run of which nothing is known, with why. */
  readonly unknowns: readonly { readonly seed: number; readonly because: string }[];
  /** By `variant: rule`, over all runs together; null where no variant was active. */
  readonly reached: RunFigures['reached'];
}

/** Runs without an answer that are listed; the document of `--json` has them all. */
const UNKNOWNS_MAX = 20;

/** `50 runs from seed 1: 49 valid, 0 invalid, 1 unknown`. */
export function tallyText({ valid, invalid, unknown, firstSeed }: Tally): string {
  const runs = plain(plural(valid + invalid + unknown, 'run'));
  return `${runs} from seed ${firstSeed}: ${valid} valid, ${invalid} invalid, ${unknown} unknown`;
}

/** In lines of so many columns: the counts, every run that ended without an answer, and how often variants were reached. */
export function tallyLines(tally: Tally, columns: number): string[] {
  const { unknowns, reached } = tally;
  const listed = unknowns.slice(0, UNKNOWNS_MAX).map(({ seed, because }) => {
    return `  ? seed ${seed}: ${visible(because)}`;
  });
  const more = unknowns.length - listed.length;
  const asked = Object.entries(reached ?? {}).map(([rule, { calls, changed }]) => {
    const times = `asked ${plural(calls, 'time')}, decided otherwise ${plural(changed, 'time')}`;
    return plain(`  ${rule}: ${times}, over all runs`);
  });
  const rest = more > 0 ? [`  and ${more} more (see --json)`] : [];
  const items = [...listed, ...rest, ...asked];
  return [tallyText(tally), ...items.map((item) => wrap(item, columns - 2).join('\n    '))];
}
