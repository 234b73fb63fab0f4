/** The history around a violation: what happened to the same key just before and after it. */

import type { History, HistoryEvent } from '../../checkers/history.ts';
import { NEMESIS } from '../../checkers/history.ts';
import { html, type Markup } from './markup.ts';
import { eventLink } from './selection.ts';
import { count, moment, valueText } from './text.ts';

/** Events shown on either side of the violation. */
const EITHER_SIDE = 40;

/** Null where there is no violation in the history. */
export function historySection(
  history: History,
  events: readonly number[],
  key: string | undefined,
): { readonly section: Markup | null; readonly cut: readonly string[] } {
  const last = events.at(-1);
  if (last === undefined) return { section: null, cut: [] };
  const keyId = key === undefined ? null : history.keys.find(key);
  const same: number[] = [];
  let before = 0;
  for (let index = 0; index < history.length; index++) {
    const about = keyId === null || history.key[index] === keyId;
    if (!about || history.process[index] === NEMESIS) continue;
    if (index <= last) before = same.length;
    same.push(index);
  }
  const shown = same.slice(Math.max(0, before - EITHER_SIDE), before + EITHER_SIDE);
  const involved = new Set(events);
  const of = key === undefined ? '' : ` on ${key}`;
  const left = same.length - shown.length;
  return {
    section: html`<details><summary>History around the violation${of}: ${shown.length} of ${count(same.length)} events</summary>
<div class="scroll tall" tabindex="0" role="region" aria-label="Events of the history">
<table><thead><tr><th scope="col" class="number">Event</th><th scope="col" class="number">Time</th><th scope="col" class="number">Process</th><th scope="col">Type</th><th scope="col">Operation</th><th scope="col">Value</th><th scope="col">Node</th><th scope="col">Error</th></tr></thead>
<tbody>${shown.map((index) => row(history.event(index), involved.has(index)))}</tbody></table></div></details>`,
    cut:
      left > 0
        ? [`${count(left)} of the ${count(same.length)} events${of}, which are in history.jsonl`]
        : [],
  };
}

function row(event: HistoryEvent, involved: boolean): Markup {
  const { index, time, process, type, f, value, node, error } = event;
  return html`<tr data-event="${index}" class=${involved ? 'conflict' : null}><td class="number">${eventLink(index, index)}</td><td class="number">${moment(time)}</td><td class="number">${process}</td><td>${type}</td><td><code>${f}</code></td><td><code>${valueText(value)}</code></td><td>${node ?? ''}</td><td>${error ?? ''}</td></tr>`;
}
