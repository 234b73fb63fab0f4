/** `ordeal run <system> --scenario`: plays a script step by step instead of a drawn run. */

import type { Variant } from '../../systems/system.ts';
import { builtIn, systemNamed } from '../config/catalogue.ts';
import { EXIT, usage } from '../core/errors.ts';
import { withOwnModules } from '../own/modules.ts';
import { fromHere } from '../own/paths.ts';
import { loadVariants } from '../own/variants.ts';
import { styleOf } from '../report/terminal.ts';
import { commandText, setFlags } from '../run/command-text.ts';
import { circumstances, ownFiles } from '../run/run-file.ts';
import { loadScenario } from '../scenario/file.ts';
import { type PlayedScenario, playScenario } from '../scenario/judge.ts';
import { writeScenarioReport } from '../scenario/page.ts';
import { documentOf, storyOf } from '../scenario/render.ts';
import {
  resultsOf,
  type ScenarioConfig,
  type ScenarioRun,
  storeScenario,
} from '../scenario/store.ts';
import type { RunSummary } from '../store/format.ts';
import { applyVariants, builtInVariant } from '../variants/variants.ts';
import { printDocument } from './document.ts';
import type { RunFlags } from './run-options.ts';

/** Flags of `run` that mean something to a scenario; the rest is settled by the script. */
const FITTING: readonly string[] = ['scenario', 'mutant', 'rules', 'set', 'store', 'json', 'quiet'];

interface ScenarioFlags extends RunFlags {
  readonly store: string;
  readonly json?: boolean;
}

const UNSTORED: RunSummary['paths'] = { directory: null, report: null };

/** The story in a file is as wide as on a terminal of this many columns. */
const PLAIN = { colour: false, columns: 100 } as const;

/**
 * Plays it, prints its story, and returns the exit status of its verdict; it is stored where
 * `--store` says so. `given` names the flags that are not defaults.
 */
export async function runScenario(
  system: string,
  name: string,
  flags: ScenarioFlags,
  given: readonly string[],
): Promise<number> {
  const unfit = given.find((flag) => !FITTING.includes(flag));
  if (unfit !== undefined) {
    const flag = unfit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usage(`--${flag}: has no say in a scenario, whose script settles it`);
  }
  const { request, catalogue } = await withOwnModules({ system }, builtIn);
  const tested = systemNamed(request.system, catalogue);
  const scenario = loadScenario(tested, name);
  const config: ScenarioConfig = {
    system: tested.name,
    modules: request.modules ?? [],
    scenario: scenario.name,
    mutants: flags.mutant ?? [],
    rules: (flags.rules ?? []).map(fromHere),
    set: flags.set ?? {},
  };
  const variants = await variantsOf(config);
  const played = playScenario(scenario, variants, config.set);
  const run = describe(config, commandOf(system, name, config));
  const paths = given.includes('store') ? storePlayed(played, run, flags.store) : UNSTORED;
  if (flags.json === true) {
    printDocument({ ...documentOf(played), run, results: resultsOf(played), paths });
  } else {
    process.stdout.write(storyOf(played, styleOf(process.stdout)));
    if (paths.report !== null) process.stdout.write(`\n  report      ${paths.report.path}\n`);
  }
  return EXIT[played.verdict.kind];
}

/** The variants that a scenario is played with besides those of its script, refused where they do not fit. */
export async function variantsOf(
  config: Pick<ScenarioConfig, 'system' | 'modules' | 'mutants' | 'rules'>,
): Promise<readonly Variant[]> {
  const { request, catalogue } = await withOwnModules(config, builtIn);
  const system = systemNamed(request.system, catalogue);
  const planted = config.mutants.map((id) => builtInVariant(system, id));
  const own = await Promise.all(config.rules.map((file) => loadVariants(file)));
  const variants = [...planted, ...own.flat()];
  applyVariants(system, variants);
  return variants;
}

function describe(config: ScenarioConfig, command: string): ScenarioRun {
  return { ...circumstances(ownFiles(config)), kind: 'scenario', config, command };
}

function storePlayed(played: PlayedScenario, run: ScenarioRun, store: string): RunSummary['paths'] {
  const directory = storeScenario(store, run, played, storyOf(played, PLAIN));
  return { directory, report: writeScenarioReport(directory, run, played) };
}

function commandOf(system: string, name: string, { mutants, rules, set }: ScenarioConfig): string {
  return commandText(
    ['run', system],
    [['scenario', name], ['mutant', mutants], ['rules', rules], ...setFlags(set)],
  );
}
