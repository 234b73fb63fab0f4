/** Three generals by hand: a Basic Paxos cluster whose messages a test delivers. */

import { paxosChecker } from '../../../checkers/agreement/paxos/checker.ts';
import type { Value } from '../../../checkers/history.ts';
import type { BasicMessage, BasicRecord } from '../../../systems/basic-paxos/messages.ts';
import { basicPaxosProtocol } from '../../../systems/basic-paxos/protocol.ts';
import { basicRules } from '../../../systems/basic-paxos/rules.ts';
import type { BasicState } from '../../../systems/basic-paxos/state.ts';
import { type InFlight, ScriptedCluster } from '../scripted-cluster.ts';

const KEY = 'k';

export class Generals extends ScriptedCluster<BasicState, BasicMessage, BasicRecord> {
  constructor() {
    super({ nodes: 3, protocol: basicPaxosProtocol(basicRules), checker: paxosChecker('each') });
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

  /** The value of the last Accept that `node` sent. */
  proposed(node: number): readonly [number, Value] | null {
    const attempt = this.state(node).attempts.get(KEY);
    return attempt?.phase === 'accept' ? [attempt.ballot, attempt.value] : null;
  }
}

function isSent(node: number, acceptors: readonly number[], kind: BasicMessage['kind']) {
  return ({ from, to, message }: InFlight<BasicMessage>): boolean =>
    from === node && acceptors.includes(to) && message.kind === kind;
}
