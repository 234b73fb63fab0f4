/**
 * Where the operations of a witness stand: one row per process, time stretched so that every box is
 * as wide as its text. One pass from left to right settles it, as in Porcupine's visualisation.
 */

import type { HistoryEvent } from '../../checkers/history.ts';
import { entryOf } from '../../checkers/item-at.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { WitnessOperation } from '../../checkers/verdict.ts';
import { type Ending, endingOf, operationText } from './operations.ts';
import type { Scale } from './svg.ts';

/** Of the monospaced labels, at their size in `page.css`. */
const CHARACTER_PX = 7.3;
const BOX_PADDING_PX = 18;
const GAP_PX = 16;

/** One operation to be drawn. */
export interface Box {
  readonly operation: WitnessOperation;
  readonly invoke: HistoryEvent;
  readonly complete: HistoryEvent | null;
  readonly ending: Ending;
  readonly text: string;
  readonly row: number;
}

/** A box in its place. `right` is null where it is open to the end of the drawing. */
export interface PlacedBox extends Box {
  readonly left: number;
  readonly right: number | null;
}

export interface Layout {
  readonly boxes: readonly PlacedBox[];
  readonly processes: readonly string[];
  /** The right edge of what is drawn. */
  readonly width: number;
  /** Where something begins or ends, from left to right. */
  readonly instants: readonly { readonly timeNs: Nanos; readonly x: number }[];
  /** Any time in its stretched place, kept within the drawing. */
  readonly scale: Scale;
}

/** `left` and `widthMin` in pixels: where the first row's boxes may begin, how wide it is at least. */
export function layOut(boxes: readonly Box[], left: number, widthMin: number): Layout {
  const { place, instants: places } = placeEvents(boxes, left);
  const x = places.at(-1)?.x ?? left;
  const open = boxes.filter((box) => endOf(box) === null);
  const openEnd = open.map((box) => entryOf(place, box.invoke.index) + boxWidth(box));
  const used = Math.max(x, ...openEnd) + GAP_PX;
  // A drawing narrower than the page is stretched: it is easier to read.
  const stretch = Math.max(1, (widthMin - left) / (used - left));
  const stretched = (at: number) => left + (at - left) * stretch;
  const instants = places.map((instant) => ({ ...instant, x: stretched(instant.x) }));
  const width = stretched(used);
  const xOf = ({ index }: HistoryEvent) => stretched(entryOf(place, index));
  return {
    boxes: boxes.map((box) => {
      const end = endOf(box);
      return { ...box, left: xOf(box.invoke), right: end === null ? null : xOf(end) };
    }),
    processes: processesOf(boxes),
    width,
    instants,
    scale: (timeNs) => interpolate(instants, timeNs, left, width),
  };
}

/** Makes boxes of operations, with a row for each process in order of appearance. */
export function boxesOf(
  operations: readonly WitnessOperation[],
  event: (index: number) => HistoryEvent,
): Box[] {
  const rows = new Map<number | 'nemesis', number>();
  const inTime = operations
    .map((operation) => ({ operation, invoke: event(operation.invoke) }))
    .sort((a, b) => a.invoke.time - b.invoke.time || a.invoke.index - b.invoke.index);
  return inTime.map(({ operation, invoke }) => {
    // A checker of users' own may say anything: what ends before it begins has no end to be drawn.
    const ends = operation.complete !== null && operation.complete > operation.invoke;
    const complete = ends ? event(operation.complete) : null;
    const row = rows.get(invoke.process) ?? rows.size;
    rows.set(invoke.process, row);
    const ending = endingOf(complete);
    return { operation, invoke, complete, ending, text: operationText(invoke, complete), row };
  });
}

/** Every event in its own place, in the order of the history: some happen at the same time. */
function placeEvents(
  boxes: readonly Box[],
  left: number,
): { readonly place: ReadonlyMap<number, number>; readonly instants: Layout['instants'] } {
  const ended = new Map(boxes.map((box) => [endOf(box)?.index, box]));
  const events = boxes.flatMap((box) => [box.invoke, endOf(box) ?? []].flat());
  events.sort((a, b) => a.index - b.index);
  const place = new Map<number, number>();
  const instants: { timeNs: Nanos; x: number }[] = [];
  let x = left - GAP_PX;
  for (const { index, time: timeNs } of events) {
    x += GAP_PX;
    const box = ended.get(index);
    if (box !== undefined) {
      x = Math.max(x, entryOf(place, box.invoke.index) + boxWidth(box));
    }
    place.set(index, x);
    instants.push({ timeNs, x });
  }
  return { place, instants };
}

/** An operation that may still happen has no end, even where its client has given up. */
function endOf({ complete, ending }: Box): HistoryEvent | null {
  return ending === 'info' ? null : complete;
}

function boxWidth({ text, operation }: Box): number {
  const mark = operation.order === undefined ? 2 : String(operation.order).length + 1;
  const state = operation.stateAfter === undefined ? 0 : operation.stateAfter.length + 2;
  return Math.max(text.length + mark, Math.min(state, 24)) * CHARACTER_PX + BOX_PADDING_PX;
}

function processesOf(boxes: readonly Box[]): string[] {
  const names: string[] = [];
  for (const { row, invoke } of boxes) names[row] = String(invoke.process);
  return names;
}

function interpolate(
  instants: Layout['instants'],
  timeNs: Nanos,
  left: number,
  right: number,
): number {
  const after = instants.findIndex((instant) => instant.timeNs >= timeNs);
  if (after === 0) return left;
  if (after === -1) return right;
  const [a, b] = [instants[after - 1], instants[after]];
  if (a === undefined || b === undefined) return left;
  return a.x + ((b.x - a.x) * (timeNs - a.timeNs)) / (b.timeNs - a.timeNs);
}
