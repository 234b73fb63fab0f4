/**
 * `junit.xml`: runs as test cases. JUnit has no "unknown": it is an `error`, so that no build
 * becomes green by it; a violation is a `failure`.
 */

import type { RunSummary, TimedCheck } from '../store/format.ts';
import { visible } from './text.ts';
import { furtherSentences, sentenceOf } from './verdict-words.ts';

export function junitXml(summaries: readonly RunSummary[]): string {
  const suites = summaries.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function suite({ run, results }: RunSummary): string {
  const { config, startedAt } = run;
  const { checks, figures } = results;
  const name = `${config.system} ${config.workload} seed ${config.seed}`;
  const failures = checks.filter(({ verdict }) => verdict.kind === 'invalid').length;
  const errors = checks.filter(({ verdict }) => verdict.kind === 'unknown').length;
  const attributes = {
    name,
    tests: checks.length,
    failures,
    errors,
    time: figures.realS.toFixed(3),
    timestamp: startedAt.replace(/\.\d+Z$/, ''),
  };
  const cases = checks.map((check) =>
    testCase(check, `${config.system}.${config.workload}`, run.command),
  );
  return `  <testsuite${attributesText(attributes)}>\n${cases.join('')}  </testsuite>\n`;
}

function testCase(check: TimedCheck, classname: string, command: string): string {
  const { checker, verdict } = check;
  const head = `    <testcase${attributesText({ classname, name: checker, time: check.seconds.toFixed(3) })}`;
  if (verdict.kind === 'valid') return `${head}/>\n`;
  const element = verdict.kind === 'invalid' ? 'failure' : 'error';
  const message = attributesText({ message: sentenceOf(verdict) });
  const told = furtherSentences(verdict);
  const text = [...told, command].map(escapeText).join('\n');
  return `${head}>\n      <${element}${message}>${text}</${element}>\n    </testcase>\n`;
}

/** Control characters, which no escape makes legal in XML, have been spelt out by `escapeText`. */
function attributesText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeText(String(value))}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Preact escapes for pages alone: `]]>`, which it leaves as it is, is no text in XML. */
function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
