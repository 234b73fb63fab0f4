/** The registry of systems: one line for each. */

import { basicPaxos } from './basic-paxos/index.ts';
import { etcd } from './etcd/index.ts';
import { fastPaxos } from './fast-paxos/index.ts';
import { multiPaxos } from './multi-paxos/index.ts';
import { raft } from './raft/index.ts';
import type { MemberSystem, ProtocolSystem } from './system.ts';
import { zab } from './zab/index.ts';

/** Programs of others, unmodified, in containers. */
export const members: Readonly<Record<string, MemberSystem>> = { etcd };

export const systems: Readonly<Record<string, ProtocolSystem>> = {
  'basic-paxos': basicPaxos,
  'fast-paxos': fastPaxos,
  'multi-paxos': multiPaxos,
  raft,
  zab,
};
