/** `explanation.json`: why a small failing run fails, beside the run that it explains. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Nanos } from '../../checkers/units.ts';
import type { Proportion } from '../core/proportion.ts';
import { decodeFile } from './decode.ts';
import { jsonText, writeWhole } from './files.ts';
import { FILES, SCHEMA } from './format.ts';

/** A step of the run's story, and how likely the violation was right after it. */
export interface Turn {
  readonly timeNs: Nanos;
  readonly text: string;
  /** Whether the violation consists of it. */
  readonly isConflict: boolean;
  readonly futures: Proportion;
  /** Whether it made the violation more likely by more than chance explains. */
  readonly isDecisive: boolean;
}

/** A run that differs in one step and passes. */
export interface Sibling {
  /** What is otherwise in it, as in `without the pause at 511.9 ms`. */
  readonly change: string;
  /** When nodes first did something else; null where they never did. */
  readonly partsAtNs: Nanos | null;
  /** What a node reported then, in the failing run and in this one; null for nothing. */
  readonly failing: string | null;
  readonly passing: string | null;
}

/** A property that the run broke. */
export interface Broken {
  readonly checker: string;
  readonly property: string;
  /** When it showed first, and on which node; null where that is not known. */
  readonly timeNs: Nanos | null;
  readonly node: string | null;
  /** Whether clients saw it, by their own operations. */
  readonly isSeen: boolean;
}

/** A rule of the protocol that decided so, at least so many times in a run. */
export interface Suspicion {
  readonly rule: string;
  /** What it decides. */
  readonly says: string;
  /** `yes`, `nothing`, `otherwise than the protocol does` ... */
  readonly answer: string;
  readonly times: number;
  /** Of the runs that break the property, in how many it decided so; and of those that do not. */
  readonly failing: Proportion;
  readonly passing: Proportion;
}

/** What futures from one moment say of the rules that decided in them. */
export interface Suspicions {
  /** Null for the start. */
  readonly timeNs: Nanos | null;
  readonly futures: Proportion;
  /** The likeliest cause first. */
  readonly decisions: readonly Suspicion[];
}

export interface Explanation {
  /** How likely the violation was before anything had happened. */
  readonly start: Proportion;
  readonly turns: readonly Turn[];
  /** Null where the outcome was never open, and where it was not asked yet. */
  readonly suspicions: Suspicions | null;
  /** The one that goes along with the failing run for longest; null where none passes. */
  readonly sibling: Sibling | null;
  /** In order of time. */
  readonly broken: readonly Broken[];
}

const text = z.string();
const timeNs = z.number().nullable();
const proportion: z.ZodType<Proportion> = z.looseObject({ hits: z.number(), of: z.number() });

const explanation: z.ZodType<Explanation> = z.looseObject({
  schema: z.literal(SCHEMA),
  kind: z.literal('explanation'),
  start: proportion,
  turns: z.array(
    z.looseObject({
      timeNs: z.number(),
      text,
      isConflict: z.boolean(),
      futures: proportion,
      isDecisive: z.boolean(),
    }),
  ),
  suspicions: z
    .looseObject({
      timeNs,
      futures: proportion,
      decisions: z.array(
        z.looseObject({
          rule: text,
          says: text,
          answer: text,
          times: z.number(),
          failing: proportion,
          passing: proportion,
        }),
      ),
    })
    .nullable()
    .default(null),
  sibling: z
    .looseObject({
      change: text,
      partsAtNs: timeNs,
      failing: text.nullable(),
      passing: text.nullable(),
    })
    .nullable(),
  broken: z.array(
    z.looseObject({
      checker: text,
      property: text,
      timeNs,
      node: text.nullable(),
      isSeen: z.boolean(),
    }),
  ),
});

export function writeExplanation(directory: string, contents: Explanation): void {
  const file = { schema: SCHEMA, kind: 'explanation', ...contents };
  writeWhole(join(directory, FILES.explanation), jsonText(file));
}

/** Null where the run in this directory was not explained. */
export function readExplanation(directory: string): Explanation | null {
  const path = join(directory, FILES.explanation);
  return existsSync(path) ? decodeFile(path, explanation) : null;
}
