/** What an exploration came to, in lines for a terminal. */

import type { ExplainedRun } from '../explain/keep.ts';
import { LAST_WORDS } from '../judge/outcome.ts';
import { signatureText } from '../judge/signature.ts';
import { decisiveText } from '../report/explanation-words.ts';
import { count, plain, plural, seconds, visible } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { duration } from '../run/progress.ts';
import { sizeText } from '../shrink/case.ts';
import { storyLines } from '../shrink/shrunk-run.ts';
import type { Conclusion } from './conclusion.ts';
import { countsText, coverageLines } from './coverage-text.ts';
import type { Exploration, ExplorationFigures, Found, State } from './explore.ts';
import type { Kept } from './keep.ts';
import { INDENT, row } from './row.ts';

/** All that is known in the end. */
export interface Result {
  readonly exploration: Exploration;
  readonly figures: ExplorationFigures;
  readonly kept: readonly Kept[];
  readonly conclusion: Conclusion;
}

/** The whole block: what was found, how thorough it was, and the last word. */
export function blockOf(
  { exploration, figures, kept, conclusion }: Result,
  columns: number,
): string {
  const { verdict, status } = conclusion;
  const { word, mark } = LAST_WORDS[status];
  const sentence = visible(sentenceOf(verdict));
  const kinds = kept.reduce((sum, { found }) => sum + found.kinds.length, 0);
  const text =
    kept.length === 0 ? sentence : `${plural(kinds, 'kind')} of violation; the first: ${sentence}`;
  const lines = [
    ...figuresLines(figures, exploration.firstSeed, columns),
    ...coverageLines(figures.coverage, columns),
    '',
    ...kept.flatMap((one) => [...keptLines(one, columns), '']),
    ...row(`${mark} ${word}`, text, columns),
  ];
  return lines.join('\n');
}

/** `41.2 runs/s · plain 300, swarm 320 · 2 kinds of violation · 31 s left`. */
export function stateText({ elapsedS, runs, kinds, seedsLeft, leftS }: State): string {
  const total = Object.values(runs).reduce((sum, number) => sum + number, 0);
  const rate = elapsedS > 0 ? `${(total / elapsedS).toFixed(1)} runs/s` : '';
  const parts = [
    rate,
    countsText(runs, ', '),
    kinds === 0 ? 'nothing found' : `${plural(kinds, 'kind')} of violation`,
    leftText(seedsLeft, leftS),
  ];
  return plain(parts.filter((part) => part !== '').join(' · '));
}

function leftText(seedsLeft: number | null, leftS: number | null): string {
  const seeds = seedsLeft === null ? [] : [plural(seedsLeft, 'seed')];
  const time = leftS === null ? [] : [duration(leftS)];
  const left = [...seeds, ...time];
  return left.length === 0 ? '' : `${left.join(' or ')} left`;
}

/** One line, when it is found. */
export function foundText({ kinds, trial, runs }: Found): string {
  const what = kinds.map(signatureText).join(', ');
  return plain(
    `found ${what} by ${trial.strategy}, seed ${trial.seed}, after ${plural(runs, 'run')}`,
  );
}

/** Each violation with what shows it; the command and the path are never broken over lines. */
function keptLines({ found, summary, small }: Kept, columns: number): string[] {
  const { trial, runs, coreS } = found;
  const { results, run, paths } = summary;
  const by = `by ${trial.strategy}, seed ${trial.seed}, after ${plural(runs, 'run')} (${seconds(coreS)} of a core)`;
  return [
    ...row('✖ found', found.kinds.map(signatureText).join(' · '), columns),
    ...row('', visible(sentenceOf(results.verdict)), columns),
    ...row('', by, columns),
    plain(`${'  again'.padEnd(INDENT)}${visible(run.command)}`),
    plain(`${'  report'.padEnd(INDENT)}${paths.report?.path ?? paths.directory}`),
    ...(small === null ? [] : smallLines(small, columns)),
  ];
}

/** What is left of it, and how it goes. */
function smallLines(
  { after, runs, isWhole, story, repro, explanation }: ExplainedRun,
  columns: number,
): string[] {
  const end = isWhole ? '' : ', not yet the smallest: see ordeal shrink';
  return [
    ...row('  made small', `${sizeText(after)} (${plural(runs, 'run')}${end})`, columns),
    ...storyLines(story).flatMap((step) => row('', visible(step), columns)),
    ...(explanation === null ? [] : row('', visible(decisiveText(explanation)), columns)),
    plain(`${'  replay'.padEnd(INDENT)}npx ordeal replay ${repro}`),
  ];
}

/** How many runs there were, by whom, and what was not judged. */
function figuresLines(figures: ExplorationFigures, firstSeed: number, columns: number): string[] {
  const { strategies, unknowns, wallS, simulatedS, repeated, identical } = figures;
  const all = Object.values(strategies);
  const sum = (of: (one: (typeof all)[number]) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  const runs = sum((one) => one.runs);
  const coreS = sum((one) => one.coreS);
  const kinds = `${sum((one) => one.valid)} valid, ${sum((one) => one.invalid)} invalid, ${sum((one) => one.unknown)} unknown`;
  const by = Object.entries(strategies).map(([name, one]) => {
    const found = one.kinds === 0 ? '' : `, first to show ${plural(one.kinds, 'kind')}`;
    return `${name} ${plural(one.runs, 'run')} (${seconds(one.coreS)} of a core${found})`;
  });
  const lines = [
    ...row('  Runs', `${count(runs)} from seed ${firstSeed}: ${kinds}`, columns),
    ...row(
      '',
      `${seconds(wallS)}, ${seconds(coreS)} of a core, ${seconds(simulatedS)} simulated`,
      columns,
    ),
    ...row('  Strategies', by.join(' · '), columns),
  ];
  for (const { because, seed, strategy, runs: times } of unknowns.slice(0, UNKNOWNS_MAX)) {
    const which = `${times} × ${visible(because)} (first: ${strategy}, seed ${seed})`;
    lines.push(...row('? Unknown', which, columns));
  }
  const more = unknowns.length - UNKNOWNS_MAX;
  if (more > 0) lines.push(...row('', `and ${plural(more, 'reason')} more (see --json)`, columns));
  if (repeated > 0) {
    lines.push(
      ...row('  Determinism', `${identical}/${plural(repeated, 'repetition')} identical`, columns),
    );
  }
  return lines;
}

/** Reasons that are listed; the document of `--json` has them all. */
const UNKNOWNS_MAX = 5;
