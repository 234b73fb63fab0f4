/** A short run retold in numbered steps: what was done to it, what was asked, what nodes did. */

import { type FaultWindow, faultWindows } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import { nodeName, type TraceLine } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Nemesis } from '../../nemesis/fault.ts';
import { termNameOf, toldOf } from './event-words.ts';
import { operationText, pairOperations } from './operations.ts';
import { eventsOf, traceEvent } from './selection.ts';
import { plain } from './text.ts';
import { eventText } from './trace-section.ts';

/** One step, as a sentence without its full stop. */
export interface Step {
  readonly timeNs: Nanos;
  readonly text: string;
  /** Whether the violation consists of it. */
  readonly isConflict: boolean;
  /** What it tells of, as the parts of a page name it. */
  readonly event: string;
}

/** By name: those of the run, for the words that they have for their faults. */
export type ToldNemeses = Readonly<Record<string, Pick<Nemesis, 'words'>>>;

interface Candidate extends Step {
  /** What is left out first has the least. */
  readonly weight: number;
}

const WEIGHT = { work: 0, turn: 1, done: 2, conflict: 3 } as const;

/** More operations than these are daily work, too. */
const OPERATIONS_FEW = 6;

/** What is told at most; of equal weight, what came last. */
export const STEPS_MAX = 24;

/** Steps in order of time, up to the violation; nothing that this consists of is left out. */
export function storyOf(
  history: History,
  trace: readonly TraceLine[],
  verdict: Verdict,
  nemeses: ToldNemeses,
  most = STEPS_MAX,
): readonly Step[] {
  const all = [
    ...faultSteps(history, nemeses),
    ...operationSteps(history, verdict),
    ...nodeSteps(trace, verdict),
  ].sort((a, b) => a.timeNs - b.timeNs);
  const last = all.findLastIndex(({ isConflict }) => isConflict);
  const told = last < 0 ? all : all.slice(0, last + 1);
  const ranked = [...told.keys()].sort((a, b) => weightAt(told, b) - weightAt(told, a) || b - a);
  const conflicts = told.filter(({ isConflict }) => isConflict).length;
  const kept = new Set(ranked.slice(0, Math.max(most, conflicts)));
  return told.filter((_, at) => kept.has(at));
}

function weightAt(told: readonly Candidate[], at: number): number {
  return told[at]?.weight ?? 0;
}

function faultSteps(history: History, nemeses: ToldNemeses): Candidate[] {
  return faultWindows(history)
    .filter(({ status }) => status !== 'skipped')
    .flatMap((window) => {
      const { startNs, endNs } = window;
      const [start, end] = faultWords(window, nemeses);
      const event = eventsOf(window.events);
      const step = { isConflict: false, weight: WEIGHT.done, event };
      const starts = { ...step, timeNs: startNs, text: start };
      return endNs === null ? [starts] : [starts, { ...step, timeNs: endNs, text: end }];
    });
}

/** How a fault begins and ends, in the words of its nemesis. */
function faultWords({ lane, form, targets }: FaultWindow, nemeses: ToldNemeses): [string, string] {
  const words = Object.hasOwn(nemeses, lane) ? nemeses[lane]?.words : undefined;
  const { begins, ends } = words ?? {
    begins: `${lane} ({form}) begins`,
    ends: `${lane} ({form}) ends`,
  };
  const told = (text: string) => `${text.replaceAll('{form}', form)}: ${targets}`;
  return [told(begins), told(ends)];
}

function operationSteps(history: History, verdict: Verdict): Candidate[] {
  const blamed = new Set(verdict.kind === 'invalid' ? verdict.events : []);
  const { count, invoke, complete } = pairOperations(history);
  return Array.from({ length: count }, (_, at) => {
    const asked = invoke.get(at);
    const ended = complete.get(at);
    const invoked = history.event(asked);
    const completed = ended < 0 ? null : history.event(ended);
    const isConflict = blamed.has(asked) || blamed.has(ended);
    const key = invoked.key === undefined ? '' : ` on ${invoked.key}`;
    const { f, value } = invoked;
    const words = value === null ? f : plain(operationText(invoked, null));
    const who = `client ${invoked.process}`;
    const usual = count > OPERATIONS_FEW ? WEIGHT.work : WEIGHT.done;
    const weight = isConflict ? WEIGHT.conflict : usual;
    const step = { isConflict, weight, event: eventsOf([asked, ended < 0 ? null : ended]) };
    const asks = { ...step, timeNs: invoked.time, text: `${who} asks for ${words}${key}` };
    if (completed === null) return [asks];
    const answer = plain(operationText(invoked, completed));
    const by = completed.node === undefined ? '' : ` by ${completed.node}`;
    const how =
      completed.type === 'ok'
        ? `answered${by}`
        : `told${by} ${completed.error ?? completed.type} for`;
    return [asks, { ...step, timeNs: completed.time, text: `${who} is ${how}: ${answer}${key}` }];
  }).flat();
}

function nodeSteps(trace: readonly TraceLine[], verdict: Verdict): Candidate[] {
  const blamed = new Set(verdict.kind === 'invalid' ? (verdict.trace ?? []) : []);
  const termName = termNameOf(trace);
  return trace.flatMap(({ time, node, incarnation, event }, at) => {
    const isConflict = blamed.has(at);
    // That every node starts goes without saying.
    if (event.kind === 'boot' && incarnation === 1 && !isConflict) return [];
    const told = toldOf(event, termName);
    if (told === null && !isConflict) return [];
    const words = told?.words ?? `reports ${eventText(event)}`;
    const usual = told?.isTurn === true ? WEIGHT.turn : WEIGHT.work;
    const weight = isConflict ? WEIGHT.conflict : usual;
    const text = `${nodeName(node)} ${words}`;
    return [{ timeNs: time, text, isConflict, weight, event: traceEvent(at) }];
  });
}
