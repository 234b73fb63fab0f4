/** The faults behind a drawing: a lane of their names for each nemesis, and a band down to its foot. */

import type { FaultWindow } from '../../checkers/fault-windows.ts';
import type { Nanos } from '../../checkers/units.ts';
import { html, type Markup } from './markup.ts';
import { eventsOf } from './selection.ts';
import { label, rect, type Scale } from './svg.ts';
import { shorten } from './text.ts';

const LANE_PX = 16;
const CHARACTER_PX = 6.4;

/** What is drawn of a run, and where. */
export interface Window {
  readonly firstNs: Nanos;
  readonly lastNs: Nanos;
  readonly scale: Scale;
  readonly width: number;
}

/** The faults that were in force in a window; `heightPx` is that of what is drawn below their lanes. */
export function faultBands(
  faults: readonly FaultWindow[],
  window: Window,
  heightPx: number,
): { readonly bands: Markup; readonly lanesPx: number } {
  const near = faults.filter(({ status, startNs, endNs }) => {
    const isOver = (endNs ?? window.lastNs) < window.firstNs;
    return status !== 'skipped' && startNs <= window.lastNs && !isOver;
  });
  const lanes = [...new Set(near.map(({ lane }) => lane))];
  const lanesPx = lanes.length * LANE_PX + 8;
  const bottom = lanesPx + heightPx;
  const bands = html`${near.map((fault) => faultBand(fault, window, lanes.indexOf(fault.lane), bottom))}
${lanes.map((lane, at) => label('row', 0, at * LANE_PX + 12, lane))}`;
  return { bands, lanesPx };
}

function faultBand(
  fault: FaultWindow,
  { scale, width }: Window,
  lane: number,
  bottom: number,
): Markup {
  const band = {
    left: scale(fault.startNs),
    right: fault.endNs === null ? width : scale(fault.endNs),
  };
  const title = `${fault.lane} ${fault.form}: ${fault.evidence}`;
  const room = Math.floor((band.right - band.left - 8) / CHARACTER_PX);
  const name =
    room < 4
      ? null
      : label('lane-name', band.left + 4, lane * LANE_PX + 12, shorten(fault.form, room));
  return html`${rect('band', band, lane * LANE_PX, bottom - lane * LANE_PX)}${rect('lane', band, lane * LANE_PX + 1, LANE_PX - 3, title, eventsOf(fault.events))}${name}`;
}
