/** What an exploration of Fast Paxos should come upon: moments at which its rules are needed. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import { snapshotInstalled } from '../log-sometimes.ts';

export const fastSometimes: readonly Sometimes[] = [
  {
    name: 'collision',
    describe: 'acceptors voted for different values in one fast round',
    watchReports: collisions,
  },
  {
    name: 'collision-recovered',
    describe: 'a coordinator recovered a slot from the votes of a fast round',
    reported: { kind: 'recover' },
  },
  snapshotInstalled,
];

function collisions() {
  const votes = new Map<string, number>();
  return {
    sees(event: TraceEvent): boolean {
      if (event.kind !== 'accept') return false;
      const { ballot, instance, valueHash } = event;
      const where = `${ballot} ${instance}`;
      const known = votes.get(where);
      if (known === undefined) votes.set(where, valueHash);
      return known !== undefined && known !== valueHash;
    },
  };
}
