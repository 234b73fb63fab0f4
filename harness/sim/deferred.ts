/** What has to wait: for a node that is paused, or on a link that is held. */

import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Request } from '../../systems/protocol.ts';
import type { EventQueue } from './event-queue.ts';

/** What a link between nodes carries. */
export type Carried =
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: unknown }
  | { readonly kind: 'stream'; readonly from: NodeId; readonly generation: number };

/** What reached a node while it was paused. */
export type Deferred =
  | Carried
  | { readonly kind: 'timer'; readonly timer: number; readonly generation: number }
  | { readonly kind: 'synced'; readonly incarnation: number }
  | { readonly kind: 'request'; readonly request: Request };

/** Now, after all: it happens at once, behind what is due now anyway. */
export function reschedule(queue: EventQueue, nowUs: Micros, node: NodeId, event: Deferred): void {
  switch (event.kind) {
    case 'message':
      queue.message(nowUs, node, event.from, event.message);
      break;
    case 'stream':
      queue.stream(nowUs, node, event.from, event.generation);
      break;
    case 'timer':
      queue.timer(nowUs, node, event.timer, event.generation);
      break;
    case 'synced':
      queue.synced(nowUs, node, event.incarnation);
      break;
    case 'request':
      queue.request(nowUs, node, event.request);
      break;
  }
}
