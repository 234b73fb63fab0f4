/** What B breaks and A does not: made small, explained, tried on A as well, and kept. */

import { join, resolve } from 'node:path';
import { deadline } from '../core/deadline.ts';
import { infrastructure } from '../core/errors.ts';
import { explain } from '../explain/explanation.ts';
import { isBroken, signatureText } from '../judge/signature.ts';
import { isModulePath } from '../own/modules.ts';
import { fromHere } from '../own/paths.ts';
import { commandOf } from '../run/run-file.ts';
import { type CaseSize, sizeOf } from '../shrink/case.ts';
import { record } from '../shrink/recording.ts';
import { type Repro, writeRepro } from '../shrink/repro.ts';
import { shrink } from '../shrink/shrink.ts';
import { reproOf } from '../shrink/shrunk-run.ts';
import type { Explanation } from '../store/explanation.ts';
import type { LoadedSide } from './loaded-side.ts';
import type { Pair } from './pair.ts';
import type { KindSeen } from './populations.ts';

export interface Finding extends KindSeen {
  /** The command that makes the whole run again; null where that is of a revision. */
  readonly command: string | null;
  /** Null where there was no time to make it small, or another kind of the same run was. */
  readonly small: SmallFinding | null;
}

export interface SmallFinding {
  readonly before: CaseSize;
  readonly after: CaseSize;
  readonly isWhole: boolean;
  readonly because: string;
  readonly story: readonly string[];
  readonly explanation: Explanation | null;
  /** Where the schedule was kept, as the user would type it. */
  readonly repro: string;
  /** Whether A breaks the same under this schedule: then B did not bring it. */
  readonly brokenOnA: boolean;
}

/** What is spent on one kind of violation at most. */
const SHRINK_MS = 5_000;
const EXPLAIN_MS = 3_000;

/** `directory` is where its schedule is kept; null leaves the run as large as it is. */
export async function findingOf(
  seen: KindSeen,
  pair: Pair,
  number: number,
  directory: string | null,
  isAborted: () => boolean,
): Promise<Finding> {
  const { signature } = seen;
  const side = pair.b;
  const chosen = pair.chosen(seen).b;
  const b = chosen.config;
  const command = side.asked.commit === null ? commandOf(side.requestOf(chosen), b) : null;
  if (directory === null || isAborted()) return { ...seen, command, small: null };
  const within = (mostMs: number) => {
    const isPast = deadline(mostMs);
    return () => isAborted() || isPast();
  };
  const shrunk = await shrink(side.simulation(b), signature, { isOver: within(SHRINK_MS) });
  if (shrunk === null) {
    throw infrastructure(
      `seed ${seen.seed} by ${seen.strategy} broke ${signatureText(signature)} on B, and does not ` +
        'when it is made again',
    );
  }
  const { smallest, before, isWhole } = shrunk;
  const repro = reproOf(side.prepared(smallest), signature);
  const path = join(directory, `repro-${number}.json`);
  writeRepro(path, ofRevision(repro, side));
  const explanation = isAborted()
    ? null
    : await explain(
        { ...side.simulation(smallest), config: smallest },
        signature,
        within(EXPLAIN_MS),
      );
  const onA = record(pair.a.simulation(pair.a.likewise(smallest)));
  return {
    ...seen,
    command,
    small: {
      before,
      after: sizeOf(smallest),
      isWhole,
      because: repro.because,
      story: repro.story,
      explanation,
      repro: path,
      brokenOnA: isBroken(signature, onA.checks),
    },
  };
}

/** A folder that is removed is named nowhere: what was made at a revision says at which. */
function ofRevision(repro: Repro, { asked }: LoadedSide): Repro {
  const { commit, system, file } = asked;
  if (commit === null || file === null) return repro;
  const { modules = [], ...config } = repro.config;
  const state = { commit: commit.id, dirty: null };
  const others = modules.filter((one) => resolve(one) !== file);
  const isOwn = isModulePath(system);
  const all = isOwn ? [fromHere(system), ...others] : others;
  const named = { ...config, ...(all.length === 0 ? {} : { modules: all }) };
  return { ...repro, config: named, ...(isOwn ? { project: state } : { git: state }) };
}
