/** `report.html` of a stored scenario: the story step by step, and what the nodes reported. */

import { statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { LAST_WORDS, RunStatus } from '../judge/outcome.ts';
import { page } from '../report/document.ts';
import { html, type Markup } from '../report/markup.ts';
import { count, plural } from '../report/text.ts';
import { traceFacts } from '../report/trace-facts.ts';
import { linesTable } from '../report/trace-section.ts';
import { codeLabel, sentenceOf, WORDS } from '../report/verdict-words.ts';
import { writeDerived } from '../store/files.ts';
import type { RunSummary } from '../store/format.ts';
import type { Checked } from './ask.ts';
import type { PlayedCase, PlayedClaim, PlayedScenario } from './judge.ts';
import type { Played, Told } from './play.ts';
import type { Case, Scenario } from './scenario.ts';
import { placeOf, type ScenarioRun } from './store.ts';

/** Violations whose lines are drawn, of a play; all of them are named. */
const DRAWN_MAX = 3;

/** Writes the page and returns where it is, as a user would type it. */
export function writeScenarioReport(
  directory: string,
  run: ScenarioRun,
  played: PlayedScenario,
): NonNullable<RunSummary['paths']['report']> {
  const path = writeDerived(directory, 'report', scenarioHtml(run, played, directory));
  return { path: relative(process.cwd(), path), bytes: statSync(path).size };
}

/** `directory` is where the recordings are. */
function scenarioHtml(run: ScenarioRun, played: PlayedScenario, directory: string): string {
  const { scenario, cases } = played;
  const body = html`${header(run, played, basename(directory))}
<main>${cases.map((one) => caseSection(played, one))}
<section aria-labelledby="details"><h2 id="details">Evidence and context</h2>
${contextList(run)}</section>
</main>`;
  const { word } = wordOf(played);
  return page(`${word.toLowerCase()}: ${scenario.name}`, body);
}

function wordOf({ verdict }: PlayedScenario): (typeof LAST_WORDS)[RunStatus] {
  return WORDS[verdict.kind];
}

function header(run: ScenarioRun, played: PlayedScenario, name: string): Markup {
  const { word, mark, className } = wordOf(played);
  const { scenario, variants, verdict } = played;
  const { source, about, title } = scenario;
  const parts = [codeLabel(run), scenario.name];
  const what = [...parts, ...variants.map((id) => `with ${id}`)].join(' · ');
  return html`<header class="verdict ${className}">
<div class="top"><h1><span class="pill">${mark} ${word}</span> <span class="what">${what}</span></h1><span class="id">${name}</span></div>
<p class="detail">${title}</p><p class="because">${sentenceOf(verdict)}</p>${exactly(verdict)}
<div class="again"><code id="command">${run.command}</code><button type="button" data-copy="command">Copy</button><span class="copied" role="status"></span></div>
${about === null ? null : html`<p>${about.replace(/\s+/g, ' ')}</p>`}
${source === null ? null : html`<p class="detail">${source}</p>`}
</header>`;
}

function exactly(verdict: PlayedScenario['verdict']): Markup | null {
  const detail = verdict.kind === 'invalid' ? verdict.detail : undefined;
  return detail === undefined ? null : html`<p class="detail">${detail}</p>`;
}

function caseSection({ scenario, variants }: PlayedScenario, one: PlayedCase): Markup {
  const { case: own, played, claims } = one;
  const place = placeOf(scenario, own, null);
  const { word, mark, className } = WORDS[one.verdict.kind];
  const roles = [...own.names]
    .filter(([name]) => !own.nodes.includes(name))
    .map(([name, node]) => `${name} is at ${own.nodes[node]}`);
  const options = Object.entries(own.options).map(([name, value]) => `${name}=${value}`);
  const setting = [`nodes ${own.nodes.join(', ')}`, ...roles, ...options, ...own.variants];
  const whose = variants.length === 0 ? "the paper's rules" : variants.join(', ');
  return html`<section aria-labelledby="${place}">
<h2 id="${place}">${own.title ?? 'What happened'} <span class="word ${className}">${mark} ${word.toLowerCase()}</span></h2>
<p class="setting">${setting.join(' · ')}</p>
<ol class="story">${played.told.map(step)}</ol>
${expected(played)}
${outcome(`under ${whose}`, played, own, place, true)}
${claims.map((claim) => claimPart(scenario, one, claim))}</section>`;
}

function step({ sentence, details, checks, problem, inner }: Told): Markup {
  return html`<li><b>${sentence}</b>${inner.length === 0 ? null : html`<ol class="story">${inner.map(step)}</ol>`}
${details.length === 0 ? null : html`<ul class="notes">${details.map((detail) => html`<li>${detail}</li>`)}</ul>`}
${checks.map(checkLine)}${problem === null ? null : marked('invalid', problem)}</li>`;
}

function expected({ final }: Played): Markup | null {
  return final.length === 0 ? null : html`<h3>At the end</h3>${final.map(checkLine)}`;
}

function checkLine({ text, found }: Checked): Markup {
  return found === null
    ? marked('valid', text)
    : marked('invalid', `expected ${text}; found ${found}`);
}

function marked(kind: keyof typeof WORDS, text: string): Markup {
  const { mark, className } = WORDS[kind];
  return html`<p class="check"><span class="word ${className}">${mark}</span> ${text}</p>`;
}

/** What broke, with the lines that show it, which are `open` where nobody expects them. */
function outcome(
  whose: string,
  { violations, recording, judged }: Played,
  { nodes }: Case,
  place: string,
  open: boolean,
): Markup {
  const { length } = recording.trace;
  const where = html`<p class="detail">${place}: ${plural(recording.history.length, 'event')} of clients, ${plural(length, 'line')} of nodes</p>`;
  if (!judged) return html`${where}`;
  if (violations.length === 0) {
    return html`${marked('valid', `No invariant is broken ${whose}`)}${where}`;
  }
  const tables = violations
    .filter(({ lines }) => lines.length > 0)
    .slice(0, DRAWN_MAX)
    .map(({ property, lines }) => {
      const facts = traceFacts(recording.trace, { positions: lines, moment: null });
      const nameOf = (node: NodeId) => {
        const name = nodes[node];
        return name === undefined || name === nodeName(node)
          ? nodeName(node)
          : `${name} (${nodeName(node)})`;
      };
      return html`<details open=${open}><summary>What the nodes reported: ${property}, ${facts.around.length} of ${count(length)} lines</summary>
${linesTable(facts, nameOf, null)}</details>`;
    });
  return html`${violations.map(({ property, because }) => marked('invalid', `${property} is broken ${whose}: ${because}`))}
${tables}${where}`;
}

function claimPart(scenario: Scenario, { case: one }: PlayedCase, claim: PlayedClaim): Markup {
  const { claim: told, played, verdict } = claim;
  const row = told.row === null ? '' : ` (statement ${told.row})`;
  const how = told.variants.map((id) => `${scenario.system.name}/${id}`).join(', ');
  const [first] = played.otherwise;
  const wrong = verdict.kind === 'valid' ? null : marked(verdict.kind, sentenceOf(verdict));
  const isSafe = told.breaks?.length === 0;
  return html`<h3>Claim${row}: ${told.says}</h3>
${how === '' ? null : html`<p class="detail">played with ${how}</p>`}
${isSafe || first === undefined ? null : html`<p>Here it goes another way: ${first}</p>`}
${expected(played)}${outcome('by the claim', played, one, placeOf(scenario, one, told), false)}${wrong}`;
}

function contextList({ config, versions, git, machine, startedAt }: ScenarioRun): Markup {
  const rows: [name: string, value: string][] = [
    ['scenario', config.scenario],
    ['settings', settingsText(config.set)],
    ['ordeal', versions.ordeal],
    ['node', versions.node],
    ['commit', git?.commit ?? 'not in a checkout'],
    ['uncommitted changes', git?.dirty ?? 'none'],
    ['platform', `${machine.platform} ${machine.arch}`],
    ['played', startedAt],
  ];
  return html`<div class="columns"><dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>
<p class="detail">The script is scenario.yaml beside this page, the story story.txt; each case and claim has its history.jsonl and trace.jsonl.</p>`;
}

function settingsText(set: ScenarioRun['config']['set']): string {
  const texts = Object.entries(set).map(([name, value]) => `${name}=${value}`);
  return texts.length === 0 ? 'those of the script' : texts.join(', ');
}
