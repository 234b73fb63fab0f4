/** `ordeal init`: a campaign, a workflow and an example system in a project of the user's. */

import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { usage } from '../core/errors.ts';
import { makeDirectories, storing } from '../core/files.ts';
import { CAMPAIGN, SYSTEM, WORKFLOW } from './init-files.ts';
import { schemaText } from './schema.ts';

const HELP = `
Writes ordeal/campaign.yaml with its schema for editors, ordeal/primary-store.ts,
a system to replace by your own, and .github/workflows/ordeal.yml, which runs the
campaign every night in four shards. Nothing that is there is written over.

Examples:
  ordeal init
  ordeal init ../my-project`;

export function registerInit(program: Command, done: (status: number) => void): void {
  program
    .command('init')
    .description('a campaign, a workflow and an example system in a project of yours')
    .argument('[dir]', 'the project', '.')
    .addHelpText('after', HELP)
    .action((directory: string) => done(init(directory)));
}

function init(directory: string): number {
  if (!existsSync(directory)) throw usage(`${directory}: no such directory`);
  const files = {
    'ordeal/campaign.yaml': CAMPAIGN,
    'ordeal/campaign.schema.json': `${schemaText('campaign')}\n`,
    'ordeal/primary-store.ts': SYSTEM,
    '.github/workflows/ordeal.yml': WORKFLOW,
  };
  const there = Object.keys(files).filter((file) => existsSync(join(directory, file)));
  if (there.length > 0) {
    throw usage(`${there.map((file) => join(directory, file)).join(', ')}: is there already`);
  }
  for (const [file, text] of Object.entries(files)) {
    const path = join(directory, file);
    storing(path, () => {
      makeDirectories(dirname(path));
      // What somebody else wrote in between stays as it is, too.
      writeFileSync(path, text, { flag: 'wx' });
    });
    process.stdout.write(`wrote ${path}\n`);
  }
  process.stdout.write('try it:  npx ordeal campaign ordeal/campaign.yaml\n');
  return 0;
}
