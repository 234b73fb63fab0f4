/** The smallest backend: registers in memory in place of nodes, and a note of the faults in force. */

import type { LiveBackend, LiveClient, LiveCluster } from '../../harness/core/backend.ts';
import type { Fault, Receipt } from '../../nemesis/fault.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';

export const memoryBackend: LiveBackend = {
  name: 'memory',
  faults: ['partition', 'kill', 'pause', 'clock'],
  prepare: async () => undefined,
  launch: async ({ nodes }) => new Registers(nodes),
};

class Registers implements LiveCluster {
  readonly nodes: readonly number[];
  readonly facts = { registers: 'in memory' };
  readonly #values = new Map<string, Operation['value']>();
  readonly #inForce = new Map<number, Fault>();

  constructor(nodes: number) {
    this.nodes = Array.from({ length: nodes }, (_, node) => node);
  }

  view = async () => ({ nodes: this.nodes, leader: 0 });
  begin = () => process.hrtime.bigint();
  slowness = () => 1;
  trace = () => ({ lines: [], lost: null });
  onLoss = () => undefined;
  lossSoFar = async () => null;

  async start(id: number, fault: Fault): Promise<Receipt> {
    this.#inForce.set(id, fault);
    return { status: 'installed', evidence: `${this.#inForce.size} in force` };
  }

  async end(id: number): Promise<Receipt> {
    const wasThere = this.#inForce.delete(id);
    return { status: wasThere ? 'installed' : 'skipped', evidence: `${this.#inForce.size} left` };
  }

  client(): LiveClient {
    return { invoke: async (operation) => this.#carryOut(operation), close: () => undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #carryOut({ f, key, value }: Operation): Outcome {
    const before = this.#values.get(key) ?? null;
    if (f === 'read') return { type: 'ok', value: before };
    if (f === 'cas') return { type: 'fail', error: 'registers here cannot' };
    this.#values.set(key, value);
    return { type: 'ok', value };
  }
}
