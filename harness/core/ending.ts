/** How a run ended: one union, and the only place that makes words of it. */

import type { Micros } from '../../checkers/units.ts';

/** How the run of an engine ended, or what there is of it. */
export type Ending =
  | { readonly kind: 'finished' }
  /** The cluster never came to be ready: what that means is the judges' to say. */
  | { readonly kind: 'unformed' }
  /** At the first violation, since it was to stop there; microseconds since the load began. */
  | { readonly kind: 'violated'; readonly atUs: Micros }
  /** So much was under way at once that it would never have come to its end. */
  | { readonly kind: 'flooded'; readonly atUs: Micros; readonly pending: number }
  /** Somebody ended it. */
  | { readonly kind: 'interrupted' }
  /** Our own machinery gave way, or the machine under it: such a run counts for nothing. */
  | { readonly kind: 'failed'; readonly because: string }
  /** Known from its recording alone, which does not go to its end. */
  | { readonly kind: 'broken-off'; readonly because: string };

/** The same as a stored run says it: for people, and for programs of others. */
export interface EndingFigures {
  /** Absent in runs of older versions, which say the rest alone. */
  readonly ending?: Ending;
  /** Why the run did not go to its end; null where it did. */
  readonly cutShort: string | null;
  /** Whether somebody ended it. */
  readonly interrupted: boolean;
  /** What went wrong in our own machinery; null where nothing did. */
  readonly failure: string | null;
}

/** Of a run that did not go to its end. */
export type CutShort = Exclude<Ending, { readonly kind: 'finished' | 'unformed' }>;

/** Why a run that ended so did not go to its end; null where it did. */
export function whyCutShort(ending: CutShort): string;
export function whyCutShort(ending: Ending): string | null;
export function whyCutShort(ending: Ending): string | null {
  switch (ending.kind) {
    case 'finished':
    case 'unformed':
      return null;
    case 'violated':
      return `stopped at the first violation at ${(ending.atUs / 1e6).toFixed(1)} s`;
    case 'flooded':
      return (
        `stopped at ${(ending.atUs / 1e6).toFixed(1)} s: ${ending.pending} events were under way ` +
        'at once (do nodes answer every message with several?)'
      );
    case 'interrupted':
      return 'the run was interrupted';
    case 'failed':
    case 'broken-off':
      return ending.because;
    default:
      return ending satisfies never;
  }
}

export function endingFigures(ending: Ending): EndingFigures {
  return {
    ending,
    cutShort: whyCutShort(ending),
    interrupted: ending.kind === 'interrupted',
    failure: ending.kind === 'failed' ? ending.because : null,
  };
}

/** How a stored run ended, by its figures. */
export function endingOf({ ending, cutShort, interrupted, failure }: EndingFigures): Ending {
  if (ending !== undefined) return ending;
  if (failure !== null) return { kind: 'failed', because: failure };
  if (interrupted) return { kind: 'interrupted' };
  return cutShort === null ? { kind: 'finished' } : { kind: 'broken-off', because: cutShort };
}
