/** Verdicts and last words as every report shows them: a word and a mark, never a colour alone. */

import type { Verdict } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import type { GitState } from '../core/git.ts';
import { LAST_WORDS, type RunStatus } from '../judge/outcome.ts';
import type { ResultsFile, RunFile, TimedCheck } from '../store/format.ts';

/** Of single checks. */
export const WORDS = {
  valid: LAST_WORDS[EXIT.valid],
  invalid: LAST_WORDS[EXIT.invalid],
  unknown: LAST_WORDS[EXIT.unknown],
} as const satisfies Record<Verdict['kind'], object>;

/** Of a run, by its exit status; one that was not judged is unknown. */
export function lastWordOf(results: ResultsFile | null): (typeof LAST_WORDS)[RunStatus] {
  const status = results?.exitStatus ?? EXIT.unknown;
  return isRunStatus(status) ? LAST_WORDS[status] : LAST_WORDS[EXIT.unknown];
}

function isRunStatus(status: number): status is RunStatus {
  return Object.hasOwn(LAST_WORDS, status);
}

/** The sentence of a verdict: why it is what it is. */
export function sentenceOf(verdict: Verdict): string {
  return verdict.kind === 'valid'
    ? (verdict.note ?? 'every checker found its property kept')
    : verdict.because;
}

/** The sentence with what exactly contradicts the property, where that is said apart. */
export function exactSentenceOf(verdict: Verdict): string {
  const exactly = verdict.kind === 'invalid' ? verdict.detail : undefined;
  return exactly === undefined ? sentenceOf(verdict) : `${sentenceOf(verdict)} (${exactly})`;
}

/** What is told of a verdict after its sentence: what lessens it, the property, the witness. */
export function furtherSentences(verdict: Verdict): readonly string[] {
  if (verdict.kind !== 'invalid') return [];
  const { note, detail, witness } = verdict;
  const told = [note, detail, ...(witness?.sentences ?? [])].filter((one) => one !== undefined);
  return [...new Set(told)].filter((sentence) => sentence !== verdict.because);
}

/** Checks that say the same kind as the verdict of the run, but something else: worth a line each. */
export function alsoSaid(verdict: Verdict, checks: readonly TimedCheck[]): readonly TimedCheck[] {
  if (verdict.kind === 'valid') return [];
  return checks.filter(
    (check) =>
      check.verdict.kind === verdict.kind && sentenceOf(check.verdict) !== sentenceOf(verdict),
  );
}

/** `raft@2cd92e7 (changed)`; the user's own code by the commit of their project. */
export function codeLabel({ config, git, project }: Labelled): string {
  const { system, modules = [], rules } = config;
  if (modules.length > 0) return `${at(system, project)} on ${at('ordeal', git)}`;
  const ours = at(system, git);
  return rules.length === 0 || !project ? ours : `${ours} under ${at('rules', project)}`;
}

/** A run or a played scenario. */
export type Labelled = Pick<RunFile, 'git' | 'project' | 'startedIn'> & {
  readonly config: Pick<RunFile['config'], 'system' | 'modules' | 'rules'>;
};

function at(name: string, git: GitState | null | undefined): string {
  if (!git) return name;
  return `${name}@${git.commit.slice(0, 7)}${git.dirty === null ? '' : ' (changed)'}`;
}
