/** A search in lines for a terminal. */

import { LAST_WORDS, type Outcome } from '../judge/outcome.ts';
import { labelledLines, lastWordLines, type TerminalStyle, wrap } from '../report/terminal.ts';
import { count, plain, plural, seconds } from '../report/text.ts';
import type { RunSummary } from '../store/format.ts';
import { lostIn, type Model } from './model.ts';
import type { Progress, Proof, Violation } from './prove.ts';
import { storyLines } from './story.ts';

/** How far a search is. */
export function stateText({ covered, walks }: Progress, elapsedS: number): string {
  const { states, depth, frontier } = covered;
  if (walks !== null) {
    return plain(`${plural(states, 'state')} · now walks at random: ${count(walks)}`);
  }
  const perSecond = elapsedS > 0 ? Math.round(states / elapsedS) : 0;
  return plain(
    `${plural(states, 'state')} · ${count(perSecond)}/s · depth ${depth} · ${count(frontier)} to go on from`,
  );
}

/** What was searched, how far, the story of what was found, and the last word. */
export function blockOf(
  proof: Proof,
  { verdict, status }: Outcome,
  paths: RunSummary['paths'],
  style: TerminalStyle,
): string {
  const { model, covered, violation, searchedS, seconds: tookS } = proof;
  const perSecond = searchedS > 0 ? Math.round(covered.states / searchedS) : 0;
  const rows: [string, string][] = [
    ['system', [model.system.name, ...model.variants.map(({ id }) => id)].join(' + ')],
    ['bounds', boundsText(model)],
    ...settingsRow(model),
    [
      'covered',
      `${plural(covered.states, 'state')}, ${plural(covered.transitions, 'transition')}, depth ${covered.depth}`,
    ],
    ...walkedRow(proof),
    ['in', `${seconds(tookS)}, ${count(perSecond)} states a second`],
    ...(violation === null ? [] : [shortestRow(violation)]),
  ];
  const story =
    violation === null
      ? []
      : ['', ...storyLines(violation, model.system).flatMap((step) => wrap(step, style.columns))];
  const lines = [
    ...labelledLines(rows, style),
    ...story,
    '',
    ...lastWordLines(verdict, LAST_WORDS[status], style),
    ...keptRows(paths, style),
    '',
  ];
  return plain(lines.join('\n'));
}

function keptRows({ directory, report }: RunSummary['paths'], style: TerminalStyle): string[] {
  if (directory === null) return [];
  const rows: [string, string][] = [
    ['report', report?.path ?? 'none'],
    ['again', `npx ordeal replay ${directory}`],
  ];
  return ['', ...labelledLines(rows, style)];
}

function walkedRow({ walked }: Proof): [string, string][] {
  if (walked === null) return [];
  const { walks, moves } = walked;
  return [['then', `${plural(walks, 'walk')} at random of ${plural(moves, 'step')}`]];
}

function shortestRow({ shortest, steps }: Violation): [string, string] {
  return ['steps', `${steps.length}: ${SHORTEST[shortest]}`];
}

const SHORTEST: Readonly<Record<Violation['shortest'], string>> = {
  'of all': 'there is no shorter way to a violation within the bounds',
  'of its bounds':
    'a walk came to it, and no way is shorter that has no more operations, faults and time-outs',
  unknown: 'a walk came to it, made short as far as there was time; another way may be shorter',
};

/** `3 nodes, 1 operation, ...` */
export function boundsText({ bounds, from }: Pick<Model, 'bounds' | 'from'>): string {
  const { nodes, operations, faults, timeouts } = bounds;
  return [
    plural(nodes, 'node'),
    plural(operations, 'operation'),
    plural(faults, 'fault'),
    plural(timeouts, 'time-out'),
    ...(from === 'ready' ? ['from a cluster that is ready'] : []),
  ].join(', ');
}

/** Where the search departs from the system's usual settings. */
function settingsRow(model: Model): [string, string][] {
  const { system, options } = model;
  const other = Object.entries(options)
    .filter(([name, value]) => system.options[name]?.default !== value)
    .map(([name, value]) => `${name}=${value}`);
  const lost = lostIn(model);
  if (lost.length > 0) other.push(`messages never delivered: ${lost.join(', ')}`);
  return other.length === 0 ? [] : [['settings', other.join(', ')]];
}
