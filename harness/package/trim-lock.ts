/**
 * Takes out of the lock file what one npm writes and another does not, so that `npm install` leaves
 * it as it is: `libc`, which npm 10 drops, and `engines`, since the packages run on the Node that
 * comes with them and not on the one that runs npm, which would warn of each.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, '..', '..', 'package-lock.json');

interface Lock {
  readonly packages: Record<string, { engines?: unknown; libc?: unknown }>;
}

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as Lock;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue;
  delete entry.engines;
  delete entry.libc;
}
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
