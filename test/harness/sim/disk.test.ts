/** The simulated disk: what a sync promises, and what a crash may take. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Disk } from '../../../harness/sim/disk.ts';

describe('Disk', () => {
  test('a crash never takes what a sync had made durable, and never reorders what it keeps', () => {
    fc.assert(
      fc.property(fc.nat({ max: 8 }), fc.nat({ max: 8 }), fc.nat(), (synced, unsynced, draw) => {
        const disk = new Disk();
        const all = Array.from({ length: synced + unsynced }, (_, i) => i);
        for (const record of all.slice(0, synced)) disk.append(record);
        disk.startSync();
        for (const record of all.slice(synced)) disk.append(record);
        expect(disk.finishSync()).toEqual(all.slice(0, synced));
        disk.crash('prefix', draw);
        expect(disk.durable.length).toBeGreaterThanOrEqual(synced);
        expect(disk.durable).toEqual(all.slice(0, disk.durable.length));
      }),
    );
  });

  test('the all-lost model keeps nothing that was not synced', () => {
    const disk = new Disk();
    disk.append('synced');
    disk.startSync();
    disk.finishSync();
    disk.append('not synced');
    disk.crash('all-lost', 7);
    expect(disk.durable).toEqual(['synced']);
  });

  test('a write made while a sync is under way waits for the next one', () => {
    const disk = new Disk();
    disk.append('first');
    disk.startSync();
    disk.append('second');
    expect(disk.finishSync()).toEqual(['first']);
    expect(disk.durableCount).toBe(1);
    disk.startSync();
    expect(disk.finishSync()).toEqual(['second']);
  });

  test('replacing the log is atomic: a crash leaves the old one or the new one', () => {
    fc.assert(
      fc.property(fc.nat(), (draw) => {
        const disk = new Disk();
        for (const record of ['a', 'b']) disk.append(record);
        disk.startSync();
        disk.finishSync();
        disk.replace(['snapshot']);
        disk.crash('prefix', draw);
        expect([['a', 'b'], ['snapshot']]).toContainEqual(disk.durable);
      }),
    );
  });

  test('a torn write is cut off: what is left is some prefix of what was written', () => {
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.nat(), (unsynced, draw) => {
        const disk = new Disk();
        const all = Array.from({ length: unsynced }, (_, i) => ({ term: i + 1 }));
        for (const record of all) disk.append(record);
        disk.crash('torn', draw);
        expect(disk.durable).toEqual(all.slice(0, disk.durable.length));
      }),
    );
  });

  test('a program that takes a torn write for whole reads zeros behind its first half', () => {
    const reach = { calls: 0, changed: 0 };
    const disk = new Disk({ tornTail: 'accept', reach });
    disk.append({ kind: 'vote', term: 7, entries: [{ index: 1, value: 'x' }] });
    disk.crash('torn', 0);
    expect(disk.durable).toEqual([{ kind: 'vote', term: 7, entries: [{ index: 0, value: '' }] }]);
    expect(reach.changed).toBe(1);
  });

  test('a rename that is not durable may be undone, with all that was synced since', () => {
    const left = [0, 1].map((bit) => {
      const disk = new Disk({ rename: 'unsynced', reach: { calls: 0, changed: 0 } });
      const sync = () => {
        disk.startSync();
        disk.finishSync();
      };
      disk.append('old');
      sync();
      disk.replace(['snapshot']);
      disk.append('new');
      sync();
      disk.crash('prefix', bit << 16);
      return disk.durable;
    });
    expect(left).toEqual([['snapshot', 'new'], ['old']]);
  });
});
