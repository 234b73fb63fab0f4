/** The three verdicts as every report shows them: a word and a mark, never a colour alone. */

import type { Verdict } from '../../checkers/verdict.ts';
import type { RunSummary, TimedCheck } from '../store/format.ts';

export const WORDS = {
  valid: { word: 'VALID', mark: '✔', className: 'ok' },
  invalid: { word: 'VIOLATION', mark: '✖', className: 'fail' },
  unknown: { word: 'UNKNOWN', mark: '?', className: 'info' },
} as const satisfies Record<Verdict['kind'], object>;

/** The sentence of a verdict: why it is what it is. */
export function sentenceOf(verdict: Verdict): string {
  return verdict.kind === 'valid'
    ? (verdict.note ?? 'every checker found its property kept')
    : verdict.because;
}

/** What is told of a verdict after its sentence: the property by its name, then the witness. */
export function furtherSentences(verdict: Verdict): readonly string[] {
  if (verdict.kind !== 'invalid') return [];
  const { detail, witness } = verdict;
  const told = [...(detail === undefined ? [] : [detail]), ...(witness?.sentences ?? [])];
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

/** `raft@2cd92e7 (changed)`. */
export function codeLabel({ config, git }: RunSummary['run']): string {
  if (git === null) return config.system;
  return `${config.system}@${git.commit.slice(0, 7)}${git.dirty === null ? '' : ' (changed)'}`;
}
