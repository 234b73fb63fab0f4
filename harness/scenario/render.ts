/** The story of a played scenario on a terminal, and the same as one document. */

import { styleText } from 'node:util';
import type { Verdict } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import { type TerminalStyle, wrap } from '../report/terminal.ts';
import { plain, visible } from '../report/text.ts';
import { sentenceOf, WORDS } from '../report/verdict-words.ts';
import type { Checked } from './ask.ts';
import type { PlayedCase, PlayedClaim, PlayedScenario } from './judge.ts';
import type { Played, Told } from './play.ts';

type Format = Parameters<typeof styleText>[0];

const COLOURS = { valid: 'blueBright', unknown: 'yellow', invalid: 'magentaBright' } as const;

/** The whole story, with a line feed at its end. */
export function storyOf(played: PlayedScenario, style: TerminalStyle): string {
  const { scenario, cases, verdict } = played;
  const lines = [
    ...paintAll('bold', block(scenario.title, 0, style), style),
    ...headOf(played, style),
    '',
    ...cases.flatMap((one) => [...caseLines(played, one, style), '']),
    ...verdictLines(verdict, style),
  ];
  return plain(`${lines.join('\n')}\n`);
}

function headOf({ scenario, variants }: PlayedScenario, style: TerminalStyle): string[] {
  const { system, source, about } = scenario;
  const what = `${system.name}${variants.length === 0 ? '' : ` with ${variants.join(', ')}`}`;
  return [
    ...block(`${what}${source === null ? '' : ` · ${source}`}`, 0, style),
    ...(about === null ? [] : ['', ...block(about.replace(/\s+/g, ' '), 0, style)]),
  ];
}

function caseLines(
  { scenario, variants }: PlayedScenario,
  { case: one, played, claims }: PlayedCase,
  style: TerminalStyle,
): string[] {
  const title =
    one.title === null ? [] : [...paintAll('bold', block(`── ${one.title}`, 0, style), style), ''];
  const nodes = `nodes ${one.nodes.join(', ')}`;
  const roles = [...one.names]
    .filter(([name]) => !one.nodes.includes(name))
    .map(([name, node]) => `${name} is at ${one.nodes[node]}`);
  const options = Object.entries(one.options).map(([name, value]) => `${name}=${value}`);
  const based = one.variants.map((id) => `with ${id}`);
  const setting = [nodes, ...roles, ...options, ...based].join(' · ');
  const whose =
    variants.length === 0 ? "the paper's rules" : `the rules with ${variants.join(', ')}`;
  return [
    ...title,
    ...block(setting, 0, style),
    '',
    ...stepLines(played.told, 0, style),
    ...expectedLines(played.final, 'At the end', style),
    ...outcomeLines(whose, played, style),
    ...claims.flatMap((claim) => ['', ...claimLines(scenario.system.name, claim, style)]),
  ];
}

function stepLines(told: readonly Told[], depth: number, style: TerminalStyle): string[] {
  return told.flatMap((step, at) => {
    const indent = depth * 4 + 4;
    const number = String(at + 1).padStart(indent - 2);
    const head = block(step.sentence, indent, style);
    return [
      `${number}  ${(head[0] ?? '').trimStart()}`,
      ...head.slice(1),
      ...stepLines(step.inner, depth + 1, style),
      ...step.details.flatMap((detail) => dim(hanging(detail, indent + 2, style), style)),
      ...checkLines(step.checks, indent, style),
      ...(step.problem === null ? [] : markLine('invalid', step.problem, indent, style)),
    ];
  });
}

function expectedLines(final: readonly Checked[], title: string, style: TerminalStyle): string[] {
  if (final.length === 0) return [];
  return [`  ${title}`, ...checkLines(final, 4, style)];
}

/** What holds of one node is said in one line; what does not has a line of its own. */
function checkLines(checks: readonly Checked[], indent: number, style: TerminalStyle): string[] {
  const groups: { of: string | null; text: string; found: string | null }[] = [];
  for (const { text, fact, found } of checks) {
    const last = groups.at(-1);
    const isMore = last?.of === fact?.of && last?.found === null && found === null;
    if (fact !== undefined && isMore) last.text += `, ${fact.is}`;
    else groups.push({ of: fact?.of ?? null, text, found });
  }
  return groups.flatMap(({ text, found }) =>
    found === null
      ? markLine('valid', text, indent, style)
      : markLine('invalid', `expected ${text}; found ${found}`, indent, style),
  );
}

function outcomeLines(whose: string, { violations }: Played, style: TerminalStyle): string[] {
  if (violations.length === 0) {
    return ['', ...markLine('valid', `No invariant is broken under ${whose}`, 0, style)];
  }
  return [
    '',
    ...markLine('invalid', `Broken under ${whose}:`, 0, style),
    ...violations.flatMap(({ property, because }) => block(`${property}: ${because}`, 4, style)),
  ];
}

/** The claim, where it goes another way than the rules, and what comes of it. */
function claimLines(system: string, claim: PlayedClaim, style: TerminalStyle): string[] {
  const { claim: told, played, verdict } = claim;
  const { violations, final, otherwise } = played;
  const row = told.row === null ? '' : ` (statement ${told.row})`;
  const how = told.variants.map((id) => `${system}/${id}`).join(', ');
  const first = otherwise[0];
  return [
    ...paintAll('bold', block(`Claim${row}: ${told.says}`, 0, style), style),
    ...(how === '' ? [] : dim(block(`played with ${how}`, 2, style), style)),
    ...(first === undefined ? [] : block(`here it goes another way: ${first}`, 2, style)),
    ...told.afterwards.flatMap((_, at) => {
      const step = played.told[played.told.length - told.afterwards.length + at];
      return step === undefined ? [] : block(`then: ${step.sentence}`, 2, style);
    }),
    ...violations.flatMap(({ property, because }) =>
      markLine('invalid', `the claim breaks ${property}: ${because}`, 2, style),
    ),
    ...(violations.length > 0
      ? []
      : told.breaks?.length === 0
        ? markLine('valid', 'it breaks no invariant', 2, style)
        : block('it breaks no invariant of the trace, but:', 2, style)),
    ...checkLines(final, 2, style),
    ...(verdict.kind === 'valid' ? [] : markLine(verdict.kind, sentenceOf(verdict), 2, style)),
  ];
}

function verdictLines(verdict: Verdict, style: TerminalStyle): string[] {
  const { word, mark } = WORDS[verdict.kind];
  const head = `${mark} ${word}  `;
  const text = block(sentenceOf(verdict), head.length, style).join('\n').trimStart();
  const detail = verdict.kind === 'invalid' ? (verdict.detail ?? '') : '';
  return [
    `${paint(['bold', COLOURS[verdict.kind]], head.trimEnd(), style)}  ${text}`,
    ...(detail === '' ? [] : block(detail, head.length, style)),
  ];
}

function markLine(
  kind: Verdict['kind'],
  text: string,
  indent: number,
  style: TerminalStyle,
): string[] {
  const { mark } = WORDS[kind];
  const [first = '', ...rest] = block(text, indent + 2, style);
  const painted = paint(COLOURS[kind], mark, style);
  return [`${' '.repeat(indent)}${painted} ${first.trimStart()}`, ...rest];
}

/** Lines of a text, indented and within the columns. */
function block(text: string, indent: number, style: TerminalStyle): string[] {
  const gap = ' '.repeat(indent);
  return wrap(visible(text), Math.max(20, style.columns - indent)).map((line) => `${gap}${line}`);
}

/** The same with its later lines further in. */
function hanging(text: string, indent: number, style: TerminalStyle): string[] {
  const [first = '', ...rest] = wrap(visible(text), Math.max(20, style.columns - indent - 2));
  const gap = ' '.repeat(indent);
  return [`${gap}${first}`, ...rest.map((line) => `${gap}  ${line}`)];
}

function dim(lines: readonly string[], style: TerminalStyle): string[] {
  return paintAll('dim', lines, style);
}

function paintAll(format: Format, lines: readonly string[], style: TerminalStyle): string[] {
  return lines.map((line) => paint(format, line, style));
}

function paint(format: Format, text: string, { colour }: TerminalStyle): string {
  return colour ? styleText(format, text, { validateStream: false }) : text;
}

/** A play as plain data. */
function playDocument({ told, final, violations, otherwise, reached, judged }: Played) {
  return { steps: told, end: final, violations, otherwise, reached, judged };
}

/** The story as plain data, for `--json` and the store. */
export function documentOf({ scenario, variants, cases, verdict }: PlayedScenario) {
  const { name, title, system, source, rows, seed } = scenario;
  return {
    verdict,
    exitStatus: EXIT[verdict.kind],
    scenario: { name, title, system: system.name, source, rows, seed },
    variants,
    cases: cases.map((one) => ({
      title: one.case.title,
      nodes: one.case.nodes,
      options: one.case.options,
      variants: one.case.variants,
      verdict: one.verdict,
      ...playDocument(one.played),
      claims: one.claims.map(({ claim, played, verdict: said }) => ({
        row: claim.row,
        says: claim.says,
        variants: claim.variants,
        breaks: claim.breaks,
        verdict: said,
        ...playDocument(played),
      })),
    })),
  };
}
