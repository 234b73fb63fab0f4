#!/usr/bin/env node
// Plain old JavaScript on purpose: it must run far enough on any Node to say what is wrong.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';

// A checkout runs its TypeScript as it stands; what is published is JavaScript, for older Node too.
var checkout = existsSync(new URL('cli.ts', import.meta.url));
var least = checkout ? [24, 0] : [22, 12];
var version = process.versions.node.split('.').map(Number);
if (version[0] < least[0] || (version[0] === least[0] && version[1] < least[1])) {
  process.stderr.write(
    'ordeal: Node ' +
      process.versions.node +
      ' is too old (' +
      least.join('.') +
      ' or newer is needed).' +
      (checkout ? ' Run it as "npx ordeal" after "npm install", which brings its own.' : '') +
      '\n',
  );
  process.exit(64);
}
// Most of the time that a short command takes is reading code.
nodeModule.enableCompileCache();
import(checkout ? './cli.ts' : './cli.js')
  .then((cli) => cli.main(process.argv.slice(2)))
  .catch((error) => {
    console.error(error);
    process.exitCode = 70;
  });
