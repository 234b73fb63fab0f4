/** The block that a run leaves on the terminal: what was done, what each checker said, what next. */

import { styleText } from 'node:util';
import type { Verdict } from '../../checkers/verdict.ts';
import { backendText, isVirtual } from '../config/backends.ts';
import type { LaneFigures, RunSummary, TimedCheck } from '../store/format.ts';
import { beyondText } from './beyond.ts';
import { evidenceRows } from './evidence.ts';
import { exercisedText } from './exercised.ts';
import { expectedText } from './expected.ts';
import { measureRows } from './measures.ts';
import { bytes, count, NBSP, plain, plural, seconds, visible } from './text.ts';
import {
  alsoSaid,
  codeLabel,
  exactSentenceOf,
  furtherSentences,
  lastWordOf,
  sentenceOf,
  WORDS,
} from './verdict-words.ts';

/** How wide the block may be, and whether it may be coloured. */
export interface TerminalStyle {
  readonly columns: number;
  readonly colour: boolean;
}

/** What a stream allows; `NO_COLOR`, `FORCE_COLOR` and pipes are minded. */
export function styleOf(stream: NodeJS.WriteStream): TerminalStyle {
  const columns = stream.isTTY ? stream.columns : 80;
  return {
    columns: Math.min(Math.max(columns, 40), 120),
    colour: styleText('red', 'x', { stream }) !== 'x',
  };
}

/** Columns before the text of a line: mark, space, label. */
const INDENT = 14;

/** Sentences of a witness that are shown; the report has them all. */
const SENTENCES = 5;

type Kind = Verdict['kind'];

/** The whole block, with a line feed at its end. */
export function terminalBlock(summary: RunSummary, style: TerminalStyle): string {
  const { results } = summary;
  const lines = [
    line('valid', 'Config', configText(summary), style),
    workloadLine(summary, style),
    faultsLine(summary, style),
    ...beyondLines(summary, style),
    ...measureLines(summary, style),
    ...exercisedLines(summary, style),
    ...reachedLines(summary, style),
    ...results.checks.map((check) => checkLine(check, style)),
    ...evidenceLines(summary, style),
    ...determinismLines(summary, style),
    ...expectedLines(summary, style),
    '',
    ...verdictLines(summary, style),
    '',
    ...pathLines(summary, style),
  ];
  return plain(`${lines.join('\n')}\n`);
}

function configText({ run }: RunSummary): string {
  const { config } = run;
  const variants = [...config.mutants, ...config.rules].map((name) => `with ${name}`);
  const parts = [codeLabel(run), backendText(config), plural(config.nodes, 'node')];
  return [...parts, `seed ${config.seed}`, ...variants].join('  ');
}

function workloadLine({ run, results }: RunSummary, style: TerminalStyle): string {
  const { operations, simulatedS, realS, leaderChanges } = results.figures;
  const { invoked, ok, info, fail } = operations;
  const time =
    simulatedS === null ? seconds(realS) : `${seconds(simulatedS)} simulated in ${seconds(realS)}`;
  const outcomes = `${plural(invoked, 'op')}  ${ended(ok, 'ok')}  ${ended(info, 'info')}  ${ended(fail, 'fail')}`;
  const changes = leaderChanges === null ? '' : ` · ${plural(leaderChanges, 'leader change')}`;
  const text = `${run.config.workload}  ${time} · ${outcomes}${changes}`;
  return line(ok > 0 ? 'valid' : 'unknown', 'Workload', text, style);
}

function ended(number: number, outcome: string): string {
  return `${count(number)}${NBSP}${outcome}`;
}

function faultsLine({ run, results }: RunSummary, style: TerminalStyle): string {
  const { faults, recoveryS } = results.figures;
  const recovery = recoveryS === null ? '' : ` · recovered in ${seconds(recoveryS)}`;
  const none = run.config.nemesis.length === 0 ? 'none asked for' : 'none took place';
  const text = faults.length === 0 ? none : `${faults.map(laneText).join('  ')}${recovery}`;
  const acted = run.config.nemesis.length === 0 || faults.some((lane) => lane.installed > 0);
  return line(acted ? 'valid' : 'unknown', 'Faults', text, style);
}

function beyondLines({ run }: RunSummary, style: TerminalStyle): string[] {
  const text = beyondText(run.config);
  return text === null ? [] : [line('unknown', 'Beyond', text, style)];
}

function expectedLines({ results: { expectation } }: RunSummary, style: TerminalStyle): string[] {
  const text = expectedText(expectation);
  if (text === null) return [];
  const kind = expectation?.outcome === 'as-expected' ? 'valid' : 'unknown';
  return [line(kind, 'Expected', text, style)];
}

function exercisedLines({ results }: RunSummary, style: TerminalStyle): string[] {
  const text = exercisedText(results.checks);
  return text === '' ? [] : [line('valid', 'Exercised', text, style)];
}

function measureLines({ run, results }: RunSummary, style: TerminalStyle): string[] {
  const text = measureRows(run, results.checks).map(([name, figures]) => `${name}: ${figures}`);
  return text.map((one) => line('valid', 'Measured', one, style));
}

function laneText({ lane, installed, skipped, indeterminate }: LaneFigures): string {
  const rest = [
    skipped > 0 ? `${skipped} skipped` : '',
    indeterminate > 0 ? `${indeterminate} uncertain` : '',
  ].filter((part) => part !== '');
  return `${lane} ×${installed}${rest.length === 0 ? '' : ` (${rest.join(', ')})`}`.replaceAll(
    ' ',
    NBSP,
  );
}

function reachedLines({ results }: RunSummary, style: TerminalStyle): string[] {
  return Object.entries(results.figures.reached ?? {}).map(([rule, { calls, changed }]) => {
    const text = `${rule}: asked ${plural(calls, 'time')}, decided otherwise ${plural(changed, 'time')}`;
    return line(changed > 0 ? 'valid' : 'unknown', 'Variant', text, style);
  });
}

function checkLine(check: TimedCheck, style: TerminalStyle): string {
  const { kind } = check.verdict;
  const property = check.verdict.kind === 'invalid' ? (check.verdict.property ?? '') : '';
  const text = [check.checker, property].filter((part) => part !== '').join('  ');
  const took = seconds(check.seconds);
  const isNoted = kind === 'valid' && check.verdict.note !== undefined;
  if (kind === 'unknown' || isNoted) {
    return line(kind, 'Check', `${text}: ${sentenceOf(check.verdict)}`, style);
  }
  const gap = style.columns - INDENT - text.length - took.length;
  return line(kind, 'Check', gap < 2 ? text : `${text}${' '.repeat(gap)}${took}`, style);
}

/** What each kind of evidence shows, where something is wrong. */
function evidenceLines({ results }: RunSummary, style: TerminalStyle): string[] {
  return evidenceRows(results.checks).map(([evidence, shows]) =>
    line(shows === 'nothing' ? 'valid' : 'invalid', 'Evidence', `${evidence}: ${shows}`, style),
  );
}

function determinismLines({ results }: RunSummary, style: TerminalStyle): string[] {
  const { determinism } = results.figures;
  if (determinism === null) return [];
  const { replays, identical } = determinism;
  const kind = replays === identical ? 'valid' : 'invalid';
  const text = `${identical}/${plural(replays, 'replay')} identical`;
  return [line(kind, 'Determinism', text, style)];
}

/** The last word with its sentence, and what else there is to say of it. */
export function verdictLines({ results }: RunSummary, style: TerminalStyle): string[] {
  const { verdict, checks } = results;
  const lines = lastWordLines(verdict, lastWordOf(results), style);
  for (const check of alsoSaid(verdict, checks)) {
    lines.push(hanging(`also ${check.checker}: ${exactSentenceOf(check.verdict)}`, style));
  }
  return lines;
}

/** A last word with the sentence of its verdict, and what follows from that. */
export function lastWordLines(
  verdict: Verdict,
  { word, mark }: { readonly word: string; readonly mark: string },
  style: TerminalStyle,
): string[] {
  const lines = [line(verdict.kind, word, sentenceOf(verdict), style, mark)];
  const more = furtherSentences(verdict);
  lines.push(...more.slice(0, SENTENCES).map((told) => hanging(told, style)));
  if (more.length > SENTENCES) {
    lines.push(hanging(`and ${more.length - SENTENCES} more, in the report`, style));
  }
  return lines;
}

function pathLines({ run, results, paths }: RunSummary, style: TerminalStyle): string[] {
  const rows: [label: string, text: string][] = [];
  if (results.verdict.kind !== 'valid' || paths.directory === null) {
    // Only a simulation replays; elsewhere the same plan can be run again.
    const replays = isVirtual(run.config.backend) && paths.directory !== null;
    const again = replays ? `npx ordeal replay ${paths.directory}` : run.command;
    rows.push(['replay', again]);
  }
  if (paths.report !== null) {
    rows.push(['report', `${paths.report.path}   (${bytes(paths.report.bytes)})`]);
  } else if (paths.directory !== null) rows.push(['stored', paths.directory]);
  return labelledLines(rows, style);
}

/** Commands and paths, each under its label: they are for copying, and never broken over lines. */
export function labelledLines(
  rows: readonly (readonly [label: string, text: string])[],
  style: TerminalStyle,
): string[] {
  return rows.map(([label, text]) => {
    return `  ${paint('dim', label.padEnd(INDENT - 2), style)}${visible(text)}`;
  });
}

/** A line with its mark, the last word in bold; what does not fit goes on below, under its text. */
function line(
  kind: Kind,
  label: string,
  text: string,
  style: TerminalStyle,
  lastMark: string | null = null,
): string {
  const mark = lastMark ?? WORDS[kind].mark;
  const head = `${mark} ${label}`.padEnd(INDENT);
  const colour = COLOURS[kind];
  const painted =
    lastMark === null
      ? `${paint(colour, mark, style)}${head.slice(mark.length)}`
      : paint(['bold', colour], head, style);
  return `${painted}${wrap(visible(text), style.columns - INDENT).join(`\n${' '.repeat(INDENT)}`)}`;
}

function hanging(text: string, style: TerminalStyle): string {
  const indent = ' '.repeat(INDENT);
  return `${indent}${wrap(visible(text), style.columns - INDENT).join(`\n${indent}`)}`;
}

/** Blue, amber and pink, as everywhere; not red and green, which many cannot tell apart. */
const COLOURS = { valid: 'blueBright', unknown: 'yellow', invalid: 'magentaBright' } as const;

type Format = Parameters<typeof styleText>[0];

function paint(format: Format, text: string, { colour }: TerminalStyle): string {
  return colour ? styleText(format, text, { validateStream: false }) : text;
}

/** Breaks at spaces, and within a word only where it is wider than a line by itself. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > 0 ? space : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
