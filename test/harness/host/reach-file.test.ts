/** The counters of variants in nodes, over lives that end without notice. */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ReachFile, readReached } from '../../../harness/host/reach-file.ts';
import { scratch } from '../docker/machine.ts';

test('what variants were asked adds up over the lives of a node, and over nodes', () => {
  using logs = scratch();
  const first = { 'v: quorum': { calls: 0, changed: 0 } };
  const life = new ReachFile(logs.path, 'n1', first);
  life.write();
  first['v: quorum'] = { calls: 7, changed: 2 };
  life.write();
  first['v: quorum'] = { calls: 9, changed: 2 };
  // Killed before it could write that, and in the midst of writing: the last whole file counts.
  writeFileSync(join(logs.path, 'n1.reached.json.tmp'), '{"v: quo');
  expect(readReached(logs.path)).toEqual({ 'v: quorum': { calls: 7, changed: 2 } });
  new ReachFile(logs.path, 'n1', { 'v: quorum': { calls: 1, changed: 1 } }).write();
  new ReachFile(logs.path, 'n2', { 'v: start': { calls: 3, changed: 0 } }).write();
  expect(readReached(logs.path)).toEqual({
    'v: quorum': { calls: 8, changed: 3 },
    'v: start': { calls: 3, changed: 0 },
  });
});

test('a node without variants leaves no file', () => {
  using logs = scratch();
  new ReachFile(logs.path, 'n1', {}).write();
  expect(readdirSync(logs.path)).toEqual([]);
  expect(readReached(logs.path)).toEqual({});
});
