/** What is the matter between clients and nodes. */

import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import type { Trouble } from './network.ts';
import type { World } from './world.ts';

type ClientLinks = Extract<Fault, { kind: 'client-links' }>;

/** Brings the nodes that a fault acts on, or acted on, in line with the faults that are in force. */
export function troubleClients(
  { network }: World,
  ledger: FaultLedger,
  { nodes }: ClientLinks,
): Receipt {
  const found = nodes.map((node) => {
    network.setClientTrouble(node, worstOn(node, ledger.faultsOf('client-links')));
    const trouble = network.clientTroubleOf(node);
    if (trouble === null) return `${nodeName(node)} as usual`;
    const { lossPpm, duplicatePpm, latePpm } = trouble;
    return `${nodeName(node)} ${percent(lossPpm)} lost, ${percent(duplicatePpm)} twice, ${percent(latePpm)} late`;
  });
  return { status: 'installed', evidence: `clients' messages: ${found.join('; ')}` };
}

/** Of each the most; null where no fault acts on the node. */
function worstOn(node: NodeId, faults: readonly ClientLinks[]): Trouble | null {
  const acting = faults.filter(({ nodes }) => nodes.includes(node));
  if (acting.length === 0) return null;
  const most = (of: (fault: ClientLinks) => number) => Math.max(...acting.map(of));
  return {
    lossPpm: most(({ lossPpm }) => lossPpm),
    duplicatePpm: most(({ duplicatePpm }) => duplicatePpm),
    latePpm: most(({ latePpm }) => latePpm),
    delayUs: most(({ delayMs }) => delayMs) * 1000,
  };
}

function percent(ppm: number): string {
  return `${Math.round(ppm / 10_000)} %`;
}
