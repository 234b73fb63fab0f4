/** A Multi-Paxos cluster whose messages a test delivers. */

import { paxosChecker } from '../../../checkers/agreement/paxos/checker.ts';
import { textOf } from '../../../checkers/value.ts';
import { multiPaxos } from '../../../systems/multi-paxos/index.ts';
import type { MultiMessage, MultiRecord } from '../../../systems/multi-paxos/messages.ts';
import { multiPaxosProtocol } from '../../../systems/multi-paxos/protocol.ts';
import { type MultiRules, multiRules } from '../../../systems/multi-paxos/rules.ts';
import { type MultiState, TIMER } from '../../../systems/multi-paxos/state.ts';
import type { Options } from '../../../systems/protocol.ts';
import { type Filter, ScriptedCluster } from '../scripted-cluster.ts';

export interface Setting {
  readonly nodes?: number;
  readonly rules?: Partial<MultiRules>;
  readonly options?: Options;
}

export class Parliament extends ScriptedCluster<MultiState, MultiMessage, MultiRecord> {
  constructor({ nodes = 3, rules = {}, ...rest }: Setting = {}) {
    super({
      nodes,
      protocol: multiPaxosProtocol({ ...multiRules, ...rules }),
      checker: paxosChecker('all'),
      ...rest,
    });
  }

  /** The election timeout of a node runs out now. */
  timeOut(node: number): void {
    this.fire(node, TIMER.election, this.state(node).config.electionTimeoutUs * 2);
  }

  heartbeat(node: number): void {
    this.fire(node, TIMER.heartbeat, this.state(node).config.heartbeatUs);
  }

  /** Elects a node with the promises of these others, and delivers nothing else. */
  elect(node: number, ...others: readonly number[]): void {
    this.timeOut(node);
    this.deliver(({ from, to, message }) => {
      return from === node && others.includes(to) && message.kind === 'prepare';
    });
    this.deliver(({ to, message }) => to === node && message.kind === 'promise');
    this.drop(({ message }) => message.kind === 'prepare');
    if (this.state(node).role !== 'leader') throw new Error(`node ${node} was not elected`);
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
export function rulesOf(id: string): Partial<MultiRules> {
  const variant = multiPaxos.variants.find((candidate) => candidate.id === id);
  if (variant === undefined) throw new Error(`no variant ${id}`);
  return variant.rules?.(multiRules) ?? {};
}

/** Messages among these nodes only. */
export function among(...nodes: readonly number[]): Filter<MultiMessage> {
  return ({ from, to }) => nodes.includes(from) && nodes.includes(to);
}
