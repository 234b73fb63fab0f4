/** Loads a user's own module; what keeps it from being loaded is told by file, line and what to do. */

import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fileProblem, type HarnessError, messageOf, usage } from '../core/errors.ts';
import { requireFile } from '../core/files.ts';
import { leadToUs } from './code.ts';

/** What a module exports, and the text that it was read from. */
export interface OwnModule {
  readonly source: string;
  readonly exported: Readonly<Record<string, unknown>>;
}

/** The files that were imported. */
const imported = new Set<string>();

/**
 * What threw, as a mistake of the user: where it is code of a module of theirs that has been
 * imported, and not of ours; null otherwise.
 */
export function mistakeOfOwn(error: unknown): HarnessError | null {
  if (!(error instanceof Error)) return null;
  const frame = /^\s+at (?:(\S+) )?\(?(file:\/\/[^():]+):(\d+):\d+\)?$/m.exec(error.stack ?? '');
  const [, called, url, line] = frame ?? [];
  if (url === undefined || !imported.has(fileURLToPath(url))) return null;
  const part = called?.split('.').at(-1) ?? 'it';
  return usage(`${fileURLToPath(url)}:${line}: \`${part}\` threw: ${messageOf(error)}`);
}

/**
 * Imports a user's module, `file` being absolute and `named` what the user calls it. Throws a usage
 * error where it cannot be read, is no module, has a mistake of syntax, or throws.
 */
export async function importOwn(file: string, named = file): Promise<OwnModule> {
  // Does nothing in a node, which has been led to its kit.
  leadToUs('ordeal');
  let source: string;
  try {
    // Import says less about a path that is wrong.
    requireFile(file);
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`${named}: ${fileProblem(error)}`);
  }
  const manifest = takenForCommonJs(file, source);
  if (manifest !== null) {
    const remedy = `say "type": "module" there, or let its name end in .m${extname(file).slice(1)}`;
    throw usage(`${named}: is taken for CommonJS, by "type" in ${manifest}: ${remedy}`);
  }
  imported.add(file);
  try {
    return { source, exported: (await import(pathToFileURL(file).href)) as OwnModule['exported'] };
  } catch (error) {
    const place = placeIn(error, file);
    throw usage(`${named}${place === null ? ':' : `${place}:`} ${messageOf(error)}`, error);
  }
}

/**
 * The manifest by which Node would take a module for CommonJS, and fail at its first `import` with
 * advice about Node; null where there is none. `npm init` writes such manifests.
 */
function takenForCommonJs(file: string, source: string): string | null {
  if (!/^\.[jt]s$/.test(extname(file)) || !/^(?:import|export)\b/m.test(source)) return null;
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    let text: string | null = null;
    try {
      text = readFileSync(manifest, 'utf8');
    } catch {
      // The next manifest upwards counts.
    }
    if (text !== null) return /"type"\s*:\s*"commonjs"/.test(text) ? manifest : null;
    if (directory === dirname(directory)) return null;
  }
}

/**
 * Where an error of an import arose, as `:line` in this file or ` (other file:line)`; null where
 * Node does not say. A mistake of syntax stands before the stack, as `path:line`.
 */
function placeIn(error: unknown, file: string): string | null {
  if (!(error instanceof Error)) return null;
  const places = [
    ...(error.stack ?? '').matchAll(/(?:^|\(|\bat )((?:file:\/\/)?\/[^():]+):(\d+)/gm),
  ];
  for (const [, at = '', line] of places) {
    const path = at.startsWith('file:') ? fileURLToPath(at) : at;
    if (path === file) return `:${line}`;
  }
  const [, at, line] = places[0] ?? [];
  return error instanceof SyntaxError && at?.startsWith('/') === true ? ` (${at}:${line})` : null;
}
