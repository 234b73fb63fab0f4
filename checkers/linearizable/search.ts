/** What a search over orders of operations answers, and what it may spend. */

/** Both bounds are deterministic, so that `unknown` means the same on every machine. */
export interface Budget {
  /** Configurations that may be explored, over all keys together. */
  readonly steps?: number;
  /** Bytes that may be held by the memo of visited configurations. */
  readonly memoryBytes?: number;
}

export const DEFAULT_STEPS = 20_000_000;
export const DEFAULT_MEMORY_BYTES = 1 << 29;

/** How far a search came that found no complete order. Operation numbers, not events. */
export interface Stuck {
  /** The longest linearizable prefix found, in order of taking effect. */
  readonly order: readonly number[];
  /** The operation whose answer could not be explained by the time it arrived. */
  readonly operation: number;
}

export type SearchResult =
  | {
      readonly kind: 'linearizable';
      readonly configurations: number;
      /** An order that explains every answer: the proof. */
      readonly order: () => readonly number[];
    }
  | {
      readonly kind: 'violation';
      readonly configurations: number;
      /** How far an order gets; may search again, within the budget. */
      readonly stuck: () => Stuck;
    }
  | { readonly kind: 'exhausted'; readonly configurations: number; readonly because: string };
