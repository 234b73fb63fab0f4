/** Leadership transfer, scripted (dissertation, section 3.10). */

import { describe, expect, test } from 'vitest';
import type { Options } from '../../../systems/protocol.ts';
import type { RaftMessage } from '../../../systems/raft/messages.ts';
import type { Filter } from '../scripted-cluster.ts';
import { between, rulesOf, Script } from './script.ts';

/** Node 0 leads three nodes and begins to hand over with its next heartbeat. */
function handingOver(options: Options = {}): Script {
  const script = new Script({ nodes: 3, options: { transferEvery: 1, ...options } });
  script.elect(0);
  script.write(0, 1);
  script.settle();
  script.write(0, 2);
  script.settle();
  return script;
}

const isNoTimeoutNow: Filter<RaftMessage> = ({ message }) => message.kind !== 'timeout-now';

describe('a transfer', () => {
  test('has the target elected at once, although everybody hears the leader', () => {
    const script = handingOver();
    script.heartbeat(0);
    const target = script.state(0).transfer?.target ?? -1;
    expect(target).toBeGreaterThan(0);
    script.settle();
    expect(script.state(target)).toMatchObject({ role: 'leader', term: 2 });
    expect(script.state(0)).toMatchObject({ role: 'follower', transfer: null });
    expect(script.delivered.get('timeout-now')).toBe(1);
    expect(script.checker.stats).toMatchObject({ transfers: 1, transfersDone: 1 });
    expect(script.violations).toEqual([]);
  });

  test('waits until the target has the whole log', () => {
    const script = handingOver();
    script.write(0, 3);
    script.drop();
    script.heartbeat(0);
    expect(script.network.map(({ message }) => message.kind)).not.toContain('timeout-now');
    script.settle();
    expect(script.state(0).role).toBe('follower');
    const leader = script.members.find((node) => script.state(node).role === 'leader') ?? -1;
    expect(script.terms(leader)).toHaveLength(5);
    expect(script.violations).toEqual([]);
  });

  test('takes no commands meanwhile, and says so definitely', () => {
    const script = handingOver();
    script.heartbeat(0);
    const write = script.write(0, 9);
    expect(script.answer(write)).toEqual({ status: 'redirect', leader: null });
    expect(script.terms(0)).toHaveLength(3);
  });

  test('that takes commands meanwhile is noticed', () => {
    const script = new Script({
      nodes: 3,
      options: { transferEvery: 1 },
      rules: rulesOf('rf-transfer-accepts-writes'),
    });
    script.elect(0);
    script.write(0, 1);
    script.settle();
    script.write(0, 2);
    script.settle();
    script.heartbeat(0);
    script.write(0, 9);
    expect(script.violations).toEqual(['TransferQuiet']);
  });

  test('is given up after an election timeout, and the leader goes on', () => {
    const script = handingOver();
    script.heartbeat(0);
    const target = script.state(0).transfer?.target ?? -1;
    const other = 3 - target;
    for (let i = 0; i < 6; i++) {
      script.settle(isNoTimeoutNow);
      script.heartbeat(0);
    }
    script.drop((flight) => !isNoTimeoutNow(flight));
    script.settle();
    expect(script.checker.stats).toMatchObject({ transfersAborted: 1 });
    expect(script.state(0).role).toBe('leader');
    const write = script.write(0, 9);
    script.settle(between(0, other));
    expect(script.answer(write)).toMatchObject({ status: 'ok' });
    expect(script.violations).toEqual([]);
  });

  test('is asked for again when TimeoutNow was lost', () => {
    const script = handingOver();
    script.heartbeat(0);
    script.drop(({ message }) => message.kind === 'timeout-now');
    script.settle();
    script.heartbeat(0);
    script.settle();
    expect(script.state(0).role).toBe('follower');
  });

  test('of an older term moves nobody', () => {
    const script = handingOver();
    script.heartbeat(0);
    const late = script.network.find(({ message }) => message.kind === 'timeout-now');
    if (late === undefined) throw new Error('no TimeoutNow');
    script.settle();
    const leader = script.members.find((node) => script.state(node).role === 'leader');
    script.network.push(late);
    script.settle();
    expect(script.members.find((node) => script.state(node).role === 'leader')).toBe(leader);
  });
});

describe('a lease', () => {
  test('is not used once the leader has asked for its own replacement, until its term is over', () => {
    const script = handingOver({ reads: 'lease' });
    expect(script.answer(script.read(0))).toMatchObject({ status: 'ok' });
    script.heartbeat(0);
    expect(script.answer(script.read(0))).toBeNull();
    const late = script.network.find(({ message }) => message.kind === 'timeout-now');
    for (let i = 0; i < 6; i++) {
      script.settle(isNoTimeoutNow);
      script.heartbeat(0);
    }
    script.drop((flight) => !isNoTimeoutNow(flight));
    // Given up; but the message may still be under way.
    expect(script.state(0)).toMatchObject({ role: 'leader', transfer: null });
    expect(late).toBeDefined();
    expect(script.answer(script.read(0))).toBeNull();
    script.settle();
    expect(script.violations).toEqual([]);
  });
});
