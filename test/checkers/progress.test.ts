/** Progress is asked for while enough nodes are up and connected, and never where that is in doubt. */

import { describe, expect, test } from 'vitest';
import { History } from '../../checkers/history.ts';
import { progressVerdict } from '../../checkers/progress.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import { simulateOnce } from '../../harness/run/simulate.ts';
import { nemeses } from '../../nemesis/index.ts';
import type { RaftRules } from '../../systems/raft/rules.ts';
import type { Variant } from '../../systems/system.ts';

const SECOND = 1e9;

const harmOf = (lane: string) => nemeses[lane]?.harms;

/** Ten seconds of operations, ten a second, which succeed until `failingFrom`, under one fault. */
function historyUnder(lane: string, targets: string, failingFrom: number, status = 'installed') {
  const history = new History();
  const receipt = (phase: string, time: number) =>
    history.push({
      time,
      type: 'info',
      process: 'nemesis',
      f: lane,
      value: [phase, 'test', 0, status, '', targets],
    });
  for (let at = 0; at < 100; at++) {
    const time = (at * SECOND) / 10;
    if (at === 10) receipt('start', time);
    if (at === 90) receipt('end', time);
    const type = at < failingFrom || at >= 90 ? 'ok' : 'fail';
    history.push({ time, type: 'invoke', process: 1, f: 'write', key: 'k', value: at });
    history.push({ time: time + 1, type, process: 1, f: 'write', key: 'k', value: at });
  }
  return history;
}

function judged(history: History, nodes = 3) {
  const isQuorum = (up: readonly number[]) => 2 * up.length > nodes;
  return progressVerdict(history, { nodes, isQuorum, harmOf, boundNs: 3 * SECOND }).verdict;
}

const ISOLATED = 'n1→n2 n2→n1 n1→n3 n3→n1';

describe('a standstill', () => {
  test.each([
    ['kill', 'n1'],
    ['pause', 'n3'],
    ['gone-for-good', 'n1'],
    ['power-loss', 'n2 torn'],
    ['partition', ISOLATED],
    ['partition', 'n1→n2 n1→n3'],
  ])('of a healthy majority under a %s is a violation', (lane, targets) => {
    const verdict = judged(historyUnder(lane, targets, 20));
    expect(verdict).toMatchObject({ kind: 'invalid', property: 'Liveness:progress' });
  });

  test.each([
    ['a majority that is killed', 'kill', 'n1 n2', 'installed'],
    ['a link cut in one direction', 'partition', 'n1→n2', 'installed'],
    ['a node that is heard and hears nobody', 'partition', 'n2→n1 n3→n1', 'installed'],
    ['a node that is reached by one side only', 'partition', 'n1→n2 n2→n1', 'installed'],
    ['a fault that may or may not be in force', 'kill', 'n1', 'indeterminate'],
    ['a fault of a kind that is not known', 'earthquake', 'n1', 'installed'],
  ])("under %s is nobody's fault", (_what, lane, targets, status) => {
    expect(judged(historyUnder(lane, targets, 20, status)).kind).toBe('valid');
  });

  test('is none while the group brings through what was left behind', () => {
    const history = historyUnder('kill', 'n1', 20);
    const judgedWith = (allowedNs: number) =>
      progressVerdict(history, {
        nodes: 3,
        isQuorum: (up) => up.length >= 2,
        harmOf,
        boundNs: 3 * SECOND,
        allowanceNs: (group) => (group.join() === '1,2' ? allowedNs : 0),
      });
    // It stands still for seven seconds.
    expect(judgedWith(3 * SECOND).verdict.kind).toBe('invalid');
    const patient = judgedWith(5 * SECOND);
    expect(patient.verdict.kind).toBe('valid');
    expect(patient.stats?.['longestNs']).toBeGreaterThan(6 * SECOND);
  });

  test('is one where those who have to agree at the time are healthy, and none before', () => {
    const history = historyUnder('kill', 'n1', 20);
    // From the fifth second on n1 has to agree to nothing, before that to everything.
    const needsAll = (startNs: number) => startNs < 5 * SECOND;
    const judgedWith = (boundNs: number) =>
      progressVerdict(history, {
        nodes: 3,
        isQuorum: (up, startNs) => up.length === (needsAll(startNs) ? 3 : 2),
        changesNs: [5 * SECOND],
        harmOf,
        boundNs,
      }).verdict.kind;
    // Four seconds are left of the seven in which nobody is served.
    expect(judgedWith(3 * SECOND)).toBe('invalid');
    expect(judgedWith(5 * SECOND)).toBe('valid');
  });

  test('within the bound is none', () => {
    expect(judged(historyUnder('kill', 'n1', 65)).kind).toBe('valid');
    expect(judged(historyUnder('kill', 'n1', 55)).kind).toBe('invalid');
  });
});

test('a Raft that needs every node does not serve while one is away', () => {
  const needsAll: Variant<RaftRules> = {
    id: 'needs-all',
    describe: 'a quorum is all nodes',
    kind: 'variant',
    rules: () => ({ quorum: (nodes) => nodes }),
  };
  const found = [1, 2, 3, 4].map((seed) => {
    const config = resolveConfig({ system: 'raft', seed, timeLimitS: 30 }, [], () => seed);
    return simulateOnce(config, [needsAll]).verdict;
  });
  expect(found).toContainEqual(
    expect.objectContaining({ kind: 'invalid', property: 'Liveness:progress' }),
  );
});
