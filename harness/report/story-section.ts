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
import { eventLink, firstOf } from './selection.ts';
import { type Step, storyOf, type ToldNemeses } from './story.ts';
import { label, px, rect } from './svg.ts';
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
  const story = storyOf(history, [...trace], verdict, nemeses);
  const rows =
    explanation === null
      ? story.map((step, at) => stepRow(step, at, step.event, null))
      : explanation.turns.map((turn, at) =>
          stepRow(turn, at, eventOf(turn, story), oddsCell(turn)),
        );
  const odds = explanation === null ? null : html`<th scope="col">Chance of the violation</th>`;
  const what = [
    plural(nodes, 'node'),
    plural(plan.faults.length, 'fault'),
    plural(plan.operations.length, 'operation'),
  ].join(', ');
  const names = Array.from({ length: nodes }, (_, node) => nodeName(node)).join(', ');
  return html`<section aria-labelledby="story"><h2 id="story">Step by step <small>made small: ${what}</small></h2>
${explanation === null ? null : why(explanation)}
${explanation === null ? null : oddsCurve(explanation)}
<div class="scroll" tabindex="0" role="region" aria-label="The run, step by step, on ${names}">
<table><thead><tr><th scope="col" class="number">Step</th><th scope="col" class="number">Time</th><th scope="col">What happens</th>${odds}</tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

/** What a step stands for: an explanation, which may be of an earlier Ordeal, does not say it. */
function eventOf({ timeNs, text }: Turn, story: readonly Step[]): string | null {
  return story.find((step) => step.timeNs === timeNs && step.text === text)?.event ?? null;
}

function stepRow(
  { timeNs, text, isConflict }: Pick<Step, 'timeNs' | 'text' | 'isConflict'>,
  at: number,
  event: string | null,
  odds: Markup | null,
): Markup {
  const mark = isConflict ? '✖ ' : '';
  return html`<tr data-event=${event} class=${isConflict ? 'conflict' : null}><td class="number">${event === null ? at + 1 : eventLink(firstOf(event), at + 1)}</td><td class="number">${moment(timeNs)}</td><td>${mark}${text}</td>${odds}</tr>`;
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

/** Pixels of the curve: a step, and the height of the whole. */
const CURVE = { step: 36, height: 110, left: 48, top: 18 } as const;

/** How likely the violation was after each step, with the steps named that made it so. */
function oddsCurve({ start, turns }: Explanation): Markup {
  const { step, height, left, top } = CURVE;
  const shares = [start, ...turns.map(({ futures }) => futures)].map(shareOf);
  const x = (at: number) => left + at * step;
  const y = (share: number) => top + (1 - share) * height;
  const width = x(shares.length) + step;
  const line = shares.map((share, at) => `${at === 0 ? 'M' : 'L'}${px(x(at))} ${px(y(share))}`);
  const grid = [0, 0.5, 1].map(
    (share) =>
      html`<line class="grid" x1="${left}" x2="${px(width)}" y1="${px(y(share))}" y2="${px(y(share))}"/>${label('tick end', left - 8, y(share) + 4, `${percent(share)} %`)}`,
  );
  const marks = turns.map((turn, at) => {
    const named = html`<circle class=${turn.isDecisive ? 'decisive' : 'step'} cx="${px(x(at + 1))}" cy="${px(y(shareOf(turn.futures)))}" r=${turn.isDecisive ? 5 : 3}><title>step ${at + 1}: ${turn.text}</title></circle>`;
    return html`${named}${label('tick middle', x(at + 1), top + height + 16, String(at + 1))}`;
  });
  const summary = `Chance of the violation, from ${percent(shareOf(start))} % at the start, after each of ${turns.length} steps; the table below has the figures.`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Chance of the violation, step by step">
<svg class="curve" role="img" aria-label=${summary} width="${px(width)}" height="${top + height + 24}" viewBox="0 0 ${px(width)} ${top + height + 24}">
${grid}<path class="line" d="${line.join('')}"/>${marks}${label('tick middle', x(0), top + height + 16, 'start')}</svg></div>
<p class="setting">The curve is the share of futures that end in the violation, after each step; large dots are the steps that decided it.</p>`;
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
