/** Judges a stored scenario again, by what is on disk. The first verdict stays as it was written. */

import { realpathSync } from 'node:fs';
import { builtIn, systemNamed } from '../config/catalogue.ts';
import { withOwnModules } from '../own/modules.ts';
import { located } from '../own/paths.ts';
import type { TerminalStyle } from '../report/terminal.ts';
import { documentOf, storyOf } from '../scenario/render.ts';
import {
  readScenario,
  readScenarioResults,
  readScenarioRun,
  resultsOf,
} from '../scenario/store.ts';
import { againText, type Rejudged, shown, writeAgain } from './stored-run.ts';

export async function rejudgeScenario(path: string, style: TerminalStyle): Promise<Rejudged> {
  const run = readScenarioRun(path);
  const { catalogue } = await withOwnModules(located(run), builtIn);
  const played = readScenario(path, systemNamed(run.config.system, catalogue), run);
  const results = resultsOf(played);
  const directory = realpathSync(path);
  const written = writeAgain(directory, results);
  const firstVerdict = readScenarioResults(path)?.verdict ?? null;
  const paths = { directory: shown(directory), report: null, results: written.path };
  const document = { file: path, ...documentOf(played), firstVerdict, run, results, paths };
  const text = `${storyOf(played, style)}${againText(results.verdict, firstVerdict, written)}`;
  return { status: results.exitStatus, text, json: JSON.stringify(document) };
}
