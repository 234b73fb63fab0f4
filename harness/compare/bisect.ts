/**
 * Which commit brought a failure: the same schedule, replayed on the code of one commit after another,
 * as `git bisect run` does it. The repository is not touched (`core/checkout.ts`).
 */

import { dirname, join } from 'node:path';
import type { RunConfig } from '../config/config.ts';
import {
  type Commit,
  checkedOut,
  git,
  placeIn,
  repositoryAround,
  shortId,
} from '../core/checkout.ts';
import { HarnessError, usage } from '../core/errors.ts';
import { isBroken, type Signature, signaturesOf, signatureText } from '../judge/signature.ts';
import { REPOSITORY } from '../own/code.ts';
import { record } from '../shrink/recording.ts';
import { LoadedSide } from './loaded-side.ts';

/** What a failing run is at every commit. */
export interface Suspect {
  /** With its plan, and with absolute paths of modules. */
  readonly config: RunConfig;
  readonly signature: Signature;
}

/** What a commit comes to: whether it breaks the property, or why it cannot be asked. */
export type Answer =
  | { readonly kind: 'good' | 'bad' }
  | { readonly kind: 'skipped'; readonly because: string };

export interface Step {
  readonly commit: Commit;
  readonly answer: Answer;
}

export interface Bisection {
  readonly steps: readonly Step[];
  /** The first bad commit; or those of which one is, where all others between were skipped. */
  readonly suspects: readonly Commit[];
  /** Whether it came to its end, as opposed to an interruption. */
  readonly isWhole: boolean;
}

/** Where the code lies that may have brought it: the user's own, where there is any, else ours. */
export function repositoryOf({ modules = [], rules }: RunConfig): string {
  const [first] = [...modules, ...rules];
  const folder = first === undefined ? REPOSITORY : dirname(first);
  const repository = repositoryAround(folder);
  if (repository === null) throw usage(`${folder} lies in no git repository: it has no commits`);
  return repository;
}

/** Throws a usage error where no way leads from the one to the other. */
export function requireOrder(repository: string, good: Commit, bad: Commit): void {
  try {
    git(repository, ['merge-base', '--is-ancestor', good.id, bad.id]);
  } catch {
    throw usage(`--good ${shortId(good)} is no ancestor of --bad ${shortId(bad)}`);
  }
  if (good.id === bad.id) throw usage(`--good and --bad are the same commit, ${shortId(good)}`);
}

/** Replays the schedule on the code of a commit. */
export async function answerOf(
  suspect: Suspect,
  repository: string,
  commit: Commit,
): Promise<Answer> {
  using checkout = checkedOut(repository, commit);
  try {
    const side = await sideAt(suspect.config, repository, checkout);
    const config = side.likewise(suspect.config);
    // Looks at what its nodes report as well, which a mere recording does not.
    side.try(config);
    const { checks } = record(side.simulation(config));
    if (isBroken(suspect.signature, checks)) return { kind: 'bad' };
    const [other] = signaturesOf(checks);
    if (other === undefined) return { kind: 'good' };
    return { kind: 'skipped', because: `it breaks something else: ${signatureText(other)}` };
  } catch (error) {
    // Whatever an old commit has wrong is no news, and no answer.
    if (error instanceof HarnessError) return { kind: 'skipped', because: error.message };
    throw error;
  }
}

async function sideAt(
  { system, mutants, rules, modules = [], workload, nemesis }: RunConfig,
  repository: string,
  { id, subject, directory }: Commit & { readonly directory: string },
): Promise<LoadedSide> {
  const there = (file: string): string => {
    const place = placeIn(repository, file);
    return place.startsWith('..') ? file : join(directory, place);
  };
  const isOurs = modules.length === 0 && rules.length === 0;
  const revision = shortId({ id });
  const asked = {
    text: `${system}@${revision}`,
    system,
    revision,
    mutants: [],
    rules: [],
    set: {},
    file: isOurs ? join(directory, 'systems', system, 'index.ts') : null,
    commit: { id, subject },
    directory,
  };
  return LoadedSide.of('commit', asked, {
    ...(modules.length === 0 ? {} : { modules: modules.map(there) }),
    rules: rules.map(there),
    mutants,
    // What a module brings is known by its name once that is loaded.
    workload,
    nemesis: nemesis.length === 0 ? ['none'] : nemesis,
  });
}

/**
 * Halves what lies between, by the graph of commits; what was skipped is passed over for the nearest
 * beside it. Both ends are known to be what they are said to be.
 */
export async function bisect(
  repository: string,
  ends: { readonly good: Commit; readonly bad: Commit },
  ask: (commit: Commit) => Promise<Answer>,
  isOver: () => boolean,
  onStep: (step: Step, left: number) => void,
): Promise<Bisection> {
  const steps: Step[] = [];
  const goods = [ends.good.id];
  const skipped = new Set<string>();
  let bad = ends.bad;
  for (;;) {
    const between = halving(repository, goods, bad.id).filter((id) => id !== bad.id);
    const [next] = between.filter((id) => !skipped.has(id));
    if (next === undefined || isOver()) {
      const suspects = [bad, ...between.map((id) => commitOf(repository, id))];
      return { steps, suspects, isWhole: next === undefined };
    }
    const commit = commitOf(repository, next);
    const answer = await ask(commit);
    steps.push({ commit, answer });
    onStep({ commit, answer }, between.length);
    if (answer.kind === 'bad') bad = commit;
    else if (answer.kind === 'good') goods.push(next);
    else skipped.add(next);
    // Lets a signal through.
    await new Promise(setImmediate);
  }
}

/** Commits that reach from the good ones to the bad one, best to ask first. */
function halving(repository: string, goods: readonly string[], bad: string): readonly string[] {
  const listed = git(repository, ['rev-list', '--bisect-all', bad, '--not', ...goods]);
  return listed.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')[0] as string]));
}

function commitOf(repository: string, id: string): Commit {
  return { id, subject: git(repository, ['show', '--no-patch', '--format=%s', id]) };
}
