/** Situations that every replicated log with snapshots and leases should come upon. */

import type { Sometimes } from '../checkers/sometimes.ts';

export const snapshotInstalled: Sometimes = {
  name: 'snapshot-installed',
  describe: "a node went on from another one's snapshot",
  reported: { kind: 'snapshot', op: 'install' },
};

export const readByLease: Sometimes = {
  name: 'read-by-lease',
  describe: 'a read was answered by a lease',
  reported: { kind: 'read-cert', mode: 'lease' },
};
