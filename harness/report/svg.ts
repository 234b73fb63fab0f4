/** Little helpers for drawings in SVG: numbers, scales, ticks. */

import type { Nanos } from '../../checkers/units.ts';
import { html, type Markup } from './markup.ts';

/** A coordinate, to a tenth of a pixel. */
export function px(coordinate: number): string {
  return String(Math.round(coordinate * 10) / 10);
}

/** Maps nanoseconds of the run to horizontal pixels. */
export type Scale = (timeNs: Nanos) => number;

export interface Band {
  readonly left: number;
  readonly right: number;
}

export function rect(
  className: string,
  { left, right }: Band,
  top: number,
  height: number,
  title = '',
  /** What it stands for, as `eventsOf` names it. */
  events: string | null = null,
): Markup {
  const told = title === '' ? null : html`<title>${title}</title>`;
  return html`<rect class="${className}" x="${px(left)}" y="${px(top)}" width="${px(Math.max(right - left, 1))}" height="${px(height)}" data-event=${events}>${told}</rect>`;
}

export function label(className: string, x: number, y: number, text: string): Markup {
  return html`<text class="${className}" x="${px(x)}" y="${px(y)}">${text}</text>`;
}

export function vertical(className: string, x: number, top: number, bottom: number): Markup {
  return html`<line class="${className}" x1="${px(x)}" x2="${px(x)}" y1="${px(top)}" y2="${px(bottom)}"/>`;
}

/** Round steps (1, 2 or 5 times a power of ten) that divide a span into at most `most` parts. */
export function roundStep(span: number, most: number): number {
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5]) if (factor * power >= rough) return factor * power;
  return 10 * power;
}
