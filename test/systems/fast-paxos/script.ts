/** A Fast Paxos cluster whose messages a test delivers. */

import { fastPaxosChecker } from '../../../checkers/agreement/fast-paxos/checker.ts';
import { textOf } from '../../../checkers/value.ts';
import { fastPaxos } from '../../../systems/fast-paxos/index.ts';
import type { FastMessage, FastRecord } from '../../../systems/fast-paxos/messages.ts';
import { fastPaxosProtocol } from '../../../systems/fast-paxos/protocol.ts';
import { type FastRules, fastRules } from '../../../systems/fast-paxos/rules.ts';
import { type FastState, TIMER } from '../../../systems/fast-paxos/state.ts';
import type { Options } from '../../../systems/protocol.ts';
import { ScriptedCluster } from '../scripted-cluster.ts';

export interface Setting {
  readonly nodes?: number;
  readonly rules?: Partial<FastRules>;
  readonly options?: Options;
}

export class Committee extends ScriptedCluster<FastState, FastMessage, FastRecord> {
  constructor({ nodes = 5, rules = {}, ...rest }: Setting = {}) {
    super({
      nodes,
      protocol: fastPaxosProtocol({ ...fastRules, ...rules }),
      checker: fastPaxosChecker(),
      ...rest,
    });
  }

  /** The election timeout of a node runs out, and everyone answers; it goes on to a fast round. */
  elect(node: number): void {
    this.fire(node, TIMER.election, this.state(node).config.electionTimeoutUs * 2);
    this.settle();
    if (this.state(node).role !== 'leader') throw new Error(`node ${node} was not elected`);
  }

  heartbeat(node: number, times = 1): void {
    for (let beat = 0; beat < times; beat++) {
      this.fire(node, TIMER.heartbeat, this.state(node).config.heartbeatUs);
    }
  }

  /** What got no answer is sent again. */
  retry(node: number): void {
    this.fire(node, TIMER.retry, this.state(node).config.retransmitUs);
  }

  /** Elects a node, which must come to open a fast round. */
  open(node: number): void {
    this.elect(node);
    if (this.state(node).any.round !== this.state(node).round) throw new Error('no fast round');
  }

  /** Writes a value through a node, without a session. */
  write(node: number, value: string): number {
    return this.request(node, { f: 'write', key: 'x', value });
  }

  /** What is chosen, as a node knows it: values of writes, `noop`, and null for holes. */
  chosen(node: number): (string | null)[] {
    const { chosen, snapshot } = this.state(node);
    const last = Math.max(snapshot.slot, ...chosen.keys());
    return Array.from({ length: last - snapshot.slot }, (_, at) => {
      const command = chosen.get(snapshot.slot + 1 + at);
      if (command === undefined) return null;
      return command.operation === null ? command.kind : textOf(command.operation.value);
    });
  }
}

/** The rules of a planted bug. */
export function rulesOf(id: string): Partial<FastRules> {
  const variant = fastPaxos.variants.find((candidate) => candidate.id === id);
  if (variant === undefined) throw new Error(`no variant ${id}`);
  return variant.rules?.(fastRules) ?? {};
}
