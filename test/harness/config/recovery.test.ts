/** Liveness is judged by what the world allows, and a world that allows none is said to be one. */

import { describe, expect, test } from 'vitest';
import { History } from '../../../checkers/history.ts';
import { type RunRequest, resolveConfig } from '../../../harness/config/config.ts';
import {
  cannotBeLive,
  paceOf,
  progressBoundS,
  recoveryBoundS,
} from '../../../harness/config/recovery.ts';
import { judgeRun, livenessBounds } from '../../../harness/judge/judge.ts';
import { TraceFollower } from '../../../harness/judge/trace-follower.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { fastPaxos } from '../../../systems/fast-paxos/index.ts';
import { systems } from '../../../systems/index.ts';
import type { Options } from '../../../systems/protocol.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { RaftRules } from '../../../systems/raft/rules.ts';
import type { System, Variant } from '../../../systems/system.ts';
import { zab } from '../../../systems/zab/index.ts';
import { workloads } from '../../../workloads/index.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { hardRun } from '../../hard-worlds.ts';

function resolved(request: RunRequest) {
  return resolveConfig(request, [], () => 1);
}

function verdictOn(system: System, set: RunRequest['set'] = {}, nodes = 5): string | null {
  return cannotBeLive(system, resolved({ system: system.name, nodes, set: set ?? {} }));
}

function raftVariant(rules: (base: RaftRules) => Partial<RaftRules>): Variant<RaftRules> {
  return { id: 'tested', describe: 'of this test', kind: 'variant', rules };
}

describe('a world', () => {
  test.each(Object.values(systems))('is one in which $name can be live, by default', (system) => {
    for (const nodes of [1, 2, 3, 5, 7]) expect(verdictOn(system, {}, nodes)).toBeNull();
  });

  test('is too slow for a time-out that messages and disks cannot meet', () => {
    const slow = { 'disk.syncMaxUs': 50_000, 'network.latencyMaxUs': 20_000 };
    expect(verdictOn(raft, slow)).toBeNull();
    const hasty = { ...slow, electionTimeoutMs: 30, heartbeatMs: 10 };
    expect(verdictOn(raft, hasty)).toContain('electionTimeoutMs=30 is shorter than the 251 ms');
    expect(verdictOn(raft, { ...hasty, electionTimeoutMs: 251 })).toBeNull();
  });

  test('answers later than clients wait', () => {
    const far = (latencyUs: number) => ({
      'network.latencyMinUs': latencyUs,
      'network.latencyMaxUs': latencyUs,
      electionTimeoutMs: 3_000,
    });
    const request = { system: 'raft', rate: 10 };
    const verdict = (latencyUs: number) =>
      cannotBeLive(raft, resolved({ ...request, set: far(latencyUs) }));
    expect(verdict(60_000)).toContain('its clients wait 200 ms for an answer');
    expect(verdict(40_000)).toBeNull();
  });

  test('loses too much for leaders to last', () => {
    const lossy = { 'network.lossPpm': 200_000, electionTimeoutMs: 60, heartbeatMs: 50 };
    expect(verdictOn(raft, lossy)).toContain('20.1 % of the messages are lost or late');
    // Connections send again what is lost.
    expect(verdictOn(zab, { 'network.lossPpm': 100_000 })).toBeNull();
    expect(verdictOn(zab, { 'network.lossPpm': 100_000, 'network.resends': 0 })).not.toBeNull();
  });

  test('has nobody to spare where a decision takes more than a majority', () => {
    const verdict = (set: Options) => {
      const all = { rounds: 'classic', window: 64, ...set };
      const request = { system: 'fast-paxos', nodes: 7, rate: 10, set: all };
      return cannotBeLive(fastPaxos, resolved(request));
    };
    const late = { 'network.latePpm': 100_000 };
    expect(verdict({ ...late, fastQuorum: 4 })).toContain('7 of 7 nodes must answer');
    expect(verdict({ ...late, fastQuorum: 6 })).toBeNull();
    expect(verdict({ fastQuorum: 4 })).toBeNull();
    expect(verdict(late)).toBeNull();
  });

  test('holds up connections for as long as losses one after another take', () => {
    const lossy = { 'network.lossPpm': 100_000, 'network.latePpm': 100_000 };
    const late = { ...lossy, 'network.lateMaxUs': 1_000_000 };
    expect(verdictOn(zab, { ...late, syncLimitMs: 60, pingMs: 10, initLimitMs: 500 })).toContain(
      'syncLimitMs=60 is shorter than',
    );
    expect(verdictOn(zab, { syncLimitMs: 60, pingMs: 10, initLimitMs: 500 })).toBeNull();
  });

  test('lets who was taken out of the voters disturb a Raft that has no defence against it', () => {
    const bare = { preVote: false, checkQuorum: false, membership: 'single' };
    expect(verdictOn(raft, bare)).toContain('unseats leaders');
    for (const defence of [{ preVote: true }, { checkQuorum: true }, { membership: 'off' }]) {
      expect(verdictOn(raft, { ...bare, ...defence })).toBeNull();
    }
  });

  test('that loses many messages gives a healthy quorum longer to serve somebody', () => {
    const bound = (lossPpm: number) =>
      progressBoundS(raft, resolved({ system: 'raft', set: { 'network.lossPpm': lossPpm } }));
    expect(bound(1_000)).toBeCloseTo(1.8);
    expect(bound(100_000)).toBe(6);
  });

  test('asks for more than a system takes in', () => {
    const config = resolved({ system: 'multi-paxos', rate: 400, set: { window: 1 } });
    expect(cannotBeLive(systems['multi-paxos'] as System, config)).toContain('set --rate');
    const set = { window: 1, 'disk.syncMaxUs': 20_000, electionTimeoutMs: 1_000 };
    const alone = resolved({ system: 'multi-paxos', rate: 50, nodes: 1, set });
    expect(cannotBeLive(systems['multi-paxos'] as System, alone)).toContain('set --rate 12');
    // What is lost waits for being sent again.
    const lossy = { window: 1, 'network.lossPpm': 100_000 };
    const few = resolved({ system: 'multi-paxos', rate: 40, set: lossy });
    expect(cannotBeLive(systems['multi-paxos'] as System, few)).toContain('set --rate');
    const slow = { batch: 1, 'network.latencyMaxUs': 20_000 };
    expect(cannotBeLive(raft, resolved({ system: 'raft', rate: 200, set: slow }))).toContain(
      '--rate',
    );
  });

  test('leaves no time for a decision before clients are told that nobody knows', () => {
    const basic = systems['basic-paxos'] as System;
    expect(verdictOn(basic, { giveUpMs: 1 })).toContain('giveUpMs=1 is shorter than the 17 ms');
    expect(verdictOn(basic, { giveUpMs: 17 })).toBeNull();
  });

  test('has fewer sessions than clients', () => {
    const verdict = (concurrency: number) => {
      const request = { system: 'multi-paxos', concurrency, set: { sessionsMax: 4 } };
      return cannotBeLive(systems['multi-paxos'] as System, resolved(request));
    };
    expect(verdict(20)).toContain('set sessionsMax=20');
    expect(verdict(4)).toBeNull();
  });

  test('gives what was left behind the time of the exchanges that it takes', () => {
    const pace = (system: System, set: RunRequest['set'] = {}) =>
      paceOf(system, resolved({ system: system.name, set: set ?? {} }));
    const slow = { 'disk.syncMaxUs': 20_000, 'network.lossPpm': 0, 'network.latePpm': 0 };
    const multi = systems['multi-paxos'] as System;
    // An exchange takes up to 84 ms: two messages of 2 ms, each behind two syncs of 20 ms.
    expect(pace(multi, slow).leaderNs).toBeCloseTo(84e6 / 16);
    expect(pace(multi, { ...slow, window: 1 }).leaderNs).toBeCloseTo(84e6);
    expect(pace(multi, { ...slow, reconfigureEvery: 4 }).leaderNs).toBeCloseTo(84e6 / 2);
    expect(pace(raft, { ...slow, batch: 2 })).toEqual({
      leaderNs: 42e6,
      followerNs: 42e6,
      pieceNs: 84e6,
    });
    // What is lost is sent again, and what fails begun anew.
    expect(pace(raft, { ...slow, batch: 2, 'network.lossPpm': 100_000 }).leaderNs).toBeGreaterThan(
      (84e6 * 1.25) / 2,
    );
    // A coordinator proposes in all slots at once, and Zab sends all in one piece.
    expect(pace(systems['fast-paxos'] as System, slow).leaderNs).toBe(0);
    expect(pace(zab, slow).followerNs).toBe(0);
  });

  test('gives a system the time that its delays take', () => {
    const bound = (set: RunRequest['set']) =>
      recoveryBoundS(raft, resolved({ system: 'raft', set: set ?? {} }));
    expect(bound({})).toBe(6);
    expect(bound({ 'disk.syncMaxUs': 50_000 })).toBeGreaterThan(6);
    expect(bound({ 'network.lateMaxUs': 5_000_000 })).toBe(50);
  });
});

describe('a real machine', () => {
  const request: RunRequest = { system: 'raft', backend: 'docker', nemesis: ['kill'] };
  const config = resolveConfig(request, [], () => 1);

  /** Nothing succeeds after the quiet end, for 40 seconds. */
  function verdictAt(slowness: number): string {
    const history = new History();
    const phase = { type: 'info', process: 'nemesis', f: 'phase', value: 'recovery' } as const;
    history.push({ time: 0, ...phase });
    for (let s = 1; s < 40; s++) {
      const write = { process: s, f: 'write', key: 'k', value: s } as const;
      history.push({ time: s * 1e9, type: 'invoke', ...write });
      history.push({ time: s * 1e9 + 5e8, type: 'info', ...write });
    }
    const { checks } = judgeRun({
      config,
      system: raft,
      workload: workloads['register'] as Workload,
      nemeses,
      promise: 'linearizable',
      history,
      follower: new TraceFollower(raft),
      gap: null,
      idle: null,
      ending: { kind: 'finished' },
      slowness,
    });
    return checks.find(({ checker }) => checker === 'availability')?.verdict.kind ?? '';
  }

  test('that is slow gives a system as many times longer to recover', () => {
    expect(livenessBounds(raft, config, 0, 1).boundNs).toBe(30e9);
    expect(livenessBounds(raft, config, 0, 1, 4).boundNs).toBe(120e9);
    expect(verdictAt(1)).toBe('invalid');
    expect(verdictAt(1.5)).toBe('unknown');
  });
});

describe('a run', () => {
  test('in which no cluster ever forms is invalid, and its history says so', () => {
    const nobody = raftVariant(() => ({ canVote: () => false }));
    const run = simulateOnce(resolved({ system: 'raft', timeLimitS: 5 }), [nobody]);
    expect(run.verdict).toMatchObject({ kind: 'invalid', property: 'Liveness:forms' });
    expect([...run.result.history].map(({ value }) => value)).toEqual(['unformed']);
  });

  test('waits until a follower that never catches up is overdue', () => {
    const ignored = raftVariant((base) => ({
      onHigherTerm: (state, message) =>
        message.kind !== 'append-reply' &&
        message.kind !== 'snapshot-reply' &&
        base.onHigherTerm(state, message),
    }));
    // Under the faults that a plain run has, which must not mend by chance what is broken.
    const found = [1, 2, 3, 4, 5, 6, 7, 8].filter((seed) => {
      const request = { system: 'raft', timeLimitS: 30, seed, set: { preVote: false } };
      const { verdict } = simulateOnce(resolved(request), [ignored]);
      return verdict.kind === 'invalid' && verdict.property === 'Liveness:followers-converge';
    });
    expect(found.length).toBeGreaterThanOrEqual(2);
  });

  // Time-outs that the disks cannot meet.
  const hastyRaft = { electionTimeoutMs: 60, heartbeatMs: 20, 'disk.syncMaxUs': 50_000 };

  test('that was live in a hopeless world is valid, and its elections are not counted', () => {
    const request = { system: 'raft', nodes: 3, timeLimitS: 10, set: hastyRaft };
    const runs = [1, 2, 3, 4].map((seed) => simulateOnce(resolved({ ...request, seed }), []));
    expect(runs.map(({ verdict }) => verdict.kind)).toEqual(runs.map(() => 'valid'));
    const [liveness] = (runs[0]?.checks ?? []).filter(({ checker }) => checker === 'liveness');
    expect(liveness?.verdict).toMatchObject({
      kind: 'valid',
      note: expect.stringContaining('electionTimeoutMs=60 is shorter than the 225 ms'),
    });
  });

  test('with one leader for good is blamed in a hopeless world for whom it leaves behind', () => {
    const forgets = raftVariant((base) => ({
      countReply: (state, from, message) =>
        from !== state.members.length - 1 && base.countReply(state, from, message),
    }));
    const set = { ...hastyRaft, electionTimeoutMs: 120, snapshotEvery: 20 };
    const request = { system: 'raft', nodes: 3, timeLimitS: 10, nemesis: ['pause'], set };
    for (const seed of [3, 4, 5]) {
      const { verdict } = simulateOnce(resolved({ ...request, seed }), [forgets]);
      expect(verdict).toMatchObject({ property: 'Liveness:followers-converge' });
    }
  });

  test('is not blamed for the time that it takes to bring through what was left behind', () => {
    // A new leader finds 622 slots in doubt, and proposes 16 at a time on slow disks.
    const slots = hardRun(systems['multi-paxos'] as System, 130_033).config;
    // A leader that was cut off has 1,231 entries that nobody else has, and sends two at a time.
    const entries = hardRun(raft, 140_016).config;
    for (const config of [slots, entries]) {
      const { checks } = simulateOnce(config, []);
      expect(checks.filter(({ verdict }) => verdict.kind === 'invalid')).toEqual([]);
    }
  });

  test('is not blamed for a world in which it cannot be live, and told what to set', () => {
    const set = {
      electionTimeoutMs: 30,
      heartbeatMs: 10,
      'disk.syncMaxUs': 50_000,
      'network.latencyMaxUs': 20_000,
    };
    const config = resolved({ system: 'raft', seed: 920_100, timeLimitS: 20, set });
    const { verdict, checks } = simulateOnce(config, []);
    expect(checks.filter((check) => check.verdict.kind === 'invalid')).toEqual([]);
    if (verdict.kind === 'unknown') expect(verdict.because).toContain('set electionTimeoutMs=251');
  });

  test.each([
    [0, 60],
    [2_000, 60],
    [2_000, 66],
  ])(
    'is not blamed where all take equally long (syncs %i µs) and a leader of Zab %i ms',
    (syncUs, initLimitMs) => {
      const set = {
        initLimitMs,
        syncLimitMs: 100,
        pingMs: 10,
        'network.latencyMinUs': 10_000,
        'network.latencyMaxUs': 10_000,
        'disk.syncMinUs': syncUs,
        'disk.syncMaxUs': syncUs,
      };
      const request = { system: 'zab', nodes: 3, nemesis: ['none'], seed: 97, timeLimitS: 10, set };
      expect(simulateOnce(resolved(request), []).verdict.kind).not.toBe('invalid');
    },
  );

  test('is asked for a new leader only where one can take over from another', () => {
    // One voter and two observers: nobody takes over from it.
    const times = { timeLimitS: 20, nemesisIntervalS: 1 };
    const request = { system: 'zab', nodes: 3, nemesis: ['pause'], set: { observers: 2 } };
    const runs = [1, 2, 3].map((seed) =>
      simulateOnce(resolved({ ...request, ...times, seed }), []),
    );
    expect(runs.map(({ verdict }) => verdict.kind)).toEqual(runs.map(() => 'valid'));
  });

  test('is not blamed for how long nodes wait of their own accord before they try again', () => {
    // Two nodes of Zab that were parted for 3.4 s tell their votes again 3.2 s later only.
    const { verdict } = simulateOnce(resolved({ system: 'zab', nodes: 2, seed: 5024 }), []);
    expect(verdict.kind).toBe('valid');
  });

  test.each<RunRequest>([
    {
      system: 'multi-paxos',
      seed: 3,
      workload: 'list-append',
      concurrency: 30,
      rate: 50,
      nemesis: ['kill'],
      set: { reads: 'log', retransmitMs: 5_000 },
    },
    {
      system: 'multi-paxos',
      seed: 1,
      nemesis: ['kill', 'partition'],
      set: { reads: 'lease', leaseMs: 10_000 },
    },
    { system: 'fast-paxos', seed: 1, set: { retransmitMs: 10_000 } },
    { system: 'zab', seed: 4, set: { finalizeMs: 5_000 } },
    {
      system: 'zab',
      seed: 126,
      nodes: 6,
      workload: 'list-append',
      timeLimitS: 15,
      nemesis: ['partition', 'kill'],
      nemesisIntervalS: 0.3,
      set: { syncLimitMs: 5_000, initLimitMs: 10_000, pingMs: 200 },
    },
    { system: 'basic-paxos', seed: 2, set: { distinguishedProposer: true, heartbeatMs: 5_000 } },
  ])('of $system is not blamed for waits that were set: $set', (request) => {
    const { checks } = simulateOnce(resolved({ nodes: 3, timeLimitS: 30, ...request }), []);
    expect(checks.filter(({ verdict }) => verdict.kind === 'invalid')).toEqual([]);
  });

  test('is not blamed where a leader serves fewer operations than there are clients', () => {
    const set = { counterBits: 2, 'network.lateMaxUs': 3_000_000 };
    const load = { workload: 'list-append', concurrency: 30, timeLimitS: 15 };
    const faults = { nemesis: ['partition', 'pause'], nemesisIntervalS: 1 };
    const request = { system: 'zab', seed: 256, ...load, ...faults, set };
    expect(simulateOnce(resolved(request), []).verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('set --concurrency 3 or less'),
    });
  });

  test('in which clients were refused all but reads is not held against the system', () => {
    const { verdict } = simulateOnce(hardRun(systems['multi-paxos'] as System, 151_008).config, []);
    expect(verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('cannot be expected to be live'),
    });
  });
});
