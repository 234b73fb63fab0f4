/** How entries and snapshots travel, scripted: pipelining, batches, snapshots in pieces. */

import { describe, expect, test } from 'vitest';
import type {
  AppendEntries,
  InstallSnapshot,
  RaftMessage,
} from '../../../systems/raft/messages.ts';
import { NOBODY, TIMER } from '../../../systems/raft/state.ts';
import type { Filter } from '../scripted-cluster.ts';
import { between, Script } from './script.ts';

/** Entries in the AppendEntries that are on their way to a node. */
function batchesTo(script: Script, node: number): number[] {
  return script.network
    .filter(({ to, message }) => to === node && message.kind === 'append-entries')
    .map(({ message }) => (message as AppendEntries).entries.length);
}

describe('AppendEntries to a follower', () => {
  function writing(inFlight: number, count: number): Script {
    const script = new Script({ nodes: 3, options: { inFlight } });
    script.elect(0);
    for (let value = 0; value < count; value++) script.write(0, value);
    return script;
  }

  test('follow each other without waiting for answers, one for each command', () => {
    expect(batchesTo(writing(0, 4), 1)).toEqual([1, 1, 1, 1]);
  });

  test('are no more at once than the pipeline has room for; the rest waits and shares one', () => {
    const script = writing(2, 5);
    expect(batchesTo(script, 1)).toEqual([1, 1]);
    script.deliver(between(0, 1));
    script.deliver(between(0, 1));
    expect(batchesTo(script, 1)).toEqual([3]);
    script.settle();
    expect(script.state(0).commit).toBe(6);
    expect(script.violations).toEqual([]);
  });

  test('wait for each answer where the pipeline is one message long', () => {
    expect(batchesTo(writing(1, 3), 1)).toEqual([1]);
  });

  test('go on after all of them were lost: the next heartbeat finds out', () => {
    const script = writing(2, 5);
    script.drop();
    script.write(0, 9);
    expect(batchesTo(script, 1)).toEqual([]);
    script.heartbeat(0);
    expect(batchesTo(script, 1)).toEqual([0]);
    script.settle();
    script.heartbeat(0);
    script.settle();
    expect(script.terms(1)).toHaveLength(7);
    expect(script.violations).toEqual([]);
  });

  test('carry no more entries than a batch', () => {
    const script = new Script({ nodes: 3, options: { batch: 3, inFlight: 1 } });
    script.elect(0);
    for (let value = 0; value < 8; value++) script.write(0, value);
    const sizes: number[] = [];
    for (let i = 0; i < 12; i++) {
      sizes.push(...batchesTo(script, 1));
      script.deliver(between(0, 1));
    }
    expect(sizes).toEqual([1, 3, 3, 1]);
  });
});

describe('a snapshot in pieces', () => {
  const options = { snapshotEvery: 4, snapshotChunkBytes: 256 };

  /** Node 2 has missed everything, and the leader has compacted it. */
  function lagging(): Script {
    const script = new Script({ nodes: 3, options });
    script.elect(0, between(0, 1));
    for (let value = 0; value < 120; value++) {
      script.request(0, { f: 'append', key: 'x', value: 1000 + value });
      script.settle(between(0, 1));
    }
    script.drop();
    return script;
  }

  const isPiece: Filter<RaftMessage> = ({ message }) => message.kind === 'install-snapshot';

  function piecesSent(script: Script): InstallSnapshot[] {
    return script.network.filter(isPiece).map(({ message }) => message as InstallSnapshot);
  }

  /** Offsets and lengths of the pieces on their way. */
  function pieces(script: Script): (readonly [number, number, boolean])[] {
    return piecesSent(script).map(({ offset, data, done }) => [offset, data.length, done]);
  }

  /** The leader takes a later snapshot, and node 2 hears nothing of it. */
  function compactMore(script: Script): void {
    const { index } = script.state(0).snapshot;
    for (let value = 0; value < 10; value++) {
      script.write(0, value);
      script.settle(between(0, 1));
    }
    expect(script.state(0).snapshot.index).toBeGreaterThan(index);
  }

  test('comes piece by piece, each after the one before, and is installed as a whole', () => {
    const script = lagging();
    script.heartbeat(0);
    script.settle();
    const count = script.delivered.get('install-snapshot') ?? 0;
    expect(count).toBeGreaterThan(1);
    expect(script.delivered.get('snapshot-reply')).toBe(count - 1);
    script.heartbeat(0);
    script.settle();
    expect(script.state(2).kv).toEqual(script.state(0).kv);
    expect(script.violations).toEqual([]);
  });

  test('goes on where it was once a follower hears its leader again, whom it had missed', () => {
    const script = lagging();
    script.heartbeat(0);
    while (pieces(script)[0]?.[0] !== 256) script.deliver();
    script.drop();
    const { text } = script.state(2).incoming ?? { text: '' };
    expect(text.length).toBeGreaterThan(0);
    script.state(2).waitingSinceUs = Number.NEGATIVE_INFINITY;
    script.fire(2, TIMER.election);
    script.drop();
    expect(script.state(2)).toMatchObject({ role: 'pre-candidate', leader: NOBODY });
    script.heartbeat(0);
    script.deliver();
    expect(script.state(2)).toMatchObject({ role: 'follower', leader: 0 });
    expect(script.state(2).incoming?.text.length).toBeGreaterThan(text.length);
  });

  test('whose piece was lost goes on from there with the next heartbeat', () => {
    const script = lagging();
    script.heartbeat(0);
    while (pieces(script)[0]?.[0] !== 256) script.deliver();
    script.drop();
    script.heartbeat(0);
    expect(pieces(script)).toEqual([[256, 256, false]]);
    script.settle();
    expect(script.state(2).snapshot.index).toBeGreaterThan(0);
    expect(script.violations).toEqual([]);
  });

  test('whose piece comes twice is not longer for it', () => {
    const script = lagging();
    script.heartbeat(0);
    while (pieces(script)[0]?.[0] !== 256) script.deliver();
    script.network.push(...script.network.filter(isPiece));
    script.settle();
    expect(script.state(2).snapshot.index).toBeGreaterThan(0);
    expect(script.violations).toEqual([]);
  });

  test('goes on although its first piece comes again, or the first of an earlier one', () => {
    const script = lagging();
    script.heartbeat(0);
    while (pieces(script).length === 0) script.deliver();
    const first = script.network.find(isPiece);
    if (first?.message.kind !== 'install-snapshot') throw new Error('no piece is sent');
    const { last } = first.message;
    const earlier = { ...first.message, last: { ...last, index: last.index - 1 } };
    while (pieces(script)[0]?.[0] !== 256) script.deliver();
    const incoming = { ...script.state(2).incoming };
    for (const message of [first.message, earlier]) {
      script.network.push({ ...first, message });
      script.deliver((flight) => flight.message === message);
      expect(script.state(2).incoming).toEqual(incoming);
    }
    script.settle();
    expect(script.state(2).snapshot.index).toBe(last.index);
    expect(script.violations).toEqual([]);
  });

  test('goes on although the answer to the one before it comes twice', () => {
    const script = lagging();
    script.heartbeat(0);
    while (script.state(2).snapshot.index === 0) script.deliver();
    const answer = script.network.filter(({ from }) => from === 2);
    expect(answer.map(({ message }) => message.kind)).toEqual(['append-reply']);
    script.drop(({ from }) => from === 2);
    compactMore(script);
    script.network.push(...answer);
    script.settle(({ from }) => from === 2);
    const begun = piecesSent(script).map(({ last }) => last.index);
    expect(begun).toEqual([script.state(0).snapshot.index]);
    compactMore(script);
    script.network.push(...answer);
    script.settle(({ from }) => from === 2);
    expect(piecesSent(script).map(({ last }) => last.index)).toEqual(begun);
  });

  test('is that with which the leader began, although it takes a later one meanwhile', () => {
    const script = lagging();
    script.heartbeat(0);
    while (pieces(script)[0]?.[0] !== 256) script.deliver();
    const { index } = script.state(0).snapshot;
    compactMore(script);
    script.deliver(isPiece);
    while (script.state(2).snapshot.index === 0) script.deliver();
    expect(script.state(2).snapshot.index).toBe(index);
    for (let i = 0; i < 3; i++) {
      script.heartbeat(0);
      script.settle();
    }
    expect(script.state(2).applied).toBe(script.state(0).applied);
    expect(script.violations).toEqual([]);
  });

  test('begins anew at a follower that was restarted in between', () => {
    const script = lagging();
    script.heartbeat(0);
    while (pieces(script)[0]?.[0] !== 256) script.deliver();
    script.restart(2);
    script.settle();
    script.heartbeat(0);
    script.settle();
    expect(script.state(2).snapshot.index).toBeGreaterThan(0);
    expect(script.violations).toEqual([]);
  });
});
