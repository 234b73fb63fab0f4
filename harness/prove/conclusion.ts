/** The last word of a search, and its exit status. */

import type { Verdict } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import { type Outcome, outcomeOf } from '../judge/outcome.ts';
import { plain, plural } from '../report/text.ts';
import type { Proof } from './prove.ts';

/**
 * Valid only if nothing was cut off and something was shown. `isInterrupted`: the search was stopped by
 * its user, and not by its budget.
 */
export function conclusionOf(proof: Proof, isInterrupted: boolean): Outcome {
  const { violation, end, covered, model, wasAnswered, reached, unconfirmed, walked } = proof;
  const verdict = violation?.verdict ?? null;
  if (verdict !== null) return { verdict, status: EXIT.invalid };
  const far = `${plural(covered.states, 'state')} and no violation`;
  if (end !== 'exhausted') {
    const why = CUT[isInterrupted && end === 'stopped' ? 'interrupted' : end];
    const beyond = walked === null ? '' : `; ${plural(walked.walks, 'walk')} at random met none`;
    const because = plain(`${far} up to here, but that is not all there is: ${why}${beyond}`);
    const status = isInterrupted && end === 'stopped' ? EXIT.interrupted : EXIT.unknown;
    return { verdict: { kind: 'unknown', because }, status };
  }
  if (model.bounds.operations > 0 && !wasAnswered) {
    const because =
      'no client can be answered within these bounds, so that little was shown (allow more --timeouts)';
    return { verdict: { kind: 'unknown', because }, status: EXIT.unknown };
  }
  if (unconfirmed > 0) {
    const because = plain(
      `${far}, but ${plural(unconfirmed, 'report')} came in an order that matters and was not kept: ` +
        'one order stood for several, and may have hidden something',
    );
    return { verdict: { kind: 'unknown', because }, status: EXIT.unknown };
  }
  const valid: Verdict = {
    kind: 'valid',
    note: plain(
      `no violation in any of ${plural(covered.states, 'state')}: all there are within the bounds`,
    ),
  };
  return outcomeOf(valid, {
    ending: { kind: 'finished' },
    reached: model.variants.length === 0 ? null : reached,
    determinism: null,
    suspects: [],
  });
}

/** What cut a search off. */
const CUT = {
  depth: 'deeper ones are cut off by --depth',
  memory: 'the rest does not fit into --memory',
  stopped: 'there was no time for the rest (--budget)',
  interrupted: 'the search was interrupted',
  violation: 'what was found there could not be made again',
} as const;
