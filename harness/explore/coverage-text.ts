/** How thorough an exploration was, in lines for a terminal: what was reached, and what never was. */

import { count, NBSP, plural, visible } from '../report/text.ts';
import type { Counts, CoverageFigures } from './coverage.ts';
import { row } from './row.ts';

/** Names that are listed of one sort; the document of `--json` has them all. */
const NAMES_MAX = 8;
/** Nemeses of which is said what they never hit, those that hit most often first. */
const NEMESES_MAX = 4;
/** Of each of these, steps; those that are most frequent first. */
const STEPS_MAX = 5;

export function coverageLines(coverage: CoverageFigures, columns: number): string[] {
  const { nodes, workloads, options, lanes, steps, overlaps } = coverage;
  const drawn = Object.entries(options).flatMap(([name, counts]) => {
    const values = Object.keys(counts);
    return values.length < 2 ? [] : [`${name} ${values.map(shownValue).join(' ')}`];
  });
  const orNone = (counts: Counts) =>
    Object.keys(counts).length === 0 ? 'none' : countsText(counts);
  const lines = [
    ...row('  Sizes', countsText(nodes), columns),
    ...row('  Workloads', countsText(workloads), columns),
    ...row('  Options', drawn.length === 0 ? 'none drawn' : drawn.join(' · '), columns),
    ...row('  Faults', orNone(lanes), columns),
    ...row('  Steps', orNone(steps), columns),
    ...pairLines(coverage, columns),
    ...hitLines(coverage, columns),
  ];
  const shown = Object.keys(overlaps).length;
  if (shown > 0) {
    const most = Object.fromEntries(Object.entries(overlaps).slice(0, OVERLAPS_MAX));
    const text = `${shown} kinds of operations that were open at a time: ${countsText(most)}`;
    lines.push(...row('  Overlaps', text + moreOf(shown - OVERLAPS_MAX), columns));
  }
  return [...lines, ...sometimesLines(coverage, columns), ...neverLines(coverage, columns)];
}

/** What was worth reaching, and was not. */
export function neverLines(coverage: CoverageFigures, columns: number): string[] {
  return neverTexts(coverage).flatMap((text, at) => row(at === 0 ? '? Never' : '', text, columns));
}

/** Kinds of overlaps that are counted out. */
const OVERLAPS_MAX = 4;

function pairLines({ pairs, unseen }: CoverageFigures, columns: number): string[] {
  const seen = Object.keys(pairs).length;
  if (seen === 0) return [];
  const text =
    `${count(seen)} of one step right after another on a node, ${count(unseen.once)} of them in one run ` +
    `only: as many runs again would show about ${count(Math.round(unseen.next))} more`;
  return row('  Pairs', text, columns);
}

/** After how many steps each nemesis hit a node. */
function hitLines({ hits, hitsNever }: CoverageFigures, columns: number): string[] {
  const lanes = Object.entries(hits).map(([lane, steps]) => {
    const hit = Object.keys(steps).length;
    return `${lane} after ${hit} of ${hit + (hitsNever[lane]?.length ?? 0)} steps`;
  });
  if (lanes.length === 0) return [];
  return row('  Hits', lanes.map((text) => text.replaceAll(' ', NBSP)).join(' · '), columns);
}

/** What should occur, and did; what never did is no violation, and told among what was never reached. */
function sometimesLines({ sometimes }: CoverageFigures, columns: number): string[] {
  const all = Object.values(sometimes);
  const seen = all.filter(({ runs }) => runs > 0);
  if (all.length === 0) return [];
  const texts = seen.map(({ describe, runs }) => `${visible(describe)} (${plural(runs, 'run')})`);
  const told = texts.slice(0, NAMES_MAX).join(' · ') + moreOf(texts.length - NAMES_MAX);
  const text = `${seen.length} of ${plural(all.length, 'situation')}${told === '' ? '' : `: ${told}`}`;
  return row('  Sometimes', text, columns);
}

/** What was worth reaching and was not, by name. */
function neverTexts(coverage: CoverageFigures): string[] {
  const { optionsNever, faultsNever, stepsNever, crashedNever } = coverage;
  const { sometimes, sometimesNever, overlapsMissed: overlaps } = coverage;
  const options = Object.entries(optionsNever).map(
    ([name, values]) => `${name} ${values.map(shownValue).join(' ')}`,
  );
  const situations = sometimesNever.map((name) => visible(sometimes[name]?.describe ?? name));
  return [
    ...situations.slice(0, NAMES_MAX),
    ...(situations.length > NAMES_MAX
      ? [`and${moreOf(situations.length - NAMES_MAX).slice(4)}`]
      : []),
    ...(stepsNever.length === 0 ? [] : [`steps ${listed(stepsNever)}`]),
    ...(crashedNever.length === 0 ? [] : [`a crash right after ${listed(crashedNever)}`]),
    ...hitsMissed(coverage),
    ...(overlaps.length === 0 ? [] : [`open at a time: ${listed(overlaps)}`]),
    ...(faultsNever.length === 0 ? [] : [`faults ${listed(faultsNever)}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(' · ')}`]),
  ];
}

/** A line for a nemesis: `kill right after snapshot, term`. */
function hitsMissed({ hits, hitsNever }: CoverageFigures): string[] {
  const times = (lane: string) => Object.values(hits[lane] ?? {}).reduce((sum, n) => sum + n, 0);
  const missed = Object.entries(hitsNever)
    .filter(([, steps]) => steps.length > 0)
    .sort(([a], [b]) => times(b) - times(a));
  const lines = missed
    .slice(0, NEMESES_MAX)
    .map(([lane, steps]) => `${lane} right after ${listed(steps, STEPS_MAX)}`);
  const more = missed.length - NEMESES_MAX;
  return more > 0
    ? [...lines, `and ${plural(more, 'kind')} of faults more after some steps (see --json)`]
    : lines;
}

function listed(names: readonly string[], most = NAMES_MAX): string {
  return names.slice(0, most).join(', ') + moreOf(names.length - most);
}

function moreOf(more: number): string {
  return more > 0 ? ` and ${count(more)} more (see --json)` : '';
}

export function countsText(counts: Counts, between = ' · '): string {
  const parts = Object.entries(counts).map(([name, times]) => {
    return between === ', ' ? `${name} ${count(times)}` : `${name} ×${count(times)}`;
  });
  return parts.map((part) => part.replaceAll(' ', NBSP)).join(between);
}

/** An empty text is a value, too. */
function shownValue(value: string): string {
  return value === '' ? "''" : value;
}
