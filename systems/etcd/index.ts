/** etcd (Raft) as Debian packages it, unmodified, over its JSON gateway. */

import { PROTOCOL_OPERATIONS } from '../operations.ts';
import { type MemberSystem, majority } from '../system.ts';
import { expectations } from './expectations.ts';
import { memberOfEtcd } from './member.ts';
import { etcdOptions } from './options.ts';

export const etcd: MemberSystem = {
  kind: 'member',
  name: 'etcd',
  describe: 'etcd 3.4 (Raft), unmodified, from Debian packages',
  operations: [...PROTOCOL_OPERATIONS, 'delete', 'watch', 'hash'],
  options: etcdOptions,
  electionTimeoutMs: 1000,
  suffices: majority,
  promise: ({ reads, claim }) =>
    reads === 'serializable' && claim === 'documented' ? 'ordered-sequential' : 'linearizable',
  usualFaults: ['partition', 'kill', 'pause'],
  variants: [],
  member: memberOfEtcd,
  expectations,
};
