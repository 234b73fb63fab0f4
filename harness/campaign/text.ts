/** A campaign in lines for a terminal. */

import { percentText } from '../compare/words.ts';
import { wilson } from '../core/proportion.ts';
import { neverLines } from '../explore/coverage-text.ts';
import type { Progress } from '../explore/crew.ts';
import { INDENT, row } from '../explore/row.ts';
import { signatureText } from '../judge/signature.ts';
import { count, plain, plural, seconds, shorten, visible } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { duration } from '../run/progress.ts';
import { sizeText } from '../shrink/case.ts';
import { type Conclusion, isMissed, isStillThere, lastWordOn } from './conclusion.ts';
import { type CanaryFigures, type CellFigures, type Failure, violationName } from './night.ts';
import type { Campaign, Earlier, Marked, SystemCoverage } from './result.ts';
import type { Doubt } from './runs.ts';

/** The whole block. */
export function blockOf(campaign: Campaign, conclusion: Conclusion, columns: number): string {
  const { night, violations, earlier, coverage, directory } = campaign;
  const { word, mark } = lastWordOn(conclusion);
  const lines = [
    ...headLines(campaign, columns),
    '',
    ...night.cells.flatMap((figures) => cellLines(figures, columns)),
    '',
    ...canaryLines(night.canaries, columns),
    ...night.failures.flatMap((one) => row('! failed', failureText(one), columns)),
    ...violations.flatMap((one) => ['', ...violationLines(one, directory, columns)]),
    ...(earlier.length === 0 ? [] : ['']),
    ...earlier.flatMap((one) => row(`  ${earlierWord(one)}`, earlierText(one), columns)),
    ...coverage.flatMap((one) => ['', ...coverageLines(one, columns)]),
    '',
    plain(`${'  report'.padEnd(INDENT)}${directory}/report.html`),
    '',
    ...row(`${mark} ${word}`, visible(sentenceOf(conclusion.verdict)), columns),
  ];
  return lines.join('\n');
}

function headLines(campaign: Campaign, columns: number): string[] {
  const { plan, work } = campaign;
  const { shard, firstSeed } = plan;
  const part = shard.of === 1 ? '' : `, shard ${shard.index} of ${shard.of}`;
  const again =
    work.repeated === 0
      ? ''
      : `; ${work.identical} of ${plural(work.repeated, 'repeated unit')} identical`;
  const since = campaign.since === null ? 'the first of its name' : `since ${campaign.since.path}`;
  return [
    ...row('  Campaign', `${visible(campaign.spec.name)}${part}, ${since}`, columns),
    ...row(
      '  Runs',
      `${totalsText(campaign)}, from seed ${firstSeed}, in ${seconds(work.wallS)}${again}`,
      columns,
    ),
  ];
}

/** `1 200 runs: 1 190 valid, 0 invalid, 10 unknown`. */
export function totalsText({ night: { cells } }: Campaign): string {
  const sum = (of: (one: CellFigures) => number) =>
    cells.reduce((total, one) => total + of(one), 0);
  const [valid, invalid, unknown] = [
    sum((one) => one.valid),
    sum((one) => one.invalid),
    sum((one) => one.unknown),
  ];
  return `${plural(valid + invalid + unknown, 'run')}: ${count(valid)} valid, ${count(invalid)} invalid, ${count(unknown)} unknown`;
}

/** `0 of 2 000, at most 0.19 %`. */
export function invalidText({ valid, invalid, unknown }: CellFigures): string {
  const of = valid + invalid + unknown;
  const { low, high } = wilson({ hits: invalid, of });
  if (of === 0) return 'no run';
  const band =
    invalid === 0 ? `at most ${percentText(high)}` : `${percentText(low)} to ${percentText(high)}`;
  return `${count(invalid)} of ${count(of)}, ${band}`;
}

/** Why runs could not be judged, so far as it fits a line. */
export function doubtText({ because }: Doubt): string {
  return shorten(visible(because), DOUBT_MAX);
}

const DOUBT_MAX = 90;

function cellLines(figures: CellFigures, columns: number): string[] {
  const { cell, invalid, unknown, valid, doubts } = figures;
  const mark = invalid > 0 ? '✖' : valid > 0 ? '✔' : '?';
  const why =
    doubts[0] === undefined ? '' : ` · ${count(unknown)} unknown: ${doubtText(doubts[0])}`;
  return row(`${mark} cell`, `${visible(cell.name)}: ${invalidText(figures)}${why}`, columns);
}

/** In short, since there may be many systems: the report has it whole. */
function coverageLines({ system, coverage }: SystemCoverage, columns: number): string[] {
  const size = (counts: object) => Object.keys(counts).length;
  const { sometimes, sometimesNever } = coverage;
  const situations = size(sometimes);
  const text = [
    visible(system),
    `sizes ${Object.keys(coverage.nodes).join(' ')}`,
    plural(size(coverage.workloads), 'workload'),
    `${plural(size(coverage.steps), 'kind')} of steps, ${plural(size(coverage.pairs), 'pair')}`,
    `${plural(size(coverage.lanes), 'kind')} of faults`,
    `${plural(size(coverage.overlaps), 'kind')} of overlaps`,
    `${situations - sometimesNever.length} of ${plural(situations, 'situation')}`,
  ];
  return [...row('  Reached', text.join(' · '), columns), ...neverLines(coverage, columns)];
}

function canaryLines(canaries: readonly CanaryFigures[], columns: number): string[] {
  if (canaries.length === 0) return [];
  const missed = canaries.filter(isMissed);
  const text = `${canaries.length - missed.length} of ${canaries.length} caught`;
  const lines = row(missed.length === 0 ? '✔ Canaries' : '✖ Canaries', text, columns);
  return [...lines, ...missed.flatMap((one) => row('  missed', missedText(one), columns))];
}

/** `raft/rf-commit-no-min: not in 200 runs`. */
export function missedText({ canary, made }: CanaryFigures): string {
  if (made === null) return `${canary.name}: was never hunted`;
  const idle = made.changed === 0 ? ', in none of which it changed anything' : '';
  return plain(`${canary.name}: not in ${plural(made.runs, 'run')}${idle}`);
}

export function failureText({ name, message, attempts }: Failure): string {
  const [line = ''] = message.split('\n');
  return plain(`${name}: ${visible(line)} (tried ${plural(attempts, 'time')})`);
}

/** `3 runs of raft/append, raft; the first: seed 17 by swarm`. */
export function placeText({ runs, cells, seed, strategy, sameRunAs }: Marked): string {
  const same = sameRunAs === null ? '' : `, kept with ${sameRunAs}`;
  return plain(
    `${plural(runs, 'run')} of ${cells.join(', ')}; the first: seed ${seed} by ${strategy}${same}`,
  );
}

function violationLines(one: Marked, directory: string, columns: number): string[] {
  const { mark, issue, kept, because } = one;
  const sign = mark === 'known' ? ' ' : '✖';
  const lines = [
    ...row(`${sign} ${mark}`, violationName(one), columns),
    ...row('', visible(because), columns),
    ...row('', placeText(one), columns),
  ];
  if (issue !== null) lines.push(plain(`${'  issue'.padEnd(INDENT)}${visible(issue)}`));
  if (kept === null) return lines;
  const { small, command, report, problem } = kept;
  lines.push(plain(`${'  again'.padEnd(INDENT)}${visible(command)}`));
  if (report !== null) lines.push(plain(`${'  report'.padEnd(INDENT)}${directory}/${report}`));
  if (problem !== null) lines.push(...row('! problem', visible(problem), columns));
  if (small === null) return lines;
  const end = small.isWhole ? '' : ', not yet the smallest: see ordeal shrink';
  return [
    ...lines,
    ...row('  made small', `${sizeText(small.after)}${end}; ${confirmedText(kept)}`, columns),
    ...small.story.flatMap((step) => row('', visible(step), columns)),
    ...(small.decisive === null ? [] : row('', visible(small.decisive), columns)),
    plain(`${'  replay'.padEnd(INDENT)}npx ordeal replay ${directory}/${small.repro}`),
  ];
}

/** `5 of 5 replays show it`. */
export function confirmedText({ confirmed }: { confirmed: { shown: number; replays: number } }) {
  return `${confirmed.shown} of ${plural(confirmed.replays, 'replay')} show it`;
}

export function earlierWord(one: Earlier): string {
  return isStillThere(one) ? 'still' : 'gone';
}

/** What is known of a violation that no run shows any more. */
export function earlierText(one: Earlier): string {
  const { signature, subject, replayed, issue, repro } = one;
  const text = `${subject} ${signatureText(signature)}: no run showed it`;
  const kept =
    replayed === null
      ? 'nothing was kept that could be replayed'
      : `${confirmedText({ confirmed: replayed })} (npx ordeal replay ${repro})`;
  return plain(`${text}; ${kept}${issue === null ? '' : `; ${issue}`}`);
}

/** What was done so far, for the line of progress. */
export interface State extends Progress {
  readonly runs: number;
  readonly violations: number;
  readonly canaries: { readonly caught: number; readonly all: number };
}

/** `2 310 runs · 38.5/s · 1 violation · canaries 3 of 5 · 40 units or 6 min left`. */
export function stateText({ runs, elapsedS, violations, canaries, seedsLeft, leftS }: State) {
  const left = [
    ...(seedsLeft === null ? [] : [plural(seedsLeft, 'unit')]),
    ...(leftS === null ? [] : [duration(leftS)]),
  ];
  const parts = [
    plural(runs, 'run'),
    ...(elapsedS > 0 ? [`${(runs / elapsedS).toFixed(1)}/s`] : []),
    violations === 0 ? 'no violation' : plural(violations, 'violation'),
    ...(canaries.all === 0 ? [] : [`canaries ${canaries.caught} of ${canaries.all}`]),
    `${left.join(' or ')} left`,
  ];
  return plain(parts.join(' · '));
}
