/** What a world of the simulator is made of, and who is told of what happens in it. */

import type { TraceEvent } from '../../checkers/trace.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { ClientProtocol } from '../../systems/client.ts';
import type { Outcome } from '../../systems/operations.ts';
import type { AnyProtocol, Options } from '../../systems/protocol.ts';
import type { Durability, System } from '../../systems/system.ts';
import type { ActiveDiskHabits, DiskOptions } from './disk.ts';
import type { Pending } from './event-queue.ts';
import type { NetworkOptions } from './network.ts';

export interface WorldSpec {
  readonly nodes: number;
  readonly seed: number;
  readonly protocol: AnyProtocol;
  readonly client: ClientProtocol;
  readonly options: Options;
  readonly variants: readonly string[];
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where disks are used as they should be. */
  readonly diskHabits: ActiveDiskHabits | null;
  readonly network: NetworkOptions;
  readonly disk: DiskOptions;
  /** Nodes after those under test, one for each name, that no fault meets and no client asks. */
  readonly services?: { readonly names: readonly string[]; readonly protocol: AnyProtocol };
  /** What carries messages between nodes; datagrams where absent. */
  readonly links?: System['links'];
  /** Whether some fault has clients' requests come twice; absent: none. */
  readonly requestsRepeat?: boolean;
  /**
   * Chooses what happens next, out of all that may, in order of time: what is passed over happens
   * later. The first where absent.
   */
  readonly choose?: (pending: readonly Pending[]) => Pending;
  /** Told of every message that a node sends to another, whatever becomes of it. */
  readonly weigh?: (message: unknown) => void;
}

/** Follows what nodes report, as it happens. */
export type TraceSink = (
  event: TraceEvent,
  node: NodeId,
  incarnation: number,
  sequence: number,
  step: number,
  timeUs: Micros,
) => void;

/** Who is told of what the world itself does not decide. */
export interface WorldObserver {
  trace: TraceSink;
  completed(client: number, outcome: Outcome): void;
  wake(client: number): void;
  /** A node has written something that is not durable yet. */
  persisting?(node: NodeId): void;
}

/** What becomes of a message that a fault picks out, in place of its usual way. */
export interface Fate {
  readonly how: 'drop' | 'duplicate' | 'hold';
  /** How much later it arrives, or its second copy does. */
  readonly delayUs: Micros;
}
