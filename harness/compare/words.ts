/** A comparison in words: the rows of its table, and the sentences below it. */

import { shortId } from '../core/checkout.ts';
import { gitState } from '../core/git.ts';
import { type Proportion, shareOf, wilson } from '../core/proportion.ts';
import { signatureText } from '../judge/signature.ts';
import { REPOSITORY } from '../own/code.ts';
import { projectState } from '../own/paths.ts';
import { count, plural, seconds } from '../report/text.ts';
import { type Change, type Figures, PAIRS_MIN } from './difference.ts';
import type { LoadedSide } from './loaded-side.ts';
import { MEASURES, type Measure } from './measures.ts';
import { isMoreOften, type KindSeen, type Populations } from './populations.ts';
import { isMended, isRegression, isSurvived, type Schedule } from './schedules.ts';

/** A row of the table: each cell of one line or two. */
export interface TableRow {
  readonly label: string;
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly difference: readonly string[];
  /** Whether the difference is more than noise. */
  readonly isTold: boolean;
}

/** `0.19 %`, to two digits. */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (percent === 0) return '0 %';
  const digits = percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  return `${percent.toFixed(digits)} %`;
}

/** `3 of 2 000`, and below it the band of 95 %. */
function proportionCell(proportion: Proportion): readonly string[] {
  const { hits, of } = proportion;
  const { low, high } = wilson(proportion);
  const band =
    hits === 0
      ? `at most ${percentText(high)}`
      : hits === of
        ? `at least ${percentText(low)}`
        : `${percentText(low)} to ${percentText(high)}`;
  return [`${count(hits)} of ${count(of)}`, band];
}

function proportionRow(
  label: string,
  of: { readonly a: Proportion; readonly b: Proportion },
): TableRow {
  const isMore = isMoreOften(of);
  const isLess = isMoreOften({ a: of.b, b: of.a });
  const by = percentText(Math.abs(shareOf(of.b) - shareOf(of.a)));
  const difference = isMore ? `${by} more` : isLess ? `${by} fewer` : 'none to be told';
  const text = of.a.hits === 0 && of.b.hits === 0 ? 'none' : difference;
  return {
    label,
    a: proportionCell(of.a),
    b: proportionCell(of.b),
    difference: [text],
    isTold: isMore || isLess,
  };
}

/** All rows: outcomes, kinds of violation, figures. */
export function tableOf(populations: Populations): readonly TableRow[] {
  const { invalid, unknown, introduced, shared, gone, figures } = populations;
  const kinds = [
    ...introduced.map((kind) => kindRow(kind, 'new')),
    ...shared.map((kind) => kindRow(kind, null)),
    ...gone.map((kind) => kindRow(kind, 'gone')),
  ];
  const measures = Object.entries(figures).map(([name, one]) => figureRow(name as Measure, one));
  return [
    proportionRow('violations', invalid),
    ...kinds,
    proportionRow('unknown', unknown),
    ...measures.filter((row) => row !== null),
  ];
}

function kindRow(kind: KindSeen, word: string | null): TableRow {
  const row = proportionRow(`  ${signatureText(kind.signature)}`, kind);
  return word === null
    ? row
    : { ...row, difference: [word, ...row.difference.filter(() => row.isTold)] };
}

/** Null for what no pair shows. */
function figureRow(name: Measure, { pairs, a, b, change }: Figures): TableRow | null {
  if (pairs === 0) return null;
  const { name: label, unit } = MEASURES[name];
  const written = (value: number) => (unit === 'seconds' ? seconds(value) : figureText(value));
  const isTold = change?.isTold === true;
  return { label, a: [written(a)], b: [written(b)], difference: changeCell(change), isTold };
}

/** Three digits. */
function figureText(value: number): string {
  return value >= 1000 ? count(value) : String(Number(value.toPrecision(3)));
}

function changeCell(change: Change | null): readonly string[] {
  if (change === null) return ['too few pairs'];
  const { share, low, high, isTold } = change;
  if (low === 0 && high === 0) return ['none at all'];
  const band = `${signed(low)} to ${signed(high)} %`;
  return isTold ? [`${signed(share)} %`, band] : ['none to be told', band];
}

/** `+12`, `-0.4`: hundredths with their sign. */
function signed(share: number): string {
  const percent = 100 * share;
  const text = Math.abs(percent).toFixed(Math.abs(percent) >= 10 ? 0 : 1);
  return `${percent < 0 ? '-' : '+'}${text}`;
}

/** `messages/op +12 % (+11 to +13 %)`: what is more than noise; the last word of a comparison beside verdicts. */
export function differencesText({ figures, identical, pairs }: Populations): string {
  if (pairs > 0 && identical === pairs) {
    return 'No difference: each of the two runs of every pair is the same, byte for byte.';
  }
  const told = Object.entries(figures).flatMap(([name, { change }]) => {
    if (change?.isTold !== true) return [];
    const { share, low, high } = change;
    return [
      `${MEASURES[name as Measure].name} ${signed(share)} % (${signed(low)} to ${signed(high)})`,
    ];
  });
  const same =
    identical === 0
      ? ''
      : ` ${plural(identical, 'pair')} of ${count(pairs)} are the same byte for byte.`;
  if (Object.values(figures).every(({ change }) => change === null)) {
    return `What B costs beside A, so few valid pairs do not tell (${PAIRS_MIN} are needed).${same}`;
  }
  if (told.length === 0)
    return `B costs as much as A, as far as ${plural(pairs, 'pair')} can tell.${same}`;
  return `B beside A: ${told.join(', ')}.${same}`;
}

/** What a side is: its name, and of which code. */
export function sideText({ asked }: LoadedSide, module: string | null): string {
  const { text, commit } = asked;
  if (commit !== null) return `${text}, commit ${shortId(commit)} (${commit.subject})`;
  const state = module === null ? gitState(REPOSITORY) : projectState([module]);
  if (state === null) return text;
  const changes = state.dirty === null ? '' : ' with uncommitted changes';
  return `${text}, at ${shortId({ id: state.commit })}${changes}`;
}

/** `12 kept schedules: A survives 12, B 11`; null where there are none. */
export function schedulesText(schedules: readonly Schedule[]): string | null {
  if (schedules.length === 0) return null;
  const survives = (side: 'a' | 'b') => schedules.filter((one) => isSurvived(one[side])).length;
  const notes = [
    [schedules.filter(isRegression).length, 'breaks B alone', 'break B alone'],
    [schedules.filter(isMended).length, 'breaks A alone', 'break A alone'],
    [
      schedules.filter(({ a, b }) => a.kind === 'impossible' || b.kind === 'impossible').length,
      'cannot be played on both',
      'cannot be played on both',
    ],
  ] as const;
  const told = notes.flatMap(([n, one, many]) => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]));
  const head = `${plural(schedules.length, 'kept schedule')}: A survives ${survives('a')}, B ${survives('b')}`;
  return [head, ...told].join('; ');
}
