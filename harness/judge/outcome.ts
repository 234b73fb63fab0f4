/**
 * How a run ends: its last word and the exit status of the command, made here and nowhere else, so
 * that they never disagree.
 */

import type { Verdict } from '../../checkers/verdict.ts';
import { type Ending, whyCutShort } from '../core/ending.ts';
import { EXIT, shorten } from '../core/errors.ts';
import type { RunFigures } from '../store/format.ts';

/** What a command says last, by its exit status: a word and a mark, never a colour alone. */
export const LAST_WORDS = {
  [EXIT.valid]: { word: 'VALID', mark: '✔', className: 'ok' },
  [EXIT.invalid]: { word: 'VIOLATION', mark: '✖', className: 'fail' },
  [EXIT.unknown]: { word: 'UNKNOWN', mark: '?', className: 'info' },
  [EXIT.infrastructure]: { word: 'NOT JUDGED', mark: '!', className: 'info' },
  [EXIT.interrupted]: { word: 'INTERRUPTED', mark: '!', className: 'info' },
} as const;

/** The status of a run that was judged or at least begun. */
export type RunStatus = keyof typeof LAST_WORDS;

export interface Outcome {
  readonly verdict: Verdict;
  readonly status: RunStatus;
}

/** What a run's execution adds to what its checkers say. */
export interface Circumstances extends Pick<RunFigures, 'reached' | 'determinism'> {
  readonly ending: Ending;
  /** Where the user's own code comes from, which is the first to suspect: files, names. */
  readonly suspects: readonly string[];
  /** Whether nodes were programs in lock-step, which may not be fit for it; no where absent. */
  readonly isLockstep?: boolean;
}

/**
 * A violation outweighs everything, since what it rests on was recorded; that the run did not repeat
 * itself is said beside it, but for a program in lock-step, which may not be fit for that. Then what went
 * wrong around the run, with the status that says so; a run that nothing is wrong with may still have
 * shown nothing. What is not valid in the end is no valid verdict either.
 */
export function outcomeOf(verdict: Verdict, circumstances: Circumstances): Outcome {
  const { ending, determinism, reached, suspects, isLockstep = false } = circumstances;
  const lost =
    determinism !== null && determinism.identical < determinism.replays
      ? lostDeterminism(determinism, suspects, isLockstep)
      : null;
  if (verdict.kind === 'invalid' && (lost === null || !isLockstep)) {
    return { verdict: lost === null ? verdict : { ...verdict, note: lost }, status: EXIT.invalid };
  }
  if (ending.kind === 'failed') return doubt(whyCutShort(ending), EXIT.infrastructure);
  if (ending.kind === 'interrupted') return doubt(whyCutShort(ending), EXIT.interrupted);
  if (lost !== null) return doubt(lost, EXIT.infrastructure);
  const idle = verdict.kind === 'valid' ? idleVariant(reached) : null;
  if (idle !== null) return doubt(idle, EXIT.unknown);
  return { verdict, status: EXIT[verdict.kind] };
}

function doubt(because: string, status: RunStatus): Outcome {
  return { verdict: { kind: 'unknown', because }, status };
}

function lostDeterminism(
  { parting }: NonNullable<RunFigures['determinism']>,
  suspects: readonly string[],
  isLockstep: boolean,
): string {
  const where =
    parting === undefined
      ? ''
      : `, from event ${parting.event} of ${parting.file} on (${lineText(parting.stored)}, and then ` +
        `${lineText(parting.replayed)})`;
  if (isLockstep) {
    return (
      'this program is not deterministic at this level (lock-step): the same seed gave another run ' +
      `the second time${where}; run it in real time (--backend process)`
    );
  }
  const likely = suspects.length === 0 ? '' : `, most likely ${suspects.join(' or ')}`;
  return (
    `the same seed gave another run the second time${where}: some code keeps state between calls ` +
    `or asks a clock or a random source${likely}; without that, run it again`
  );
}

/** Of a line of a recording, so many characters are told. */
const LINE_MAX = 120;

function lineText(line: string | null): string {
  return line === null ? 'nothing more' : shorten(line, LINE_MAX);
}

/** The first variant that changed nothing, so that its run tested the protocol as it is. */
function idleVariant(reached: RunFigures['reached']): string | null {
  const totals = new Map<string, { calls: number; changed: number }>();
  for (const [name, { calls, changed }] of Object.entries(reached ?? {})) {
    const id = name.slice(0, name.lastIndexOf(': '));
    const total = totals.get(id) ?? { calls: 0, changed: 0 };
    totals.set(id, { calls: total.calls + calls, changed: total.changed + changed });
  }
  for (const [id, { calls, changed }] of totals) {
    if (changed > 0) continue;
    const asked = calls === 0 ? 'was never asked' : `was asked ${calls} times, and always agreed`;
    return (
      `${id} ${asked}: nothing that it changes was tested; try --runs, other faults, another ` +
      'workload or other settings'
    );
  }
  return null;
}
