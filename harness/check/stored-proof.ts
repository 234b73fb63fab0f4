/** Judges a stored violation of `ordeal prove` again, by what is on disk. The first verdict stays as it was written. */

import { realpathSync } from 'node:fs';
import { builtIn } from '../config/catalogue.ts';
import { EXIT } from '../core/errors.ts';
import { LAST_WORDS } from '../judge/outcome.ts';
import { withOwnModules } from '../own/modules.ts';
import { located } from '../own/paths.ts';
import { keptModel, readProof, readProofRun } from '../prove/kept.ts';
import { lastWordLines, type TerminalStyle } from '../report/terminal.ts';
import { plain } from '../report/text.ts';
import { readScenarioResults, resultsOf } from '../scenario/store.ts';
import { againText, type Rejudged, shown, writeAgain } from './stored-run.ts';

export async function rejudgeProof(path: string, style: TerminalStyle): Promise<Rejudged> {
  const run = readProofRun(path);
  const { catalogue } = await withOwnModules(located(run), builtIn);
  const { verdict } = readProof(path, keptModel(run, [], catalogue), run);
  const results = resultsOf({ verdict });
  const directory = realpathSync(path);
  const written = writeAgain(directory, results);
  const firstVerdict = readScenarioResults(path)?.verdict ?? null;
  const paths = { directory: shown(directory), report: null, results: written.path };
  const exitStatus = EXIT[verdict.kind];
  const document = { file: path, verdict, exitStatus, firstVerdict, run, results, paths };
  const words = lastWordLines(verdict, LAST_WORDS[exitStatus], style).join('\n');
  const text = plain(`${words}\n\n${againText(verdict, firstVerdict, written)}`);
  return { status: exitStatus, text, json: JSON.stringify(document) };
}
