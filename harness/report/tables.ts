/** Tables of a report: receipts of faults, answers of checkers, what was run and with what. */

import type { FaultWindow } from '../../checkers/fault-windows.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { RunFile, TimedCheck } from '../store/format.ts';
import { type Hole, html, type Markup } from './markup.ts';
import { eventLink, eventsOf } from './selection.ts';
import { bytes, count, moment, seconds } from './text.ts';
import { sentenceOf, WORDS } from './verdict-words.ts';

/** Receipts shown at most; the history has them all. */
const FAULTS_SHOWN = 500;

/** A fault with what the history says of its targets. */
export interface Receipted extends FaultWindow {
  readonly targets: string;
}

export function receiptsSection(faults: readonly Receipted[]): {
  readonly section: Markup;
  readonly cut: readonly string[];
} {
  const shown = faults.slice(0, FAULTS_SHOWN);
  const left = faults.length - shown.length;
  const installed = faults.filter((fault) => fault.status === 'installed').length;
  const isOpen = faults.length > 0 && faults.length <= 12;
  return {
    section: html`<details open=${isOpen}><summary>Faults and their receipts: ${count(installed)} of ${count(faults.length)} in force</summary>
<div class="scroll tall" tabindex="0" role="region" aria-label="Faults">
<table><thead><tr><th scope="col" class="number">Id</th><th scope="col">Fault</th><th scope="col">Form</th><th scope="col">Targets</th><th scope="col" class="number">Start</th><th scope="col" class="number">End</th><th scope="col">Status</th><th scope="col">Evidence</th></tr></thead>
<tbody>${shown.map(receiptRow)}</tbody></table></div></details>`,
    cut: left > 0 ? [`${count(left)} of the ${count(faults.length)} receipts of faults`] : [],
  };
}

function receiptRow(fault: Receipted): Markup {
  const { id, lane, form, targets, startNs, endNs, status, endStatus, evidence } = fault;
  const undone = endStatus === null || endStatus === status ? '' : `, undone: ${endStatus}`;
  const end = endNs === null ? 'never' : moment(endNs);
  const className = status === 'installed' ? 'ok' : status === 'skipped' ? 'none' : 'info';
  return html`<tr data-event=${eventsOf(fault.events)}><td class="number">${eventLink(itemAt(fault.events, 0), id)}</td><td>${lane}</td><td>${form}</td><td>${targets}</td><td class="number">${moment(startNs)}</td><td class="number">${end}</td><td><span class="word ${className}">${status}</span>${undone}</td><td>${evidence}</td></tr>`;
}

export function checksSection(checks: readonly TimedCheck[]): Markup {
  return html`<section aria-labelledby="checks"><h2 id="checks">Checkers</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Answers of the checkers">
<table><thead><tr><th scope="col">Checker</th><th scope="col">Verdict</th><th scope="col">Because</th><th scope="col">Figures</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>${checks.map(checkRow)}</tbody></table></div></section>`;
}

function checkRow({ checker, verdict, stats, seconds: took }: TimedCheck): Markup {
  const { word, mark, className } = WORDS[verdict.kind];
  const because = verdict.kind === 'valid' ? (verdict.note ?? '') : sentenceOf(verdict);
  const figures = Object.entries(stats ?? {}).map(([name, value]) => {
    return html`<li><span>${spelled(name)}</span> <b>${figureText(name, value)}</b></li>`;
  });
  return html`<tr><th scope="row">${checker}</th><td><span class="word ${className}">${mark} ${word.toLowerCase()}</span></td><td>${because}</td><td><ul class="figures">${figures}</ul></td><td class="number">${seconds(took)}</td></tr>`;
}

/** Figures that are times in nanoseconds, and what they are called. */
const TIMES: Readonly<Record<string, string>> = {
  longestNs: 'longest',
  longestUnavailableNs: 'longest unavailable',
  timeToRecoverNs: 'time to recover',
};

/** `leaderChanges` as `leader changes`. */
function spelled(name: string): string {
  return TIMES[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function figureText(name: string, value: number | string): string {
  if (typeof value === 'string') return value;
  if (TIMES[name] !== undefined) return seconds(value / 1e9);
  return Number.isInteger(value) ? count(value) : String(value);
}

/** Configuration, versions and machine. */
export function contextSection(run: RunFile, directory: string): Markup {
  const { config, versions, git, backend, machine } = run;
  // The plan of a run that was made small is what its story tells.
  const { set, plan: _, ...asked } = config;
  return html`<details><summary>Configuration and seed</summary><div class="columns">
${definitions(Object.entries(asked))}${definitions(Object.entries(set))}</div></details>
<details><summary>Versions and machine</summary><div class="columns">${definitions([
    ['ordeal', versions.ordeal],
    ['node', versions.node],
    ['commit', git?.commit ?? 'not in a checkout'],
    ['uncommitted changes', git === null ? '' : (git.dirty ?? 'none')],
    ...Object.entries(backend),
  ])}${definitions([
    ['platform', `${machine.platform} ${machine.arch}`],
    ['processors', machine.cpus],
    ['memory', bytes(machine.memoryBytes)],
    ['started', run.startedAt],
    ['directory', directory],
    ['command', run.command],
  ])}</div></details>`;
}

function definitions(entries: readonly (readonly [name: string, value: unknown])[]): Markup {
  const rows: Hole = entries.map(([name, value]) => {
    return html`<div><dt>${name}</dt><dd>${definitionText(value)}</dd></div>`;
  });
  return html`<dl>${rows}</dl>`;
}

function definitionText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
