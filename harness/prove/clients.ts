/**
 * Clients, as far as a search needs them: each asks one node for one operation, once, and hears the
 * answer at any later time or never. What they saw is judged as a history of any run is.
 */

import { History, type NewEvent, type Value } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { checkLinearizable } from '../../checkers/linearizable/index.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Operation, OperationName } from '../../systems/operations.ts';
import type { Reply, Request } from '../../systems/protocol.ts';
import type { Workload } from '../../workloads/workload.ts';
import { canonical } from './canonical.ts';
import { numberOfPair, PairMap } from './pair-map.ts';

/** The key that everybody asks for. */
const KEY = 'x';
/** What changes something, of the operations that workloads are made of. */
const CHANGES: readonly OperationName[] = ['write', 'propose', 'append', 'inc', 'add'];

/** Something that a client saw. */
type Seen =
  | { readonly operation: number; readonly asked: Operation }
  | { readonly operation: number; readonly ended: 'ok' | 'fail' | 'info'; readonly value: Value };

/** What all clients have seen so far, in order, as far as real time orders it. */
interface Sight {
  readonly seen: readonly Seen[];
  /** Operations that were begun, and those of them that wait for an answer. */
  readonly begun: number;
  readonly open: ReadonlySet<number>;
}

export interface ClientsSpec {
  readonly workload: Workload;
  /** How many operations there are at most. */
  readonly operations: number;
  /** Whether linearizability is promised, and is to be judged. */
  readonly isJudged: boolean;
}

export class Clients {
  readonly menu: readonly OperationName[];
  readonly #spec: ClientsSpec;
  readonly #sights: Sight[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #afterAsking = new PairMap();
  readonly #afterHearing = new PairMap();
  readonly #broken = new Map<number, Verdict>();

  constructor(spec: ClientsSpec) {
    this.#spec = spec;
    const { operations } = spec.workload;
    const change = CHANGES.filter((f) => operations.includes(f)).slice(0, 1);
    this.menu = operations.includes('read') ? [...change, 'read'] : change;
    this.#numberOf({ seen: [], begun: 0, open: new Set() });
  }

  /** How many operations were begun. */
  begunIn(sight: number): number {
    return itemAt(this.#sights, sight).begun;
  }

  /** Whether anybody was answered. */
  isAnswered(sight: number): boolean {
    const { seen } = itemAt(this.#sights, sight);
    return seen.some((one) => 'ended' in one && one.ended === 'ok');
  }

  /** Whether anybody ever was. */
  get wasAnswered(): boolean {
    return [...this.#sights.keys()].some((sight) => this.isAnswered(sight));
  }

  mayBegin(sight: number): boolean {
    return this.begunIn(sight) < this.#spec.operations;
  }

  /** What the next client asks for, if it is this of the menu. */
  operationIn(sight: number, choice: number): Operation {
    const f = itemAt(this.menu, choice);
    return { f, key: KEY, value: f === 'read' ? null : this.begunIn(sight) + 1 };
  }

  requestIn(sight: number, choice: number): Request {
    const operation = this.operationIn(sight, choice);
    const from = { client: this.begunIn(sight), id: 1 };
    return { kind: 'operation', from, operation, session: 0, sequence: 0 };
  }

  /** What they have seen after the next one has asked for this of the menu. */
  begin(sight: number, choice: number): number {
    return numberOfPair(this.#afterAsking, sight, choice, () => this.#begun(sight, choice));
  }

  /** The same after an answer, which `answer` numbers; the first one counts. */
  hear(sight: number, answer: number, operation: number, reply: Reply): number {
    return numberOfPair(this.#afterHearing, sight, answer, () =>
      this.#heard(sight, operation, reply),
    );
  }

  #begun(sight: number, choice: number): number {
    const { seen, begun, open } = itemAt(this.#sights, sight);
    const asked = this.operationIn(sight, choice);
    return this.#numberOf({
      seen: [...seen, { operation: begun, asked }],
      begun: begun + 1,
      open: new Set([...open, begun]),
    });
  }

  #heard(sight: number, operation: number, reply: Reply): number {
    const before = itemAt(this.#sights, sight);
    if (!before.open.has(operation)) return sight;
    const heard: Seen = { operation, ...endOf(reply, this.#askedOf(before, operation)) };
    const open = new Set(before.open);
    open.delete(operation);
    // What ends without anybody asking in between ends at the same time, for all that matters.
    const at = before.seen.findLastIndex((one) => 'asked' in one || one.operation < operation);
    const seen = [...before.seen.slice(0, at + 1), heard, ...before.seen.slice(at + 1)];
    return this.#numberOf({ ...before, seen, open });
  }

  /** What is wrong with what they have seen; null where nothing is. */
  verdictOn(sight: number): Verdict | null {
    return this.#broken.get(sight) ?? null;
  }

  #askedOf({ seen }: Sight, operation: number): Operation {
    const found = seen.find((one) => one.operation === operation);
    if (found === undefined || !('asked' in found))
      throw new Error('an operation that nobody asked for');
    return found.asked;
  }

  #numberOf(sight: Sight): number {
    const text = canonical(sight.seen);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#sights.push(sight) - 1;
    this.#numbers.set(text, number);
    const last = sight.seen.at(-1);
    if (this.#spec.isJudged && last !== undefined && 'ended' in last) {
      const verdict = judgeSeen(this.#spec.workload, this.#historyOf(sight));
      if (verdict.kind === 'invalid') this.#broken.set(number, verdict);
    }
    return number;
  }

  #historyOf(sight: Sight): History {
    const events = sight.seen.flatMap((one, time): NewEvent[] => {
      const { f, key, value } = this.#askedOf(sight, one.operation);
      const event = { time, process: one.operation, f, key };
      if ('asked' in one) return [{ ...event, type: 'invoke', value }];
      return one.ended === 'info' ? [] : [{ ...event, type: one.ended, value: one.value }];
    });
    return History.from(events);
  }
}

/** Judges what clients saw. */
export function judgeSeen({ model, initial }: Workload, history: History): Verdict {
  return checkLinearizable(history, { model, initial }).verdict;
}

/** How an operation ends that was asked for once. */
function endOf(
  reply: Reply,
  { f, value }: Operation,
): { readonly ended: 'ok' | 'fail' | 'info'; readonly value: Value } {
  switch (reply.status) {
    case 'ok':
      return { ended: 'ok', value: f === 'write' || f === 'inc' ? value : reply.value };
    case 'fail':
    case 'redirect':
      return { ended: 'fail', value };
    case 'unknown':
      return { ended: 'info', value };
  }
}

/** An event of the history that is told. */
export function eventOf(
  operation: Operation,
  process: number,
  time: number,
  end: { readonly reply: Reply; readonly node: NodeId } | null,
): NewEvent | null {
  const { f, key, value } = operation;
  if (end === null) return { time, type: 'invoke', process, f, key, value };
  const { ended, value: seen } = endOf(end.reply, operation);
  const node = nodeName(end.node);
  const event = { time, process, f, key, value: seen, node };
  if (ended === 'ok') return { ...event, type: 'ok' };
  const { reply } = end;
  const error = 'error' in reply ? reply.error : reply.status;
  return { ...event, type: ended, error };
}
