/** A run that was made small, retold on its page: a step a line, with the odds of the violation. */

import { nodeName } from '../../checkers/trace.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { shareOf, wilson } from '../core/proportion.ts';
import type { Explanation, Turn } from '../store/explanation.ts';
import type { StoredRun } from '../store/reader.ts';
import {
  brokenText,
  decisiveText,
  percent,
  siblingText,
  suspicionText,
} from './explanation-words.ts';
import { html, type Markup } from './markup.ts';
import { type Step, storyOf, type ToldNemeses } from './story.ts';
import { px, rect } from './svg.ts';
import { moment, plural } from './text.ts';

/** Pixels of the whole, in the drawing of a proportion. */
const ODDS = { width: 90, height: 12 } as const;

/** Null for a run that a seed planned: it is too long to be retold. */
export function storySection(
  { run, history, trace, explanation }: StoredRun,
  verdict: Verdict,
  nemeses: ToldNemeses,
): Markup | null {
  const { plan, nodes } = run.config;
  if (plan === undefined) return null;
  const rows =
    explanation === null
      ? storyOf(history, [...trace], verdict, nemeses).map((step, at) => stepRow(step, at, null))
      : explanation.turns.map((turn, at) => stepRow(turn, at, oddsCell(turn)));
  const odds = explanation === null ? null : html`<th scope="col">Chance of the violation</th>`;
  const what = [
    plural(nodes, 'node'),
    plural(plan.faults.length, 'fault'),
    plural(plan.operations.length, 'operation'),
  ].join(', ');
  const names = Array.from({ length: nodes }, (_, node) => nodeName(node)).join(', ');
  return html`<section aria-labelledby="story"><h2 id="story">Step by step <small>made small: ${what}</small></h2>
${explanation === null ? null : why(explanation)}
<div class="scroll" tabindex="0" role="region" aria-label="The run, step by step, on ${names}">
<table><thead><tr><th scope="col" class="number">Step</th><th scope="col" class="number">Time</th><th scope="col">What happens</th>${odds}</tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

function stepRow({ timeNs, text, isConflict }: Step, at: number, odds: Markup | null): Markup {
  const mark = isConflict ? '✖ ' : '';
  return html`<tr class=${isConflict ? 'conflict' : null}><td class="number">${at + 1}</td><td class="number">${moment(timeNs)}</td><td>${mark}${text}</td>${odds}</tr>`;
}

/** The share as a bar, its band of 95 % over it, and both in figures. */
function oddsCell({ futures, isDecisive }: Turn): Markup {
  const share = shareOf(futures);
  const { low, high } = wilson(futures);
  const at = (part: number) => part * ODDS.width;
  const { width, height } = ODDS;
  const drawing = html`<svg class="odds" width="${width}" height="${height}" viewBox="0 0 ${px(width)} ${px(height)}" aria-hidden="true">${rect('whole', { left: 0, right: width }, 3, 6)}${share === 0 ? null : rect('share', { left: 0, right: at(share) }, 3, 6)}${rect('spread', { left: at(low), right: at(high) }, 5, 2)}</svg>`;
  const mark = isDecisive ? html`<b>decisive</b>` : null;
  return html`<td class="odds">${drawing} ${percent(share)} % <small>${percent(low)}–${percent(high)}</small> ${mark}</td>`;
}

function why(explanation: Explanation): Markup {
  const { start, suspicions, sibling, broken } = explanation;
  const drawn = `After each step the future was drawn anew ${plural(start.of, 'time')}: at the start, ${percent(shareOf(start))} % of all futures end in the violation.`;
  const told = [
    drawn,
    decisiveText(explanation),
    suspicionText(suspicions),
    siblingText(sibling),
    brokenText(broken),
  ].filter((one) => one !== '');
  return html`<ul class="notes">${told.filter((one) => one !== '').map((one) => html`<li>${one}</li>`)}</ul>`;
}
