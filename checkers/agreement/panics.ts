/** The one property of traces of any protocol: no node stops because its own code threw. */

import type { TraceChecker, TraceEvent } from '../trace.ts';
import type { NodeId } from '../units.ts';
import { Findings } from './findings.ts';
import { reportPanic } from './members.ts';

/** Follows traces whose protocol has no checker here, or brings one of its own. */
export function panicChecker(): TraceChecker {
  const findings = new Findings();
  const stats = { panics: 0 };
  return {
    feed(event: TraceEvent, node: NodeId) {
      findings.next(node);
      if (event.kind !== 'panic') return;
      stats.panics++;
      reportPanic(findings, node, event);
    },
    violations: findings.violations,
    stats,
  };
}
