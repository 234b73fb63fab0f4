/** Who votes in which slots of Multi-Paxos, as its nodes tell. */

import { nodeName } from '../../trace.ts';
import type { LogIndex, NodeId } from '../../units.ts';
import { type PaxosGhost, type PaxosNode, voterSet } from './state.ts';

/** Who votes in the slots from `from` on, until the next configuration. */
interface Voters {
  readonly from: LogIndex;
  readonly voters: readonly NodeId[];
}

/**
 * ConfigurationAgreement and ConfigurationWindow: nodes agree on who votes from which slot on, and
 * it is settled before anything is proposed there (Lamport's alpha).
 */
export function learnVoters(ghost: PaxosGhost, node: PaxosNode, { from, voters }: Voters): void {
  const { findings, configurations } = ghost;
  const name = nodeName(node.node);
  node.configuredFrom = Math.max(node.configuredFrom, from);
  const set = voterSet(from, voters, findings.line);
  const known = configurations.find((each) => each.from === from);
  if (known !== undefined) {
    if (known.voters === set.voters) return;
    findings.report(
      'ConfigurationAgreement',
      known.line,
      `${name} has other voters from slot ${from} on than were reported before`,
    );
    return;
  }
  const last = configurations.at(-1);
  if (last !== undefined && from < last.from) return;
  if (from <= ghost.highestSlot) {
    findings.report(
      'ConfigurationWindow',
      last?.line ?? -1,
      `${name} has new voters from slot ${from} on, but the old ones have already been asked up to ` +
        `slot ${ghost.highestSlot}`,
    );
  }
  configurations.push(set);
  ghost.stats.reconfigurations++;
}
