/** Whether a verdict was to be expected, in words. */

import type { Met } from '../../systems/expectation.ts';

/** One sentence; null where nothing was expected. */
export function expectedText(met: Met | null | undefined): string | null {
  if (met === null || met === undefined) return null;
  const { expected, outcome, because, source, issues = [] } = met;
  const why = `${because} (${source})`;
  if (outcome === 'as-expected') return `as expected: ${why}`;
  if (outcome === 'issue') {
    return `a known issue may explain it, ${issues.join('; ')}; valid otherwise: ${why}`;
  }
  switch (expected) {
    case 'valid':
      return `news: valid was expected, since ${why}, and no known issue explains this`;
    case 'invalid':
      return `news: a violation was expected, since ${why}, and this run shows another verdict`;
    case 'either':
      return `news: ${why}, but what was found is something else`;
  }
}
