/**
 * A played scenario in the store: the script, what every play recorded and told, the verdict. What
 * invariants and clients' answers say is judged again from the recordings; what the script expects
 * of nodes' states was seen while they were there, and stands as it was told.
 */

import { copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { TraceLine } from '../../checkers/trace.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { EXIT, usage } from '../core/errors.ts';
import { storing } from '../core/files.ts';
import { firstDifference } from '../run/replay.ts';
import { decodeFile } from '../store/decode.ts';
import { jsonText, makeRunDirectory, pointAt, writeResults, writeWhole } from '../store/files.ts';
import { type Divergence, FILES, type RunFile, SCHEMA } from '../store/format.ts';
import { historyLine, LinesWriter, traceJson } from '../store/lines.ts';
import { payloadsOf, readHistory, readTrace } from '../store/reader.ts';
import { circumstances, counts, schema, settings, verdict } from '../store/stored-files.ts';
import type { Payloads } from '../store/trace-lines.ts';
import type { Checked } from './ask.ts';
import { readScenarioFile } from './file.ts';
import { judgeScenario, optionsOf, type PlayedScenario } from './judge.ts';
import type { Played, Told } from './play.ts';
import { type Recording, violationsOf } from './recording.ts';
import { documentOf } from './render.ts';
import type { Case, Claim, Scenario } from './scenario.ts';

/** What was asked for: with the script and the code, it determines every byte that is recorded. */
export interface ScenarioConfig {
  readonly system: string;
  /** Modules that bring the system, as in a run; none for a built-in one. */
  readonly modules: readonly string[];
  readonly scenario: string;
  readonly mutants: readonly string[];
  readonly rules: readonly string[];
  readonly set: Options;
}

/** `run.json` of a scenario. */
export interface ScenarioRun
  extends Pick<
    RunFile,
    'schema' | 'startedAt' | 'startedIn' | 'command' | 'versions' | 'git' | 'project' | 'machine'
  > {
  readonly kind: 'scenario';
  readonly config: ScenarioConfig;
}

/** `results.json` of a scenario. */
export interface ScenarioResults {
  readonly schema: typeof SCHEMA;
  readonly kind: 'results';
  /** UTC, ISO 8601. */
  readonly judgedAt: string;
  readonly verdict: Verdict;
  readonly exitStatus: number;
}

const texts = z.array(z.string());
const scenarioRun: z.ZodType<ScenarioRun> = z.looseObject({
  kind: z.literal('scenario'),
  ...circumstances,
  config: z.looseObject({
    system: z.string(),
    modules: texts,
    scenario: z.string(),
    mutants: texts,
    rules: texts,
    set: settings,
  }),
});
const scenarioResults: z.ZodType<ScenarioResults> = z.looseObject({
  kind: z.literal('results'),
  schema,
  judgedAt: z.string(),
  verdict,
  exitStatus: z.number(),
});

/** What `story.json` tells of a play, as far as it is judged by. */
type StoredPlay = Pick<Played, 'told' | 'final' | 'otherwise' | 'reached' | 'judged'>;

const checked: z.ZodType<Checked> = z.object({
  text: z.string(),
  fact: z.object({ of: z.string(), is: z.string() }).exactOptional(),
  found: z.string().nullable(),
});
const step: z.ZodType<Told> = z.object({
  sentence: z.string(),
  details: texts,
  checks: z.array(checked),
  problem: z.string().nullable(),
  inner: z.lazy(() => z.array(step)),
});
const storedPlay = z.object({
  steps: z.array(step),
  end: z.array(checked),
  otherwise: texts,
  reached: z.record(z.string(), counts),
  judged: z.boolean(),
});
const storedStory = z.object({
  variants: texts,
  cases: z.array(storedPlay.extend({ claims: z.array(storedPlay) })),
});

/** The script as it was played, and what it told, as text and as data. */
export const SCENARIO_FILES = {
  script: 'scenario.yaml',
  story: 'story.txt',
  told: 'story.json',
} as const;

/** Writes all that was played, with its verdict, and returns the directory. */
export function storeScenario(
  store: string,
  run: ScenarioRun,
  played: PlayedScenario,
  story: string,
): string {
  const { scenario, cases } = played;
  const what = `${run.config.system}-scenario-${scenario.name}`;
  const directory = makeRunDirectory(store, run.startedAt, what);
  writeWhole(join(directory, FILES.run), jsonText(run));
  const script = join(directory, SCENARIO_FILES.script);
  storing(script, () => copyFileSync(scenario.file, script));
  for (const { case: one, played: own, claims } of cases) {
    writeRecording(join(directory, placeOf(scenario, one, null)), own.recording);
    for (const { claim, played: other } of claims) {
      writeRecording(join(directory, placeOf(scenario, one, claim)), other.recording);
    }
  }
  writeWhole(join(directory, SCENARIO_FILES.told), jsonText(documentOf(played)));
  writeWhole(join(directory, SCENARIO_FILES.story), story);
  pointAt(directory, 'latest');
  writeResults(directory, resultsOf(played));
  return directory;
}

/** What a scenario came to, as of now. */
export function resultsOf({ verdict }: Pick<PlayedScenario, 'verdict'>): ScenarioResults {
  const judgedAt = new Date().toISOString();
  return { schema: SCHEMA, kind: 'results', judgedAt, verdict, exitStatus: EXIT[verdict.kind] };
}

/** The directory of a play, in that of the scenario: `case-1`, `case-1/claim-2`. */
export function placeOf({ cases }: Scenario, one: Case, claim: Claim | null): string {
  const own = `case-${cases.indexOf(one) + 1}`;
  return claim === null ? own : join(own, `claim-${one.claims.indexOf(claim) + 1}`);
}

/** Writes history and trace into a directory, which is made where it is not there. */
export function writeRecording(directory: string, recording: Recording): void {
  storing(directory, () => mkdirSync(directory, { recursive: true }));
  const lines = linesOf(recording);
  for (const kind of ['history', 'trace'] as const) {
    using writer = new LinesWriter(join(directory, FILES[kind]), kind, false);
    for (const line of lines[kind]) writer.write(line);
    writer.close();
  }
}

/** The lines of the two files of a recording, after their headers. */
export function linesOf({ history, trace }: Recording) {
  return {
    history: Iterator.from(history).map(historyLine),
    trace: Iterator.from(trace).map(traceJson),
  };
}

/** Whether there is a stored scenario in this directory, or at the end of this link. */
export function isStoredScenario(path: string): boolean {
  return existsSync(join(path, FILES.run)) && existsSync(join(path, SCENARIO_FILES.script));
}

/** What `run.json` says of it. Throws a usage error where it is not that of a scenario. */
export function readScenarioRun(path: string): ScenarioRun {
  return decodeFile(join(path, FILES.run), scenarioRun);
}

/** The first verdict; null where it was not written any more. */
export function readScenarioResults(path: string): ScenarioResults | null {
  const file = join(path, FILES.results);
  return existsSync(file) ? decodeFile(file, scenarioResults) : null;
}

/** The script of a stored scenario, under the name that it was played by. */
export function readScript(path: string, system: System, { config }: ScenarioRun): Scenario {
  const file = join(path, SCENARIO_FILES.script);
  return { ...readScenarioFile(file, file, system), name: config.scenario };
}

/** Reads a stored scenario and judges it by what is on disk. */
export function readScenario(path: string, system: System, run: ScenarioRun): PlayedScenario {
  const directory = realpathSync(path);
  const scenario = readScript(directory, system, run);
  const { set } = run.config;
  const told = join(directory, SCENARIO_FILES.told);
  const { cases, variants } = decodeFile(told, storedStory);
  if (cases.length !== scenario.cases.length) {
    throw usage(`${told}: has ${cases.length} cases, and its script ${scenario.cases.length}`);
  }
  return judgeScenario(scenario, variants, (one, claim) => {
    const ofCase = cases[scenario.cases.indexOf(one)];
    const document = claim === null ? ofCase : ofCase?.claims[one.claims.indexOf(claim)];
    const place = placeOf(scenario, one, claim);
    if (document === undefined) throw usage(`${told}: tells nothing of ${place}`);
    const recording = readRecording(join(directory, place), payloadsOf(run.config));
    const options = optionsOf(scenario, one, claim, set);
    const violations = violationsOf(recording, { system, circumstances: one, options });
    return { ...playedOf(document), violations, recording };
  });
}

/** Where the recordings of a scenario that was played again part from the stored ones; null nowhere. */
export function scenarioDifference(
  path: string,
  { scenario, cases }: PlayedScenario,
): Divergence | null {
  for (const { case: one, played, claims } of cases) {
    const all = [{ claim: null, played }, ...claims];
    for (const { claim, played: again } of all) {
      const place = placeOf(scenario, one, claim);
      const lines = linesOf(again.recording);
      for (const kind of ['history', 'trace'] as const) {
        const file = join(place, FILES[kind]);
        const parting = firstDifference(join(path, file), lines[kind], false);
        if (parting !== null) return { ...parting, file };
      }
    }
  }
  return null;
}

function playedOf(stored: z.infer<typeof storedPlay>): StoredPlay {
  const { steps, end, otherwise, reached, judged } = stored;
  return { told: steps, final: end, otherwise, reached, judged };
}

export function readRecording(directory: string, payloads: Payloads): Recording {
  const trace: TraceLine[] = [...readTrace(join(directory, FILES.trace), payloads)];
  return { history: readHistory(join(directory, FILES.history)), trace };
}
