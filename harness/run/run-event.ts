/** How far work is that takes long, as whoever does it tells it; `progress.ts` makes words of it. */

/** One run that goes on: in virtual time, or against a live cluster. */
export type RunEvent =
  | { readonly kind: 'simulated'; readonly doneS: number; readonly totalS: number }
  | {
      readonly kind: 'live';
      /** Since the load began. */
      readonly elapsedS: number;
      /** Of the engine. */
      readonly phase: string;
      /** Events of the history so far. */
      readonly events: number;
      readonly faultsInForce: number;
    };

/** Work in pieces that are counted: runs of a series, variants that are hunted, or hunts for them. */
export type WorkEvent =
  | {
      readonly kind: 'runs';
      readonly done: number;
      readonly total: number;
      readonly invalid: number;
      readonly unknown: number;
      readonly valid: number;
    }
  | {
      readonly kind: 'variants' | 'hunts';
      readonly done: number;
      readonly total: number;
      readonly found: number;
      /** How many did not come out as they should. */
      readonly unexpected: number;
    };
