/** The logs of replicas, followed from a trace, and the first place at which they differ. */

import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../checkers/trace.ts';
import { rendered } from '../../../harness/report/markup.ts';
import { ReplicaLogs } from '../../../harness/report/replica-logs.ts';
import { replicaSection } from '../../../harness/report/replica-section.ts';

const append = (index: number, term: number, valueHash: number): TraceEvent => ({
  kind: 'append',
  index,
  term,
  valueHash,
  previousTerm: 0,
});

const commit = (index: number): TraceEvent => {
  return { kind: 'commit', index, term: 1, entryTerm: 1, certificate: [] };
};

const recovered = (entries: readonly { index: number; term: number; valueHash: number }[]) =>
  ({
    kind: 'boot',
    protocol: 'raft',
    nodes: [0, 1],
    variants: [],
    recovered: { term: 1, votedFor: null, snapshot: { term: 0, index: 0 }, entries },
  }) satisfies TraceEvent;

function follow(...told: readonly (readonly [node: number, event: TraceEvent])[]): ReplicaLogs {
  const logs = new ReplicaLogs();
  for (const [sequence, [node, event]] of told.entries()) {
    logs.take({ time: sequence, node, incarnation: 1, sequence, lamport: sequence, event });
  }
  return logs;
}

describe('the first place at which replicas differ', () => {
  test('is none where they have the same, or one has less', () => {
    const logs = follow([0, append(1, 1, 7)], [0, append(2, 1, 8)], [1, append(1, 1, 7)]);
    expect(logs.divergence()).toBe(null);
    expect(replicaSection(null, 'term')).toBe(null);
  });

  test('is broken where both hold different entries for committed', () => {
    const logs = follow(
      ...([0, 1] as const).map((node) => [node, append(1, 1, 7)] as const),
      [0, append(2, 1, 8)],
      [1, append(2, 2, 9)],
      [0, commit(2)],
      [1, commit(2)],
    );
    expect(logs.divergence()).toMatchObject({ nodes: [0, 1], at: 1, isBroken: true });
    const page = rendered(replicaSection(logs.divergence(), 'term'));
    expect(page).toContain('✖ 2</td><td>● term 1 · 8</td><td>● term 2 · 9</td>');
  });

  test('is no break as long as one of them is not committed, nor after it was cut', () => {
    const apart = [
      [0, append(1, 1, 7)],
      [1, append(1, 2, 9)],
      [1, commit(1)],
    ] as const;
    expect(follow(...apart).divergence()).toMatchObject({ isBroken: false });
    const cut = [...apart, [0, { kind: 'truncate', from: 1 }], [0, append(1, 2, 9)]] as const;
    expect(follow(...cut).divergence()).toBe(null);
  });

  test('is of what a node has on its disk after a restart, and of nothing that a snapshot replaced', () => {
    const before = [
      [0, append(1, 1, 7)],
      [0, commit(1)],
      [1, append(1, 1, 9)],
      [1, commit(1)],
    ] as const;
    const lost = follow(...before, [1, recovered([{ index: 1, term: 1, valueHash: 7 }])]);
    expect(lost.divergence()).toBe(null);
    const installed: TraceEvent = {
      kind: 'snapshot',
      op: 'install',
      last: { term: 1, index: 1 },
      stateHash: 0,
    };
    expect(follow(...before, [1, installed]).divergence()).toBe(null);
  });

  test('keeps what Paxos learned beside what is accepted later', () => {
    const learn = (valueHash: number): TraceEvent => {
      return { kind: 'learn', ballot: 3, instance: 'k1', valueHash, certificate: [] };
    };
    const accept: TraceEvent = { kind: 'accept', ballot: 9, instance: 'k1', valueHash: 5 };
    expect(follow([0, learn(5)], [1, learn(6)], [1, accept]).divergence()).toMatchObject({
      isBroken: true,
    });
  });
});
