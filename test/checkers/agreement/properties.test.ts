import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Findings } from '../../../checkers/agreement/findings.ts';
import { judge } from '../../../checkers/agreement/index.ts';
import {
  PROPERTIES,
  type PropertyName,
  propertyNamed,
  SECTIONS,
  tierOf,
} from '../../../checkers/agreement/properties.ts';
import { TIERS } from '../../../checkers/agreement/property.ts';

const names = Object.keys(PROPERTIES) as PropertyName[];

test('the tier of a property is that of its entry; an unknown one rests on its own evidence', () => {
  expect(tierOf('ApplyAgreement')).toBe('log');
  expect(tierOf('J:QuorumCert')).toBe('decision');
  expect(tierOf('RealTimeOrder')).toBe('client');
  expect(tierOf('ReplicasBalance')).toBe('decision');
  expect(new Set(TIERS).size).toBe(3);
});

test.each(names)('%s is told to people in a sentence without names and numbers of ours', (name) => {
  const property = propertyNamed(name);
  const sentence = property?.broken('n3') ?? '';
  expect(sentence.length).toBeGreaterThan(20);
  expect(sentence.length).toBeLessThan(100);
  // What begins with a small letter, or the node; no camel case, no `J:`, no index, no full stop.
  expect(sentence).toMatch(/^[a-z]/);
  expect(sentence).not.toMatch(/[a-z][A-Z]|[A-Z]:|\b(index|slot|term|ballot|epoch) \d|[.:]$/);
  expect(sentence.replaceAll('n3', '')).not.toMatch(/\d/);
  expect(property?.source).not.toBe('');
});

test('no name stands in two sections', () => {
  const all = Object.values(SECTIONS).flatMap((section) => Object.keys(section));
  expect(new Set(all).size).toBe(all.length);
});

test('every property of the registry is reported somewhere', () => {
  const sources = globSync('checkers/agreement/**/*.ts')
    .filter((file) => !/propert[a-z]*\.ts$/.test(file))
    .map((file) => readFileSync(file, 'utf8'))
    .concat(
      // What is judged by the history, and not by the nodes' traces.
      ['checkers/availability.ts', 'checkers/progress.ts', 'harness/judge/judge.ts'].map((file) =>
        readFileSync(file, 'utf8'),
      ),
    )
    .join('\n');
  expect(names.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

test('a verdict tells people first, then names the property and what contradicts it', () => {
  const findings = new Findings();
  findings.next(2);
  findings.report('D:VoteDurable', -1, 'n3 had voted for n1 in term 4');
  expect(judge(findings.violations, {})).toMatchObject({
    because: 'n3 forgot, when it was restarted, how it had voted',
    detail: 'D:VoteDurable: n3 had voted for n1 in term 4',
    property: 'D:VoteDurable',
  });
});
