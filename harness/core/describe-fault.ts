/** One line about a fault's targets, for histories, receipts and reports. */

import { nodeName } from '../../checkers/trace.ts';
import type { Cut, Fault } from '../../nemesis/fault.ts';

export function describeFault(fault: Fault | null): string {
  if (fault === null) return 'nobody has the role that it needs';
  switch (fault.kind) {
    case 'partition':
      return linkNames(fault.cuts);
    case 'kill':
    case 'pause':
    case 'clock-freeze':
    case 'bit-rot':
    case 'leave':
    case 'replace':
      return fault.nodes.map(nodeName).join(' ');
    case 'restarts': {
      const { groups, downMs, upMs } = fault;
      const turns = groups.map((group) => group.map(nodeName).join(' ')).join(', ');
      return `${turns} down ${downMs} ms, up ${upMs} ms`;
    }
    case 'links': {
      const { effect, cuts, onMs, offMs, delayMs, ppm } = fault;
      const size = { cut: '', hold: '', slow: ` by up to ${delayMs} ms`, lossy: ` ${ppm} ppm` };
      const times = offMs === 0 ? '' : ` for ${onMs} ms of ${onMs + offMs}`;
      return `${linkNames(cuts)} ${effect}${size[effect]}${times}`;
    }
    case 'messages':
      return `${fault.nodes.map(nodeName).join(' ')} ${fault.how} ${fault.count}`;
    case 'priorities': {
      const { chains, levels, delayMs, everyMs } = fault;
      const turns = everyMs === 0 ? '' : `, turned over every ${everyMs} ms`;
      return `${CHAINS[chains]} in ${levels} ranks by up to ${delayMs} ms${turns}`;
    }
    case 'power-loss':
      return `${fault.nodes.map(nodeName).join(' ')} ${fault.keeps}`;
    case 'slow-disk':
      return `${fault.nodes.map(nodeName).join(' ')} by up to ${fault.delayMs} ms`;
    case 'failing-disk':
    case 'lost-disk':
      return `${fault.nodes.map(nodeName).join(' ')} ${fault.how}`;
    case 'client-links': {
      const { nodes, lossPpm, duplicatePpm, latePpm, delayMs } = fault;
      const shares = `loss ${lossPpm} ppm, twice ${duplicatePpm} ppm, late ${latePpm} ppm`;
      return `${nodes.map(nodeName).join(' ')} ${shares} by up to ${delayMs} ms`;
    }
    case 'clock': {
      const size = fault.mode === 'drift' ? `${fault.ratePpm} ppm` : `${fault.offsetMs} ms`;
      const every = fault.mode === 'strobe' ? ` every ${fault.periodMs} ms` : '';
      return `${fault.nodes.map(nodeName).join(' ')} ${size}${every}`;
    }
  }
}

const CHAINS = { links: 'links', kinds: 'kinds of messages', both: 'kinds on links' } as const;

function linkNames(cuts: readonly Cut[]): string {
  return cuts.map(({ from, to }) => `${nodeName(from)}→${nodeName(to)}`).join(' ');
}
