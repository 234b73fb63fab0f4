/** Ordeal's own files: TypeScript in a checkout, which Node strips, JavaScript in the package. */

import * as nodeModule from 'node:module';
import { extname, join } from 'node:path';

/** What a module of ours ends in where this one lies. */
export const CODE_SUFFIX = extname(import.meta.url);
/** The folder in which all of Ordeal lies: a checkout, or the package. Images are made from it. */
export const REPOSITORY = join(import.meta.dirname, '..', '..');

let led = false;

/**
 * `ordeal` in a user's module is this Ordeal, wherever the module lies: beside a checkout, too, and
 * not a second copy of the same classes. Of `ordeal`, a node has the `kit` alone. Before Node 22.15
 * the project's own installation has it.
 */
export function leadToUs(face: 'ordeal' | 'kit'): void {
  if (led || typeof nodeModule.registerHooks !== 'function') return;
  led = true;
  const ours = (path: string) => new URL(`${path}${CODE_SUFFIX}`, import.meta.url).href;
  const faces = new Map<string, string>([
    ['ordeal', ours(face === 'kit' ? './kit' : '../ordeal')],
    ['ordeal/checkers', ours('../../checkers/index')],
  ]);
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      const url = faces.get(specifier);
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
