/** A Raft cluster whose messages, timers and syncs a test drives by hand. */

import { raftChecker } from '../../../checkers/agreement/raft/checker.ts';
import { operationCommand } from '../../../systems/kv.ts';
import type { Options } from '../../../systems/protocol.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { Entry, RaftMessage, RaftRecord } from '../../../systems/raft/messages.ts';
import { raftProtocol } from '../../../systems/raft/protocol.ts';
import { type RaftRules, raftRules } from '../../../systems/raft/rules.ts';
import { NOBODY, type RaftState, TIMER } from '../../../systems/raft/state.ts';
import { type Filter, ScriptedCluster } from '../scripted-cluster.ts';

interface Setting {
  readonly nodes: number;
  readonly rules?: Partial<RaftRules>;
  readonly options?: Options;
  /** Disks to start with, by node. */
  readonly disks?: readonly (readonly RaftRecord[])[];
}

export class Script extends ScriptedCluster<RaftState, RaftMessage, RaftRecord> {
  constructor({ rules = {}, ...rest }: Setting) {
    super({
      protocol: raftProtocol({ ...raftRules, ...rules }),
      checker: raftChecker(),
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

  /** Elects `node`, with the votes of everybody that hears it through `filter`. */
  elect(node: number, filter: Filter<RaftMessage> = () => true): void {
    this.timeOut(node);
    this.settle(filter);
    if (this.state(node).role !== 'leader') throw new Error(`node ${node} was not elected`);
  }

  /** Writes a value through a node, without a session. */
  write(node: number, value: number): number {
    return this.request(node, { f: 'write', key: 'x', value });
  }

  read(node: number): number {
    return this.request(node, { f: 'read', key: 'x', value: null });
  }

  /** Terms of a node's log, from the first entry that is not compacted. */
  terms(node: number): number[] {
    return this.state(node).log.map((entry) => entry.term);
  }
}

/** The rules of a planted bug. */
export function rulesOf(id: string): Partial<RaftRules> {
  const variant = raft.variants.find((candidate) => candidate.id === id);
  if (variant === undefined) throw new Error(`no variant ${id}`);
  return variant.rules?.(raftRules) ?? {};
}

/** A disk that holds a log of entries of these terms. */
export function diskWithTerms(
  terms: readonly number[],
  term: number,
  votedFor = NOBODY,
): RaftRecord[] {
  const entries: Entry[] = terms.map((entryTerm, at) => ({
    term: entryTerm,
    command: operationCommand({ f: 'write', key: 'x', value: entryTerm * 100 + at }, 0, 0, 0),
  }));
  return [
    { kind: 'entries', from: 1, entries },
    { kind: 'vote', term, votedFor },
  ];
}

export function between(...nodes: readonly number[]): Filter<RaftMessage> {
  return ({ from, to }) => nodes.includes(from) && nodes.includes(to);
}
