/** Writes small Zab traces by hand: what each server would report, one call per event. */

import { zabChecker } from '../../../../checkers/agreement/zab/checker.ts';
import type { ZabRecovered, Zxid } from '../../../../checkers/agreement/zab/events.ts';
import type { TraceEvent } from '../../../../checkers/trace.ts';

/** A zxid for short: `[epoch, counter]`. */
export type Z = readonly [epoch: number, counter: number];

export const NONE: Z = [0, 0];

const zxidOf = ([epoch, counter]: Z): Zxid => ({ epoch, counter });

/** The value of a transaction follows from its zxid. */
const hashOf = ([epoch, counter]: Z): number => epoch * 1000 + counter;

/** What a server finds when it starts; the history stands behind the snapshot. */
export function recovered(
  acceptedEpoch: number,
  currentEpoch: number,
  history: readonly Z[] = [],
  snapshot: { readonly at: Z; readonly index: number } = { at: NONE, index: 0 },
): ZabRecovered {
  const { at, index } = snapshot;
  return {
    acceptedEpoch,
    currentEpoch,
    snapshot: { term: at[0], counter: at[1], index },
    history: history.map((zxid) => ({ ...zxidOf(zxid), valueHash: hashOf(zxid) })),
  };
}

type Apply = Extract<TraceEvent, { kind: 'apply' }>;
type ReadCertificate = Extract<TraceEvent, { kind: 'read-cert' }>;

export interface Quorums {
  /** Voters; more servers than that are observers. */
  readonly voters?: readonly number[];
  readonly weights?: readonly number[];
  readonly groups?: readonly number[];
}

/** A trace under construction. Servers are numbered from 0: server 0 is n1. */
export class ZabTrace {
  readonly lines: { readonly event: TraceEvent; node: number; incarnation: number }[] = [];
  readonly #incarnations: number[] = [];
  readonly #quorums: Quorums;
  readonly servers: readonly number[];

  constructor(size: number, quorums: Quorums = {}) {
    this.servers = Array.from({ length: size }, (_, node) => node);
    this.#quorums = quorums;
  }

  /** Starts every server with an empty disk. */
  static booted(size = 3, quorums: Quorums = {}): ZabTrace {
    const trace = new ZabTrace(size, quorums);
    for (const node of trace.servers) trace.boot(node);
    return trace;
  }

  /** Three servers, of which n1 leads epoch 1 and has had [1,1] and [1,2] delivered by all. */
  static steady(): ZabTrace {
    const trace = ZabTrace.booted().lead(0, 1, [1, 2]);
    return trace.broadcast(0, [1, 1], 1).broadcast(0, [1, 2], 2);
  }

  /** The names of what is broken, in order. */
  broken(): string[] {
    return this.violations().map(({ property }) => property);
  }

  violations(): ReturnType<typeof zabChecker>['violations'] {
    return this.checked().violations;
  }

  checked(): ReturnType<typeof zabChecker> {
    const checker = zabChecker();
    for (const { event, node, incarnation } of this.lines) {
      checker.feed(event, node, incarnation, 0);
    }
    return checker;
  }

  event(node: number, event: TraceEvent): this {
    this.lines.push({ event, node, incarnation: this.#incarnations[node] ?? 0 });
    return this;
  }

  boot(node: number, state: ZabRecovered = recovered(0, 0)): this {
    this.#incarnations[node] = (this.#incarnations[node] ?? 0) + 1;
    const { voters = this.servers, weights, groups } = this.#quorums;
    return this.event(node, {
      kind: 'boot',
      protocol: 'zab',
      nodes: voters,
      recovered: state,
      variants: [],
      ...(weights === undefined ? {} : { weights }),
      ...(groups === undefined ? {} : { groups }),
    });
  }

  looking(node: number, clock = 1): this {
    return this.event(node, { kind: 'looking', clock });
  }

  vote(node: number, clock: number, leader: number, epoch: number, zxid: Z): this {
    const vote = { leader, epoch, zxid: zxidOf(zxid) };
    return this.event(node, { kind: 'vote-change', clock, vote });
  }

  elected(node: number, leader: number, certificate: readonly number[]): this {
    return this.event(node, { kind: 'elected', clock: 1, leader, certificate });
  }

  accept(node: number, epoch: number): this {
    return this.event(node, { kind: 'accepted-epoch', epoch });
  }

  propose(node: number, zxid: Z, valueHash = hashOf(zxid)): this {
    return this.event(node, { kind: 'propose-txn', zxid: zxidOf(zxid), valueHash });
  }

  newEpoch(node: number, epoch: number, accepted: readonly Z[]): this {
    const certificate = accepted.map(([member, acceptedEpoch]) => ({
      node: member,
      acceptedEpoch,
    }));
    return this.event(node, { kind: 'new-epoch', epoch, certificate });
  }

  enter(node: number, epoch: number, last: Z): this {
    return this.event(node, { kind: 'current-epoch', epoch, last: zxidOf(last) });
  }

  establish(
    node: number,
    epoch: number,
    last: Z,
    length: number,
    certificate: readonly number[],
  ): this {
    return this.event(node, {
      kind: 'established',
      epoch,
      last: zxidOf(last),
      length,
      certificate,
    });
  }

  serve(node: number, epoch: number): this {
    return this.event(node, { kind: 'serving', epoch });
  }

  log(node: number, zxid: Z, valueHash = hashOf(zxid)): this {
    return this.event(node, { kind: 'logged', zxid: zxidOf(zxid), valueHash });
  }

  truncate(node: number, to: Z): this {
    return this.event(node, { kind: 'truncate-txns', to: zxidOf(to) });
  }

  commit(node: number, zxid: Z, certificate: readonly number[] = []): this {
    return this.event(node, { kind: 'commit-txn', zxid: zxidOf(zxid), certificate });
  }

  apply(node: number, zxid: Z, position: number, more: Partial<Apply> = {}): this {
    return this.event(node, {
      kind: 'apply',
      position,
      id: 'noop',
      valueHash: hashOf(zxid),
      stateHash: position,
      zxid: zxidOf(zxid),
      ...more,
    });
  }

  snapshot(
    node: number,
    op: 'take' | 'install',
    zxid: Z,
    position: number,
    stateHash = position,
  ): this {
    return this.event(node, {
      kind: 'snapshot-txns',
      op,
      zxid: zxidOf(zxid),
      position,
      stateHash,
    });
  }

  reply(node: number, position: number): this {
    return this.event(node, { kind: 'reply', client: 9, id: 1, status: 'ok', position });
  }

  read(node: number, mode: ReadCertificate['mode'], more: Partial<ReadCertificate> = {}): this {
    return this.event(node, {
      kind: 'read-cert',
      mode,
      term: 1,
      readPosition: 0,
      applied: 2,
      round: 0,
      acks: [],
      ...more,
    });
  }

  /** Phases 0 to 2: `node` and its followers, whose histories end where its own does. */
  lead(
    node: number,
    epoch: number,
    followers: readonly number[],
    last: Z = NONE,
    length = 0,
  ): this {
    const all = [node, ...followers];
    for (const each of all) this.looking(each);
    for (const each of all) this.elected(each, node, all);
    for (const each of all) this.accept(each, epoch);
    this.newEpoch(
      node,
      epoch,
      all.map((each) => [each, 0]),
    );
    for (const each of all) this.enter(each, epoch, last);
    this.establish(node, epoch, last, length, all);
    for (const each of all) {
      if (length > 0) this.commit(each, last, each === node ? all : []);
      this.serve(each, epoch);
    }
    return this;
  }

  /** Phase 3: one transaction, logged and delivered by the leader and these others. */
  broadcast(
    leader: number,
    zxid: Z,
    position: number,
    followers: readonly number[] = [1, 2],
  ): this {
    const all = [leader, ...followers];
    this.propose(leader, zxid);
    for (const each of all) this.log(each, zxid);
    for (const each of all) this.commit(each, zxid, each === leader ? all : []);
    for (const each of all) this.apply(each, zxid, position);
    return this;
  }
}
