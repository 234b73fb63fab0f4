/** Zab as three real processes: its connections are TCP, and leaders die by kill -9. */

import { expect, test } from 'vitest';
import type { NodeAnswer } from '../../../harness/host/control.ts';
import type { Operation } from '../../../systems/operations.ts';
import { zab } from '../../../systems/zab/index.ts';
import { ProcessCluster } from '../../harness/host/cluster-of-processes.ts';

type View = Extract<NodeAnswer, { kind: 'view' }>;

const VIEW = { kind: 'view' } as const;

function serves(answer: NodeAnswer): answer is View {
  return answer.kind === 'view' && answer.view.leader !== null;
}

function append(value: number): Operation {
  return { f: 'append', key: 'k', value };
}

test('what was answered survives the leader, which joins its successor', async () => {
  await using cluster = await ProcessCluster.start(3, { name: 'zab', modules: [] });
  await Promise.all([0, 1, 2].map((node) => cluster.ask(node, VIEW, serves)));
  const { view } = await cluster.ask(0, VIEW, serves);
  const leader = view.leader as number;
  expect(await cluster.client(1, zab).invoke(append(1))).toMatchObject({ type: 'ok', value: 1 });
  await cluster.kill(leader);
  const others = [0, 1, 2].filter((node) => node !== leader);
  const moved = (answer: NodeAnswer): answer is View =>
    serves(answer) && answer.view.leader !== leader;
  await Promise.all(others.map((node) => cluster.ask(node, VIEW, moved)));
  expect(await cluster.client(2, zab).invoke(append(2))).toMatchObject({ type: 'ok', value: 2 });
  cluster.spawn(leader);
  const back = (answer: NodeAnswer): answer is View => serves(answer) && answer.view.commit >= 4;
  const { view: joined } = await cluster.ask(leader, VIEW, back);
  expect(joined.role).toBe('follower');
  expect(joined.leader).not.toBe(leader);
});
