/** What the nodes reported around a conflict: one column per node, time downwards. */

import { nodeName, type TraceEvent } from '../../checkers/trace.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { html, type Markup } from './markup.ts';
import { eventLink, traceEvent } from './selection.ts';
import { count, moment, plural, shorten } from './text.ts';
import type { Focus, PlacedLine, TraceFacts } from './trace-facts.ts';

type Invalid = Extract<Verdict, { readonly kind: 'invalid' }>;

/** Fewer lines than these are left out silently: their numbers show it. */
const GAP_MIN = 5;

/** The section; null where there is nothing to show. */
export function traceSection(
  facts: TraceFacts,
  finding: Invalid | null,
  culprit: Focus['moment'],
  picture: Markup,
): Markup | null {
  const { around } = facts;
  if (around.length === 0) return null;
  const title =
    finding === null
      ? 'What the nodes did at that time'
      : `What the nodes reported: ${finding.property ?? 'a contradiction'}`;
  return html`<section aria-labelledby="trace">
<h2 id="trace">${title} <small>${around.length} of ${count(facts.lines)} lines of trace.jsonl</small></h2>
${finding === null ? null : brokenProperties(finding)}
${picture}
${filterOf(facts)}
${linesTable(facts, nodeName, finding === null ? culprit : null)}</section>`;
}

/** What the script shows: words to look for, and nodes to look at, in the picture and in the table. */
function filterOf({ around, nodes }: TraceFacts): Markup {
  const boxes = nodes
    .filter((node) => around.some(({ line }) => line.node === node))
    .map(
      (node) =>
        html`<label><input type="checkbox" value="${node}" checked/> ${nodeName(node)}</label>`,
    );
  return html`<div class="filter" hidden><label>Find <input type="search"/></label> ${boxes}<span role="status"></span></div>`;
}

/** The lines that were kept, under the names of their nodes, with the answer that cannot be right. */
export function linesTable(
  { around, nodes }: TraceFacts,
  nameOf: (node: number) => string,
  culprit: Focus['moment'],
): Markup {
  const shownNodes = nodes.filter((node) => around.some(({ line }) => line.node === node));
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Lines of the trace">
<table class="lanes"><thead><tr><th scope="col" class="number">Line</th><th scope="col" class="number">Time</th>
${shownNodes.map((node) => html`<th scope="col">${nameOf(node)}</th>`)}</tr></thead>
<tbody>${around.map((placed, at) => {
    const before = around[at - 1];
    const wrong = wrongAnswer(culprit, before, placed, shownNodes.length);
    return html`${wrong}${row(placed, before, shownNodes)}`;
  })}</tbody></table></div>`;
}

/** Every property that is broken; the table marks the lines of the first. */
function brokenProperties({ because, witness }: Invalid): Markup {
  const sentences = witness?.sentences ?? [because];
  const items = sentences.map((sentence) => html`<li>${sentence}</li>`);
  const list = sentences.length > 1 ? html`<ul class="notes">${items}</ul>` : null;
  return html`${list}<ul class="legend"><li><i class="swatch fail"></i> ✖ these lines contradict each other</li>
<li>other lines: what the nodes did before and after</li></ul>`;
}

/** Where the answer that cannot be right falls between two lines of the table. */
function wrongAnswer(
  culprit: Focus['moment'],
  before: PlacedLine | undefined,
  placed: PlacedLine,
  columns: number,
): Markup | null {
  if (culprit === null || placed.line.time < culprit.timeNs) return null;
  if (before !== undefined && before.line.time >= culprit.timeNs) return null;
  const { node, timeNs } = culprit;
  return html`<tr class="conflict"><td class="number">✖</td><td class="number">${moment(timeNs)}</td><td colspan="${columns}">the answer that cannot be right, by ${nodeName(node)}</td></tr>`;
}

function row(placed: PlacedLine, before: PlacedLine | undefined, nodes: readonly number[]): Markup {
  const { position, line, conflict } = placed;
  const skipped = before === undefined ? 0 : position - before.position - 1;
  const gap =
    skipped < GAP_MIN
      ? null
      : html`<tr class="gap"><td colspan="${nodes.length + 2}">⋮ ${plural(skipped, 'line')} not shown</td></tr>`;
  const cells = nodes.map((node) => {
    if (node !== line.node) return html`<td></td>`;
    return html`<td><b>${conflict ? '✖ ' : ''}${line.event.kind}</b> ${payloadText(line.event)}</td>`;
  });
  return html`${gap}<tr data-event=${traceEvent(position)} data-node="${line.node}" class=${conflict ? 'conflict' : null}><td class="number">${eventLink(traceEvent(position), position + 2)}</td><td class="number">${moment(line.time)}</td>${cells}</tr>`;
}

/** Fields that hold the number of a node. */
const NODE_FIELDS: ReadonlySet<string> = new Set(['candidate', 'peer', 'votedFor', 'node']);

/** Fields that hold a hash, which people compare in hexadecimal digits. */
const HASH_FIELDS: ReadonlySet<string> = new Set(['valueHash', 'stateHash']);

/** An event in a line: `append index 4 term 1`. */
export function eventText(event: TraceEvent): string {
  return `${event.kind} ${payloadText(event)}`.trim();
}

/** The payload of an event in a line: `index 4 term 1`. */
function payloadText(event: TraceEvent): string {
  const { kind: _, ...payload } = event;
  const parts = Object.entries(payload).map(([name, value]) => `${name} ${fieldText(name, value)}`);
  return shorten(parts.join(' · '), 220);
}

function fieldText(name: string, value: unknown): string {
  if (typeof value === 'number') {
    if (NODE_FIELDS.has(name)) return nodeName(value);
    return HASH_FIELDS.has(name) ? value.toString(16) : String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => itemText(name, item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return recordText(value);
  return String(value);
}

function itemText(name: string, item: unknown): string {
  if (typeof item === 'number' && (name === 'certificate' || name === 'nodes'))
    return nodeName(item);
  return fieldText('', item);
}

/** `term 3 index 7`; of a node, `n2: match 7`. */
function recordText(value: object): string {
  const { node, ...fields } = value as { readonly node?: unknown };
  const text = Object.entries(fields)
    .map(([name, field]) => `${name} ${fieldText(name, field)}`)
    .join(' ');
  return typeof node === 'number' ? `${nodeName(node)}: ${text}` : text;
}
