/**
 * The nodes' traces as they lie in the logs of a run: read while the nodes run, after the run, or
 * after its controller was killed, and always cut so that no line is without its causes.
 */

import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareLines, nodeName, type TraceEvent, type TraceLine } from '../../checkers/trace.ts';
import type { Nanos, NodeId } from '../../checkers/units.ts';
import type { RecordedTrace } from '../core/backend.ts';
import { infrastructure } from '../core/errors.ts';
import { fieldsOf } from '../core/guards.ts';
import { count, fields, list, needs, number, optional, type Shape } from '../core/shape.ts';
import { consistentCut, type StampedLine } from './causality.ts';

/** Beside the nodes' own files: crashes that the harness saw, and when the load began. */
const CRASHES = 'crashes.trace.jsonl';
const BEGIN = 'begin.json';

interface Begin {
  /** From the zero of the nodes' traces to that of the history. */
  readonly shiftNs: Nanos;
}

const begin = fields<Begin>({ shiftNs: number });

/** Whatever belongs to its kind: whoever knows the protocol that reports it, knows that as well. */
const event = needs(
  'an event with its kind',
  (value): value is TraceEvent => typeof fieldsOf(value)['kind'] === 'string',
);
const stampedLine = fields<StampedLine>({
  time: number,
  node: count,
  incarnation: count,
  sequence: count,
  lamport: count,
  after: optional(list(count)),
  event,
});

export function traceFileName(node: NodeId): string {
  return `${nodeName(node)}.trace.jsonl`;
}

/** The load begins so long after the zero of the nodes' clocks: times are counted from there. */
export function noteBegin(logDirectory: string, shiftNs: Nanos): void {
  const began: Begin = { shiftNs };
  writeFileSync(join(logDirectory, BEGIN), `${JSON.stringify(began)}\n`);
}

/** A node was killed: follows the last line of that life, if it had said anything. */
export function noteCrash(logDirectory: string, node: NodeId, timeNs: Nanos): void {
  const last = readLines(join(logDirectory, traceFileName(node))).at(-1);
  const line = last === undefined ? null : crashLine(last, timeNs);
  if (line === null) return;
  appendFileSync(join(logDirectory, CRASHES), `${JSON.stringify(line)}\n`);
}

/** A program that traces nothing ended itself: its line is written for it, one to a life. */
export function noteOwnEnd(
  logDirectory: string,
  node: NodeId,
  timeNs: Nanos,
  event: TraceEvent,
): void {
  const path = join(logDirectory, traceFileName(node));
  const incarnation = readLines(path).length + 1;
  // What its nodes tell each other nobody sees: of their lines the earlier one comes first.
  const line: StampedLine = {
    time: timeNs,
    node,
    incarnation,
    sequence: 0,
    lamport: timeNs,
    event,
  };
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** Whether nodes in containers, or in other processes of ours, have left traces there. */
export function hasNodeTraces(logDirectory: string): boolean {
  return countTraces(logDirectory) > 0;
}

/** Up to the last node that has one. */
function countTraces(logDirectory: string): number {
  const names = existsSync(logDirectory) ? readdirSync(logDirectory) : [];
  const numbers = names.map((name) => Number(/^n(\d+)\.trace\.jsonl$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** All traces of a run, cut to the largest consistent cut. */
export function readTraces(logDirectory: string): RecordedTrace {
  const count = countTraces(logDirectory);
  const path = (node: NodeId) => join(logDirectory, traceFileName(node));
  const nodes = Array.from({ length: count }, (_, node) => readLines(path(node)));
  const { heardOf } = consistentCut(nodes);
  const lost = heardOf.flatMap((heard, node) => {
    // Written before anybody heard of it; what was read earlier than that is read again.
    const there = nodes[node]?.length ?? 0;
    if (heard <= there || heard <= readLines(path(node)).length) return [];
    return [`${traceFileName(node)} has ${there} lines, and ${heard} had been written`];
  });
  const merged = mergeTraces(nodes, readLines(join(logDirectory, CRASHES)));
  const { shiftNs } = readBegin(logDirectory);
  return {
    lines: merged.map(({ time, ...line }) => ({ time: time - shiftNs, ...line })),
    lost: lost.length === 0 ? null : `lines of the trace are lost: ${lost.join('; ')}`,
  };
}

/** The lines of a file; one that is just being written, or was torn by a kill, is left out. */
export function readLines(path: string): StampedLine[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line, at) => {
    if (line === '') return [];
    return [decoded(stampedLine, line, `${path}:${at + 1}`)];
  });
}

/** Throws where a text that a process of ours wrote is not what such a process writes. */
function decoded<Contents>(shape: Shape<Contents>, text: string, where: string): Contents {
  return shape.fromJson(text, (wrong) => infrastructure(`${where}: damaged (${wrong})`));
}

/**
 * The largest consistent cut in one order that respects causality. A life that another follows has
 * ended, whoever ended it and whether or not the harness saw when: its crash is there, once.
 */
export function mergeTraces(
  nodes: readonly (readonly StampedLine[])[],
  crashes: readonly TraceLine[],
): TraceLine[] {
  const seen = new Map(crashes.map((line) => [placeOf(line), line]));
  const merged: TraceLine[] = [];
  const { kept } = consistentCut(nodes);
  for (const [node, whole] of nodes.entries()) {
    const lines = whole.slice(0, kept[node]);
    for (const [at, stamped] of lines.entries()) {
      const line = withoutStamp(stamped);
      merged.push(line);
      const next = lines[at + 1];
      if (next?.incarnation === line.incarnation) continue;
      const crash = crashLine(line, line.time);
      if (crash === null) continue;
      const noted = seen.get(placeOf(crash));
      if (noted !== undefined) merged.push(noted);
      else if (next !== undefined) merged.push(crash);
    }
  }
  return merged.sort(compareLines);
}

/** What the harness writes for a node that it killed; null where the node said itself that it stopped. */
function crashLine(stamped: StampedLine, timeNs: Nanos): TraceLine | null {
  const last = withoutStamp(stamped);
  if (last.event.kind === 'panic') return null;
  return { ...last, time: timeNs, sequence: last.sequence + 1, event: { kind: 'crash' } };
}

function withoutStamp(stamped: StampedLine): TraceLine {
  const { time, node, incarnation, sequence, lamport, event } = stamped;
  return { time, node, incarnation, sequence, lamport, event };
}

function placeOf({ node, incarnation, sequence }: TraceLine): string {
  return `${node}:${incarnation}:${sequence}`;
}

function readBegin(logDirectory: string): Begin {
  const path = join(logDirectory, BEGIN);
  // Killed before the load began: what there is counts from the zero of the nodes.
  return existsSync(path) ? decoded(begin, readFileSync(path, 'utf8'), path) : { shiftNs: 0 };
}
