/** One line about a fault's targets, for histories, receipts and reports. */

import { nodeName } from '../../checkers/trace.ts';
import type { Fault } from '../../nemesis/fault.ts';

export function describeFault(fault: Fault | null): string {
  if (fault === null) return 'nobody has the role that it needs';
  switch (fault.kind) {
    case 'partition':
      return fault.cuts.map(({ from, to }) => `${nodeName(from)}→${nodeName(to)}`).join(' ');
    case 'kill':
    case 'pause':
      return fault.nodes.map(nodeName).join(' ');
    case 'clock': {
      const size = fault.mode === 'drift' ? `${fault.ratePpm} ppm` : `${fault.offsetMs} ms`;
      const every = fault.mode === 'strobe' ? ` every ${fault.periodMs} ms` : '';
      return `${fault.nodes.map(nodeName).join(' ')} ${size}${every}`;
    }
  }
}
