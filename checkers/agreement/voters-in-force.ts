/**
 * Who may have to be asked for a decision, over time: what nodes say of the configuration that they
 * go by (`membership` of Raft, `configuration` of Multi-Paxos). Nodes change over one after another,
 * and one that is down comes back with what it had, so several may be in force at a time. Of a protocol
 * whose nodes never change over, nothing is known.
 */

import type { TraceEvent } from '../trace.ts';
import type { Nanos, NodeId } from '../units.ts';

/** Nodes of which a majority has to agree. */
export type Voters = readonly NodeId[];

interface Change {
  readonly timeNs: Nanos;
  /** Whom some node goes by from then on; without repetitions. */
  readonly inForce: readonly Voters[];
}

export class VotersInForce {
  readonly #changes: Change[] = [];
  /** By node, what it goes by; holes where it has said nothing but who takes part at the start. */
  readonly #byNode: (readonly Voters[])[] = [];
  #atStart: Voters = [];

  feed(event: TraceEvent, node: NodeId, timeNs: Nanos): void {
    const known = this.#byNode[node];
    if (event.kind === 'membership') {
      const { voters, oldVoters } = event;
      this.#byNode[node] = oldVoters === null ? [voters] : [voters, oldVoters];
    } else if (event.kind === 'configuration') {
      // It is for later slots: those before it are still decided by whoever voted until it.
      this.#byNode[node] = [...(known?.slice(-1) ?? []), event.voters];
    } else {
      if (event.kind === 'boot') this.#atStart = event.nodes;
      return;
    }
    const all = this.#atStart.flatMap((each) => this.#byNode[each] ?? [this.#atStart]);
    const sets = new Map(all.map((voters) => [voters.join(), voters]));
    this.#changes.push({ timeNs, inForce: [...sets.values()] });
  }

  /** When somebody changed over, in order. */
  get timesNs(): readonly Nanos[] {
    return this.#changes.map(({ timeNs }) => timeNs);
  }

  /** All that were in force at some time from `startNs` to `endNs`; O(log(changes) + what is found). */
  between(startNs: Nanos, endNs: Nanos): readonly Voters[] {
    const changes = this.#changes;
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((changes[middle]?.timeNs ?? 0) <= startNs) low = middle + 1;
      else high = middle;
    }
    const found: Voters[] = [];
    for (let at = Math.max(0, low - 1); at < changes.length; at++) {
      const change = changes[at];
      if (change === undefined || (at >= low && change.timeNs >= endNs)) break;
      found.push(...change.inForce);
    }
    return found;
  }
}
