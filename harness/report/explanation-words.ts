/** What an explanation comes to, in sentences. */

import { type Proportion, shareOf } from '../core/proportion.ts';
import { signatureText } from '../judge/signature.ts';
import type { Broken, Explanation, Sibling, Suspicions } from '../store/explanation.ts';
import { moment, NBSP, seconds } from './text.ts';

/** A share from 0 to 1 as a whole number of hundredths. */
export function percent(share: number): string {
  return String(Math.round(100 * share));
}

/** The steps after which the violation was more likely by more than chance explains. */
export function decisiveText({ start, turns }: Explanation): string {
  const told = turns.flatMap((turn, at) => {
    if (!turn.isDecisive) return [];
    const before = turns[at - 1]?.futures ?? start;
    const share = (odds: Proportion) => `${percent(shareOf(odds))}${NBSP}%`;
    return [`step ${at + 1} (${turn.text}): ${share(before)} before, ${share(turn.futures)} after`];
  });
  if (told.length === 0) return 'Decisive: no single step, as far as so many futures can tell.';
  return `Decisive: ${told.join('; ')}.`;
}

/** What rules decided in futures that failed, and hardly in others; nothing where that was never open. */
export function suspicionText(suspicions: Suspicions | null): string {
  if (suspicions === null) return '';
  const { timeNs, futures, decisions } = suspicions;
  const from = timeNs === null ? 'the start' : moment(timeNs);
  const head = `Suspicious decisions, of ${futures.of} futures from ${from}`;
  if (decisions.length === 0) return `${head}: none that chance does not explain.`;
  const told = decisions.map(({ rule, says, answer, times, failing, passing }) => {
    const what = says === '' ? rule : `${rule} (${says})`;
    const often = times === 1 ? '' : ` ${times} times or more`;
    const share = percent(failing.hits / (failing.hits + passing.hits));
    return (
      `${what}: ${answer}${often} in ${failing.hits} of ${failing.of} that failed and ` +
      `${passing.hits} of ${passing.of} that passed, so that ${share}${NBSP}% of such fail`
    );
  });
  return `${head}: ${told.join('; ')}.`;
}

/** What would have saved the run. */
export function siblingText(sibling: Sibling | null): string {
  if (sibling === null) return 'Nearest run that passes: none that differs in one step.';
  const { change, partsAtNs, failing, passing } = sibling;
  const head = `Nearest run that passes: ${change}.`;
  if (partsAtNs === null) return `${head} Nodes do the same in both.`;
  const said = (text: string | null) => text ?? 'nothing more';
  return `${head} The two part at ${moment(partsAtNs)}: ${said(failing)}; there, ${said(passing)}.`;
}

/** What broke first, and how much later clients saw it. */
export function brokenText(broken: readonly Broken[]): string {
  const [first] = broken;
  if (first === undefined) return '';
  const on = first.node === null ? '' : ` on ${first.node}`;
  const at = first.timeNs === null ? '' : ` at ${moment(first.timeNs)}`;
  const head = `First broken: ${signatureText(first)}${on}${at}`;
  const seen = broken.find(({ isSeen }) => isSeen);
  if (seen === undefined) return `${head}; no client saw any of it.`;
  if (seen === first) return `${head}: clients saw it before anything else did.`;
  if (seen.timeNs === null || first.timeNs === null) return `${head}; clients saw it later.`;
  const later = seconds((seen.timeNs - first.timeNs) / 1e9);
  return `${head}; clients could see it ${later} later (${signatureText(seen)}).`;
}
