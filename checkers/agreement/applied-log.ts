/**
 * What every replicated log promises about execution, whatever protocol orders it: one value per
 * position, no gaps, equal state after equal prefixes, and each client command at most once.
 *
 * Judged on `apply` and `reply` events by position, never by "once per node": a restarted node
 * legally executes again what followed its snapshot.
 */

import { FloatColumn, IntColumn } from '../columns.ts';
import { nodeName, type TraceEvent } from '../trace.ts';
import type { LogIndex, NodeId } from '../units.ts';
import type { Findings } from './findings.ts';
import type { PropertyName } from './properties.ts';

/** How far one node has executed. `applied` restarts at the snapshot with each incarnation. */
export interface Replica {
  readonly node: NodeId;
  applied: LogIndex;
  /** Line of the last `apply` or of what stands for it (a snapshot, a boot); -1 before any. */
  appliedLine: number;
}

type Apply = Extract<TraceEvent, { kind: 'apply' }>;
type Reply = Extract<TraceEvent, { kind: 'reply' }>;

/** What the literature on a protocol calls these promises. */
export interface LogNames {
  /** One value per position: `StateMachineSafety`, `ApplyAgreement`, `TotalOrder`. */
  readonly agreement: PropertyName;
  /** Equal states after equal prefixes. */
  readonly digest: PropertyName;
  /** Who answers has executed what it answers for. */
  readonly acked: PropertyName;
  /** A session's commands take effect in the order of their numbers; null where nobody says so. */
  readonly clientOrder: PropertyName | null;
}

const NAMES: LogNames = {
  agreement: 'ApplyAgreement',
  digest: 'PrefixHash',
  acked: 'AckedApplied',
  clientOrder: null,
};

/** How far apart in one session late duplicates are still told from first executions. */
const SESSION_WINDOW = 31;

/** One session: the highest executed sequence and where, and one bit for each of those just below. */
interface SessionGhost {
  highest: number;
  position: LogIndex;
  executed: number;
  line: number;
}

const NO_COMMAND = { session: 0, sequence: 0 };

/** A hostile or broken trace must not make the checker allocate without bound. */
const SPAN_MAX = 2 ** 24;

/** Small enough to lie in the heap: a search of small worlds makes a log for each of many short traces. */
const FIRST_SPAN = 8;

export class AppliedLog {
  /** The lowest position that is still remembered. */
  #base = 1;
  #mask = FIRST_SPAN - 1;
  #valueHash = new FloatColumn(FIRST_SPAN);
  #stateHash = new FloatColumn(FIRST_SPAN);
  /** Line of the first execution; -1 where there was none. */
  #line = new FloatColumn(FIRST_SPAN).fill(-1);
  #node = new IntColumn(FIRST_SPAN);
  /** Which client command was executed; session 0 for what is none. */
  #session = new FloatColumn(FIRST_SPAN);
  #sequence = new FloatColumn(FIRST_SPAN);
  readonly #sessions = new Map<number, SessionGhost>();
  readonly #findings: Findings;
  readonly #names: LogNames;
  /** The highest position executed anywhere. */
  frontier = 0;
  duplicates = 0;
  /** Sessions opened, each once, however many nodes executed its opening. */
  sessions = 0;
  /** Whether something was executed of which no line tells. */
  #unseen = false;

  constructor(findings: Findings, names: Partial<LogNames> = {}) {
    this.#findings = findings;
    this.#names = { ...NAMES, ...names };
  }

  /** Judges and records one execution. O(1). */
  apply(event: Apply, replica: Replica): void {
    const { position } = event;
    if (position !== replica.applied + 1) this.#outOfOrder(position, replica);
    replica.applied = position;
    const line = this.#findings.line;
    replica.appliedLine = line;
    if (position < this.#base || !this.#reach(position)) return;
    const at = position & this.#mask;
    const first = this.#line.get(at);
    if (first === -1) {
      this.#line[at] = line;
      this.#node[at] = replica.node;
      this.#valueHash[at] = event.valueHash;
      this.#stateHash[at] = event.stateHash;
      if (position > this.frontier) this.frontier = position;
      const { session, sequence } = parseCommand(event.id);
      this.#session[at] = session;
      this.#sequence[at] = sequence;
      this.#execute(event, replica.node, session, sequence);
      return;
    }
    if (this.#valueHash[at] !== event.valueHash) {
      this.#findings.report(
        this.#names.agreement,
        first,
        `at index ${position}, ${nodeName(this.#node.get(at))} and ${nodeName(replica.node)} ` +
          'executed different commands',
      );
    } else if (this.#stateHash[at] !== event.stateHash) {
      this.#findings.report(
        this.#names.digest,
        first,
        `after the same command at index ${position}, ${nodeName(this.#node.get(at))} and ` +
          `${nodeName(replica.node)} are in different states`,
      );
    }
  }

  /** An `ok` may only be given for what the answering node has executed. */
  reply(event: Reply, replica: Replica): void {
    if (event.status !== 'ok' || event.position === null) return;
    if (event.position <= replica.applied) {
      this.#judgeAnswered(event.position, event.command, replica);
      return;
    }
    this.#findings.report(
      this.#names.acked,
      replica.appliedLine,
      `${nodeName(replica.node)} answered ok at index ${event.position}, but had executed only ` +
        `up to index ${replica.applied}`,
    );
  }

  /** What is answered for at a position is what was executed there. */
  #judgeAnswered(position: LogIndex, command: string | undefined, replica: Replica): void {
    if (command === undefined || position < this.#base || position > this.frontier) return;
    const at = position & this.#mask;
    const line = this.#line.get(at);
    const { session, sequence } = parseCommand(command);
    if (line === -1 || session === 0) return;
    if (this.#session[at] === session && this.#sequence[at] === sequence) return;
    this.#findings.report(
      this.#names.acked,
      line,
      `${nodeName(replica.node)} answered ok to command ${command} at index ${position}, where ` +
        'another one was executed',
    );
  }

  /**
   * A node was started from a snapshot up to `position`. The disk may know of executions that no
   * line tells of: the snapshot survived a crash, the lines that waited for it did not.
   */
  recover(position: LogIndex): void {
    if (position > this.frontier) this.#unseen = true;
  }

  /** Line of the execution that contradicts this digest after `position`; -1 if none does. */
  contradicts(position: LogIndex, stateHash: number): number {
    if (position < this.#base || position > this.frontier) return -1;
    const at = position & this.#mask;
    const line = this.#line.get(at);
    return line !== -1 && this.#stateHash[at] !== stateHash ? line : -1;
  }

  /** Forgets positions below `base`. */
  retire(base: number): void {
    const stop = Math.min(base, this.#base + this.#mask + 1);
    for (let position = this.#base; position < stop; position++) {
      this.#line[position & this.#mask] = -1;
    }
    this.#base = Math.max(base, this.#base);
  }

  #outOfOrder(position: LogIndex, replica: Replica): void {
    const name = nodeName(replica.node);
    if (position > replica.applied) {
      this.#findings.report(
        'ApplyGap',
        replica.appliedLine,
        `${name} executed index ${position} right after index ${replica.applied}`,
      );
    } else {
      this.#findings.report(
        'AppliedMonotone',
        replica.appliedLine,
        `${name} executed index ${position} although it had already executed up to index ` +
          `${replica.applied} since it started`,
      );
    }
  }

  /** Exactly-once: `id` is `session:sequence` for client commands, a word for everything else. */
  #execute(event: Apply, node: NodeId, session: number, sequence: number): void {
    const { id } = event;
    if (id === 'open') {
      // The position of its opening is the number of a session.
      this.sessions++;
      // Its commands may be told of before it, where who opened it crashed before it could say so.
      if (this.#sessions.has(event.position)) return;
      const { line } = this.#findings;
      this.#sessions.set(event.position, { highest: 0, position: 0, executed: 0, line });
      return;
    }
    // No session, no promise: such a command may be executed as often as it is sent.
    if (session === 0) return;
    let known = this.#sessions.get(session);
    if (known === undefined) {
      this.#judgeOpened(session, event, node);
      known = { highest: 0, position: 0, executed: 0, line: -1 };
      this.#sessions.set(session, known);
    }
    if (event.duplicate === true) {
      this.duplicates++;
      if (sequence <= known.highest || this.#unseen) return;
      this.#findings.report(
        'SessionDedupe',
        known.line,
        `${nodeName(node)} took command ${id} at index ${event.position} for a repetition, but ` +
          'it had never been executed',
        `${nodeName(node)} left out a command of a client, which it wrongly took for a repetition`,
      );
      return;
    }
    this.#firstTime(event, known, sequence, node);
  }

  /** Validity: nobody can have sent a command of a session that was never opened. */
  #judgeOpened(session: number, { id, position }: Apply, node: NodeId): void {
    if (session >= position || session < this.#base) return;
    const line = this.#line.get(session & this.#mask);
    // What was executed there was not told of: it may have been an opening.
    if (line === -1) return;
    this.#findings.report(
      'Validity',
      line,
      `${nodeName(node)} executed command ${id} at index ${position}, but at index ${session} no ` +
        'session had been opened',
    );
  }

  #firstTime(event: Apply, known: SessionGhost, sequence: number, node: NodeId): void {
    if (sequence !== known.highest) this.#judgeOrder(event, known, sequence, node);
    if (sequence > known.highest) {
      const shift = sequence - known.highest;
      known.executed = shift >= SESSION_WINDOW ? 1 : ((known.executed << shift) | 1) & 0x7fff_ffff;
      known.highest = sequence;
      known.position = event.position;
      known.line = this.#findings.line;
      return;
    }
    const behind = known.highest - sequence;
    // Further behind than is remembered: silence rather than a false alarm.
    if (behind >= SESSION_WINDOW) return;
    const bit = 1 << behind;
    if ((known.executed & bit) === 0) {
      known.executed |= bit;
      return;
    }
    this.#findings.report(
      'SessionDedupe',
      behind === 0 ? known.line : -1,
      `${nodeName(node)} executed command ${event.id} a second time, at index ${event.position}`,
    );
  }

  /**
   * The order of positions counts, and not that of the lines: who executed a position first may have
   * crashed before it could say so.
   */
  #judgeOrder(event: Apply, known: SessionGhost, sequence: number, node: NodeId): void {
    const isInOrder = sequence > known.highest === event.position > known.position;
    if (isInOrder || this.#names.clientOrder === null) return;
    const side = event.position > known.position ? 'after' : 'before';
    this.#findings.report(
      this.#names.clientOrder,
      known.line,
      `${nodeName(node)} executed command ${event.id} ${side} number ${known.highest} of the same ` +
        'session',
    );
  }

  #reach(position: LogIndex): boolean {
    if (position - this.#base <= this.#mask) return true;
    if (position - this.#base >= SPAN_MAX) return false;
    let capacity = this.#mask + 1;
    while (position - this.#base >= capacity) capacity *= 2;
    const old = {
      value: this.#valueHash,
      state: this.#stateHash,
      line: this.#line,
      session: this.#session,
      sequence: this.#sequence,
    };
    const oldNode = this.#node;
    this.#valueHash = new FloatColumn(capacity);
    this.#stateHash = new FloatColumn(capacity);
    this.#line = new FloatColumn(capacity).fill(-1);
    this.#node = new IntColumn(capacity);
    this.#session = new FloatColumn(capacity);
    this.#sequence = new FloatColumn(capacity);
    for (let p = this.#base; p <= this.#base + this.#mask; p++) {
      const from = p & this.#mask;
      const to = p & (capacity - 1);
      this.#valueHash[to] = old.value.get(from);
      this.#stateHash[to] = old.state.get(from);
      this.#line[to] = old.line.get(from);
      this.#node[to] = oldNode.get(from);
      this.#session[to] = old.session.get(from);
      this.#sequence[to] = old.sequence.get(from);
    }
    this.#mask = capacity - 1;
    return true;
  }
}

/** Both parts of `session:sequence`; session 0 for anything else. */
function parseCommand(id: string): { readonly session: number; readonly sequence: number } {
  let session = 0;
  let at = 0;
  for (; at < id.length; at++) {
    const digit = id.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    session = session * 10 + digit;
  }
  if (at === 0 || id.charCodeAt(at) !== 58) return NO_COMMAND;
  let sequence = 0;
  for (at++; at < id.length; at++) sequence = sequence * 10 + id.charCodeAt(at) - 48;
  return Number.isSafeInteger(sequence) ? { session, sequence } : NO_COMMAND;
}
