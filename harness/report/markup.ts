/** HTML whose interpolated values are escaped unless they are markup themselves. */

import { itemAt } from '../../checkers/item-at.ts';
import { visible } from './text.ts';

/** Markup that is safe to put into a page as it stands. Made only here. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | readonly Content[];

/** A template whose holes are text, or markup, or lists of these. `null` is nothing. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = itemAt(strings, 0);
  for (const [at, content] of contents.entries()) {
    text += `${textOf(content)}${strings[at + 1]}`;
  }
  return new Markup(text);
}

function textOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return escapeText(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML text, for attributes in quotes, and for XML. */
export function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
