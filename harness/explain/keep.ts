/** Explains a small failing run that is stored, in its directory and in its report. */

import type { Signature } from '../judge/signature.ts';
import type { PreparedRun } from '../run/prepared.ts';
import { writeReport } from '../run/run.ts';
import type { ShrunkRun } from '../shrink/shrunk-run.ts';
import { type Explanation, writeExplanation } from '../store/explanation.ts';
import { readRun } from '../store/reader.ts';
import { explain } from './explanation.ts';

/** What a run came to that was made small, and why; null where there was no time to ask. */
export interface ExplainedRun extends ShrunkRun {
  readonly explanation: Explanation | null;
}

/** `prepared` is the run that was made small, or any other of the same system and variants. */
export async function explainStored(
  prepared: PreparedRun,
  shrunk: ShrunkRun,
  signature: Signature,
  isOver: () => boolean,
): Promise<ExplainedRun> {
  const { smallest, summary } = shrunk;
  const { paths, results } = summary;
  if (paths.directory === null || isOver()) return { ...shrunk, explanation: null };
  const explanation = await explain({ ...prepared, config: smallest }, signature, isOver);
  writeExplanation(paths.directory, explanation);
  return {
    ...shrunk,
    summary: writeReport(readRun(paths.directory), results, prepared.catalogue),
    explanation,
  };
}
