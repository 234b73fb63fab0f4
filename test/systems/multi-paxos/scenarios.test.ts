import { describe, expect, test } from 'vitest';
import { type MultiConfig, TIMER } from '../../../systems/multi-paxos/state.ts';
import { among, Parliament, rulesOf } from './script.ts';

describe('a command that lost its slot to another leader', () => {
  /** Node 0 loses slot 2 to node 1, which dies; only as leader again does node 0 learn of it. */
  function lose(rules: Parameters<typeof rulesOf>[0] | null): {
    readonly parliament: Parliament;
    readonly lost: number;
  } {
    const parliament = new Parliament(rules === null ? {} : { rules: rulesOf(rules) });
    parliament.elect(0, 1, 2);
    parliament.settle();
    const lost = parliament.write(0, 'A');
    parliament.drop();
    parliament.elect(1, 2);
    parliament.settle((flight) => among(1, 2)(flight) && flight.message.kind !== 'commit');
    parliament.drop();
    parliament.crash(1);
    // It is refused, because node 2 has promised more; so it steps down and asks anew.
    parliament.heartbeat(0);
    parliament.settle(among(0, 2));
    parliament.elect(0, 2);
    parliament.settle(among(0, 2));
    return { parliament, lost };
  }

  test('is proposed again when its proposer leads again', () => {
    const { parliament, lost } = lose(null);
    expect(parliament.chosen(0)).toEqual(['noop', 'noop', 'noop', 'A']);
    expect(parliament.answer(lost)).toMatchObject({ status: 'ok', position: 4 });
    expect(parliament.violations).toEqual([]);
  });

  test('is never answered where it is dropped', () => {
    const { parliament, lost } = lose('mp-lost-proposal-dropped');
    expect(parliament.answer(lost)).toBeNull();
  });
});

test('a leader makes room that hears nothing but answers to heartbeats of long ago', () => {
  const parliament = new Parliament();
  parliament.elect(0, 1, 2);
  parliament.settle();
  parliament.heartbeat(0);
  parliament.deliver(({ to }) => to !== 0);
  const late = [...parliament.network];
  parliament.heartbeat(0);
  parliament.settle();
  const beats = Math.ceil(config(parliament).electionTimeoutUs / config(parliament).heartbeatUs);
  for (let beat = 0; beat < beats; beat++) {
    parliament.drop();
    expect(parliament.state(0).role).toBe('leader');
    parliament.network.push(...late);
    parliament.deliver();
    parliament.heartbeat(0);
  }
  expect(parliament.state(0).role).toBe('follower');
  expect(parliament.violations).toEqual([]);
});

function config(parliament: Parliament): MultiConfig {
  return parliament.state(0).config;
}

describe('a node that lacks the last slot of a snapshot alone', () => {
  function behind(rules: Parameters<typeof rulesOf>[0] | null): Parliament {
    const parliament = new Parliament({
      rules: rules === null ? {} : rulesOf(rules),
      options: { snapshotEvery: 2 },
    });
    parliament.elect(0, 1, 2);
    parliament.settle();
    parliament.heartbeat(0);
    parliament.settle();
    parliament.write(0, 'A');
    parliament.settle(among(0, 1));
    parliament.drop();
    expect(parliament.state(0).snapshot.slot).toBe(2);
    expect(parliament.state(2).chosenUpTo).toBe(1);
    parliament.heartbeat(0);
    parliament.settle();
    return parliament;
  }

  test('is sent the snapshot', () => {
    const parliament = behind(null);
    expect(parliament.state(2).chosenUpTo).toBe(2);
    expect(parliament.violations).toEqual([]);
  });

  test('stays behind where it is told of snapshots that reach further alone', () => {
    expect(behind('mp-snapshot-not-told-at-its-slot').state(2).chosenUpTo).toBe(1);
  });
});

describe('the pipeline', () => {
  test('chooses slots in any order, and executes them in theirs', () => {
    const parliament = new Parliament();
    parliament.elect(0, 1);
    parliament.settle();
    parliament.write(0, 'A');
    const second = parliament.write(0, 'B');
    parliament.settle(({ message }) => !('slot' in message) || message.slot === 3);
    expect(parliament.chosen(0)).toEqual(['noop', null, 'B']);
    expect(parliament.answer(second)).toBeNull();
    parliament.settle();
    expect(parliament.answer(second)).toMatchObject({ status: 'ok', position: 3 });
    expect(parliament.violations).toEqual([]);
  });

  test('has no more slots in flight than the window', () => {
    const parliament = new Parliament({ options: { window: 2 } });
    parliament.elect(0, 1);
    parliament.settle();
    for (const value of ['A', 'B', 'C', 'D']) parliament.write(0, value);
    const slots = parliament.network.flatMap(({ to, message }) =>
      to === 1 && message.kind === 'accept' ? [message.slot] : [],
    );
    expect(slots).toEqual([2, 3]);
    parliament.settle();
    expect(parliament.chosen(0)).toEqual(['noop', 'A', 'B', 'C', 'D']);
  });
});

describe('a new configuration', () => {
  /** Five nodes; the leader takes one of them out when it has twenty slots. */
  function reconfigure(rules: Parameters<typeof rulesOf>[0] | null = null): Parliament {
    const parliament = new Parliament({
      nodes: 5,
      rules: rules === null ? {} : rulesOf(rules),
      options: { reconfigureEvery: 5, window: 4 },
    });
    parliament.elect(0, 1, 2);
    parliament.settle();
    for (let round = 0; round < 8; round++) {
      parliament.write(0, `v${round}`);
      if (round % 3 === 2) parliament.settle();
    }
    parliament.settle();
    parliament.heartbeat(0);
    for (const value of ['A', 'B', 'C', 'D']) parliament.write(0, value);
    parliament.settle();
    return parliament;
  }

  test('rules from the window after its slot on, and phase 1 is run for it', () => {
    const parliament = reconfigure();
    const { configurations, chosenUpTo, role } = parliament.state(0);
    expect(role).toBe('leader');
    const { from, voters } = configurations.at(-1) ?? { from: 0, voters: [] };
    const slot = from - 4;
    expect(parliament.chosen(0)[slot - 1]).toBe('config');
    expect(voters).toHaveLength(4);
    expect(voters).toContain(0);
    expect(chosenUpTo).toBeGreaterThanOrEqual(from);
    const ballots = parliament.traced.filter(({ event }) => event.kind === 'prepared');
    expect(ballots).toHaveLength(2);
    expect(parliament.violations).toEqual([]);
  });

  test('decides without the nodes that it left out, which still learn', () => {
    const parliament = reconfigure();
    const voters = parliament.state(0).configurations.at(-1)?.voters ?? [];
    const spare = parliament.members.filter((node) => !voters.includes(node));
    expect(spare).toHaveLength(1);
    const crashed = voters.filter((node) => node !== 0)[0] as number;
    parliament.crash(crashed);
    // Three of four voters are a quorum; two of them with the spare node are not.
    const silent = voters.filter((node) => node !== 0 && node !== crashed)[0] as number;
    const write = parliament.write(0, 'E');
    parliament.settle(({ from, to }) => from !== silent && to !== silent);
    expect(parliament.answer(write)).toBeNull();
    parliament.settle();
    parliament.fire(0, TIMER.heartbeat, 100_000);
    parliament.settle();
    expect(parliament.answer(write)).toMatchObject({ status: 'ok' });
    expect(parliament.violations).toEqual([]);
  });

  test('that rules at once meets slots that the old one was asked about', () => {
    expect(reconfigure('mp-reconfig-immediate').violations).toContain('ConfigurationWindow');
  });
});

describe('catching up', () => {
  test('installs a snapshot where the slots are gone', () => {
    const parliament = new Parliament({ options: { snapshotEvery: 3 } });
    parliament.elect(0, 1);
    parliament.settle(among(0, 1));
    for (const value of ['A', 'B', 'C', 'D']) {
      parliament.write(0, value);
      parliament.settle(among(0, 1));
    }
    parliament.drop();
    parliament.heartbeat(0);
    parliament.settle();
    expect(parliament.state(2).applied).toBe(5);
    expect(parliament.state(2).snapshot.slot).toBe(3);
    expect(parliament.state(2).kv).toEqual(parliament.state(0).kv);
    expect(parliament.violations).toEqual([]);
  });

  test('a candidate fetches the snapshot before it leads', () => {
    const parliament = new Parliament({ options: { snapshotEvery: 3 } });
    parliament.elect(0, 1);
    parliament.settle(among(0, 1));
    for (const value of ['A', 'B', 'C', 'D']) {
      parliament.write(0, value);
      parliament.settle(among(0, 1));
    }
    parliament.drop();
    parliament.crash(0);
    parliament.timeOut(2);
    parliament.settle();
    expect(parliament.state(2)).toMatchObject({ role: 'leader', chosenUpTo: 6 });
    expect(parliament.violations).toEqual([]);
  });
});

describe('reads', () => {
  const READ = { f: 'read', key: 'x', value: null } as const;

  test('wait until the slots of earlier leaders are chosen, not just the first own one', () => {
    const parliament = new Parliament();
    parliament.elect(0, 1, 2);
    parliament.settle();
    parliament.write(0, 'A');
    parliament.settle(({ message }) => message.kind !== 'commit');
    parliament.crash(0);
    parliament.drop();
    parliament.elect(1, 2);
    const read = parliament.request(1, READ);
    // Only the leader's own no-op, in slot 3, gets chosen; slot 2 is still under way.
    parliament.settle(({ message }) => !('slot' in message) || message.slot === 3);
    expect(parliament.answer(read)).toBeNull();
    parliament.settle();
    expect(parliament.answer(read)).toMatchObject({ status: 'ok', value: 'A' });
    expect(parliament.violations).toEqual([]);
  });

  test('by a lease need no message, and end with it', () => {
    const parliament = new Parliament({ options: { reads: 'lease' } });
    parliament.elect(0, 1, 2);
    parliament.settle();
    const leased = parliament.request(0, READ);
    expect(parliament.answer(leased)).toMatchObject({ status: 'ok' });
    parliament.nowUs += 200_000;
    const late = parliament.request(0, READ);
    expect(parliament.answer(late)).toBeNull();
    parliament.settle();
    expect(parliament.answer(late)).toMatchObject({ status: 'ok' });
  });

  test('an acceptor that has granted a lease promises nothing to others until it is over', () => {
    const parliament = new Parliament({ options: { reads: 'lease', electionTimeoutMs: 10 } });
    parliament.elect(0, 1, 2);
    parliament.settle();
    parliament.timeOut(1);
    parliament.settle();
    expect(parliament.state(2).promised).toBe(0);
    parliament.nowUs += 200_000;
    parliament.timeOut(1);
    parliament.settle();
    expect(parliament.state(1).role).toBe('leader');
  });

  test('an acceptor that was started again waits as if it had granted one', () => {
    const parliament = new Parliament({ options: { reads: 'lease' } });
    parliament.elect(0, 1, 2);
    parliament.settle();
    parliament.crash(2);
    parliament.start(2);
    // Node 1 has heard nothing for long, and granted nothing.
    Object.assign(parliament.state(1), { grantedUntilUs: 0, waitingSinceUs: -1_000_000 });
    parliament.fire(1, TIMER.election);
    parliament.deliver(({ to, message }) => to === 2 && message.kind === 'prepare');
    expect(parliament.state(2).promised).toBe(0);
  });
});
