/** A nemesis in a minute; `nemesis/README.md` goes through it. */

import type { Nemesis } from 'ordeal';

export const leaderAndOne: Nemesis = {
  name: 'leader-and-one',
  describe: 'kills the leader and one follower at the same moment',
  needs: 'kill',
  harms: 'its-nodes',
  words: { begins: 'killed side by side', ends: 'started again side by side' },
  forms: [{ form: 'both', minNodes: 2 }],
  resolve: ({ draw }, { nodes, leader }) => {
    if (leader === null) return null;
    const followers = nodes.filter((node) => node !== leader);
    return { kind: 'kill', nodes: [leader, followers[draw % followers.length] as number] };
  },
};
