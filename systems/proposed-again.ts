/** For the Paxos family: a value that goes over from one ballot into another, which is what phase 1 is for. */

import type { Instance } from '../checkers/agreement/paxos/events.ts';
import type { TraceEvent } from '../checkers/trace.ts';
import type { Ballot } from '../checkers/units.ts';

/** Sees what is proposed that was proposed in a lower ballot, of the same instance. */
export function proposedAgain() {
  const first = new Map<Instance, { readonly ballot: Ballot; readonly valueHash: number }>();
  return {
    sees(event: TraceEvent): boolean {
      if (event.kind !== 'propose') return false;
      const { instance, ballot, valueHash } = event;
      const known = first.get(instance);
      if (known === undefined) first.set(instance, { ballot, valueHash });
      return known !== undefined && known.ballot < ballot && known.valueHash === valueHash;
    },
  };
}
