/**
 * Progress while a quorum is healthy: whatever else is down, paused or cut off, nodes that are up
 * and reach one another, and are enough to decide, must go on serving.
 *
 * Judged only where the history leaves no doubt: among the nodes that no kill or pause holds, a
 * group that is linked in both directions throughout, and that hears nobody outside it. Who hears
 * the group, and is not heard, is to it as one that is down: cuts of what a node says are judged.
 *
 * Bridges, and cuts of what a node hears, are left out, although a quorum may be linked under them.
 * Whoever is heard from outside can disturb for as long as it lasts: a node that is heard and hears
 * nobody makes everybody follow its ever higher terms or ballots (in Raft where PreVote or
 * CheckQuorum is off, in Paxos and Zab always), and behind a bridge two groups may outbid each other
 * through it. No protocol here promises progress then, whatever its settings, so a standstill
 * accuses nobody.
 */

import { type FaultWindow, faultWindows } from './fault-windows.ts';
import type { Harm } from './harm.ts';
import { type History, INVOKE, OK } from './history.ts';
import { nodeName } from './trace.ts';
import type { Nanos, NodeId } from './units.ts';
import type { CheckResult } from './verdict.ts';

export interface ProgressRules {
  readonly nodes: number;
  /**
   * Whether these nodes, numbered from 0, are enough to decide whatever their state, by whoever had to
   * agree at any moment of this time.
   */
  readonly isQuorum: (nodes: readonly NodeId[], startNs: Nanos, endNs: Nanos) => boolean;
  /** When it changed who has to agree, in order; never where absent. */
  readonly changesNs?: readonly Nanos[];
  /** Whom the faults of a nemesis harm; where nobody knows, nothing is asked while one is in force. */
  readonly harmOf: (lane: string) => Harm | undefined;
  /** How long a healthy quorum may take until an operation succeeds, in nanoseconds. */
  readonly boundNs: Nanos;
  /**
   * How much longer a group may take within this time, for what it has to bring through first; no
   * longer where absent.
   */
  readonly allowanceNs?: (group: readonly number[], startNs: Nanos, endNs: Nanos) => number;
}

/** So many operations must have been refused or given up for a standstill to be one. */
const REFUSED_MIN = 10;

/** From when to when one group of nodes was healthy, in nanoseconds. */
interface Stretch {
  readonly group: readonly number[];
  readonly startNs: Nanos;
  endNs: Nanos;
}

/** `invalid` where a healthy quorum served nobody for longer than the bound. O(events + faults²). */
export function progressVerdict(history: History, rules: ProgressRules): CheckResult {
  const stretches = healthyStretches(history, rules);
  const long = stretches.filter(({ startNs, endNs }) => endNs - startNs > rules.boundNs);
  let longestNs = 0;
  for (const stretch of long) {
    const worst = standstill(history, stretch, rules);
    longestNs = Math.max(longestNs, worst.longestNs);
    if (worst.excessNs <= 0 || worst.refused < REFUSED_MIN) continue;
    const names = stretch.group.map(nodeName).join(', ');
    return {
      checker: 'progress',
      verdict: {
        kind: 'invalid',
        property: 'Liveness:progress',
        because:
          `${names} were up and reached one another from ${seconds(worst.startNs)} s to ` +
          `${seconds(worst.endNs)} s, which is a quorum, and none of ${worst.refused} operations ` +
          `succeeded; the bound is ${seconds(worst.endNs - worst.startNs - worst.excessNs)} s`,
        events: [worst.event],
      },
      stats: { stretches: long.length, longestNs },
    };
  }
  return {
    checker: 'progress',
    verdict: { kind: 'valid' },
    stats: { stretches: long.length, longestNs },
  };
}

/** Successive times in which the same group was healthy, split wherever it changed. */
function healthyStretches(history: History, rules: ProgressRules): Stretch[] {
  const windows = faultWindows(history).filter(({ lane }) => rules.harmOf(lane) !== 'nobody');
  const endNs = history.length === 0 ? 0 : history.time.get(history.length - 1);
  const marks = new Set([0, endNs, ...(rules.changesNs ?? [])]);
  for (const window of windows) {
    marks.add(window.startNs);
    marks.add(overNs(window));
  }
  const times = [...marks].filter((time) => time <= endNs).sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (const [at, startNs] of times.entries()) {
    const next = times[at + 1];
    if (next === undefined) break;
    const inForce = windows.filter((each) => each.startNs <= startNs && overNs(each) > startNs);
    const group = healthyGroup(inForce, rules, startNs, next);
    if (group === null) continue;
    const last = stretches.at(-1);
    if (last?.endNs === startNs && last.group.join() === group.join()) last.endNs = next;
    else stretches.push({ group, startNs, endNs: next });
  }
  return stretches;
}

/** When a fault was over for certain. */
function overNs({ endNs, endStatus }: FaultWindow): Nanos {
  return endNs === null || endStatus === 'indeterminate' ? Number.POSITIVE_INFINITY : endNs;
}

/** The group of nodes that can decide by themselves under these faults; null where in doubt. */
function healthyGroup(
  inForce: readonly FaultWindow[],
  { nodes, isQuorum, harmOf }: ProgressRules,
  startNs: Nanos,
  endNs: Nanos,
): readonly number[] | null {
  const away = new Set<number>();
  const cut = new Set<number>();
  for (const { lane, targets, status } of inForce) {
    if (status === 'indeterminate') return null;
    const harm = harmOf(lane);
    if (harm === 'its-links') {
      for (const [, from, to] of targets.matchAll(/n(\d+)→n(\d+)/g)) {
        cut.add((Number(from) - 1) * nodes + Number(to) - 1);
      }
    } else if (harm === 'its-nodes') {
      for (const [, node] of targets.matchAll(/n(\d+)/g)) away.add(Number(node) - 1);
    } else return null;
  }
  const up = Array.from({ length: nodes }, (_, node) => node).filter((node) => !away.has(node));
  const isOpen = (from: NodeId, to: NodeId) => !cut.has(from * nodes + to);
  const isLinked = (one: number, other: number) =>
    one === other || (isOpen(one, other) && isOpen(other, one));
  for (const node of up) {
    const group = up.filter((other) => isLinked(node, other));
    const isWhole = group.every((one) =>
      up.every((other) => (group.includes(other) ? isLinked(one, other) : !isOpen(other, one))),
    );
    if (isWhole && isQuorum(group, startNs, endNs)) return group;
  }
  return null;
}

/** Whether the state machine said no: that takes a quorum as well, and says where in the log. */
function isAnswered(history: History, index: number): boolean {
  return !Number.isNaN(history.position.get(index));
}

interface Standstill {
  readonly startNs: Nanos;
  readonly endNs: Nanos;
  /** How much longer that is than the group may take; negative within the bound. */
  readonly excessNs: Nanos;
  /** Operations that began in it and ended in it without success, and the first of them. */
  readonly refused: number;
  readonly event: number;
  /** The longest of all, whatever the group had to bring through meanwhile. */
  readonly longestNs: Nanos;
}

/** The time within a stretch in which nothing succeeded for longest beyond what it may take. */
function standstill(
  history: History,
  { group, startNs, endNs }: Stretch,
  { boundNs, allowanceNs }: ProgressRules,
): Standstill {
  let worst = { startNs, endNs: startNs, excessNs: 0 - boundNs, refused: 0, event: 0 };
  let longestNs = 0;
  let sinceNs = startNs;
  let refused = 0;
  let event = -1;
  const invoked = new Map<number, number>();
  const close = (untilNs: Nanos) => {
    longestNs = Math.max(longestNs, untilNs - sinceNs);
    const beyondNs = untilNs - sinceNs - boundNs;
    if (beyondNs <= worst.excessNs) return;
    // Asked of few only: who is served in time needs no allowance.
    const allowedNs = beyondNs > 0 ? (allowanceNs?.(group, sinceNs, untilNs) ?? 0) : 0;
    const excessNs = beyondNs - allowedNs;
    if (excessNs <= worst.excessNs) return;
    worst = { startNs: sinceNs, endNs: untilNs, excessNs, refused, event: Math.max(0, event) };
  };
  for (let index = 0; index < history.length; index++) {
    const process = history.process.get(index);
    const timeNs = history.time.get(index);
    if (process < 0 || timeNs < startNs) continue;
    if (timeNs > endNs) break;
    if (history.type[index] === INVOKE) {
      invoked.set(process, index);
      continue;
    }
    const invoke = invoked.get(process);
    invoked.delete(process);
    if (history.type[index] === OK || isAnswered(history, index)) {
      close(timeNs);
      sinceNs = timeNs;
      refused = 0;
      event = -1;
    } else if (invoke !== undefined && history.time.get(invoke) >= sinceNs) {
      refused++;
      if (event < 0) event = invoke;
    }
  }
  close(endNs);
  return { ...worst, longestNs };
}

function seconds(ns: Nanos): string {
  return (ns / 1e9).toFixed(1);
}
