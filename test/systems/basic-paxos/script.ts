/** Three generals by hand: a Basic Paxos cluster whose messages a test delivers. */

import { paxosChecker } from '../../../checkers/agreement/paxos.ts';
import type { Value } from '../../../checkers/history.ts';
import { basicPaxos } from '../../../systems/basic-paxos/index.ts';
import type { BasicMessage, BasicRecord } from '../../../systems/basic-paxos/messages.ts';
import { basicPaxosProtocol } from '../../../systems/basic-paxos/protocol.ts';
import { type BasicRules, basicRules } from '../../../systems/basic-paxos/rules.ts';
import { type BasicState, TIMER } from '../../../systems/basic-paxos/state.ts';
import type { Options } from '../../../systems/protocol.ts';
import { type InFlight, ScriptedCluster } from '../scripted-cluster.ts';

export const KEY = 'k';

export interface Setting {
  readonly nodes?: number;
  readonly rules?: Partial<BasicRules>;
  readonly options?: Options;
  readonly disks?: readonly (readonly BasicRecord[])[];
}

export class Generals extends ScriptedCluster<BasicState, BasicMessage, BasicRecord> {
  constructor({ nodes = 3, rules = {}, ...rest }: Setting = {}) {
    super({
      nodes,
      protocol: basicPaxosProtocol({ ...basicRules, ...rules }),
      checker: paxosChecker('each'),
      ...rest,
    });
    this.drop();
  }

  propose(node: number, value: Value): number {
    return this.request(node, { f: 'propose', key: KEY, value });
  }

  read(node: number): number {
    return this.request(node, { f: 'read', key: KEY, value: null });
  }

  /** The Prepare under way of `node` reaches these acceptors, and their answers come back. */
  prepare(node: number, ...acceptors: readonly number[]): void {
    this.deliver(isSent(node, acceptors, 'prepare'));
    this.deliver(({ to, from, message }) => {
      const { kind } = message;
      return to === node && acceptors.includes(from) && (kind === 'promise' || kind === 'nack');
    });
    this.drop(({ from, message }) => from === node && message.kind === 'prepare');
  }

  /** The Accept under way of `node` reaches these acceptors; nobody hears of it yet. */
  accept(node: number, ...acceptors: readonly number[]): void {
    this.deliver(isSent(node, acceptors, 'accept'));
  }

  /** A proposer that waits tries again. */
  retry(node: number): void {
    const attempt = this.state(node).attempts.get(KEY);
    if (attempt === undefined) throw new Error(`node ${node} has no attempt`);
    const phase = attempt.phase;
    this.fire(node, TIMER.attempts, Math.max(0, attempt.deadlineUs - this.nowUs));
    if (phase !== 'backoff') this.retry(node);
  }

  accepted(node: number): readonly [number, Value] | null {
    const accepted = this.state(node).accepted.get(KEY);
    return accepted === undefined ? null : [accepted.ballot, accepted.value];
  }

  decided(node: number): Value {
    return this.state(node).decided.get(KEY)?.value ?? null;
  }

  /** What each ballot has proposed, in order. */
  get ballots(): number[] {
    return this.traced.flatMap(({ event }) => (event.kind === 'prepare' ? [event.ballot] : []));
  }

  /** The value of the last Accept that `node` sent. */
  proposed(node: number): readonly [number, Value] | null {
    const attempt = this.state(node).attempts.get(KEY);
    return attempt?.phase === 'accept' ? [attempt.ballot, attempt.value] : null;
  }
}

/** The rules of a planted bug. */
export function rulesOf(id: string): Partial<BasicRules> {
  const variant = basicPaxos.variants.find((candidate) => candidate.id === id);
  if (variant === undefined) throw new Error(`no variant ${id}`);
  return variant.rules?.(basicRules) ?? {};
}

function isSent(node: number, acceptors: readonly number[], kind: BasicMessage['kind']) {
  return ({ from, to, message }: InFlight<BasicMessage>): boolean =>
    from === node && acceptors.includes(to) && message.kind === kind;
}
