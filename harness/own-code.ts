/** Ordeal's own files: TypeScript in a checkout, which Node strips, JavaScript in the package. */

import { extname } from 'node:path';

/** What a module of ours ends in where this one lies. */
export const CODE_SUFFIX = extname(import.meta.url);
