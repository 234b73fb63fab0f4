/** What the simulator asserts of its faults: whoever carries one out wrongly is told where. */

import { describe, expect, test } from 'vitest';
import { FaultLedger } from '../../../harness/core/fault-ledger.ts';
import { troubleClients } from '../../../harness/sim/client-faults.ts';
import { DiskFaults } from '../../../harness/sim/disk-faults.ts';
import { LinkFaults } from '../../../harness/sim/link-faults.ts';
import { MessageFaults } from '../../../harness/sim/message-faults.ts';
import { RestartFaults } from '../../../harness/sim/restart-faults.ts';
import type { Fault } from '../../../nemesis/fault.ts';
import { cluster } from './three-nodes.ts';

const NEVER = () => undefined;

function faultsOf3() {
  const { world } = cluster();
  const ledger = new FaultLedger(3);
  return { world, ledger };
}

const LINKS = {
  kind: 'links',
  effect: 'lossy',
  cuts: [{ from: 0, to: 1 }],
  onMs: 1,
  offMs: 0,
  delayMs: 0,
  ppm: 10,
} as const;
const RESTARTS = { kind: 'restarts', how: 'kill', groups: [[0]], downMs: 1, upMs: 1 } as const;
const PICKED = {
  kind: 'messages',
  how: 'drop',
  nodes: [0, 1, 2],
  pick: 0,
  count: 1,
  delayMs: 0,
} as const;
const STALE = { kind: 'lost-disk', how: 'stale', nodes: [0] } as const;

describe('a fault that has not begun', () => {
  test('has no turn, and does not end: links', () => {
    const { world, ledger } = faultsOf3();
    const links = new LinkFaults(world, ledger, NEVER);
    expect(() => links.turn(1, LINKS)).toThrow('it is the turn of links that have begun');
    expect(() => links.undo(1, LINKS)).toThrow('trouble of links that ends has begun');
    links.begin(1, LINKS);
    expect(() => links.undo(1, LINKS)).not.toThrow();
  });

  test('has no turn, and does not end: restarts', () => {
    const { world, ledger } = faultsOf3();
    const restarts = new RestartFaults(world, ledger, 'all-lost', NEVER);
    expect(() => restarts.turn(1, RESTARTS)).toThrow('it is the turn of restarts that have begun');
    expect(() => restarts.undo(1, RESTARTS)).toThrow('restarts that end have begun');
    restarts.begin(1, RESTARTS);
    expect(() => restarts.undo(1, RESTARTS)).not.toThrow();
  });

  test('does not end: picking messages', () => {
    const { world } = faultsOf3();
    const messages = new MessageFaults(world);
    expect(() => messages.undo(1, PICKED)).toThrow('picking that ends has begun');
    messages.begin(1, PICKED);
    expect(() => messages.undo(1, PICKED)).not.toThrow();
  });

  test('does not end: old images, of every disk that is to have its own back', () => {
    const { world, ledger } = faultsOf3();
    const disks = new DiskFaults(world, ledger, 'all-lost');
    expect(() => disks.undo(1, STALE)).toThrow('old images are put back that were kept');
    disks.begin(1, STALE);
    expect(() => disks.undo(1, { ...STALE, nodes: [0, 1] })).toThrow('an image was kept of every');
  });
});

test('no more messages are picked out than were to be, each of a kind', () => {
  const { world } = faultsOf3();
  const messages = new MessageFaults(world);
  messages.begin(1, PICKED);
  for (let sent = 0; sent < 9; sent++) world.intercept?.(0, { kind: `kind ${sent}` });
  expect(() => messages.undo(1, { ...PICKED, count: 0 })).toThrow('no more messages are picked');
});

describe('what no world can do is refused', () => {
  const CLIENTS = {
    kind: 'client-links',
    nodes: [0],
    lossPpm: 0,
    duplicatePpm: 0,
    latePpm: 0,
    delayMs: 0,
  } as const;

  test.each<[string, Extract<Fault, { kind: 'client-links' }>]>([
    ['lost', { ...CLIENTS, lossPpm: 1_000_001 }],
    ['repeated', { ...CLIENTS, duplicatePpm: -1 }],
    ['late', { ...CLIENTS, latePpm: 1_000_001 }],
  ])("more than all of clients' messages %s", (_what, fault) => {
    const { world, ledger } = faultsOf3();
    ledger.begin(1, fault);
    expect(() => troubleClients(world, ledger, fault)).toThrow('part of a million');
  });

  test("more than all of nodes' messages lost", () => {
    const { world, ledger } = faultsOf3();
    const fault = { ...LINKS, ppm: 1_000_001 };
    ledger.begin(1, fault);
    expect(() => new LinkFaults(world, ledger, NEVER).begin(1, fault)).toThrow('part of a million');
  });

  test('a disk that never writes', () => {
    const { world, ledger } = faultsOf3();
    const fault = { kind: 'slow-disk', nodes: [0], delayMs: Number.POSITIVE_INFINITY } as const;
    ledger.begin(1, fault);
    const disks = new DiskFaults(world, ledger, 'all-lost');
    expect(() => disks.begin(1, fault)).toThrow('a slow disk writes in the end');
  });
});
