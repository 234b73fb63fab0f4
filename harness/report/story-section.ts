/** A run that was made small, retold on its page: a step a line. */

import { nodeName } from '../../checkers/trace.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { StoredRun } from '../store/reader.ts';
import { html, type Markup } from './markup.ts';
import { storyOf } from './story.ts';
import { moment, plural } from './text.ts';

/** Null for a run that a seed planned: it is too long to be retold. */
export function storySection({ run, history, trace }: StoredRun, verdict: Verdict): Markup | null {
  const { plan, nodes } = run.config;
  if (plan === undefined) return null;
  const steps = storyOf(history, [...trace], verdict);
  const rows = steps.map(({ timeNs, text, isConflict }, at) => {
    const marked = isConflict ? html` class="conflict"` : null;
    const mark = isConflict ? '✖ ' : '';
    return html`<tr${marked}><td class="number">${at + 1}</td><td class="number">${moment(timeNs)}</td><td>${mark}${text}</td></tr>`;
  });
  const what = [
    plural(nodes, 'node'),
    plural(plan.faults.length, 'fault'),
    plural(plan.operations.length, 'operation'),
  ].join(', ');
  const names = Array.from({ length: nodes }, (_, node) => nodeName(node)).join(', ');
  return html`<section aria-labelledby="story"><h2 id="story">Step by step <small>made small: ${what}</small></h2>
<div class="scroll" tabindex="0" role="region" aria-label="The run, step by step, on ${names}">
<table><thead><tr><th scope="col" class="number">Step</th><th scope="col" class="number">Time</th><th scope="col">What happens</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}
