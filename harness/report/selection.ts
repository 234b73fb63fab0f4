/**
 * What parts of a page stand for, so that selecting one selects it in every view: events of the
 * history by their number, lines of the trace as `t` and the number of the line.
 */

import { html, type Markup } from './markup.ts';

/** For the attribute `data-event` of a part. */
export function eventsOf(events: readonly (number | null)[]): string {
  return events.filter((event) => event !== null).join(' ');
}

/** The name of a line of the trace, from its position: the header of the file is line 1. */
export function traceEvent(position: number): string {
  return `t${position + 2}`;
}

/** A link that selects what it stands for, and that can be handed on. */
export function eventLink(event: number | string, text: string | number): Markup {
  return html`<a href="#event=${event}">${text}</a>`;
}

/** The first of what a part stands for. */
export function firstOf(events: string): string {
  return events.split(' ', 1).join('');
}
