/** What is the matter between clients and nodes. */

import { assert } from '../../checkers/assert.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import type { FaultLedger } from '../core/fault-ledger.ts';
import type { Trouble } from './network.ts';
import type { World } from './world.ts';

const MILLION = 1_000_000;

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
  const part = (of: (fault: ClientLinks) => number) => {
    const ppm = most(of);
    assert(ppm >= 0 && ppm <= MILLION, "a share of clients' messages is part of a million");
    return ppm;
  };
  return {
    lossPpm: part(({ lossPpm }) => lossPpm),
    duplicatePpm: part(({ duplicatePpm }) => duplicatePpm),
    latePpm: part(({ latePpm }) => latePpm),
    delayUs: most(({ delayMs }) => delayMs) * 1000,
  };
}

function percent(ppm: number): string {
  return `${Math.round(ppm / 10_000)} %`;
}
