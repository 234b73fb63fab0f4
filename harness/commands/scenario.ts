/** `ordeal run <system> --scenario`: plays a script step by step instead of a drawn run. */

import { resolve } from 'node:path';
import { builtIn, systemNamed } from '../catalogue.ts';
import { EXIT, usage } from '../errors.ts';
import { styleOf } from '../report/terminal.ts';
import { loadScenario } from '../scenario/file.ts';
import { playScenario } from '../scenario/judge.ts';
import { documentOf, storyOf } from '../scenario/render.ts';
import { loadVariants } from '../variants/load.ts';
import { builtInVariant } from '../variants.ts';
import type { RunFlags } from './run-options.ts';

/** Flags of `run` that mean something to a scenario; the rest is settled by the script. */
const FITTING: readonly string[] = ['scenario', 'mutant', 'rules', 'set', 'json', 'quiet'];

interface ScenarioFlags extends RunFlags {
  readonly json?: boolean;
}

/**
 * Plays it, prints its story, and returns the exit status of its verdict. `given` names the flags that
 * are not defaults.
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
  const scenario = loadScenario(system, name);
  const planted = (flags.mutant ?? []).map((id) =>
    builtInVariant(systemNamed(system, builtIn), id),
  );
  const own = await Promise.all((flags.rules ?? []).map((file) => loadVariants(resolve(file))));
  const played = playScenario(scenario, [...planted, ...own.flat()], flags.set ?? {});
  const text =
    flags.json === true
      ? `${JSON.stringify(documentOf(played), null, 2)}\n`
      : storyOf(played, styleOf(process.stdout));
  process.stdout.write(text);
  return EXIT[played.verdict.kind];
}
