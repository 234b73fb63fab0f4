/** Lines of what an exploration came to: a label, and its text beside and below it. */

import { wrap } from '../report/terminal.ts';
import { plain } from '../report/text.ts';

/** Columns before the text of a line. */
export const INDENT = 14;

export function row(label: string, text: string, columns: number): string[] {
  return wrap(text, columns - INDENT).map((part, at) =>
    plain(`${(at === 0 ? label : '').padEnd(INDENT)}${part}`),
  );
}
