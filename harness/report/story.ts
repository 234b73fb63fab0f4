/** A short run retold in numbered steps: what was done to it, what was asked, what nodes did. */

import { type FaultWindow, faultWindows } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import { nodeName, type TraceLine } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { termNameOf, toldOf } from './event-words.ts';
import { operationText, pairOperations } from './operations.ts';
import { plain } from './text.ts';
import { eventText } from './trace-section.ts';

/** One step, as a sentence without its full stop. */
export interface Step {
  readonly timeNs: Nanos;
  readonly text: string;
  /** Whether the violation consists of it. */
  readonly isConflict: boolean;
}

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
  most = STEPS_MAX,
): readonly Step[] {
  const all = [
    ...faultSteps(history),
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

function faultSteps(history: History): Candidate[] {
  return faultWindows(history)
    .filter(({ status }) => status !== 'skipped')
    .flatMap((window) => {
      const { startNs, endNs } = window;
      const [start, end] = faultWords(window);
      const step = { isConflict: false, weight: WEIGHT.done };
      const starts = { ...step, timeNs: startNs, text: start };
      return endNs === null ? [starts] : [starts, { ...step, timeNs: endNs, text: end }];
    });
}

/** How a fault begins and ends. */
function faultWords({ lane, form, targets }: FaultWindow): readonly [string, string] {
  switch (lane) {
    case 'kill':
      return [`killed: ${targets}`, `started again: ${targets}`];
    case 'pause':
      return [`paused: ${targets}`, `going on again: ${targets}`];
    case 'partition':
      return [`the network is cut (${form}): ${targets}`, `the network is whole again: ${targets}`];
    case 'clock':
      return [
        `the clocks are moved (${form}): ${targets}`,
        `the clocks are right again: ${targets}`,
      ];
    case 'rolling-restart':
      return [
        `nodes are restarted in turn (${form}): ${targets}`,
        `nodes are no longer restarted: ${targets}`,
      ];
    case 'crash-loop':
      return [`crashing again and again: ${targets}`, `no longer crashing: ${targets}`];
    case 'gone-for-good':
      return [`killed for good: ${targets}`, `started again at the end: ${targets}`];
    case 'flaky-links':
    case 'slow-links':
      return [`links are bad: ${targets}`, `links are good again: ${targets}`];
    case 'hold-and-release':
      return [`links keep back what they carry: ${targets}`, `links let everything go: ${targets}`];
    case 'client-links':
      return [`clients' links are bad: ${targets}`, `clients' links are good again: ${targets}`];
    case 'next-messages':
      return [
        `the next messages of a kind are picked out (${form}): ${targets}`,
        `messages go their usual way again: ${targets}`,
      ];
    case 'power-loss':
      return [`power is cut (${form}): ${targets}`, `started again: ${targets}`];
    case 'slow-disk':
      return [`disks are slow: ${targets}`, `disks are as fast as before: ${targets}`];
    case 'failing-sync':
    case 'full-disk':
      return [`disks fail: ${targets}`, `disks work again, and their nodes start: ${targets}`];
    case 'bit-rot':
      return [
        `crashed, with a stored record damaged: ${targets}`,
        `repaired and started again: ${targets}`,
      ];
    case 'wiped-disk':
      return [`crashed, with their disks wiped: ${targets}`, `started with nothing: ${targets}`];
    case 'stale-disk':
      return [
        `an image is kept of the disks: ${targets}`,
        `crashed, and started from the image kept: ${targets}`,
      ];
    case 'clock-freeze':
      return [`wall clocks stand still: ${targets}`, `wall clocks are right again: ${targets}`];
    default:
      return [`${lane} (${form}) begins: ${targets}`, `${lane} (${form}) ends: ${targets}`];
  }
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
    const step = { isConflict, weight: isConflict ? WEIGHT.conflict : usual };
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
    return [{ timeNs: time, text: `${nodeName(node)} ${words}`, isConflict, weight }];
  });
}
