/** `report.html` of a campaign: one file that opens from disk. */

import { coverageLines } from '../explore/coverage-text.ts';
import { page } from '../report/document.ts';
import { html, type Markup } from '../report/markup.ts';
import { count, plural, seconds } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { sizeText } from '../shrink/case.ts';
import { type Conclusion, lastWordOn } from './conclusion.ts';
import { type CanaryFigures, type CellFigures, violationName } from './night.ts';
import type { Campaign, Marked } from './result.ts';
import {
  confirmedText,
  doubtText,
  earlierText,
  earlierWord,
  failureText,
  invalidText,
  missedText,
  placeText,
  totalsText,
} from './text.ts';

/** Columns of lines that are made for a terminal. */
const COLUMNS = 110;

export function campaignHtml(campaign: Campaign, conclusion: Conclusion, command: string): string {
  const { spec, plan, night, violations, earlier, coverage, since } = campaign;
  const { word, mark, className } = lastWordOn(conclusion);
  const { shard } = plan;
  const facts = [
    ['file', spec.file],
    ['began', plan.startedAt],
    ['seeds', `from ${plan.firstSeed} to ${night.nextSeed - 1}`],
    ['shard', shard.of === 1 ? 'the whole' : `${shard.index} of ${shard.of}`],
    [
      'ordeal',
      `${plan.versions.ordeal}${plan.git === null ? '' : ` (${plan.git.commit.slice(0, 12)}${plan.git.dirty === null ? '' : ', changed'})`}`,
    ],
    ['since', since === null ? 'the first of its name' : `${since.path}, ${since.startedAt}`],
    ['took', seconds(campaign.work.wallS)],
    [
      'made again',
      `${campaign.work.identical} of ${plural(campaign.work.repeated, 'unit')} identical`,
    ],
  ] as const;
  const body = html`<header class="verdict ${className}">
<div class="top"><h1><span class="pill">${mark} ${word}</span> <span class="what">campaign ${spec.name}</span></h1></div>
<p class="because">${sentenceOf(conclusion.verdict)}</p>
<p class="detail">${totalsText(campaign)}</p>
<div class="again"><code id="command">${command}</code><button type="button" data-copy="command">Copy</button><span class="copied" role="status"></span></div>
</header>
<main>${violations.map(violationSection)}
${listSection(
  'earlier',
  'Seen before, and by no run now',
  earlier.map((one) => `${earlierWord(one)}: ${earlierText(one)}`),
)}
${listSection('failures', 'Could not be made', night.failures.map(failureText))}
<section aria-labelledby="cells"><h2 id="cells">The matrix</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Cells of the matrix">
<table><thead><tr><th scope="col">Cell</th><th scope="col">Valid</th><th scope="col">Violations (95 %)</th><th scope="col">Unknown</th><th scope="col">Simulated</th></tr></thead>
<tbody>${night.cells.map(cellRow)}</tbody></table></div></section>
${canarySection(night.canaries)}
${coverage.map(
  (
    { system, coverage: figures },
    at,
  ) => html`<section aria-labelledby="coverage-${at}"><h2 id="coverage-${at}">What ${system} was put through</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Coverage of ${system}"><pre>${coverageLines(figures, COLUMNS).map((line) => html`${line}<br/>`)}</pre></div></section>`,
)}
<section aria-labelledby="details"><h2 id="details">What was run</h2>
<div class="columns"><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div></section></main>`;
  return page(`campaign: ${spec.name}`, body);
}

function violationSection(one: Marked, at: number): Markup {
  const { mark, because, issue, kept } = one;
  const id = `violation-${at + 1}`;
  const small = kept?.small ?? null;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${mark[0]?.toUpperCase() ?? ''}${mark.slice(1)}: ${violationName(one)}</h2>
<p>${because}</p><p class="detail">${placeText(one)}</p>
${issue === null ? null : html`<p class="detail">${issue}</p>`}
${kept?.problem == null ? null : html`<p><b>${kept.problem}</b></p>`}
${
  small === null
    ? null
    : html`<p class="detail">${sizeText(small.after)}; ${kept === null ? '' : confirmedText(kept)}</p>
<ol class="story">${small.story.map((line) => html`<li>${line.replace(/^ *\d+\. */, '')}</li>`)}</ol>
${small.decisive === null ? null : html`<p>${small.decisive}</p>`}
<p class="detail"><code>npx ordeal replay ${small.repro}</code> (from the directory of this page)</p>`
}
${kept === null ? null : html`<p class="detail"><code>${kept.command}</code></p>`}
${kept?.report == null ? null : html`<p class="detail"><a href="${kept.report}">the report of the run</a></p>`}</section>`;
}

function listSection(id: string, title: string, lines: readonly string[]): Markup | null {
  if (lines.length === 0) return null;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;
}

function cellRow(figures: CellFigures): Markup {
  const { cell, valid, unknown, simulatedS, doubts } = figures;
  const why = doubts[0] === undefined ? '' : `: ${doubtText(doubts[0])}`;
  return html`<tr><th scope="row">${cell.name}</th><td>${count(valid)}</td><td>${invalidText(figures)}</td><td>${count(unknown)}${why}</td><td>${seconds(simulatedS)}</td></tr>`;
}

function canarySection(canaries: readonly CanaryFigures[]): Markup | null {
  if (canaries.length === 0) return null;
  return html`<section aria-labelledby="canaries"><h2 id="canaries">Canaries</h2>
<div class="scroll tall" tabindex="0" role="region" aria-label="Planted bugs and what became of each">
<table><thead><tr><th scope="col">Planted bug</th><th scope="col">Caught</th></tr></thead>
<tbody>${canaries.map((one) => html`<tr><th scope="row">${one.canary.name}</th><td>${caughtText(one)}</td></tr>`)}</tbody></table></div></section>`;
}

function caughtText(one: CanaryFigures): string {
  const { made } = one;
  if (made === null || made.kill === null) return `✖ ${missedText(one)}`;
  return `after ${plural(made.runs, 'run')} (${seconds(made.coreS)} of a core), seed ${made.kill.seed} by ${made.kill.strategy}`;
}
