/** `report.html` of a violation that `ordeal prove` found: its steps, and what the nodes reported. */

import { statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { nodeName } from '../../checkers/trace.ts';
import { page } from '../report/document.ts';
import { html, type Markup } from '../report/markup.ts';
import { count } from '../report/text.ts';
import { traceFacts } from '../report/trace-facts.ts';
import { linesTable } from '../report/trace-section.ts';
import { codeLabel, sentenceOf, WORDS } from '../report/verdict-words.ts';
import { writeDerived } from '../store/files.ts';
import type { RunSummary } from '../store/format.ts';
import type { Kept, ProofRun } from './kept.ts';
import { boundsText } from './text.ts';

/** Writes the page and returns where it is, as a user would type it. */
export function writeProofReport(
  directory: string,
  kept: Kept,
): NonNullable<RunSummary['paths']['report']> {
  const path = writeDerived(directory, 'report', proofHtml(kept, basename(directory)));
  return { path: relative(process.cwd(), path), bytes: statSync(path).size };
}

function proofHtml({ run, verdict, story, recording }: Kept, name: string): string {
  const { word, mark, className } = WORDS[verdict.kind];
  const { config, command } = run;
  const parts = [codeLabel(run), ...config.mutants, ...config.rules];
  const detail = verdict.kind === 'invalid' ? verdict.detail : undefined;
  const body = html`<header class="verdict ${className}">
<div class="top"><h1><span class="pill">${mark} ${word}</span> <span class="what">${parts.join(' · ')}</span></h1><span class="id">${name}</span></div>
<p class="because">${sentenceOf(verdict)}</p>${detail === undefined ? null : html`<p class="detail">${detail}</p>`}
<div class="again"><code id="command">${command}</code><button type="button" data-copy="command">Copy</button><span class="copied" role="status"></span></div>
</header>
<main><section aria-labelledby="steps"><h2 id="steps">What happened</h2>
<p class="setting">${boundsText(config)}</p>
<ol class="story">${story.map(step)}</ol></section>
${reported({ run, verdict, story, recording })}
<section aria-labelledby="details"><h2 id="details">Evidence and context</h2>
${contextList(run)}</section></main>`;
  return page(`${word.toLowerCase()}: ${config.system}`, body);
}

/** The number is the list's. */
function step(line: string): Markup {
  const [, number, words = line] = /^ *(\d+)\. (.*)$/s.exec(line) ?? [];
  return number === undefined
    ? html`<li value="0">${line}</li>`
    : html`<li value="${number}">${words}</li>`;
}

/** The lines that contradict each other, with those around them. */
function reported({ verdict, recording }: Kept): Markup | null {
  const lines = verdict.kind === 'invalid' ? (verdict.trace ?? []) : [];
  if (lines.length === 0) return null;
  const facts = traceFacts(recording.trace, { positions: lines, moment: null });
  return html`<section aria-labelledby="nodes"><h2 id="nodes">What the nodes reported</h2>
<p class="detail">${facts.around.length} of ${count(recording.trace.length)} lines</p>
${linesTable(facts, nodeName, null)}</section>`;
}

function contextList({ config, versions, git, machine, startedAt }: ProofRun): Markup {
  const settings = Object.entries(config.set).map(([name, value]) => `${name}=${value}`);
  const rows: [name: string, value: string][] = [
    ['workload', config.workload],
    ['settings', settings.join(', ')],
    ['ordeal', versions.ordeal],
    ['node', versions.node],
    ['commit', git?.commit ?? 'not in a checkout'],
    ['uncommitted changes', git?.dirty ?? 'none'],
    ['platform', `${machine.platform} ${machine.arch}`],
    ['searched', startedAt],
  ];
  return html`<div class="columns"><dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>
<p class="detail">The steps are steps.json beside this page, as ordeal replay makes them again; what came of them is in history.jsonl and trace.jsonl, where times only number the steps.</p>`;
}
