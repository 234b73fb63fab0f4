/** `summary.md`: the verdict of a run for a pull request or a CI page. */

import { backendText } from '../config/backends.ts';
import type { RunSummary } from '../store/format.ts';
import { evidenceRows } from './evidence.ts';
import { exercisedText } from './exercised.ts';
import { expectedText } from './expected.ts';
import { measureRows } from './measures.ts';
import { count, plain, plural, seconds, visible } from './text.ts';
import {
  alsoSaid,
  codeLabel,
  furtherSentences,
  lastWordOf,
  sentenceOf,
  WORDS,
} from './verdict-words.ts';

/** Sentences of a witness that are shown. */
const SENTENCES = 10;

export function summaryMarkdown(summary: RunSummary): string {
  const { run, results, paths } = summary;
  const { verdict, checks, figures } = results;
  const { word, mark } = lastWordOf(results);
  const { config } = run;
  const told = furtherSentences(verdict).slice(0, SENTENCES);
  const also = alsoSaid(verdict, checks).map(
    (check) => `- ${check.checker}: ${sentenceOf(check.verdict)}`,
  );
  const { operations, faults, leaderChanges, simulatedS, realS } = figures;
  const installed = faults.map(({ lane, installed: times }) => `${lane} ×${times}`).join(', ');
  const knew = expectedText(results.expectation);
  const facts = [
    ['system', codeLabel(run)],
    ['workload', config.workload],
    ['backend', `${backendText(config)}, ${plural(config.nodes, 'node')}`],
    ['seed', String(config.seed)],
    ['variants', [...config.mutants, ...config.rules].join(', ') || 'none'],
    ['operations', operationsText(operations)],
    ['faults in force', installed || 'none'],
    ['leader changes', leaderChanges === null ? 'not known' : count(leaderChanges)],
    ['time', simulatedS === null ? seconds(realS) : `${seconds(simulatedS)} in ${seconds(realS)}`],
    ...measureRows(run, checks),
    ['exercised', exercisedText(checks) || 'not known'],
    ...evidenceRows(checks).map(([evidence, shows]) => [`shown by ${evidence}`, shows]),
    ...(knew === null ? [] : [['expected', knew]]),
    ...(paths.directory === null ? [] : [['stored', paths.directory]]),
  ];
  const text = [
    `## ${mark} ${word}: ${config.system} / ${config.workload}`,
    '',
    escapeMarkdown(sentenceOf(verdict)),
    '',
    ...[...told.map((sentence) => `- ${sentence}`), ...also].map(escapeItem),
    ...(told.length + also.length > 0 ? [''] : []),
    fenced(run.command),
    '',
    '| | |',
    '|---|---|',
    ...facts.map(([name, value]) => `| ${name} | ${escapeMarkdown(value as string)} |`),
    '',
    '| checker | verdict | because |',
    '|---|---|---|',
    ...checks.map((check) => {
      const because = check.verdict.kind === 'valid' ? '' : sentenceOf(check.verdict);
      return `| ${check.checker} | ${WORDS[check.verdict.kind].mark} ${check.verdict.kind} | ${escapeMarkdown(because)} |`;
    }),
  ];
  return plain(`${text.join('\n')}\n`);
}

function operationsText({
  invoked,
  ok,
  info,
  fail,
}: RunSummary['results']['figures']['operations']): string {
  return `${count(invoked)}: ${count(ok)} ok, ${count(info)} of unknown outcome, ${count(fail)} failed`;
}

function escapeItem(item: string): string {
  return `- ${escapeMarkdown(item.slice(2))}`;
}

/** Whatever a history holds is shown as it stands: no markup, no links, no table cells of its own. */
export function escapeMarkdown(text: string): string {
  return visible(text).replace(/[\\`*_[\]<>|#&~@]/g, (character) => `\\${character}`);
}

/** A fence longer than any run of backticks inside. */
export function fenced(command: string): string {
  const runs = command.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}sh\n${visible(command)}\n${fence}`;
}
