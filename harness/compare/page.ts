/** `report.html` of a comparison: one file that opens from disk. */

import { signatureText } from '../judge/signature.ts';
import { page } from '../report/document.ts';
import { decisiveText } from '../report/explanation-words.ts';
import { html, type Markup } from '../report/markup.ts';
import { count, plural, seconds } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { sizeText } from '../shrink/case.ts';
import { type Comparison, type Conclusion, lastWordOn } from './conclusion.ts';
import type { Finding } from './findings.ts';
import type { Schedule } from './schedules.ts';
import { differencesText, schedulesText, sideText, type TableRow, tableOf } from './words.ts';

export function comparisonHtml(
  comparison: Comparison,
  conclusion: Conclusion,
  command: string,
): string {
  const { pair, populations, pairs, limits, findings, schedules } = comparison;
  const { word, mark, className } = lastWordOn(conclusion);
  const { system } = pair.a.base;
  const by = Object.entries(populations.strategies).map(([name, number]) => `${name} ${number}`);
  const facts = [
    ['A', sideText(pair.a, pair.a.module)],
    ['B', sideText(pair.b, pair.b.module)],
    [
      'pairs of runs',
      `${count(populations.pairs)} from seed ${limits.firstSeed} (${by.join(', ')})`,
    ],
    ['made again', `${pairs.identical} of ${pairs.repeated} identical`],
    ['took', seconds(pairs.wallS)],
  ] as const;
  const body = html`<header class="verdict ${className}">
<div class="top"><h1><span class="pill">${mark} ${word}</span> <span class="what">${pair.a.asked.text} and ${pair.b.asked.text}</span></h1></div>
<p class="because">${sentenceOf(conclusion.verdict)}</p>
<p class="detail">${differencesText(populations)}</p>
<div class="again"><code id="command">${command}</code><button type="button" data-copy="command">Copy</button><span class="copied" role="status"></span></div>
</header>
<main><section aria-labelledby="table"><h2 id="table">A and B, over ${plural(populations.pairs, 'pair')} of runs</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Figures of both sides">
<table><thead><tr><th scope="col"></th><th scope="col">A</th><th scope="col">B</th><th scope="col">B beside A</th></tr></thead>
<tbody>${tableOf(populations).map(tableRow)}</tbody></table></div>
<p class="detail">Each pair has the same seed, cluster, load and faults. Of outcomes the band of 95 % (Wilson); of figures the means over pairs that are valid on both sides, and the mean change with the band of 95 % for all figures together. A difference is told where it is more than noise.</p></section>
${findings.map(findingSection)}
${schedulesSection(schedules)}
<section aria-labelledby="details"><h2 id="details">What was compared</h2>
<div class="columns"><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div></section></main>`;
  return page(`comparison: ${system}`, body);
}

function tableRow({ label, a, b, difference, isTold }: TableRow): Markup {
  const told = difference.map((text, at) => (at === 0 && isTold ? html`<b>▲ ${text}</b>` : text));
  return html`<tr><th scope="row">${label.trim()}</th><td>${lined(a)}</td><td>${lined(b)}</td><td>${lined(told)}</td></tr>`;
}

function lined(lines: readonly (string | Markup)[]): Markup {
  return html`${lines.map((line, at) => (at === 0 ? html`${line}` : html`<br/>${line}`))}`;
}

function findingSection(
  { signature, seed, strategy, command, small }: Finding,
  at: number,
): Markup {
  const id = `finding-${at + 1}`;
  const head = html`<h2 id="${id}">${small?.brokenOnA === true ? 'Not new' : 'New'} on B: ${signatureText(signature)}</h2>
<p class="setting">seed ${seed} by ${strategy}</p>`;
  const again = command === null ? null : html`<p class="detail"><code>${command}</code></p>`;
  if (small === null) return html`<section aria-labelledby="${id}">${head}${again}</section>`;
  const { because, after, story, explanation, repro, brokenOnA } = small;
  const onA = brokenOnA
    ? 'A breaks the same under the schedule that is left of it.'
    : 'A keeps it under the same schedule.';
  return html`<section aria-labelledby="${id}">${head}
<p>${because}</p><p class="detail">${sizeText(after)}. ${onA}</p>
<ol class="story">${story.map((line) => html`<li>${line.replace(/^ *\d+\. */, '')}</li>`)}</ol>
${explanation === null ? null : html`<p>${decisiveText(explanation)}</p>`}${again}
<p class="detail"><code>npx ordeal replay ${repro}</code></p></section>`;
}

function schedulesSection(schedules: readonly Schedule[]): Markup | null {
  const told = schedulesText(schedules);
  if (told === null) return null;
  return html`<section aria-labelledby="schedules"><h2 id="schedules">Kept schedules</h2><p>${told}</p>
<div class="scroll tall" tabindex="0" role="region" aria-label="Kept schedules on both sides">
<table><thead><tr><th scope="col">Schedule</th><th scope="col">A</th><th scope="col">B</th></tr></thead>
<tbody>${schedules.map(({ path, a, b }) => html`<tr><th scope="row">${path}</th><td>${a.kind}</td><td>${b.kind}</td></tr>`)}</tbody></table></div></section>`;
}
