/** `summary.md` of a campaign, for a pull request or the summary of a job. */

import { escapeMarkdown, fenced } from '../report/summary.ts';
import { count, plain } from '../report/text.ts';
import { sentenceOf } from '../report/verdict-words.ts';
import { type Conclusion, isMissed, lastWordOn } from './conclusion.ts';
import { violationName } from './night.ts';
import type { Campaign, Marked } from './result.ts';
import {
  confirmedText,
  earlierText,
  earlierWord,
  failureText,
  invalidText,
  missedText,
  placeText,
  totalsText,
} from './text.ts';

export function summaryMarkdown(campaign: Campaign, conclusion: Conclusion): string {
  const { spec, night, violations, earlier } = campaign;
  const { word, mark } = lastWordOn(conclusion);
  const missed = night.canaries.filter(isMissed);
  const caught = night.canaries.length - missed.length;
  const items = [
    ...(night.canaries.length === 0
      ? []
      : [`canaries: ${caught} of ${night.canaries.length} caught`]),
    ...missed.map((one) => `missed: ${missedText(one)}`),
    ...earlier.map((one) => `${earlierWord(one)}: ${earlierText(one)}`),
    ...night.failures.map((one) => `failed: ${failureText(one)}`),
  ];
  const text = [
    `## ${mark} ${word}: campaign ${escapeMarkdown(spec.name)}`,
    '',
    escapeMarkdown(sentenceOf(conclusion.verdict)),
    '',
    escapeMarkdown(totalsText(campaign)),
    '',
    ...violations.flatMap(violationLines),
    ...items.map((item) => `- ${escapeMarkdown(item)}`),
    ...(items.length === 0 ? [] : ['']),
    '| cell | valid | violations | unknown |',
    '|---|--:|---|--:|',
    ...night.cells.map((figures) => {
      const { cell, valid, unknown } = figures;
      return `| ${escapeMarkdown(cell.name)} | ${count(valid)} | ${invalidText(figures)} | ${count(unknown)} |`;
    }),
  ];
  return plain(`${text.join('\n')}\n`);
}

function violationLines(one: Marked): string[] {
  const { mark, because, issue, kept } = one;
  const small = kept?.small ?? null;
  return [
    `### ${mark}: ${escapeMarkdown(violationName(one))}`,
    '',
    escapeMarkdown(because),
    '',
    escapeMarkdown(placeText(one)),
    ...(issue === null ? [] : ['', escapeMarkdown(issue)]),
    ...(kept === null ? [] : ['', fenced(kept.command)]),
    ...(kept === null || small === null
      ? []
      : ['', `${confirmedText(kept)}:`, '', ...small.story.map((line) => `    ${line}`)]),
    '',
  ];
}
