/** The logs of all replicas side by side, around the first place at which they differ. */

import { nodeName } from '../../checkers/trace.ts';
import { html, type Markup } from './markup.ts';
import type { Divergence, Held, LogPlace } from './replica-logs.ts';

/** Null where all replicas have the same, or nothing is known of their logs. */
export function replicaSection(divergence: Divergence | null, termName: string): Markup | null {
  if (divergence === null) return null;
  const { nodes, rows, at, isBroken } = divergence;
  const told = isBroken
    ? 'Nodes hold different entries for committed at the place that is marked: from there on they are no copies of one another.'
    : 'What nodes hold differs at the place that is marked; no two of them hold it for committed, so that this alone is no fault.';
  return html`<section aria-labelledby="replicas">
<h2 id="replicas">The log of every replica <small>at the moment of the violation, around the first difference</small></h2>
<p class="setting">${told}</p>
<ul class="legend"><li><b>●</b> held for committed</li><li><b>○</b> not yet</li><li>after the ${termName}, the hash of the value</li></ul>
<div class="scroll" tabindex="0" role="region" aria-label="Logs of the replicas">
<table class="lanes"><thead><tr><th scope="col" class="number">Place</th>${nodes.map((node) => html`<th scope="col">${nodeName(node)}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row, index) =>
      html`<tr class=${index !== at ? null : isBroken ? 'conflict' : 'apart'}><td class="number">${index === at ? (isBroken ? '✖ ' : '≠ ') : ''}${placeText(row)}</td>${row.held.map((held) => html`<td>${heldText(held, termName)}</td>`)}</tr>`,
  )}</tbody></table></div></section>`;
}

function placeText({ epoch, number }: LogPlace): string {
  return epoch === 0 ? String(number) : `${epoch}:${number}`;
}

function heldText({ entry, isCommitted }: Held, termName: string): string {
  if (entry === null) return '';
  const term = entry.term === null ? '' : `${termName} ${entry.term} · `;
  return `${isCommitted ? '●' : '○'} ${term}${entry.valueHash.toString(16)}`;
}
