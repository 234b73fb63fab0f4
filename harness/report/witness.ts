/** The operations that contradict each other: a drawing, and the same as a table. */

import { type FaultWindow, faultWindows } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import type { Verdict, Witness, WitnessOperation } from '../../checkers/verdict.ts';
import { faultBands } from './fault-bands.ts';
import { type Hole, html, type Markup } from './markup.ts';
import { eventLink, eventsOf } from './selection.ts';
import { label, px, rect, vertical } from './svg.ts';
import { count, moment, plural, shorten } from './text.ts';
import { boxesOf, type Layout, layOut, type PlacedBox } from './witness-layout.ts';

/** Operations that are drawn at most; those that cannot follow are always among them. */
const SHOWN = 40;

const LEFT_PX = 96;
const WIDTH_MIN_PX = 1150;
const ROW_PX = 48;
const BOX_PX = 26;
/** Room for the time at a tick. */
const TICK_PX = 78;

/** The witness with the operation marked that cannot be right, where the verdict blames one. */
export function withCulprit({
  because,
  witness,
}: Extract<Verdict, { readonly kind: 'invalid' }>): Witness | null {
  if (witness === undefined || witness.operations.length === 0) return null;
  const { culprit, operations } = witness;
  if (culprit === undefined) return witness;
  const marked = operations.map((operation) =>
    operation.invoke === culprit ? { ...operation, why: because } : operation,
  );
  return { ...witness, operations: marked };
}

/** The section, and what it had to leave out. */
export function witnessSection(
  history: History,
  checker: string,
  witness: Witness,
): {
  readonly section: Markup;
  readonly cut: readonly string[];
} {
  // Of a cycle no operation is to blame, and the drawing above says why of each.
  const isCycle = witness.isCycle === true;
  const operations = isCycle ? witness.operations.map(blameless) : witness.operations;
  const blocked = operations.filter((operation) => operation.why !== undefined);
  const others = operations.filter((operation) => operation.why === undefined);
  const room = Math.max(SHOWN - blocked.length, 0);
  const shown = [...others.slice(others.length - Math.min(room, others.length)), ...blocked];
  const layout = layOut(
    boxesOf(shown.slice(-SHOWN), (index) => history.event(index)),
    LEFT_PX,
    WIDTH_MIN_PX,
  );
  const dropped = operations.length - layout.boxes.length;
  const object = witness.key === undefined ? '' : ` on ${witness.key}`;
  return {
    section: html`<section aria-labelledby="witness">
<h2 id="witness">${isCycle ? 'When they ran' : `The operations that cannot be explained${object}`} <small>${checker} · ${plural(operations.length, 'operation')}</small></h2>
${isCycle ? null : legend(shown.some((operation) => operation.order !== undefined))}
<div class="scroll" tabindex="0" role="region" aria-label="Drawing of the operations; the table below says the same">
${drawing(layout, faultWindows(history))}
</div>
${table(layout)}
</section>`,
    cut:
      dropped > 0
        ? [`${count(dropped)} of the ${count(operations.length)} operations of the witness`]
        : [],
  };
}

function blameless({ invoke, complete }: WitnessOperation): WitnessOperation {
  return { invoke, complete };
}

function legend(ordered: boolean): Markup {
  const order = ordered
    ? html`<li><b class="badge">1</b> place in the longest order that explains every answer, and the state after it</li>`
    : null;
  return html`<ul class="legend">${order}
<li><i class="swatch fail"></i> ✖ ${ordered ? 'cannot follow' : 'cannot be right beside the others'}</li>
<li><i class="swatch ok"></i> answered</li>
<li><i class="swatch info"></i> outcome unknown: may happen at any later time</li>
<li><i class="swatch band"></i> fault in force</li>
<li>time is stretched so that every operation can be read</li></ul>`;
}

function drawing(layout: Layout, faults: readonly FaultWindow[]): Markup {
  const firstNs = layout.instants[0]?.timeNs ?? 0;
  const lastNs = layout.instants.at(-1)?.timeNs ?? 0;
  const { scale, width } = layout;
  const body = layout.processes.length * ROW_PX;
  const { bands, lanesPx: top } = faultBands(faults, { firstNs, lastNs, scale, width }, body);
  const bottom = top + body;
  const height = bottom + 22;
  const summary = `${layout.boxes.length} operations of ${layout.processes.length} processes between ${moment(firstNs)} and ${moment(lastNs)}.`;
  return html`<svg class="witness" role="img" aria-label="${summary}" width="${px(width)}" height="${height}" viewBox="0 0 ${px(width)} ${height}">
${bands}
${layout.processes.map((process, row) => processRow(process, top + row * ROW_PX, width))}
${ticks(layout, top, bottom)}
${layout.boxes.map((box) => operationBox(box, top + box.row * ROW_PX, width))}
</svg>`;
}

function processRow(process: string, top: number, width: number): Markup {
  const y = px(top + 4 + BOX_PX / 2);
  return html`<line class="grid" x1="${LEFT_PX - 8}" x2="${px(width)}" y1="${y}" y2="${y}"/>${label('row', 0, top + 21, `process ${process}`)}`;
}

function ticks({ instants, width }: Layout, top: number, bottom: number): Hole {
  let free = 0;
  return instants.map(({ timeNs, x }) => {
    const shown = x >= free;
    if (shown) free = x + TICK_PX;
    const place = x + TICK_PX > width ? 'tick end' : 'tick';
    const name = shown ? label(place, x, bottom + 15, moment(timeNs)) : null;
    return html`${vertical('grid', x, top, bottom + (shown ? 4 : 0))}${name}`;
  });
}

function operationBox(box: PlacedBox, top: number, width: number): Markup {
  const { operation, text, left } = box;
  const className = classOf(box);
  const right = box.right ?? width;
  const y = top + 4;
  const edge =
    box.right === null
      ? html`<path class="box ${className}" d="M${px(right)} ${y}H${px(left)}V${y + BOX_PX}H${px(right)}"/>`
      : rect(`box ${className}`, { left, right }, y, BOX_PX);
  const mark = operation.why !== undefined ? '✖' : (operation.order ?? '');
  const state =
    operation.stateAfter === undefined
      ? null
      : label('state', left + 2, y + BOX_PX + 13, `⇒ ${shorten(operation.stateAfter, 30)}`);
  return html`<g class="operation" data-event=${eventsOf([operation.invoke, operation.complete])} data-culprit=${operation.why !== undefined || null}><title>${rowText(box)}</title>${edge}
<text class="label ${className}" x="${px(left + 8)}" y="${y + 17}"><tspan class="order">${mark}</tspan> ${text}</text>${state}</g>`;
}

function classOf({ operation, ending }: PlacedBox): string {
  if (operation.why !== undefined) return 'fail';
  return ending === 'ok' ? 'ok' : ending === 'fail' ? 'none' : 'info';
}

function rowText({ operation, invoke, text }: PlacedBox): string {
  const order = operation.order === undefined ? '' : `${operation.order}. `;
  return `${order}process ${invoke.process}: ${text}${operation.why === undefined ? '' : `: ${operation.why}`}`;
}

function table(layout: Layout): Markup {
  const rows = layout.boxes.toSorted((a, b) => placeOf(a) - placeOf(b));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="The same operations as a table">
<table><thead><tr><th scope="col" class="number">Order</th><th scope="col">Process</th><th scope="col">Operation</th><th scope="col" class="number">Asked</th><th scope="col" class="number">Answered</th><th scope="col">By</th><th scope="col" class="wide">Then the state is, or why not</th></tr></thead>
<tbody>${rows.map(tableRow)}</tbody></table></div>`;
}

/** Ordered ones first, then the others as they were asked, then those that cannot follow. */
function placeOf({ operation, invoke }: PlacedBox): number {
  if (operation.order !== undefined) return operation.order;
  return (operation.why === undefined ? 1e12 : 2e12) + invoke.index;
}

function tableRow(box: PlacedBox): Markup {
  const { operation, invoke, complete, ending, text } = box;
  const answered =
    complete === null
      ? 'never'
      : ending === 'info'
        ? `unknown (${complete.error ?? 'info'})`
        : moment(complete.time);
  return html`<tr data-event=${eventsOf([operation.invoke, operation.complete])} class=${operation.why === undefined ? null : 'conflict'}><td class="number">${operation.why === undefined ? (operation.order ?? '') : '✖'}</td><td>${invoke.process}</td><td><code>${eventLink(operation.invoke, text)}</code></td><td class="number">${moment(invoke.time)}</td><td class="number">${answered}</td><td>${complete?.node ?? ''}</td><td>${operation.why ?? operation.stateAfter ?? ''}</td></tr>`;
}
