/** Transactions that must each come before the next, in a circle: a drawing, and why of every arrow. */

import { Graph, layout } from '@dagrejs/dagre';
import type { History, HistoryEvent } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Witness, WitnessOperation } from '../../checkers/verdict.ts';
import { html, type Markup } from './markup.ts';
import { eventLink, eventsOf } from './selection.ts';
import { px } from './svg.ts';
import { count, moment, plural, shorten, valueText } from './text.ts';

/** Transactions of a longer cycle that are shown; of what is between them nothing is. */
const SHOWN = 24;

/** Steps of a transaction that its box shows. */
const STEPS_SHOWN = 5;
const STEP_CHARACTERS = 40;

/** Of the monospaced labels, at their size in `page.css`. */
const CHARACTER_PX = 7.3;
const LINE_PX = 16;
const MARGIN_PX = 12;
/** The circle around the number of an arrow. */
const BADGE_PX = 9;

interface Box {
  readonly lines: readonly string[];
  /** Why it comes before the next. */
  readonly why: string;
  /** The event that invoked it, and what it stands for; null for all that are left out together. */
  readonly invoke: number | null;
  readonly events: string | null;
}

/** The section on a witness that is a cycle. */
export function cycleSection(
  history: History,
  checker: string,
  { operations }: Witness,
): { readonly section: Markup; readonly cut: readonly string[] } {
  const shown = operations.slice(0, SHOWN).map((operation) => boxOf(history, operation));
  const dropped = operations.length - shown.length;
  const boxes = dropped > 0 ? [...shown, gap(dropped)] : shown;
  const names = boxes.map(({ lines }) => itemAt(lines, 0));
  const told = boxes.map(({ invoke, why }, at) => {
    const name = itemAt(names, at);
    const next = itemAt(names, (at + 1) % names.length);
    return html`<li><b>${invoke === null ? name : eventLink(invoke, name)} before ${next}</b>: ${why}</li>`;
  });
  const section = html`<section aria-labelledby="cycle">
<h2 id="cycle">The transactions that no order explains <small>${checker} · ${plural(operations.length, 'transaction')}</small></h2>
<p class="setting">Each arrow says which of two transactions must have come first. They go round in a circle, so that every one would have to come before itself.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Drawing of the cycle; the list below says the same">${drawing(boxes)}</div>
<ol class="story">${told}</ol></section>`;
  const cut =
    dropped > 0
      ? [`${count(dropped)} of the ${count(operations.length)} transactions of the cycle`]
      : [];
  return { section, cut };
}

function boxOf(history: History, operation: WitnessOperation): Box {
  const invoke = history.event(operation.invoke);
  const complete = operation.complete === null ? null : history.event(operation.complete);
  const steps = stepsOf(complete?.type === 'ok' ? complete : invoke);
  const more = steps.length - STEPS_SHOWN;
  const head = `T${operation.invoke} · process ${invoke.process}`;
  const ended = complete === null ? 'never answered' : `to ${moment(complete.time)}`;
  return {
    invoke: invoke.index,
    events: eventsOf([operation.invoke, operation.complete]),
    why: operation.why ?? '',
    lines: [
      head,
      `${moment(invoke.time)} ${ended}`,
      ...steps.slice(0, STEPS_SHOWN).map((step) => shorten(step, STEP_CHARACTERS)),
      ...(more > 0 ? [`and ${more} more`] : []),
    ],
  };
}

function gap(dropped: number): Box {
  return {
    lines: [`${count(dropped)} more`],
    why: 'they are left out',
    invoke: null,
    events: null,
  };
}

/** A line a step, such as `append x 3` and `r x → [1, 3]`. */
function stepsOf({ value, f }: HistoryEvent): string[] {
  if (!Array.isArray(value)) return [f];
  return value.map((step) => {
    if (!Array.isArray(step)) return valueText(step);
    const [kind = '', key = '', argument = null] = step;
    const isRead = kind === 'r' || kind === 'read';
    return `${valueText(kind)} ${valueText(key)}${isRead ? ' →' : ''} ${endOf(valueText(argument, 1e4))}`;
  });
}

/** Of a long list what counts is its end: two reads differ there. */
function endOf(text: string): string {
  const room = STEP_CHARACTERS - 14;
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`;
}

function drawing(boxes: readonly Box[]): Markup {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', marginx: MARGIN_PX, marginy: MARGIN_PX, ranksep: 60 });
  for (const [at, { lines }] of boxes.entries()) {
    const longest = Math.max(...lines.map(({ length }) => length));
    graph.setNode(String(at), {
      width: longest * CHARACTER_PX + 2 * MARGIN_PX,
      height: lines.length * LINE_PX + MARGIN_PX,
    });
  }
  const next = (at: number) => String((at + 1) % boxes.length);
  for (const at of boxes.keys()) {
    graph.setEdge(String(at), next(at), {
      width: 2 * BADGE_PX,
      height: 2 * BADGE_PX,
      labelpos: 'c',
    });
  }
  layout(graph);
  const arrows = [...boxes.keys()].map((at) => arrow(graph.edge(String(at), next(at)), at + 1));
  const drawn = boxes.map((box, at) => drawnBox(box, graph.node(String(at))));
  const { width = 0, height = 0 } = graph.graph();
  const told = boxes.map(({ lines }) => itemAt(lines, 0)).join(', then ');
  return html`<svg class="cycle" role="img" aria-label="A circle of ${told}, and back to the first." width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}">
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
${arrows}${drawn}</svg>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function arrow({ points, x, y }: { points: readonly Place[] } & Place, number: number): Markup {
  const path = points.map((point, at) => `${at === 0 ? 'M' : 'L'}${px(point.x)} ${px(point.y)}`);
  return html`<path class="arrow" d="${path.join('')}" marker-end="url(#head)"/>
<circle class="place" cx="${px(x)}" cy="${px(y)}" r="${BADGE_PX}"/><text class="middle" x="${px(x)}" y="${px(y + 4)}">${number}</text>`;
}

function drawnBox(
  { events, lines }: Box,
  place: Place & { width: number; height: number },
): Markup {
  const left = place.x - place.width / 2;
  const top = place.y - place.height / 2;
  const texts = lines.map((line, at) => {
    const className = at === 0 ? 'label fail' : at === 1 ? 'state' : 'label';
    return html`<text class=${className} x="${px(left + MARGIN_PX)}" y="${px(top + (at + 1) * LINE_PX + 2)}">${line}</text>`;
  });
  return html`<g class="operation" data-event=${events}><rect class="box fail" x="${px(left)}" y="${px(top)}" width="${px(place.width)}" height="${px(place.height)}"/>${texts}</g>`;
}
