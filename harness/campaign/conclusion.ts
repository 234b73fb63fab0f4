/** The last word on a campaign, and its exit status. */

import type { Verdict } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import { LAST_WORDS } from '../judge/outcome.ts';
import { plain, plural } from '../report/text.ts';
import { type CanaryFigures, type CellFigures, violationName } from './night.ts';
import type { Campaign, Earlier } from './result.ts';

export interface Conclusion {
  readonly verdict: Verdict;
  readonly status: (typeof EXIT)[keyof typeof EXIT];
}

/** Whether nobody caught it, whatever the reason. */
export function isMissed({ made }: CanaryFigures): boolean {
  return made === null || made.kill === null;
}

/** Whether its kept schedule breaks it still, though no run did. */
export function isStillThere({ replayed }: Earlier): boolean {
  return replayed !== null && replayed.shown > 0;
}

/**
 * A violation that no issue is named for outweighs everything. Without one, what went wrong with our
 * machinery comes before what was not shown.
 */
export function conclusionOf(campaign: Campaign): Conclusion {
  const { violations, earlier, night, work } = campaign;
  const open = [
    ...violations.filter(({ mark }) => mark !== 'known').map(violationName),
    ...earlier.filter((one) => isStillThere(one) && one.issue === null).map(violationName),
  ];
  if (open.length > 0) {
    const because = `${plural(open.length, 'violation')} without an issue: ${open.join(', ')}`;
    return {
      verdict: { kind: 'invalid', because: plain(because), events: [] },
      status: EXIT.invalid,
    };
  }
  const { stop } = work;
  const [failure] = [...night.failures].sort((a, b) => WEIGHT[b.failure] - WEIGHT[a.failure]);
  if (failure !== undefined && failure.failure !== 'infrastructure') {
    return doubt(`${failure.name}: ${failure.message.split('\n')[0]}`, EXIT[failure.failure]);
  }
  if (stop?.kind === 'interrupted') return doubt('interrupted', EXIT.interrupted);
  if (stop?.kind === 'differs') {
    const because = `the same seeds gave other runs the second time (${stop.where}): some code keeps state between calls or asks a clock or a random source`;
    return doubt(because, EXIT.infrastructure);
  }
  if (stop?.kind === 'failed') return doubt(stop.error.message, EXIT.infrastructure);
  const missed = night.canaries.filter(isMissed).map(({ canary }) => canary.name);
  if (missed.length > 0) {
    const counted = missed.length === 1 ? '1 canary' : `${missed.length} canaries`;
    return doubt(`${counted} not caught: ${missed.join(', ')}`, EXIT.infrastructure);
  }
  if (failure !== undefined) {
    const because = `${plural(night.failures.length, 'unit')} of work could not be made: ${failure.name}: ${failure.message}`;
    return doubt(because, EXIT.infrastructure);
  }
  const short = night.cells.map((cell) => shortfallOf(cell, campaign)).filter((one) => one !== '');
  if (short.length > 0) return doubt(short.join('; '), EXIT.unknown);
  const valid = night.cells.reduce((sum, cell) => sum + cell.valid, 0);
  const known = violations.length === 0 ? 'no violation' : 'no violation without an issue';
  return {
    verdict: { kind: 'valid', note: plain(`${known} in ${plural(valid, 'valid run')}`) },
    status: EXIT.valid,
  };
}

const WEIGHT = { infrastructure: 0, usage: 1, bug: 2 } as const;

/** What of a threshold a cell did not reach; empty for nothing. */
function shortfallOf(figures: CellFigures, { spec, plan }: Campaign): string {
  const { cell, valid, invalid, unknown, doubts, variants } = figures;
  const { thresholds } = spec;
  const runs = valid + invalid + unknown;
  const why = doubts[0] === undefined ? '' : `: ${doubts[0].because}`;
  // A shard has some of the runs only: what they show is for the whole to say.
  if (plan.shard.of > 1) return '';
  if (valid < thresholds.valid) {
    return `${cell.name}: ${valid} of ${plural(runs, 'run')} valid, and ${thresholds.valid} are needed${why}`;
  }
  if (unknown > thresholds.unknown * runs) {
    return `${cell.name}: ${unknown} of ${plural(runs, 'run')} unknown${why}`;
  }
  const reached = Object.values(variants);
  if (reached.length > 0 && reached.every(({ changed }) => changed === 0)) {
    return `${cell.name}: its variant changed nothing in any run`;
  }
  return '';
}

function doubt(because: string, status: Conclusion['status']): Conclusion {
  return { verdict: { kind: 'unknown', because: plain(because) }, status };
}

/** Nothing new is no praise of what is known. */
export function lastWordOn({ status }: Conclusion): {
  readonly word: string;
  readonly mark: string;
  readonly className: string;
} {
  if (status === EXIT.valid) return { ...LAST_WORDS[status], word: 'NOTHING NEW' };
  if (status === EXIT.usage || status === EXIT.bug) return LAST_WORDS[EXIT.infrastructure];
  return LAST_WORDS[status];
}
