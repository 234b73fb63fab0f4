/**
 * Promises that ask for an order of the versions of a register, judged exactly for unique written
 * values in linear time.
 *
 * The operations that met one version form a block: its write, then its reads. A promise says that
 * certain operations come before others; two of different versions put one version before the
 * other, and an order of all operations exists exactly when the versions can be ordered and no
 * write must follow a read of its own version. (Gibbons and Korach, "Testing Shared Memories",
 * 1997, do so for real time.) Compare-and-sets chain versions, with nothing between them.
 */

import { assert } from '../assert.ts';
import { IntColumn } from '../columns.ts';
import { itemAt } from '../item-at.ts';
import { cyclicComponents } from '../transactional/components.ts';
import { EdgeList, type Graph, toGraph, VIA } from '../transactional/graph.ts';
import { type EdgeAt, pathTo } from '../transactional/search.ts';
import type { Verdict } from '../verdict.ts';
import { INITIAL_VERSION, label, type Register, type RegisterOperation } from './registers.ts';

export type OrderPromise =
  | 'sequential'
  | 'ordered-sequential'
  | 'read-your-writes'
  | 'monotonic-reads'
  | 'monotonic-writes'
  | 'writes-follow-reads';

type Role = (operation: RegisterOperation) => number | null;

interface Rule {
  /**
   * What binds within a session: the version that the first role gives of an operation must not be
   * newer than what the second gives of a later one. Null for operations that are not meant.
   */
  readonly session: readonly (readonly [Role, Role])[];
  /** Whether all that completed before a write began precedes it, or only writes do, or nothing. */
  readonly realTime: 'before-writes' | 'among-writes' | 'none';
  /** Whether nothing may come between the two versions of a compare-and-set. */
  readonly atomic: boolean;
}

const read: Role = ({ reads }) => reads;
const written: Role = ({ writes }) => writes;
const first: Role = ({ reads, writes }) => reads ?? writes;
const last: Role = ({ reads, writes }) => writes ?? reads;

/**
 * Ordered sequential is OSC(updates) of Lev-Ari et al., "Composing Ordered Sequential Consistency"
 * (2017), what ZooKeeper promises. The session guarantees are those of Terry et al., "Session
 * Guarantees for Weakly Consistent Replicated Data" (1994). Read your writes and monotonic reads
 * take versions in the order in which their writes took place. Monotonic writes and writes follow
 * reads promise something about the order of versions itself; a client sees it only through reads
 * that go forward, so that they are judged together with monotonic reads, in any order of versions.
 */
const RULES: Readonly<Record<OrderPromise, Rule>> = {
  sequential: { session: [[last, first]], realTime: 'none', atomic: true },
  'ordered-sequential': { session: [[last, first]], realTime: 'before-writes', atomic: true },
  'read-your-writes': { session: [[written, read]], realTime: 'among-writes', atomic: false },
  'monotonic-reads': { session: [[read, read]], realTime: 'among-writes', atomic: false },
  'monotonic-writes': {
    session: [
      [read, read],
      [written, written],
    ],
    realTime: 'none',
    atomic: false,
  },
  'writes-follow-reads': {
    session: [
      [read, read],
      [read, written],
    ],
    realTime: 'none',
    atomic: false,
  },
};

const SESSION = 1;
const START = 2;
const TIME = 4;

/** Of how many versions of a circle the shortest circle is looked for. */
const CIRCLES_TRIED = 50;

/** Why one version comes before another. */
interface Reason {
  readonly earlier: RegisterOperation;
  readonly later: RegisterOperation;
}

/** Judges one promise. */
export function judgeOrder(register: Register, promise: OrderPromise): Verdict {
  const rule = RULES[promise];
  const backwards = readBeforeWrite(register, rule);
  if (backwards !== null) return refuse(register, promise, [backwards]);
  const chains = rule.atomic ? chainVersions(register) : noChains(register);
  if ('twice' in chains) {
    const sentence = `${label(chains.twice[0])} and ${label(chains.twice[1])} both replaced the same version`;
    return refuse(register, promise, [{ sentence, operations: chains.twice }]);
  }
  const order = new VersionOrder(register, chains);
  order.addSessions(rule);
  if (rule.realTime !== 'none') order.addRealTime(rule.realTime === 'before-writes');
  const steps = order.contradiction();
  return steps === null ? { kind: 'valid' } : refuse(register, promise, steps);
}

/** A statement of a contradiction. */
interface Step {
  readonly sentence: string;
  readonly operations: readonly RegisterOperation[];
}

/** A read of a version that must precede the write of that version. */
function readBeforeWrite({ operations, writers }: Register, rule: Rule): Step | null {
  for (const operation of operations) {
    const writer = operation.reads === null ? null : (writers[operation.reads] ?? null);
    if (writer === null) continue;
    const sameSession =
      writer.process === operation.process &&
      operation.invoke < writer.invoke &&
      rule.session.some(
        ([earlier, later]) =>
          earlier(operation) === operation.reads && later(writer) === writer.writes,
      );
    const ended = rule.realTime === 'before-writes' && operation.complete < writer.invoke;
    if (!sameSession && !ended) continue;
    const sentence = `${label(operation)} found a value whose write had not begun: ${label(writer)}`;
    return { sentence, operations: [operation, writer] };
  }
  return null;
}

/** Versions that compare-and-sets tie together: the chain of each, and the place in it. */
interface Chains {
  readonly chain: IntColumn;
  readonly place: IntColumn;
}

function noChains({ values }: Register): Chains {
  return { chain: IntColumn.collect(values, (_, v) => v), place: new IntColumn(values.length) };
}

function chainVersions(
  register: Register,
): Chains | { readonly twice: readonly [RegisterOperation, RegisterOperation] } {
  const next = new Map<number, RegisterOperation>();
  const isNext = new Set<number>();
  for (const operation of register.operations) {
    if (operation.reads === null || operation.writes === null) continue;
    const other = next.get(operation.reads);
    if (other !== undefined) return { twice: [other, operation] };
    next.set(operation.reads, operation);
    isNext.add(operation.writes);
  }
  const { chain, place } = noChains(register);
  for (let v = 0; v < register.values.length; v++) {
    if (isNext.has(v)) continue;
    let at = v;
    for (let length = 0; ; length++) {
      chain[at] = v;
      place[at] = length;
      const following = next.get(at)?.writes ?? null;
      if (following === null) break;
      at = following;
    }
  }
  return { chain, place };
}

class VersionOrder {
  readonly #register: Register;
  readonly #chains: Chains;
  readonly #edges: EdgeList;
  readonly #reasons: (Reason | null)[] = [];
  /** An order that contradicts a chain of compare-and-sets by itself. */
  #against: Reason | null = null;

  constructor(register: Register, chains: Chains) {
    this.#register = register;
    this.#chains = chains;
    this.#edges = new EdgeList(register.values.length);
  }

  /** Within each session, from the last operation that binds to the next that is bound. */
  addSessions({ session }: Rule): void {
    for (const [earlier, later] of session) {
      const binding = new Map<number, RegisterOperation>();
      for (const operation of this.#register.operations) {
        const to = later(operation);
        const other = binding.get(operation.process);
        if (to !== null && other !== undefined) {
          this.#before({ earlier: other, later: operation }, known(earlier(other)), to);
        }
        const from = earlier(operation);
        if (from !== null) binding.set(operation.process, operation);
        // A compare-and-set reads before it writes.
        if (from !== null && to !== null && earlier === read && later === written) {
          this.#before({ earlier: operation, later: operation }, from, to);
        }
      }
    }
  }

  /** What completed before a write began comes before it; with `reads`, reads do too. */
  addRealTime(reads: boolean): void {
    const steps: { at: number; operation: RegisterOperation; begins: boolean }[] = [];
    for (const operation of this.#register.operations) {
      const writes = operation.writes !== null;
      if (writes) steps.push({ at: operation.invoke, operation, begins: true });
      if ((reads || writes) && operation.complete !== Number.POSITIVE_INFINITY) {
        steps.push({ at: operation.complete, operation, begins: false });
      }
    }
    steps.sort((a, b) => a.at - b.at);
    let hub = -1;
    let waiting: RegisterOperation[] = [];
    for (const { operation, begins } of steps) {
      if (!begins) {
        waiting.push(operation);
        continue;
      }
      if (waiting.length > 0) {
        const next = this.#edges.hub();
        if (hub >= 0) this.#add(hub, next, VIA, null);
        for (const earlier of waiting) {
          const node = this.#node(known(last(earlier)));
          this.#add(node, next, TIME, { earlier, later: earlier });
        }
        waiting = [];
        hub = next;
      }
      const target = this.#node(known(operation.writes));
      if (hub >= 0) this.#add(hub, target, VIA, { earlier: operation, later: operation });
    }
    this.#checkChains(reads);
  }

  /** Inside a chain, what met a later version must not be over before an earlier one begins. */
  #checkChains(reads: boolean): void {
    const { operations, writers } = this.#register;
    const { chain, place } = this.#chains;
    const soonest = new Map<number, RegisterOperation>();
    const staged = operations
      .filter(({ writes }) => reads || writes !== null)
      .toSorted((a, b) => place.get(known(last(b))) - place.get(known(last(a))));
    let done = 0;
    for (const earlier of staged) {
      const version = known(last(earlier));
      // First all operations of later places of all chains, then those of this one.
      while (place[known(last(itemAt(staged, done)))] !== place[version]) {
        const later = itemAt(staged, done++);
        const id = chain.get(known(last(later)));
        const before = soonest.get(id);
        if (before === undefined || later.complete < before.complete) soonest.set(id, later);
      }
      const writer = writers[version] ?? null;
      const later = soonest.get(chain.get(version));
      if (writer !== null && later !== undefined && later.complete < writer.invoke) {
        this.#against ??= { earlier: later, later: writer };
      }
    }
  }

  /** The steps of a circle of versions, or null when there is an order. */
  contradiction(): Step[] | null {
    if (this.#against !== null) return [this.#sentence(this.#against)];
    const start = this.#node(INITIAL_VERSION);
    const versions = this.#register.values.length;
    for (let v = 1; v < versions; v++) {
      if (this.#register.writers[v] != null) this.#add(start, this.#node(v), START, null);
    }
    const graph = toGraph(this.#edges);
    // A chain may come before itself through real time: only two different ones make a circle.
    for (const ids of cyclicComponents(graph, 0xff)) {
      const chains = ids.filter((node) => node < versions);
      if (chains.length > 1) return this.#circle(graph, new Set(chains));
    }
    return null;
  }

  /** The shortest of the circles through two of some versions, among the first few. */
  #circle(graph: Graph, chains: ReadonlySet<number>): Step[] {
    let best: EdgeAt[] | null = null;
    for (const node of [...chains].slice(0, CIRCLES_TRIED)) {
      const out = pathTo(graph, node, (other) => other !== node && chains.has(other));
      const half = out.at(-1);
      const other = half === undefined ? node : graph.to.get(half.edge);
      const path = [...out, ...pathTo(graph, other, (next) => next === node)];
      if (best === null || path.length < best.length) best = path;
    }
    const steps: Step[] = [];
    let since: RegisterOperation | null = null;
    for (const { from, edge } of best ?? []) {
      const kind = graph.kind.get(edge);
      const reason = this.#reasonOf(from, graph.to.get(edge), kind);
      if (kind === TIME) since = reason?.earlier ?? null;
      else if (kind === VIA && reason !== null && since !== null) {
        steps.push(this.#sentence({ earlier: since, later: reason.later }));
      } else if (kind === SESSION && reason !== null) steps.push(this.#sentence(reason));
      else if (kind === START) {
        const value = JSON.stringify(this.#register.values[INITIAL_VERSION]);
        steps.push({ sentence: `${value} was there before any write`, operations: [] });
      }
    }
    return steps;
  }

  #before(reason: Reason, from: number, to: number): void {
    const { chain, place } = this.#chains;
    if (from === to) return;
    if (chain[from] === chain[to]) {
      if (place.get(from) > place.get(to)) this.#against ??= reason;
      return;
    }
    this.#add(this.#node(from), this.#node(to), SESSION, reason);
  }

  #node(version: number): number {
    return this.#chains.chain.get(version);
  }

  #add(from: number, to: number, kind: number, reason: Reason | null): void {
    if (from === to) return;
    this.#edges.add(from, to, kind);
    this.#reasons.push(reason);
  }

  #reasonOf(from: number, to: number, kind: number): Reason | null {
    const { from: sources, to: targets, kind: kinds } = this.#edges;
    const at = this.#reasons.findIndex(
      (_, e) => sources[e] === from && targets[e] === to && kinds[e] === kind,
    );
    return this.#reasons[at] ?? null;
  }

  #sentence({ earlier, later }: Reason): Step {
    if (earlier === later) {
      return {
        sentence: `${label(earlier)} read one version and replaced it`,
        operations: [later],
      };
    }
    const same = earlier.process === later.process;
    const before = same ? 'came first in its session, then' : 'was over before the beginning of';
    return {
      sentence: `${label(earlier)} ${before} ${label(later)}`,
      operations: [earlier, later],
    };
  }
}

function refuse(register: Register, promise: string, steps: readonly Step[]): Verdict {
  const operations = [...new Set(steps.flatMap((step) => step.operations))];
  const key = register.key === undefined ? '' : `key ${register.key}: `;
  const [only] = steps;
  const isCircle = steps.length > 1 || only === undefined;
  const circle = isCircle ? 'versions come before each other in a circle' : only.sentence;
  return {
    kind: 'invalid',
    because: `${key}not ${promise}: ${circle}`,
    events: eventsOf(operations),
    property: promise,
    witness: {
      ...(register.key === undefined ? {} : { key: register.key }),
      operations: operations.map(({ invoke, complete }) => ({
        invoke,
        complete: complete === Number.POSITIVE_INFINITY ? null : complete,
      })),
      sentences: isCircle ? steps.map(({ sentence }) => `${sentence}.`) : [],
    },
  };
}

/** The events of operations, ascending and each once. */
export function eventsOf(operations: readonly RegisterOperation[]): number[] {
  const events = operations.flatMap(({ invoke, complete }) =>
    complete === Number.POSITIVE_INFINITY ? [invoke] : [invoke, complete],
  );
  return [...new Set(events)].sort((a, b) => a - b);
}

/** A version of an operation that has one. */
function known(version: number | null | undefined): number {
  assert(version !== null && version !== undefined, 'an operation in the order has a version');
  return version;
}
