/**
 * A violation in the store: the steps that lead to it, what nodes and clients said on the way, the story
 * and the verdict. Its steps can be made again, by this code or by later code, as long as each of them is
 * possible where its turn comes: nobody receives what nobody sent.
 */

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { nodeName } from '../../checkers/trace.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Options } from '../../systems/protocol.ts';
import type { Variant } from '../../systems/system.ts';
import { type Catalogue, systemNamed, workloadNamed } from '../config/catalogue.ts';
import { firstDifference } from '../run/replay.ts';
import type { Recording } from '../scenario/recording.ts';
import { linesOf, readRecording, resultsOf, writeRecording } from '../scenario/store.ts';
import { decodeFile } from '../store/decode.ts';
import { jsonText, makeRunDirectory, pointAt, writeResults, writeWhole } from '../store/files.ts';
import { type Divergence, FILES, type RunFile, SCHEMA } from '../store/format.ts';
import { payloadsOf } from '../store/reader.ts';
import { circumstances, schema, settings } from '../store/stored-files.ts';
import { canonical } from './canonical.ts';
import { type Model, type Modelled, modelled } from './model.ts';
import type { Flight } from './nodes.ts';
import type { Violation } from './prove.ts';
import { type Retelling, retell, verdictOn } from './retell.ts';
import { storyLines } from './story.ts';
import { type Bounds, type Move, type MoveKind, type Possible, World } from './world.ts';

/** What was searched: with the steps and the code, it determines every byte that is recorded. */
export interface ProofConfig {
  readonly system: string;
  /** Modules that bring the system, as in a run; none for a built-in one. */
  readonly modules: readonly string[];
  readonly mutants: readonly string[];
  readonly rules: readonly string[];
  readonly workload: string;
  /** Resolved. */
  readonly set: Options;
  readonly bounds: Bounds;
  readonly from: Model['from'];
}

/** `run.json` of a violation that `ordeal prove` found. */
export interface ProofRun
  extends Pick<
    RunFile,
    'schema' | 'startedAt' | 'startedIn' | 'command' | 'versions' | 'git' | 'project' | 'machine'
  > {
  readonly kind: 'proof';
  readonly config: ProofConfig;
}

/** One step, told apart from all others that are possible where its turn comes. */
interface KeptStep {
  readonly kind: MoveKind;
  readonly node: string;
  /** The message with its sender, what a client asks for, or a number: of a timer, a peer, a crash's tail. */
  readonly what: string;
  /** 0, or at which sync in the middle of the step power is lost. */
  readonly outcome: number;
}

/** `steps.json`. */
interface KeptSteps {
  readonly schema: typeof SCHEMA;
  readonly kind: 'steps';
  readonly shortest: Violation['shortest'];
  readonly because: string;
  readonly story: readonly string[];
  readonly steps: readonly KeptStep[];
}

const PROOF_FILES = { steps: 'steps.json' } as const;

const text = z.string();
const whole = z.number().int().nonnegative();
const proofRun: z.ZodType<ProofRun> = z.looseObject({
  kind: z.literal('proof'),
  ...circumstances,
  config: z.looseObject({
    system: text,
    modules: z.array(text),
    mutants: z.array(text),
    rules: z.array(text),
    workload: text,
    set: settings,
    bounds: z.looseObject({ nodes: whole, operations: whole, faults: whole, timeouts: whole }),
    from: z.enum(['start', 'ready']),
  }),
});
const KINDS = ['deliver', 'duplicate', 'fire', 'ask', 'crash', 'start', 'break'] as const;
const keptSteps: z.ZodType<KeptSteps> = z.looseObject({
  schema,
  kind: z.literal('steps'),
  shortest: z.enum(['of all', 'of its bounds', 'unknown']),
  because: text,
  story: z.array(text),
  steps: z.array(z.looseObject({ kind: z.enum(KINDS), node: text, what: text, outcome: whole })),
});

/** What was found, as far as it is kept. */
export interface Kept {
  readonly run: ProofRun;
  readonly verdict: Verdict;
  readonly story: readonly string[];
  readonly recording: Recording;
}

/** Writes a violation with all that led to it, and returns the directory. */
export function keepViolation(
  store: string,
  run: ProofRun,
  model: Model,
  violation: Violation,
): string {
  const { verdict, history, trace, shortest } = violation;
  const directory = makeRunDirectory(store, run.startedAt, `${run.config.system}-prove`);
  writeWhole(join(directory, FILES.run), jsonText(run));
  writeRecording(directory, { history, trace });
  const because = verdict?.because ?? '';
  const steps = violation.steps.map(({ move, flight, asked }) => {
    return keptStep(move, flight, asked?.f ?? null);
  });
  const story = storyLines(violation, model.system);
  const kept: KeptSteps = { schema: SCHEMA, kind: 'steps', shortest, because, story, steps };
  writeWhole(join(directory, PROOF_FILES.steps), jsonText(kept));
  pointAt(directory, 'latest');
  pointAt(directory, 'latest-failure');
  if (verdict !== null) writeResults(directory, resultsOf({ verdict }));
  return directory;
}

/** Whether there is a violation of `ordeal prove` in this directory, or at the end of this link. */
export function isKeptProof(path: string): boolean {
  return existsSync(join(path, FILES.run)) && existsSync(join(path, PROOF_FILES.steps));
}

/** What `run.json` says of it. Throws a usage error where it is not that of a proof. */
export function readProofRun(path: string): ProofRun {
  return decodeFile(join(path, FILES.run), proofRun);
}

/** The model that was searched, of what there is now. */
export function keptModel(
  { config }: ProofRun,
  variants: readonly Variant[],
  catalogue: Catalogue,
): Model {
  const { system, workload, set, bounds, from } = config;
  return {
    system: systemNamed(system, catalogue),
    variants,
    workload: workloadNamed(workload, catalogue),
    options: set,
    bounds,
    from,
    folds: false,
  };
}

/** Judges what is on disk; the story is told as it was. `model`: variants have no say. */
export function readProof(path: string, model: Model, run: ProofRun): Kept {
  const directory = realpathSync(path);
  const recording = readRecording(directory, payloadsOf(run.config));
  const verdict = verdictOn(model, recording.trace, recording.history) ?? {
    kind: 'valid' as const,
    note: 'nothing is wrong with what is recorded there',
  };
  const { story } = decodeFile(join(directory, PROOF_FILES.steps), keptSteps);
  return { run, verdict, story, recording };
}

/** What comes of the steps that are kept, by the code as it is now. */
export interface MadeAgain {
  /** The first step that is not possible any more, from 1 on; null where all are. */
  readonly impossible: number | null;
  readonly retelling: Retelling;
  readonly story: readonly string[];
  /** What the steps broke then. */
  readonly because: string;
  /** Where what is recorded parts from what comes of it now; null nowhere. */
  readonly parting: Divergence | null;
}

export function madeAgain(path: string, model: Model): MadeAgain {
  const { steps, because } = decodeFile(join(path, PROOF_FILES.steps), keptSteps);
  const parts = modelled(model);
  const { beginning, moves } = movesOf(parts, steps);
  const retelling = retell(parts, [...beginning, ...moves], beginning.length);
  return {
    impossible: moves.length < steps.length ? moves.length + 1 : null,
    retelling,
    story: storyLines(retelling, model.system),
    because,
    parting: partingOf(path, retelling),
  };
}

function partingOf(path: string, { history, trace }: Retelling): Divergence | null {
  const lines = linesOf({ history, trace });
  for (const kind of ['history', 'trace'] as const) {
    const parting = firstDifference(join(path, FILES[kind]), lines[kind], false);
    if (parting !== null) return parting;
  }
  return null;
}

/** The moves that make these steps, as far as they are possible. */
function movesOf(
  parts: Modelled,
  steps: readonly KeptStep[],
): { readonly beginning: readonly Move[]; readonly moves: readonly Move[] } {
  const world = new World({ ...parts.parts, symmetry: null });
  const first = world.first();
  let here = first.row.numbers.slice(0, first.row.length);
  const moves: Move[] = [];
  for (const step of steps) {
    const possible = world.movesFrom(here, here.length).find((one) => isStep(parts, one, step));
    let made: Move | null = null;
    if (possible !== undefined) {
      world.make(possible, (row, move) => {
        if (move.outcome !== step.outcome) return;
        made = move;
        here = row.numbers.slice(0, row.length);
      });
    }
    if (made === null) break;
    moves.push(made);
  }
  return { beginning: first.moves, moves };
}

function isStep({ nodes, clients }: Modelled, { move }: Possible, step: KeptStep): boolean {
  const { kind, node, what } = move;
  if (kind !== step.kind || nodeName(node) !== step.node) return false;
  const flight = kind === 'deliver' || kind === 'duplicate' ? nodes.flight(what) : null;
  const asked = kind === 'ask' ? (clients.menu[what] ?? null) : null;
  return keptStep(move, flight, asked).what === step.what;
}

function keptStep(
  { kind, node, what, outcome }: Move,
  flight: Flight | null,
  asked: string | null,
): KeptStep {
  const message = flight === null ? null : `${nodeName(flight.from)} ${canonical(flight.message)}`;
  return { kind, node: nodeName(node), what: message ?? asked ?? String(what), outcome };
}
