/** From a failing run to the stored, smaller one: made small, repeated, judged, retold, kept. */

import { join } from 'node:path';
import type { Verdict } from '../../checkers/verdict.ts';
import { infrastructure } from '../core/errors.ts';
import { isBroken, type Signature, signatureText } from '../judge/signature.ts';
import { type Step, storyOf } from '../report/story.ts';
import { moment, plain } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import type { PreparedRun, RunContext } from '../run/prepared.ts';
import { runAndStore, suspectsIn } from '../run/run.ts';
import { circumstances, ownFiles } from '../run/run-file.ts';
import { FILES, type RunSummary, SCHEMA } from '../store/format.ts';
import { isIdentical, type Recording, record } from './recording.ts';
import { type Repro, writeRepro } from './repro.ts';
import { type ShrinkOptions, type Shrunk, shrink } from './shrink.ts';

export interface ShrunkRun extends Shrunk {
  readonly summary: RunSummary;
  readonly story: readonly Step[];
  /** Where `repro.json` is, as the user would type it. */
  readonly repro: string;
}

/** So many times the small run must come to the same bytes. */
const REPEATS = 10;

/**
 * Null where the run does not break the property any more. Throws `infrastructure` where what was
 * found does not repeat itself, which is the fault of code that keeps state or asks a clock.
 */
export async function shrinkAndStore(
  prepared: PreparedRun,
  signature: Signature,
  options: ShrinkOptions,
  context: RunContext,
): Promise<ShrunkRun | null> {
  const shrunk = await shrink(prepared, signature, options);
  if (shrunk === null) return null;
  const { smallest } = shrunk;
  const small: PreparedRun = { ...prepared, request: smallest, config: smallest };
  const recording = repeated(small);
  const summary = await runAndStore(small, context);
  const { results, paths } = summary;
  if (!isBroken(signature, results.checks)) {
    throw new Error(`${signatureText(signature)} was broken in memory, and is not on disk`);
  }
  const story = storyOf(
    recording.history,
    recording.trace,
    results.verdict,
    prepared.catalogue.nemeses,
  );
  const repro = join(paths.directory ?? '', FILES.repro);
  writeRepro(repro, reproFrom(small, signature, recording, results.verdict));
  return { ...shrunk, summary, story, repro };
}

/** What is kept of a small run, which is made ten times for it. Throws as `shrinkAndStore` does. */
export function reproOf(small: PreparedRun, signature: Signature): Repro {
  const recording = repeated(small);
  return reproFrom(small, signature, recording, recording.verdict);
}

function reproFrom(
  { config, catalogue: { nemeses } }: PreparedRun,
  signature: Signature,
  recording: Recording,
  verdict: Verdict,
): Repro {
  const { versions, git, project, startedIn } = circumstances(ownFiles(config));
  return {
    schema: SCHEMA,
    kind: 'repro',
    versions,
    git,
    ...(project === undefined ? {} : { project }),
    ...(startedIn === undefined ? {} : { startedIn }),
    signature,
    because: sentenceOf(verdict),
    story: storyLines(storyOf(recording.history, recording.trace, verdict, nemeses)),
    sha256: recording.sha256,
    config,
  };
}

/** `  1.  12.0 ms  n1 becomes leader of 2`: the steps, numbered; `✖` marks what contradicts itself. */
export function storyLines(story: readonly Step[]): string[] {
  const times = story.map(({ timeNs }) => plain(moment(timeNs)));
  const width = Math.max(0, ...times.map(({ length }) => length));
  const digits = String(story.length).length;
  return story.map(({ text, isConflict }, at) => {
    const number = `${String(at + 1).padStart(digits)}.`;
    return `${number} ${times[at]?.padStart(width)}  ${isConflict ? '✖ ' : ''}${text}`;
  });
}

/** The recording of a run that is the same each time. */
function repeated(run: PreparedRun): Recording {
  const first = record(run);
  for (let made = 1; made < REPEATS; made++) {
    if (isIdentical(record(run).sha256, first.sha256)) continue;
    const suspects = suspectsIn(run.config, run.byValue).join(' or ');
    const likely = suspects === '' ? '' : `, most likely ${suspects}`;
    throw infrastructure(
      `the smaller run does not repeat itself: some code keeps state between calls, or asks a ` +
        `clock or a random source${likely}`,
    );
  }
  return first;
}
