/** Templates of pages: what they make of their holes. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html, rendered, verbatim } from '../../../harness/report/markup.ts';
import { visible } from '../../../harness/report/text.ts';

describe('html', () => {
  test('escapes text and attributes, and keeps the markup of other templates', () => {
    const cell = html`<td title=${'a"<b'}>${'<i>&'}</td>`;
    expect(rendered(html`<tr>${[cell, null, 3]}</tr>`)).toBe(
      '<tr><td title="a&quot;&lt;b">&lt;i>&amp;</td>3</tr>',
    );
  });

  test('leaves out attributes that have no value', () => {
    expect(rendered(html`<details open=${false} class=${null} id="x"></details>`)).toBe(
      '<details id="x"></details>',
    );
  });

  test('shows no text as anything but text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = rendered(html`<p title=${text}>${text}</p>`);
        expect(shown.match(/</g)).toHaveLength(2);
        expect(shown).toMatch(/^<p title(="[^"]*")?>[^<]*<\/p>$/);
        expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });

  test('spells out what would act instead of being read, once', () => {
    const inner = html`<b>${'\u0000\u202e'}</b>`;
    expect(rendered(html`<p>${inner}</p>`)).toBe('<p><b>\\u0000\\u202e</b></p>');
    expect(visible('\ud800')).toBe('\\ud800');
  });

  test('puts our own text in as it stands', () => {
    expect(rendered(verbatim('script', 'a < b\n'))).toBe('<script>a < b\n</script>');
  });
});
