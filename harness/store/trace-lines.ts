/** Lines of the trace, as they come back from disk: checked by their kind. */

import type { TraceEvent, TraceLine } from '../../checkers/trace.ts';
import { shorten, usage } from '../core/errors.ts';
import { problemOf } from './decode.ts';
import { decoderOf } from './trace-events.ts';

/**
 * Checks a line of the trace: its stamps, and where `payloads` are those of protocols of ours, what
 * belongs to its kind. Those of a user's protocol are its own checker's business.
 */
export function traceLineOf(
  json: Record<string, unknown>,
  where: string,
  payloads: Payloads,
): TraceLine {
  const { time, node, incarnation, sequence, lamport, ...event } = json;
  const stamp = (value: unknown, name: string): number => {
    if (typeof value === 'number') return value;
    throw usage(`${where}: "${name}": expected a number`);
  };
  const stamps = {
    time: stamp(time, 'time'),
    node: stamp(node, 'node'),
    incarnation: stamp(incarnation, 'incarnation'),
    sequence: stamp(sequence, 'sequence'),
    lamport: stamp(lamport, 'lamport'),
  };
  if (typeof event['kind'] !== 'string') {
    throw usage(`${where}: "kind": expected the name of a trace event`);
  }
  const payload: object = event;
  if (payloads === 'own') return { ...stamps, event: payload as TraceEvent };
  checkEvent(payload, where);
  return { ...stamps, event: payload };
}

/** Who knows what trace events carry: we do, or a user's own checker. */
export type Payloads = 'ours' | 'own';

/** The event as it stands there: a copy would have its fields in another order. */
function checkEvent(event: object, where: string): asserts event is TraceEvent {
  const kind = 'kind' in event ? event.kind : undefined;
  const result = decoderOf(kind)?.safeParse(event);
  if (result?.success === true) return;
  const issue = result?.error.issues[0];
  if (issue !== undefined) throw usage(`${where}: ${problemOf(issue, event)}`);
  const got = shorten(JSON.stringify(kind));
  throw usage(`${where}: "kind": expected an event of a protocol of ours, got ${got}`);
}
