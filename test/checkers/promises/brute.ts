/** The weaker promises by their definitions, for a handful of operations on one register. */

import type { History, Value } from '../../../checkers/history.ts';

interface Op {
  readonly key: string;
  readonly process: number;
  readonly invoke: number;
  readonly complete: number;
  readonly reads: Value | undefined;
  readonly writes: Value | undefined;
  /** Where the system says that it took effect; undefined where it does not. */
  readonly position?: number | undefined;
  /** What a compare-and-set that failed did not find. */
  readonly misses?: Value;
}

/** Reads a history of `read`, `write` and `cas` that succeeded or crashed. */
function parse(history: History, observed = false): Op[] {
  const open = new Map<number | 'nemesis', number>();
  const ops: Op[] = [];
  const add = (invoke: number, complete: number): void => {
    const { f, value, process, key = '' } = history.event(invoke);
    const done = Number.isFinite(complete);
    if (f === 'read' && !done) return;
    const [from, to] = (f === 'cas' ? value : [undefined, value]) as [Value | undefined, Value];
    ops.push({
      key,
      process: process as number,
      invoke,
      complete,
      position: done ? history.event(complete).position : undefined,
      reads: f === 'read' ? history.event(complete).value : from,
      writes: f === 'read' ? undefined : to,
    });
  };
  for (const { index, type, process } of history) {
    if (type === 'invoke') open.set(process, index);
    else {
      if (type === 'fail' && observed) {
        const invoke = open.get(process) as number;
        const [misses] = history.event(invoke).value as readonly [Value, Value];
        const nothing = { reads: undefined, writes: undefined };
        const { key = '' } = history.event(invoke);
        ops.push({ key, process: process as number, invoke, complete: index, ...nothing, misses });
      }
      if (type !== 'fail')
        add(open.get(process) as number, type === 'ok' ? index : Number.POSITIVE_INFINITY);
      open.delete(process);
    }
  }
  for (const invoke of open.values()) add(invoke, Number.POSITIVE_INFINITY);
  return ops.sort((a, b) => a.invoke - b.invoke);
}

/** Whether some order of all operations explains all reads; `before` says which must precede which. */
function hasOrder(ops: readonly Op[], before: (a: Op, b: Op) => boolean): boolean {
  const extend = (left: readonly Op[], holds: ReadonlyMap<string, Value>): boolean => {
    if (left.every(({ complete }) => complete === Number.POSITIVE_INFINITY)) return true;
    return left.some((op) => {
      const rest = left.filter((other) => other !== op);
      if (rest.some((other) => before(other, op))) return false;
      const held = holds.get(op.key) ?? null;
      if (op.reads !== undefined && op.reads !== held) return false;
      if (op.misses !== undefined && op.misses === held) return false;
      return extend(rest, new Map([...holds, [op.key, op.writes ?? held]]));
    });
  };
  return extend(ops, new Map());
}

const session = (a: Op, b: Op): boolean => a.process === b.process && a.invoke < b.invoke;
const time = (a: Op, b: Op): boolean => a.complete < b.invoke;

/** By the system's own account: at one position, what it wrote comes before what read it. */
const stands = ({ position: p, writes }: Op, b: Op): boolean =>
  p !== undefined &&
  b.position !== undefined &&
  (p < b.position || (p === b.position && writes !== undefined && b.writes === undefined));

type Allows = (a: Op, b: Op, older: (x: Value, y: Value) => boolean) => boolean;

/**
 * Whether some order of the versions satisfies `allows` of any two operations of a session; with
 * `timed`, an order that real time allows.
 */
function hasVersions(ops: readonly Op[], timed: boolean, allows: Allows): boolean {
  const seen = new Set(ops.map(({ reads }) => reads));
  const writes = ops.filter(
    (op) => op.writes !== undefined && (Number.isFinite(op.complete) || seen.has(op.writes)),
  );
  const known = ops.filter((op) => op.writes === undefined || writes.includes(op));
  const extend = (order: readonly Value[], left: readonly Op[]): boolean => {
    if (left.length > 0) {
      return left.some((write) => {
        const rest = left.filter((other) => other !== write);
        return (
          (!timed || !rest.some((other) => time(other, write))) &&
          extend([...order, write.writes as Value], rest)
        );
      });
    }
    const older = (x: Value, y: Value): boolean => order.indexOf(x) < order.indexOf(y);
    return known.every(
      (b) => known.every((a) => !session(a, b) || allows(a, b, older)) && ownCas(b),
    );
    function ownCas(op: Op): boolean {
      return allows === FOLLOW && op.reads !== undefined && op.writes !== undefined
        ? !older(op.writes, op.reads)
        : true;
    }
  };
  return extend([null], writes);
}

const MONOTONIC: Allows = (a, b, older) =>
  a.reads === undefined || b.reads === undefined || !older(b.reads, a.reads);

const FOLLOW: Allows = (a, b, older) =>
  MONOTONIC(a, b, older) &&
  (a.reads === undefined ||
    b.writes === undefined ||
    (!older(b.writes, a.reads) && b.writes !== a.reads));

/** Each promise, decided by trying everything. */
export const BRUTE: Readonly<Record<string, (history: History) => boolean>> = {
  linearizable: (history) => hasOrder(parse(history), (a, b) => session(a, b) || time(a, b)),
  'ordered-sequential': (history) =>
    hasOrder(parse(history), (a, b) => session(a, b) || (b.writes !== undefined && time(a, b))),
  'ordered-sequential with failures': (history) =>
    hasOrder(
      parse(history, true),
      (a, b) => session(a, b) || (b.writes !== undefined && time(a, b)),
    ),
  'ordered-sequential by positions': (history) =>
    hasOrder(
      parse(history, true),
      (a, b) => session(a, b) || (b.writes !== undefined && time(a, b)) || stands(a, b),
    ),
  sequential: (history) => hasOrder(parse(history), session),
  'sequential with failures': (history) => hasOrder(parse(history, true), session),
  'read-your-writes': (history) =>
    hasVersions(
      parse(history),
      true,
      (a, b, older) => a.writes === undefined || b.reads === undefined || !older(b.reads, a.writes),
    ),
  'monotonic-reads': (history) => hasVersions(parse(history), true, MONOTONIC),
  'monotonic-writes': (history) =>
    hasVersions(
      parse(history),
      false,
      (a, b, older) =>
        MONOTONIC(a, b, older) &&
        (a.writes === undefined || b.writes === undefined || !older(b.writes, a.writes)),
    ),
  'writes-follow-reads': (history) => hasVersions(parse(history), false, FOLLOW),
  regular: (history) => isRegular(parse(history), () => true),
  safe: (history) => {
    const ops = parse(history);
    const overlaps = (a: Op, b: Op): boolean => a !== b && !time(a, b) && !time(b, a);
    return isRegular(
      ops,
      (read) => !ops.some((op) => op.writes !== undefined && overlaps(op, read)),
    );
  },
};

/** Whether each read that is judged fits into some order of all writes. */
function isRegular(ops: readonly Op[], judged: (read: Op) => boolean): boolean {
  const writes = ops
    .filter((op) => op.writes !== undefined)
    .map((op) => ({ ...op, reads: undefined }));
  return ops
    .filter((op) => op.reads !== undefined && Number.isFinite(op.complete) && judged(op))
    .every((read) => {
      const others = writes.filter((write) => write.invoke !== read.invoke);
      return hasOrder([...others, { ...read, writes: undefined }], time);
    });
}

/** How many writes replaced what each stale read saw before it began, by counting. */
export function staleVersions(history: History): number[] {
  const ops = parse(history);
  return ops
    .filter((op) => op.reads !== undefined && Number.isFinite(op.complete))
    .map((read) => {
      const writer = ops.find((op) => op.writes !== undefined && op.writes === read.reads);
      const over = writer?.complete ?? -1;
      return ops.filter(
        (op) => op.writes !== undefined && op.invoke > over && op.complete < read.invoke,
      ).length;
    })
    .filter((count) => count > 0);
}
