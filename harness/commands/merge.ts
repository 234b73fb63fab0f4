/** `ordeal merge`: one campaign of all its shards. */

import { relative } from 'node:path';
import type { Command } from 'commander';
import { documentOf } from '../campaign/document.ts';
import { finish } from '../campaign/finish.ts';
import { gather, planOf } from '../campaign/merge.ts';
import { lastCampaign, readPrevious } from '../campaign/previous.ts';
import { CampaignState } from '../campaign/state.ts';
import { blockOf } from '../campaign/text.ts';
import { usage } from '../core/errors.ts';
import { styleOf } from '../report/terminal.ts';
import { progressOn } from '../run/progress.ts';
import { makeRunDirectory, requireStore } from '../store/files.ts';
import { readCampaignFile } from './campaign-file.ts';
import { printDocument } from './document.ts';

interface Flags {
  readonly since?: string;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
Nothing is run again but the kept schedules of what is gone. The campaign's file
is read where the shards read it, and has to be the same.

Examples:
  ordeal merge shards/*
  ordeal merge shard-1 shard-2 --since last-night --json`;

export function registerMerge(program: Command, done: (status: number) => void): void {
  program
    .command('merge')
    .description('one campaign of the shards that ordeal campaign --shard made')
    .argument('<dir...>', 'the directory of each shard')
    .option('--since <dir>', 'the campaign to compare with (default: the last of its name)')
    .option('--store <dir>', 'where the campaign is stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (directories: readonly string[], flags: Flags) => {
      done(await merge(directories, flags));
    });
}

async function merge(directories: readonly string[], flags: Flags): Promise<number> {
  const shards = directories.map((directory) => CampaignState.open(directory));
  const plan = planOf(shards);
  const spec = await readCampaignFile(plan.file);
  if (spec.source !== plan.source) throw usage(`${plan.file}: is another than the shards had`);
  const since = flags.since === undefined ? null : readPrevious(flags.since);
  requireStore(flags.store);
  const made = makeRunDirectory(flags.store, plan.startedAt, `campaign-${plan.name}`);
  const state = CampaignState.begin(relative(process.cwd(), made) || '.', plan);
  const work = gather(shards, state);
  const previous = since ?? lastCampaign(flags.store, plan.name, state.directory);
  const progress = progressOn(process.stderr, flags.quiet === true);
  // What was left as large as it is in a shard stays so.
  const keeping = { isAborted: () => false, isShrunk: false };
  const ended = await finish(spec, state, work, previous, keeping, progress);
  progress.end();
  const { campaign, conclusion } = ended;
  if (flags.json === true) printDocument(documentOf(campaign, conclusion));
  else process.stdout.write(`${blockOf(campaign, conclusion, styleOf(process.stdout).columns)}\n`);
  return conclusion.status;
}
