/** A Zab ensemble whose messages a test delivers. */

import { zabChecker } from '../../../checkers/agreement/zab/checker.ts';
import type { Options } from '../../../systems/protocol.ts';
import { zab } from '../../../systems/zab/index.ts';
import type { Txn, ZabMessage, ZabRecord } from '../../../systems/zab/messages.ts';
import { zabProtocol } from '../../../systems/zab/protocol.ts';
import { type ZabRules, zabRules } from '../../../systems/zab/rules.ts';
import { TIMER, type ZabState } from '../../../systems/zab/state.ts';
import { ScriptedCluster } from '../scripted-cluster.ts';

export interface Setting {
  readonly nodes?: number;
  readonly rules?: Partial<ZabRules>;
  readonly options?: Options;
  /** Disks to start with, by node. */
  readonly disks?: readonly (readonly ZabRecord[])[];
}

export class Ensemble extends ScriptedCluster<ZabState, ZabMessage, ZabRecord> {
  constructor({ nodes = 3, rules = {}, ...rest }: Setting = {}) {
    super({
      nodes,
      protocol: zabProtocol({ ...zabRules, ...rules }),
      checker: zabChecker(),
      ...rest,
    });
  }

  /** An ensemble that has settled on a leader, which all others follow. */
  static formed(setting: Setting = {}): Ensemble {
    const ensemble = new Ensemble(setting);
    ensemble.elect();
    return ensemble;
  }

  /** Lets everybody vote, and those who are sure conclude. */
  elect(): void {
    this.settle();
    this.#fireWhere(TIMER.resend, ({ role, isFinalizing }) => role === 'looking' && !isFinalizing);
    this.settle();
    this.#fireWhere(TIMER.finalize, ({ isFinalizing }) => isFinalizing);
    this.settle();
    // Whoever concluded before its leader did knocks again.
    this.#fireWhere(TIMER.ping, ({ phase }) => phase === 'discovery');
    this.settle();
  }

  #fireWhere(timer: number, applies: (state: ZabState) => boolean): void {
    for (const node of this.members) {
      if (this.isUp(node) && applies(this.state(node))) this.fire(node, timer);
    }
  }

  /** A server is gone, and its connections with it. */
  override crash(node: number): void {
    super.crash(node);
    for (const peer of this.members) if (peer !== node) this.disconnect(node, peer);
  }

  write(node: number, value: string): number {
    return this.request(node, { f: 'write', key: 'x', value });
  }

  read(node: number, seen = 0): number {
    const operation = { f: 'read', key: 'x', value: null } as const;
    return this.ask(node, { operation, session: 0, sequence: 0, seen });
  }

  leader(): number {
    return (
      this.members.find((node) => this.isUp(node) && this.state(node).role === 'leading') ?? -1
    );
  }
}

/** The rules of a planted bug. */
export function rulesOf(id: string): Partial<ZabRules> {
  const variant = zab.variants.find((candidate) => candidate.id === id);
  if (variant === undefined) throw new Error(`no variant ${id}`);
  return variant.rules?.(zabRules) ?? {};
}

/** Transactions of one epoch, from one number to another. */
export function txns(epoch: number, first: number, last: number): Txn[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => ({
    zxid: { epoch, counter: first + at },
    command: {
      kind: 'noop',
      id: 'noop',
      operation: null,
      session: 0,
      sequence: 0,
      timeUs: 0,
      valueHash: epoch * 1000 + first + at,
    },
    origin: { node: 0, incarnation: 0, number: 0 },
  }));
}
