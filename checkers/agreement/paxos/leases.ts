/** Leases as acceptors keep to them. */

import { nodeName } from '../../trace.ts';
import type { Micros, NodeId } from '../../units.ts';
import { ms } from '../leases.ts';

/** A grant that was in force when the node that gave it promised something to somebody else. */
export function grantBroken(
  node: NodeId,
  { to, leftUs }: { readonly to: NodeId | null; readonly leftUs: Micros },
  promised: string,
): string {
  const whom = to === null ? 'a leader from before it was started again' : nodeName(to);
  const granted = to === null ? 'may have granted' : 'had granted';
  return (
    `${nodeName(node)} ${promised} although it ${granted} ${whom} a lease that stands for another ` +
    ms(leftUs)
  );
}
