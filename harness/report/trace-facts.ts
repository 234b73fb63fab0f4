/** One pass over a trace: who led and who was down when, and the lines around a conflict. */

import type { TraceEvent, TraceLine } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import { termNameOf } from './event-words.ts';
import { type Divergence, ReplicaLogs } from './replica-logs.ts';

/** Lines of a node that are kept before and after a line of interest. */
const AROUND = 7;
/** Older lines are left out, but for the last of a node. */
const RECENT_NS = 500_000_000;
/** Lines around a conflict that are shown at most. */
const LINES_SHOWN = 90;
const SPANS_SHOWN = 3000;

/**
 * A stretch of time in which a node led, or was down; `unknown` after a crash of a node that never
 * told of a start, so that nothing says when it came back.
 */
interface NodeSpan {
  readonly node: number;
  readonly kind: 'leader' | 'down' | 'unknown';
  /** Of its leadership; 0 for every other kind. */
  readonly term: number;
  readonly startNs: Nanos;
  /** Null: to the end of the trace. */
  readonly endNs: Nanos | null;
}

/** A line with its position in the stream, as violations name it. */
export interface PlacedLine {
  readonly position: number;
  readonly line: TraceLine;
  readonly conflict: boolean;
}

export interface TraceFacts {
  readonly lines: number;
  readonly nodes: readonly number[];
  readonly spans: readonly NodeSpan[];
  readonly around: readonly PlacedLine[];
  /** Where logs differ at the moment of the focus; null without one. */
  readonly divergence: Divergence | null;
  /** What the protocol calls the number of a leader. */
  readonly termName: string;
  readonly cut: readonly string[];
}

/** What to look for: positions that contradict each other, or a node at a time. */
export interface Focus {
  readonly positions: readonly number[];
  readonly moment: { readonly node: number; readonly timeNs: Nanos } | null;
}

/** O(lines) time; memory is bounded by what is shown. */
export function traceFacts(trace: Iterable<TraceLine>, focus: Focus): TraceFacts {
  const spans = new Spans();
  const window = new Window(focus);
  const logs = new ReplicaLogs();
  const until = focus.positions.length === 0 ? null : Math.max(...focus.positions);
  let termName: string | null = null;
  let lines = 0;
  for (const line of trace) {
    spans.take(line);
    window.take(line, lines);
    const isLater =
      until === null ? line.time > (focus.moment?.timeNs ?? -Infinity) : lines > until;
    if (!isLater) logs.take(line);
    termName ??= line.event.kind === 'boot' ? termNameOf([line]) : null;
    lines++;
  }
  const cut = [...spans.cut(), ...window.cut()];
  return {
    lines,
    nodes: spans.nodes(),
    spans: spans.shown(),
    around: window.shown(),
    divergence: logs.divergence(),
    termName: termName ?? 'term',
    cut,
  };
}

/** Follows roles and lives of the nodes. */
class Spans {
  readonly #open = new Map<number, NodeSpan>();
  readonly #closed: NodeSpan[] = [];
  readonly #nodes = new Set<number>();
  /** Nodes that tell when they start. */
  readonly #booting = new Set<number>();

  take({ node, time, event }: TraceLine): void {
    this.#nodes.add(node);
    const open = this.#open.get(node);
    const { kind } = event;
    if (kind === 'boot') this.#booting.add(node);
    if (kind === 'leader')
      this.#begin({ node, kind, term: event.term, startNs: time, endNs: null });
    else if (kind === 'crash' || kind === 'panic') {
      const known = this.#booting.has(node) ? 'down' : 'unknown';
      this.#begin({ node, kind: known, term: 0, startNs: time, endNs: null });
    } else if (this.#isOver(event, open)) {
      this.#end(node, time);
    }
  }

  #isOver(event: TraceEvent, open: NodeSpan | undefined): boolean {
    if (open?.kind === 'down') return event.kind === 'boot';
    // Whoever says anything is up.
    return open?.kind === 'unknown' || this.#deposes(event, open);
  }

  /** A leader that reports a higher term, or that it stepped down, leads no longer. */
  #deposes(event: TraceEvent, open: NodeSpan | undefined): boolean {
    if (open === undefined) return false;
    if (event.kind === 'step-down') return true;
    return event.kind === 'term' && event.term > open.term;
  }

  #begin(span: NodeSpan): void {
    this.#end(span.node, span.startNs);
    this.#open.set(span.node, span);
  }

  #end(node: number, endNs: Nanos): void {
    const open = this.#open.get(node);
    if (open === undefined) return;
    this.#closed.push({ ...open, endNs });
    this.#open.delete(node);
  }

  nodes(): number[] {
    return [...this.#nodes].sort((a, b) => a - b);
  }

  shown(): NodeSpan[] {
    const all = [...this.#closed, ...this.#open.values()];
    return all.sort((a, b) => a.startNs - b.startNs).slice(0, SPANS_SHOWN);
  }

  cut(): string[] {
    const more = this.#closed.length + this.#open.size - SPANS_SHOWN;
    return more > 0 ? [`${more} later changes of leader and restarts`] : [];
  }
}

/** Keeps the lines around a focus, without knowing before which nodes it is about. */
class Window {
  readonly #positions: ReadonlySet<number>;
  readonly #moment: Focus['moment'];
  #momentPassed = false;
  /** The last lines of every node. */
  readonly #recent = new Map<number, PlacedLine[]>();
  /** How many more lines of a node to keep. */
  readonly #follow = new Map<number, number>();
  readonly #kept = new Map<number, PlacedLine>();
  #dropped = 0;

  constructor({ positions, moment }: Focus) {
    this.#positions = new Set(positions);
    this.#moment = moment;
  }

  take(line: TraceLine, position: number): void {
    if (this.#positions.size === 0 && this.#moment === null) return;
    const { node } = line;
    const conflict = this.#positions.has(position);
    const placed = { position, line, conflict };
    if (conflict || this.#isMoment(line)) {
      this.#keepRecent(line.time);
      for (const known of this.#recent.keys()) this.#follow.set(known, AROUND);
      this.#keep(placed);
    } else if ((this.#follow.get(node) ?? 0) > 0) {
      this.#follow.set(node, (this.#follow.get(node) ?? 0) - 1);
      this.#keep(placed);
    }
    if (QUIET.has(line.event.kind)) return;
    const recent = this.#recent.get(node) ?? [];
    recent.push(placed);
    if (recent.length > AROUND) recent.shift();
    this.#recent.set(node, recent);
  }

  /** The first line of the node at or after the moment. */
  #isMoment({ node, time }: TraceLine): boolean {
    const moment = this.#moment;
    if (moment === null || this.#momentPassed) return false;
    if (node !== moment.node || time < moment.timeNs) return false;
    this.#momentPassed = true;
    return true;
  }

  /** What a node said long ago is of no use, but for the last that it said. */
  #keepRecent(timeNs: Nanos): void {
    for (const lines of this.#recent.values()) {
      for (const [at, placed] of lines.entries()) {
        const last = at >= lines.length - 2;
        if (last || timeNs - placed.line.time <= RECENT_NS) this.#keep(placed);
      }
    }
  }

  #keep(placed: PlacedLine): void {
    if (QUIET.has(placed.line.event.kind) && !placed.conflict) return;
    if (this.#kept.size >= LINES_SHOWN && !placed.conflict) this.#dropped++;
    else this.#kept.set(placed.position, placed);
  }

  shown(): PlacedLine[] {
    return [...this.#kept.values()].sort((a, b) => a.position - b.position);
  }

  cut(): string[] {
    return this.#dropped > 0 ? [`${this.#dropped} lines of the trace around the conflict`] : [];
  }
}

/** Reported for every message: they would push out what matters. */
const QUIET: ReadonlySet<string> = new Set(['reply', 'match', 'snapshot-piece']);
