/** `ordeal campaign`: a matrix of systems, workloads, faults and strategies from a file, for nights. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { Board } from '../campaign/board.ts';
import { makeUnits } from '../campaign/campaign.ts';
import { documentOf } from '../campaign/document.ts';
import { finish } from '../campaign/finish.ts';
import { campaignsIn, lastCampaign, type Previous, readPrevious } from '../campaign/previous.ts';
import type { CampaignSpec } from '../campaign/spec.ts';
import { CampaignState, type Plan } from '../campaign/state.ts';
import { blockOf } from '../campaign/text.ts';
import { type Shard, WHOLE } from '../campaign/unit.ts';
import type { UnitResult } from '../campaign/unit-lane.ts';
import { usage } from '../core/errors.ts';
import { isModulePath } from '../own/modules.ts';
import { styleOf } from '../report/terminal.ts';
import { plain, plural } from '../report/text.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { circumstances } from '../run/run-file.ts';
import { makeRunDirectory, requireStore } from '../store/files.ts';
import { limited, readCampaignFile } from './campaign-file.ts';
import { option, unfit } from './command-line.ts';
import { printDocument } from './document.ts';
import { duration, number } from './run-options.ts';
import { type SearchFlags, searchLimits } from './search-options.ts';

interface Flags extends SearchFlags {
  readonly shard?: Shard;
  readonly resume?: true | string;
  readonly since?: string;
  readonly shrink: boolean;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
The file names systems, variants, workloads and faults; each combination is a
cell, and cells take turns, some seeds each. Planted bugs (canaries) are hunted
first: one that is not caught makes the night red. Each kind of violation is
told once: new, again (as the last campaign, with no issue named) or known. What
is not known is stored, made small, explained and replayed. What the last
campaign of the name found and this one does not is gone, if its kept schedule
breaks it no longer.

What is done is kept at once: --resume goes on after a kill. --shard 1/4 does a
quarter, and ordeal merge makes one campaign of all four. ordeal schema prints
the schema of the file, for editors; ordeal init writes one to begin with.

Exit status 1 for a violation that has no issue; 3 for a canary missed, or where
the machine or Ordeal failed; 2 if too little was shown; 0 if nothing is new.

Examples:
  ordeal campaign nightly.yaml
  ordeal campaign nightly.yaml --budget 8h --workers 8
  ordeal campaign nightly.yaml --shard 2/4 --seed 170000
  ordeal campaign nightly.yaml --resume`;

export function registerCampaign(program: Command, done: (status: number) => void): void {
  program
    .command('campaign')
    .description('a matrix of systems, workloads, faults and seeds from a file, for nights')
    .argument('<file>', 'YAML, see: ordeal schema')
    .addOption(option('--budget <t>', 'time for runs, over the file', duration))
    .addOption(option('--seeds <n>', 'runs of each cell at most, over the file', number))
    .addOption(option('--seed <n>', 'the first seed (default: after the last campaign)', number))
    .addOption(option('--workers <n>', 'threads at work (default: one a core)', number))
    .addOption(option('--shard <i/n>', 'one of n parts of the work', shard))
    .option('--resume [dir]', 'go on with one that was cut short (default: the last)')
    .option('--since <dir>', 'the campaign to compare with (default: the last of its name)')
    .option('--no-shrink', 'leave runs that show a violation as large as they are')
    .option('--store <dir>', 'where campaigns are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: Flags) => done(await campaign(file, flags)));
}

async function campaign(file: string, flags: Flags): Promise<number> {
  const spec = limited(await readCampaignFile(file), flags);
  const { workers } = searchLimits(flags, { budgetS: 1, firstSeed: 0 });
  requireStore(flags.store);
  const since = flags.since === undefined ? null : readPrevious(flags.since);
  const state =
    flags.resume === undefined ? begin(spec, since, flags) : resumed(spec, flags.resume, flags);
  using _held = state.hold();
  const { directory, plan } = state;
  const previous = since ?? lastCampaign(flags.store, spec.name, directory);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption(
    `telling what is known so far (ordeal campaign ${file} --resume goes on)`,
    progress.aside,
  );
  const before = state.results();
  const how =
    before.size === 0
      ? `from seed ${plan.firstSeed}`
      : `goes on after ${plain(plural(before.size, 'unit'))} of work`;
  progress.line(`campaign ${spec.name} in ${directory}: ${how}`);
  const board = new Board(spec, previous, progress, before.values());
  const limits = { workers, budgetS: budgetLeft(plan, before.values(), workers) };
  const work = await makeUnits(spec, state, limits, interrupt.signal, (made, elapsed) =>
    board.told(made, elapsed),
  );
  const isAborted = () => interrupt.signal.aborted;
  const keeping = { isAborted, isShrunk: flags.shrink };
  const ended = await finish(spec, state, work, previous, keeping, progress);
  progress.end();
  if (flags.json === true) printDocument(documentOf(ended.campaign, ended.conclusion));
  else {
    const { columns } = styleOf(process.stdout);
    process.stdout.write(`${blockOf(ended.campaign, ended.conclusion, columns)}\n`);
  }
  return ended.conclusion.status;
}

/** The plan is on disk before anything is run: with it, the same campaign can be made again. */
function begin(spec: CampaignSpec, since: Previous | null, flags: Flags): CampaignState {
  const { name, file, source, seeds, budgetS } = spec;
  const last = since ?? lastCampaign(flags.store, name, null);
  const { schema, startedAt, versions, git } = circumstances([]);
  const made = makeRunDirectory(flags.store, startedAt, `campaign-${name}`);
  return CampaignState.begin(relative(process.cwd(), made) || '.', {
    schema,
    kind: 'campaign-plan',
    startedAt,
    versions,
    git,
    name,
    file,
    source,
    code: codeOf(spec),
    firstSeed: flags.seed ?? spec.firstSeed ?? last?.nextSeed ?? 1,
    budgetS,
    seeds,
    shard: flags.shard ?? WHOLE,
  });
}

/** The campaign that is named, or the last of this name and shard. */
function resumed(spec: CampaignSpec, named: true | string, flags: Flags): CampaignState {
  for (const flag of ['seed', 'seeds', 'budget'] as const) {
    if (flags[flag] === undefined) continue;
    throw usage(`--${flag}: goes with a new campaign, not with --resume`);
  }
  const { index, of } = flags.shard ?? WHOLE;
  const isAsked = ({ plan: { shard: its } }: CampaignState) => its.index === index && its.of === of;
  const state =
    named === true
      ? campaignsIn(flags.store, spec.name)
          .map((directory) => CampaignState.open(directory))
          .filter(isAsked)
          .at(-1)
      : CampaignState.open(named);
  if (state === undefined) {
    throw usage(`--resume: ${flags.store} has no campaign "${spec.name}" to go on with`);
  }
  const { directory, plan } = state;
  if (plan.source !== spec.source) {
    throw usage(`--resume: ${spec.file} is another than when ${directory} was begun`);
  }
  if (plan.code !== codeOf(spec)) {
    throw usage(`--resume: the code is another than when ${directory} was begun`);
  }
  return state;
}

/** What time is left of a budget once this work was done. */
function budgetLeft(
  { budgetS }: Plan,
  before: Iterable<UnitResult>,
  workers: number,
): number | null {
  if (budgetS === null) return null;
  let coreS = 0;
  for (const result of before) if (result.kind !== 'failed') coreS += result.coreS;
  return Math.max(0, budgetS - coreS / workers);
}

/** Digest of the code that runs follow from: ours, and the files of the user's that the campaign names. */
function codeOf({ cells, canaries }: CampaignSpec): string {
  const named = [...cells, ...canaries].flatMap(({ asked }) => {
    const parts = [asked.system, asked.workload ?? '', ...(asked.nemesis ?? [])];
    return [...parts.filter(isModulePath), ...(asked.rules ?? [])];
  });
  const own = [...new Set(named)].sort();
  const { versions, git, project = null } = circumstances(own);
  const hash = createHash('sha256').update(JSON.stringify({ versions, git, project }));
  for (const path of own) hash.update(readFileSync(path));
  return hash.digest('hex');
}

/** `2/4`, as a flag's argument. */
function shard(text: string): Shard {
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index < 1 || index > of || of > SHARDS_MAX) {
    throw unfit(`a part of so many is needed: 1/4 to 4/4, ${SHARDS_MAX} at most`);
  }
  return { index, of };
}

const SHARDS_MAX = 1000;
