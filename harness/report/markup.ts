/**
 * What pages are made of: templates that become Preact's nodes, which the library renders and
 * escapes. A hole of a template is text, a node, a list of these, or the value of an attribute.
 */

import { html as template } from 'htm/preact';
import { type ComponentChildren, Fragment, h, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { visible } from './text.ts';

/** A part of a page; `null` is nothing. */
export type Markup = VNode | string | null | readonly Markup[];

/** What stands in the hole of a template; `null` leaves an attribute out, and so does `false`. */
export type Hole = VNode | string | number | boolean | null | readonly Hole[];

/** A template in the syntax of JSX. Text in its holes that would act instead of being read is spelt out. */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return template(strings, ...holes.map(shown)) ?? null;
}

function shown(hole: Hole): ComponentChildren {
  if (typeof hole === 'string') return visible(hole);
  return isList(hole) ? hole.map(shown) : hole;
}

function isList(hole: Hole): hole is readonly Hole[] {
  return Array.isArray(hole);
}

/** An element with text that stands as it is: only what is our own, a script say. */
export function verbatim(element: string, text: string): VNode {
  return h(element, { dangerouslySetInnerHTML: { __html: text } });
}

/** The page, or the part of one, as text. */
export function rendered(markup: Markup): string {
  return renderToString(h(Fragment, null, shown(markup)));
}
