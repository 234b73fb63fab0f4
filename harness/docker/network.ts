/** An own named network per run, on an own subnet that nothing else on the machine uses. */

import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import { infrastructure } from '../core/errors.ts';
import { reason, statusOf } from './engine.ts';
import { type Owner, toLabels } from './owner.ts';

const SUBNETS_TRIED_MAX = 32;
/** Of 10.x.y.0/24: far from where Docker, home routers and cloud networks usually sit. */
const SECOND_OCTET_MIN = 192;
const SECOND_OCTETS = 48;
/** Addresses below are the gateway's and the engine's. */
const FIRST_HOST = 10;

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly subnet: string;
  /** Fixed addresses, by node. */
  readonly addresses: readonly string[];
}

/**
 * Creates the network. It is internal: nodes reach one another and the harness, nothing else.
 * Throws an infrastructure error when every subnet tried (`10.200.7.` stands for 10.200.7.0/24) is
 * taken.
 */
export async function createNetwork(
  docker: Docker,
  owner: Owner,
  name: string,
  nodes: number,
  prefixes: Iterable<string> = candidates(owner.runId),
): Promise<Network> {
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map((a) => a.address),
  );
  let refusal = 'all are in use on this machine';
  for (const prefix of prefixes) {
    if (own.some((address) => address.startsWith(prefix))) continue;
    const subnet = `${prefix}0/24`;
    try {
      const network = await docker.createNetwork({
        Name: name,
        Driver: 'bridge',
        Internal: true,
        CheckDuplicate: true,
        Labels: toLabels(owner),
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: `${prefix}1` }] },
      });
      const addresses = Array.from({ length: nodes }, (_, node) => `${prefix}${FIRST_HOST + node}`);
      return { id: network.id, name, subnet, addresses };
    } catch (error) {
      refusal = reason(error);
      // 403: the subnet overlaps with that of another network. Anything else will not go away.
      if (statusOf(error) !== 403) break;
    }
  }
  throw infrastructure(
    `no network for the cluster: ${refusal} (see: docker network ls; npx ordeal doctor --clean)`,
  );
}

/** Prefixes like `10.200.7.`, in an order of the run's own so that two runs seldom collide. */
function* candidates(runId: string): Generator<string> {
  const hash = createHash('sha256').update(runId).digest().readUInt32BE(0);
  for (let i = 0; i < SUBNETS_TRIED_MAX; i++) {
    const at = (hash + i * 257) % (SECOND_OCTETS * 256);
    yield `10.${SECOND_OCTET_MIN + Math.floor(at / 256)}.${at % 256}.`;
  }
}
