/** What every node has in its log at one moment of a trace, and where two of them first differ. */

import type { AcceptedValue, Instance } from '../../checkers/agreement/paxos/events.ts';
import type { Recovered, TraceEvent, TraceLine } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';

/** A place in a log: an index, an instance, or an epoch with a counter. */
export interface LogPlace {
  /** 0 where the protocol counts its places without them. */
  readonly epoch: number;
  /** The name of its object in Basic Paxos. */
  readonly number: Instance;
}

export interface LogEntry extends LogPlace {
  /** Of the leader that made it; null where its place says so. */
  readonly term: number | null;
  readonly valueHash: number;
}

/** What a node holds at a place; null for nothing, or for what a snapshot stands for. */
export interface Held {
  readonly entry: LogEntry | null;
  readonly isCommitted: boolean;
}

/** One place, with what each node holds there. */
export interface LogRow extends LogPlace {
  readonly held: readonly Held[];
}

export interface Divergence {
  readonly nodes: readonly NodeId[];
  /** The places around it, in order. */
  readonly rows: readonly LogRow[];
  /** Which of the rows it is. */
  readonly at: number;
  /** Whether nodes hold different entries there for committed: none ever may. */
  readonly isBroken: boolean;
}

/** Places shown before and after a divergence. */
const AROUND = 6;

const START: LogPlace = { epoch: 0, number: 0 };

class Replica {
  readonly entries = new Map<string, LogEntry>();
  /** What is committed place by place. */
  readonly chosen = new Map<string, LogEntry>();
  /** Up to where everything is. */
  committed = START;

  cutFrom(isCut: (entry: LogEntry) => boolean): void {
    for (const [name, entry] of this.entries) if (isCut(entry)) this.entries.delete(name);
  }

  /** It starts with what is on its disk; what is committed, it has to be told again. */
  recover(snapshot: LogPlace, entries: readonly LogEntry[]): void {
    this.cutFrom((entry) => compare(entry, snapshot) > 0);
    for (const entry of entries) this.put(entry);
    this.chosen.clear();
    this.committed = snapshot;
  }

  put(entry: LogEntry): void {
    this.entries.set(nameOf(entry), entry);
  }

  at(place: LogPlace): Held {
    const chosen = this.chosen.get(nameOf(place));
    if (chosen !== undefined) return { entry: chosen, isCommitted: true };
    const entry = this.entries.get(nameOf(place)) ?? null;
    return { entry, isCommitted: entry !== null && compare(place, this.committed) <= 0 };
  }
}

/** Follows the logs of Raft, Multi-Paxos, Fast Paxos and Zab from what nodes report. */
export class ReplicaLogs {
  readonly #replicas = new Map<NodeId, Replica>();

  take({ node, event }: TraceLine): void {
    const replica = this.#replicas.get(node) ?? new Replica();
    this.#replicas.set(node, replica);
    follow(replica, event);
  }

  /** The first place at which committed entries differ, else the first at which any do; null where none does. */
  divergence(): Divergence | null {
    const nodes = [...this.#replicas.keys()].sort((a, b) => a - b);
    const replicas = nodes.map((node) => this.#replicas.get(node) ?? new Replica());
    const places = new Map(replicas.flatMap((one) => [...one.entries]));
    const rows = [...places.values()].sort(compare).map(({ epoch, number }): LogRow => {
      return { epoch, number, held: replicas.map((one) => one.at({ epoch, number })) };
    });
    const broken = rows.findIndex(({ held }) => differ(held.filter((one) => one.isCommitted)));
    const at = broken >= 0 ? broken : rows.findIndex(({ held }) => differ(held));
    if (at < 0) return null;
    const first = Math.max(0, at - AROUND);
    return {
      nodes,
      rows: rows.slice(first, at + AROUND + 1),
      at: at - first,
      isBroken: broken >= 0,
    };
  }
}

function follow(replica: Replica, event: TraceEvent): void {
  switch (event.kind) {
    case 'boot':
      boot(replica, event.recovered);
      break;
    case 'snapshot':
    case 'snapshot-txns':
      // What it had before may be anything: nothing is said of it any more.
      if (event.op === 'install') replica.cutFrom(() => true);
      break;
    case 'append':
      replica.put({ epoch: 0, number: event.index, term: event.term, valueHash: event.valueHash });
      break;
    case 'truncate':
      replica.cutFrom((entry) => compare(entry, indexed({ index: event.from })) >= 0);
      break;
    case 'commit':
      replica.committed = { epoch: 0, number: event.index };
      break;
    case 'accept':
      replica.put(acceptedOf(event));
      break;
    case 'learn':
      replica.put(acceptedOf(event));
      replica.chosen.set(nameOf(acceptedOf(event)), acceptedOf(event));
      break;
    case 'logged':
      replica.put({ ...placeOf(event.zxid), term: null, valueHash: event.valueHash });
      break;
    case 'truncate-txns':
      replica.cutFrom((entry) => compare(entry, placeOf(event.to)) > 0);
      break;
    case 'commit-txn':
      replica.committed = placeOf(event.zxid);
      break;
    default:
    // Nothing else changes a log.
  }
}

function boot(replica: Replica, recovered: Recovered): void {
  const { snapshot } = recovered;
  if ('history' in recovered) {
    const entries = recovered.history.map(({ valueHash, ...zxid }) => {
      return { ...placeOf(zxid), term: null, valueHash };
    });
    replica.recover({ epoch: snapshot.term, number: recovered.snapshot.counter }, entries);
  } else if ('accepted' in recovered) {
    replica.recover(indexed(snapshot), recovered.accepted.map(acceptedOf));
  } else {
    const entries = recovered.entries.map((entry) => ({ ...indexed(entry), ...entry }));
    replica.recover(indexed(snapshot), entries);
  }
}

function indexed({ index }: { readonly index: number }): LogPlace {
  return { epoch: 0, number: index };
}

function acceptedOf({ instance, ballot, valueHash }: AcceptedValue): LogEntry {
  return { epoch: 0, number: instance, term: ballot, valueHash };
}

function placeOf({
  epoch,
  counter,
}: {
  readonly epoch: number;
  readonly counter: number;
}): LogPlace {
  return { epoch, number: counter };
}

function nameOf({ epoch, number }: LogPlace): string {
  return `${epoch}:${number}`;
}

function compare(a: LogPlace, b: LogPlace): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
}

/** Terms of Paxos tell who proposed a value last, and may differ for one that is chosen. */
function differ(held: readonly Held[]): boolean {
  return new Set(held.flatMap(({ entry }) => entry?.valueHash ?? [])).size > 1;
}
