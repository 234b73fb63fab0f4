/** What a checker says, and how several answers become one. */

/** One operation of a witness, by the indices of its events in the history. */
export interface WitnessOperation {
  readonly invoke: number;
  /** Index of the completion; null when the operation never completed. */
  readonly complete: number | null;
  /** Place in the longest linearizable prefix, from 1; absent where it has none. */
  readonly order?: number;
  /** State of the object after this operation, in the model's words. */
  readonly stateAfter?: string;
  /** Why this operation cannot stand where it would have to, in one sentence. */
  readonly why?: string;
}

/** The few operations that contradict each other, as data for a report and as sentences. */
export interface Witness {
  /** The key whose operations these are, where the history has keys. */
  readonly key?: string;
  readonly operations: readonly WitnessOperation[];
  /** What there is to say beyond the verdict's own sentence. */
  readonly sentences: readonly string[];
  /** Where one of the operations is to blame, by the verdict's sentence: the event that invoked it. */
  readonly culprit?: number;
  /** Each operation must come before the next, and the last before the first, for the reason it has in `why`. */
  readonly isCycle?: true;
}

/**
 * `invalid` always carries a witness: indices of history events, or line numbers of the trace.
 * `unknown` is never to be shown as valid: a check that gave up has proved nothing.
 */
export type Verdict =
  | { readonly kind: 'valid'; readonly note?: string }
  | {
      readonly kind: 'invalid';
      /** One sentence for people, in the domain's words. */
      readonly because: string;
      /** What else is to be known: that the run did not repeat itself, say. */
      readonly note?: string;
      /** The property by its name, and what exactly contradicts it: for experts, told second. */
      readonly detail?: string;
      /** Indices into the history. */
      readonly events: readonly number[];
      /** Positions in the trace, from 0. */
      readonly trace?: readonly number[];
      /** The name of the property that is broken, such as `LeaderCompleteness`. */
      readonly property?: string;
      /** Every property that is broken, where the checker has several; the first is `property`. */
      readonly properties?: readonly string[];
      readonly witness?: Witness;
    }
  | {
      readonly kind: 'unknown';
      readonly because: string;
      /**
       * The same for all runs that nothing is known of for alike reasons, whatever the figures: `few-operations`.
       * Absent where a checker has one reason, or none that recurs.
       */
      readonly reason?: string;
      /**
       * What in its world hinders the system, by name: `haste`, `loss`. Nothing else is in doubt about
       * such a run, so no `reason` stands beside it.
       */
      readonly hindrance?: string;
    };

/** One checker's answer, with the figures it wants shown. */
export interface CheckResult {
  readonly checker: string;
  readonly verdict: Verdict;
  readonly stats?: Readonly<Record<string, number | string>>;
}

const SEVERITY = { valid: 0, unknown: 1, invalid: 2 } as const;

/** Invalid over unknown over valid; the first of equals. An empty list is valid. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  let result: Verdict = { kind: 'valid' };
  for (const verdict of verdicts) {
    if (SEVERITY[verdict.kind] > SEVERITY[result.kind]) result = verdict;
  }
  return result;
}
