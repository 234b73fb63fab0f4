#!/usr/bin/env node
// Plain old JavaScript on purpose: it must run far enough on any Node to say what is wrong.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    'ordeal: Node ' +
      process.versions.node +
      ' is too old (24 or newer is needed). Run it as "npx ordeal" after "npm install", which brings its own.\n',
  );
  process.exit(64);
}
import('./cli.ts')
  .then((cli) => cli.main(process.argv.slice(2)))
  .catch((error) => {
    console.error(error);
    process.exitCode = 70;
  });
