/**
 * What the nodes reported around a conflict, as a picture: a line a node, from left to right in the
 * order of the trace, with who led and who was down. The table below it says the same.
 */

import type { FaultWindow } from '../../checkers/fault-windows.ts';
import { nodeName, type TraceEvent } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import { faultBands } from './fault-bands.ts';
import { html, type Markup } from './markup.ts';
import { traceEvent } from './selection.ts';
import { label, px, rect, type Scale, vertical } from './svg.ts';
import { moment } from './text.ts';
import type { PlacedLine, TraceFacts } from './trace-facts.ts';
import { eventText } from './trace-section.ts';

const LEFT_PX = 96;
const STEP_PX = 24;
const ROW_PX = 40;
const BAR_PX = 22;
/** Columns between two times that are told. */
const TICK_COLUMNS = 4;

/** A sign for each kind of step; what has none is a dot. */
const SIGNS: { readonly [Kind in TraceEvent['kind']]?: string } = {
  boot: '▲',
  crash: '✕',
  panic: '✕',
  leader: '★',
  established: '★',
  prepared: '★',
  'step-down': '☆',
  vote: '◇',
  promise: '◇',
  elected: '◇',
  append: '○',
  accept: '○',
  logged: '○',
  truncate: '✂',
  'truncate-txns': '✂',
  commit: '●',
  learn: '●',
  'commit-txn': '●',
  read: '◉',
  'read-cert': '◉',
};

const LEGEND = [
  ['★', 'begins to lead'],
  ['◇', 'votes or promises'],
  ['○', 'takes an entry into its log'],
  ['●', 'takes entries for committed'],
  ['✂', 'cuts its log'],
  ['◉', 'answers a read'],
  ['▲', 'starts'],
  ['✕', 'stops'],
  ['·', 'anything else'],
] as const;

/** Null where there is nothing to draw. */
export function nodeLines(
  { around, nodes, spans }: TraceFacts,
  faults: readonly FaultWindow[],
): Markup | null {
  const shown = nodes.filter((node) => around.some(({ line }) => line.node === node));
  const times = around.map(({ line }) => line.time);
  const [firstNs, lastNs] = [times[0], times.at(-1)];
  if (firstNs === undefined || lastNs === undefined) return null;
  const width = columnX(around.length) + STEP_PX;
  const scale = scaleOf(times);
  const height = shown.length * ROW_PX;
  const window = { firstNs, lastNs, scale, width };
  const { bands, lanesPx: top } = faultBands(faults, window, height);
  const rows = shown.map((node, at) => {
    const y = top + at * ROW_PX;
    const bars = spans
      .filter((span) => span.node === node && span.startNs <= lastNs)
      .filter((span) => (span.endNs ?? lastNs) >= firstNs)
      .map(({ kind, term, startNs, endNs }) => {
        const band = { left: scale(startNs), right: endNs === null ? width : scale(endNs) };
        const name = kind === 'leader' ? `leads in term ${term}` : 'is down';
        return rect(
          kind === 'leader' ? 'lead' : kind,
          band,
          y,
          BAR_PX,
          `${nodeName(node)} ${name}`,
        );
      });
    const middle = px(y + BAR_PX / 2);
    return html`<line class="grid" x1="${LEFT_PX - 8}" x2="${px(width)}" y1="${middle}" y2="${middle}"/>${bars}${label('row', 0, y + 15, nodeName(node))}`;
  });
  const signs = around.map((placed, at) =>
    sign(placed, columnX(at), top + shown.indexOf(placed.line.node) * ROW_PX),
  );
  const ticks = times.map((timeNs, at) =>
    at % TICK_COLUMNS === 0
      ? html`${vertical('grid', columnX(at), top + height - 8, top + height)}${label('tick', columnX(at), top + height + 12, moment(timeNs))}`
      : null,
  );
  const total = top + height + 20;
  const summary = `${around.length} steps of ${shown.length} nodes between ${moment(firstNs)} and ${moment(lastNs)}; the table below has them all.`;
  return html`<ul class="legend">${LEGEND.map(([mark, words]) => html`<li><b>${mark}</b> ${words}</li>`)}
<li><i class="swatch lead"></i> leads</li><li><i class="swatch down"></i> is down</li><li><i class="swatch band"></i> fault in force</li><li>each step has its own column, whenever it was</li></ul>
<div class="scroll" tabindex="0" role="region" aria-label="Picture of what the nodes did; the table below says the same">
<svg class="nodes" role="img" aria-label=${summary} width="${px(width)}" height="${px(total)}" viewBox="0 0 ${px(width)} ${px(total)}">
${bands}${rows}${ticks}${signs}</svg></div>`;
}

function columnX(at: number): number {
  return LEFT_PX + at * STEP_PX;
}

/** Any time between the columns of the steps before and after it. */
function scaleOf(times: readonly Nanos[]): Scale {
  return (timeNs) => {
    const after = times.findIndex((time) => time >= timeNs);
    if (after < 0) return columnX(times.length);
    return columnX(after) - (times[after] === timeNs ? 0 : STEP_PX / 2);
  };
}

function sign({ position, line, conflict }: PlacedLine, x: number, y: number): Markup {
  const { node, time, event } = line;
  const title = `${moment(time)} ${nodeName(node)}: ${eventText(event)}`;
  const mark = html`<title>${title}</title><text class="middle" x="${px(x)}" y="${px(y + 16)}">${SIGNS[event.kind] ?? '·'}</text>`;
  const around = html`<rect class="box ${conflict ? 'fail' : 'quiet'}" x="${px(x - 10)}" y="${px(y)}" width="20" height="${BAR_PX}"/>`;
  return html`<g class="operation" data-event=${traceEvent(position)} data-node="${node}" data-culprit=${conflict || null}>${around}${mark}</g>`;
}
