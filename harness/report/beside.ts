/** Two runs side by side: what differs between them first, then where they part. */

import { basename } from 'node:path';
import type { History, HistoryEvent } from '../../checkers/history.ts';
import { nodeName, type TraceLine } from '../../checkers/trace.ts';
import type { StoredRun } from '../store/reader.ts';
import { page } from './document.ts';
import { html, type Markup } from './markup.ts';
import { count, moment, seconds, valueText } from './text.ts';
import { eventText } from './trace-section.ts';
import { codeLabel, lastWordOf, sentenceOf, WORDS } from './verdict-words.ts';

/** Events shown of what both runs did last, and of what each did then. */
const SHOWN = 6;

/** The page; O(events and lines). */
export function besideHtml(a: StoredRun, b: StoredRun): string {
  const [rowsA, rowsB] = [rowsOf(a), rowsOf(b)];
  const names = [...new Set([...rowsA.keys(), ...rowsB.keys()])];
  const differing = names.filter((name) => rowsA.get(name) !== rowsB.get(name));
  const same = names.filter((name) => !differing.includes(name));
  const rows = differing.map(
    (name) =>
      html`<tr><th scope="row">${name}</th><td>${rowsA.get(name) ?? '–'}</td><td>${rowsB.get(name) ?? '–'}</td></tr>`,
  );
  const title = `${basename(a.directory)} and ${basename(b.directory)}`;
  const body = html`<header class="verdict none">
<h1><span class="pill">A and B</span> <span class="what">${title}</span></h1>
<p class="because">A: ${headOf(a)}</p><p class="because">B: ${headOf(b)}</p>
</header>
<main><section aria-labelledby="differences"><h2 id="differences">What differs <small>${differing.length} of ${names.length}</small></h2>
${rows.length === 0 ? html`<p>Nothing that the two runs say of themselves.</p>` : differenceTable(rows)}
<p class="setting">The same in both: ${same.join(', ') || 'nothing'}.</p></section>
${partingSection('clients saw', partingOf(eventsOf(a.history), eventsOf(b.history)))}
${partingSection('nodes did', partingOf(linesOf(a.trace), linesOf(b.trace)))}
</main>`;
  return page(`beside: ${title}`, body);
}

function headOf({ results }: StoredRun): string {
  const { word, mark } = lastWordOf(results);
  return `${mark} ${word}: ${results === null ? 'it was not judged' : sentenceOf(results.verdict)}`;
}

function differenceTable(rows: readonly Markup[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What differs">
<table><thead><tr><th scope="col">What</th><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What a run says of itself, by name: verdicts, then what happened, then what it was made with. */
function rowsOf({ run, results }: StoredRun): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  if (results !== null) {
    const { verdict, checks, figures } = results;
    const { operations, faults, leaderChanges, recoveryS, simulatedS } = figures;
    rows.set('verdict', `${lastWordOf(results).word}: ${sentenceOf(verdict)}`);
    for (const check of checks) {
      rows.set(`checker ${check.checker}`, WORDS[check.verdict.kind].word.toLowerCase());
    }
    for (const [name, number] of Object.entries(operations)) {
      rows.set(`operations ${name}`, count(number));
    }
    for (const { lane, installed } of faults)
      rows.set(`faults in force: ${lane}`, count(installed));
    rows.set('leader changes', leaderChanges === null ? 'not known' : count(leaderChanges));
    rows.set('time to recover', recoveryS === null ? 'not seen' : seconds(recoveryS));
    if (simulatedS !== null) rows.set('simulated', seconds(simulatedS));
  }
  const { plan: _, set, ...config } = run.config;
  rows.set('code', codeLabel(run));
  for (const [name, value] of Object.entries({ ...config, ...set })) rows.set(name, told(value));
  rows.set('ordeal', run.versions.ordeal);
  rows.set('node', run.versions.node);
  return rows;
}

function told(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}

/** A line each: what both have, and what each has from where they part; null where they never do. */
interface Parting {
  readonly after: number;
  readonly both: readonly string[];
  readonly a: readonly string[];
  readonly b: readonly string[];
}

function partingOf(a: Iterable<string>, b: Iterable<string>): Parting | null {
  const [left, right] = [Iterator.from(a), Iterator.from(b)];
  const both: string[] = [];
  for (let after = 0; ; after++) {
    const [one, other] = [left.next(), right.next()];
    if (one.done === true && other.done === true) return null;
    if (one.done === true || other.done === true || one.value !== other.value) {
      const rest = (first: IteratorResult<string>, more: Iterator<string>) =>
        first.done === true ? [] : [first.value, ...Iterator.from(more).take(SHOWN - 1)];
      return { after, both, a: rest(one, left), b: rest(other, right) };
    }
    both.push(one.value);
    if (both.length > SHOWN) both.shift();
  }
}

function* eventsOf(history: History): Generator<string> {
  for (let index = 0; index < history.length; index++) yield toldEvent(history.event(index));
}

function toldEvent({ time, process, type, f, key, value, node, error }: HistoryEvent): string {
  const parts = [key, valueText(value), node, error].filter((part) => part !== undefined);
  return `${moment(time)} process ${process} ${type} ${f} ${parts.join(' ')}`;
}

function* linesOf(trace: Iterable<TraceLine>): Generator<string> {
  for (const { time, node, event } of trace) {
    yield `${moment(time)} ${nodeName(node)} ${eventText(event)}`;
  }
}

function partingSection(what: string, parting: Parting | null): Markup {
  const id = what.replaceAll(' ', '-');
  const head = html`<h2 id=${id}>Where what ${what} parts</h2>`;
  if (parting === null) {
    return html`<section aria-labelledby=${id}>${head}<p>Nowhere: it is the same in both runs.</p></section>`;
  }
  const { after, both, a, b } = parting;
  const row = (one: string, other: string, className: string | null) =>
    html`<tr class=${className}><td>${one}</td><td>${other}</td></tr>`;
  const apart = Array.from({ length: Math.max(a.length, b.length) }, (_, at) => {
    return row(a[at] ?? '(nothing more)', b[at] ?? '(nothing more)', at === 0 ? 'conflict' : null);
  });
  return html`<section aria-labelledby=${id}>${head}
<p class="setting">The same up to here, ${count(after)} in all; the first that differs is marked.</p>
<div class="scroll" tabindex="0" role="region" aria-label="What ${what}, around where the runs part">
<table class="lanes"><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>
<tbody>${both.map((line) => row(line, line, null))}${apart}</tbody></table></div></section>`;
}
