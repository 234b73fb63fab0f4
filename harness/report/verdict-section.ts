/** The top of a report: what came out, why, and the command that shows it again. */

import { propertyNamed } from '../../checkers/agreement/properties.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { backendText } from '../config/backends.ts';
import type { ResultsFile, RunFile } from '../store/format.ts';
import { beyondText } from './beyond.ts';
import { evidenceRows } from './evidence.ts';
import { exercisedText } from './exercised.ts';
import { expectedText } from './expected.ts';
import { html, type Markup } from './markup.ts';
import { measureRows } from './measures.ts';
import { count, plural, seconds } from './text.ts';
import { alsoSaid, codeLabel, exactSentenceOf, lastWordOf, sentenceOf } from './verdict-words.ts';

export function verdictSection(
  run: RunFile,
  results: ResultsFile | null,
  verdict: Verdict,
  name: string,
): Markup {
  const { word, mark, className } = lastWordOf(results);
  const also = alsoSaid(verdict, results?.checks ?? []).map((check) => {
    return html`<p class="also"><b>${check.checker}</b> ${exactSentenceOf(check.verdict)}</p>`;
  });
  const { detail: exactly, note } = verdict.kind === 'invalid' ? verdict : {};
  const told = [note, exactly].filter((one) => one !== undefined);
  const detail = [...told, ...promiseOf(verdict)].map((one) => html`<p class="detail">${one}</p>`);
  const promised = beyondText(run.config);
  const beyond = promised === null ? null : html`<p class="detail">${promised}</p>`;
  const knew = expectedText(results?.expectation);
  const expected = knew === null ? null : html`<p class="detail">${knew}</p>`;
  return html`<header class="verdict ${className}">
<div class="top"><h1><span class="pill">${mark} ${word}</span> <span class="what">${whatRan(run)}</span></h1><span class="id">${name}</span></div>
<p class="because">${sentenceOf(verdict)}</p>${detail}${beyond}${expected}${also}
<div class="again"><code id="command">${run.command}</code><button type="button" data-copy="command">Copy</button><span class="copied" role="status"></span></div>
${results === null ? null : facts(run, results)}
</header>`;
}

/** What holds where nothing is wrong, and who says so: the meaning of the name of a property. */
function promiseOf(verdict: Verdict): readonly string[] {
  const name = verdict.kind === 'invalid' ? verdict.property : undefined;
  const property = name === undefined ? null : propertyNamed(name);
  return property === null ? [] : [`${name}: ${property.holds} (${property.source})`];
}

function whatRan(run: RunFile): string {
  const { config } = run;
  const variants = [...config.mutants, ...config.rules];
  const parts = [
    codeLabel(run),
    config.workload,
    `${plural(config.nodes, 'node')}, ${backendText(config)}`,
  ];
  return [...parts, `seed ${config.seed}`, ...variants.map((id) => `with ${id}`)].join(' · ');
}

function facts(run: RunFile, { figures, checks }: ResultsFile): Markup {
  const { operations, faults, leaderChanges, recoveryS, simulatedS, realS } = figures;
  const rows: [name: string, value: string][] = [
    ['operations', count(operations.invoked)],
    ['ok', count(operations.ok)],
    ['outcome unknown', count(operations.info)],
    ['failed', count(operations.fail)],
    ['faults in force', count(faults.reduce((sum, lane) => sum + lane.installed, 0))],
  ];
  if (leaderChanges !== null) rows.push(['leader changes', count(leaderChanges)]);
  rows.push(['time to recover', recoveryS === null ? 'not seen' : seconds(recoveryS)]);
  if (simulatedS !== null) rows.push(['simulated', seconds(simulatedS)]);
  rows.push(['real time', seconds(realS)]);
  if (figures.determinism !== null) {
    const { replays, identical } = figures.determinism;
    rows.push(['identical replays', `${count(identical)} of ${count(replays)}`]);
  }
  for (const [rule, { calls, changed }] of Object.entries(figures.reached ?? {})) {
    rows.push([`${rule} decided otherwise`, `${count(changed)} of ${count(calls)}`]);
  }
  rows.push(...measureRows(run, checks).map(([name, text]): [string, string] => [name, text]));
  const exercised = exercisedText(checks);
  if (exercised !== '') rows.push(['exercised', exercised]);
  for (const [evidence, shows] of evidenceRows(checks)) rows.push([`shown by ${evidence}`, shows]);
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
