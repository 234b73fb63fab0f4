/** `report.html` of a run: its verdict, its witness, the run over time, and the evidence. */

import { basename } from 'node:path';
import { faultWindows } from '../../checkers/fault-windows.ts';
import { type History, NEMESIS } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { CheckResult, Verdict, Witness } from '../../checkers/verdict.ts';
import type { StoredRun } from '../store/reader.ts';
import { cycleSection } from './cycle.ts';
import { page } from './document.ts';
import { historySection } from './history-section.ts';
import { html, type Markup } from './markup.ts';
import { nodeLines } from './node-lines.ts';
import { pairOperations } from './operations.ts';
import { type Mark, overviewSection } from './overview.ts';
import { replicaSection } from './replica-section.ts';
import { sampleLatencies } from './samples.ts';
import type { ToldNemeses } from './story.ts';
import { storySection } from './story-section.ts';
import { checksSection, contextSection, type Receipted, receiptsSection } from './tables.ts';
import { type Focus, type TraceFacts, traceFacts } from './trace-facts.ts';
import { traceSection } from './trace-section.ts';
import { verdictSection } from './verdict-section.ts';
import { lastWordOf } from './verdict-words.ts';
import { withCulprit, witnessSection } from './witness.ts';

/** The page for a stored run, judged or not; `nemeses` are those that it may have had. Reads the trace once; O(events and lines). */
export function reportHtml(stored: StoredRun, nemeses: ToldNemeses): string {
  const { run, results, history, directory } = stored;
  const verdict = results?.verdict ?? NOT_JUDGED;
  const checks = results?.checks ?? [];
  const name = basename(directory);
  const found = findingsOf(verdict, checks);
  const witness = found.history === null ? null : withCulprit(found.history);
  const culprit = culpritOf(history, found.history, witness);
  const positions = found.trace?.trace ?? [];
  const facts = traceFacts(stored.trace, {
    positions,
    moment: positions.length === 0 ? culprit : null,
  });
  const operations = pairOperations(history);
  // Logs that differ where nothing is committed are worth a look only where nodes are to blame.
  const isTold = facts.divergence?.isBroken === true || found.trace !== null;
  const logs = isTold ? replicaSection(facts.divergence, facts.termName) : null;
  const marks = marksOf(found, culprit, facts);
  const samples = sampleLatencies(history, operations, marks);
  const faults = receiptsOf(history);
  const drawn = witness === null ? null : witnessSection(history, found.checkers.history, witness);
  const cycle =
    witness?.isCycle === true ? cycleSection(history, found.checkers.history, witness) : null;
  const nearby = historySection(history, found.history?.events ?? [], witness?.key);
  const receipts = receiptsSection(faults);
  const quietNs = quietTime(history);
  const cut = [facts, samples, nearby, receipts].flatMap((part) => part.cut);
  cut.unshift(...(cycle?.cut ?? []), ...(drawn?.cut ?? []));
  const body = html`${verdictSection(run, results, verdict, name)}
<main>
${storySection(stored, verdict, nemeses)}
${cycle?.section ?? null}
${drawn?.section ?? null}
${logs}
${traceSection(facts, found.trace, culprit, nodeLines(facts, faults))}
${overviewSection({ history, operations, samples, faults, facts, quietNs, marks })}
${results === null ? null : checksSection(checks)}
<section aria-labelledby="details"><h2 id="details">Evidence and context</h2>
${nearby.section}${receipts.section}${contextSection(run, directory)}
${cutSection(cut, stored)}</section>
</main>`;
  return page(`${lastWordOf(results).word.toLowerCase()}: ${name}`, body);
}

const NOT_JUDGED: Verdict = {
  kind: 'unknown',
  because: 'the run was killed before it was judged (ordeal check judges what there is)',
};

type Invalid = Extract<Verdict, { readonly kind: 'invalid' }>;

/** The first finding about the history and the first about the trace, if any. */
interface Findings {
  readonly history: Invalid | null;
  readonly trace: Invalid | null;
  /** Who found them. */
  readonly checkers: { readonly history: string; readonly trace: string };
}

function findingsOf(verdict: Verdict, checks: readonly CheckResult[]): Findings {
  const all = checks.flatMap(({ checker, verdict: found }) =>
    found.kind === 'invalid' ? [{ checker, found }] : [],
  );
  // What the run was judged by comes before what else was found.
  const isShown = ({ found }: (typeof all)[number]) =>
    verdict.kind === 'invalid' && found.because === verdict.because;
  const ordered = [...all.filter(isShown), ...all.filter((one) => !isShown(one))];
  const history = ordered.find(({ found }) => found.trace === undefined && found.events.length > 0);
  const trace = ordered.find(({ found }) => found.trace !== undefined);
  return {
    history: history?.found ?? null,
    trace: trace?.found ?? null,
    checkers: { history: history?.checker ?? '', trace: trace?.checker ?? '' },
  };
}

/** When and where the history went wrong: the end of the operation that cannot be right. */
function culpritOf(
  history: History,
  finding: Invalid | null,
  witness: Witness | null,
): Focus['moment'] {
  if (finding === null) return null;
  const blocked = witness?.operations.find((operation) => operation.why !== undefined);
  const index = blocked?.complete ?? blocked?.invoke ?? finding.events.at(-1) ?? 0;
  const { node, time } = history.event(index);
  const number = Number(node?.replace(/^n/, ''));
  return { node: Number.isInteger(number) ? number - 1 : 0, timeNs: time };
}

/** What the chart points at: a broken property of the trace, then that of the history. */
function marksOf({ checkers }: Findings, culprit: Focus['moment'], { around }: TraceFacts): Mark[] {
  const conflict = around.findLast((placed) => placed.conflict);
  return [
    ...(conflict === undefined ? [] : [{ name: checkers.trace, timeNs: conflict.line.time }]),
    ...(culprit === null ? [] : [{ name: checkers.history, timeNs: culprit.timeNs }]),
  ];
}

/** Receipts with the targets that the nemesis wrote beside them. */
function receiptsOf(history: History): Receipted[] {
  return faultWindows(history).map((fault) => {
    const { value } = history.event(itemAt(fault.events, 0));
    const targets: unknown = Array.isArray(value) ? value[5] : undefined;
    return { ...fault, targets: typeof targets === 'string' ? targets : '' };
  });
}

/** When the recovery window began, as the history says. */
function quietTime(history: History): number | null {
  const phase = history.functions.find('phase');
  for (let index = 0; index < history.length; index++) {
    if (history.process[index] === NEMESIS && history.f[index] === phase) {
      return history.time.get(index);
    }
  }
  return null;
}

function cutSection(cut: readonly string[], { truncated, results }: StoredRun): Markup {
  const notes = cut.map((what) => `Left out: ${what}.`);
  if (truncated) notes.push('The run was killed: its files end within a line, which is left out.');
  const cutShort = results?.figures.cutShort ?? null;
  if (cutShort !== null) notes.push(`The run did not go to its end: ${cutShort}.`);
  if (notes.length === 0)
    notes.push('Nothing was left out of this page but the lines of the trace.');
  const all = 'Everything is in history.jsonl and trace.jsonl beside this page.';
  return html`<details open><summary>What was cut</summary><ul class="notes">${[...notes, all].map((note) => html`<li>${note}</li>`)}</ul></details>`;
}
