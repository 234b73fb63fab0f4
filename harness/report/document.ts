/**
 * A page: one file that opens from disk and asks nobody for anything.
 *
 * It is whole without its script, which only copies the command and links drawings with tables. Its
 * policy admits that script and that style sheet, by digest, and nothing else.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { html, type Markup, rendered, verbatim } from './markup.ts';

const STYLE = readFileSync(new URL('page.css', import.meta.url), 'utf8');
const SCRIPT = readFileSync(new URL('page.js', import.meta.url), 'utf8');

/** The whole file. */
export function page(title: string, body: Markup): string {
  const policy = `default-src 'none'; style-src ${digest(STYLE)}; script-src ${digest(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  const whole = html`<html lang="en"><head><meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content=${policy}/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>Ordeal · ${title}</title>
${verbatim('style', STYLE)}</head>
<body>${body}${verbatim('script', SCRIPT)}</body></html>`;
  return `<!doctype html>\n${rendered(whole)}\n`;
}

function digest(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
