/** The last word and the exit status of a run: one place makes both, so that they never disagree. */

import { describe, expect, test } from 'vitest';
import { History } from '../../../checkers/history.ts';
import type { Verdict } from '../../../checkers/verdict.ts';
import type { Ending } from '../../../harness/core/ending.ts';
import { EXIT } from '../../../harness/core/errors.ts';
import { type Circumstances, LAST_WORDS, outcomeOf } from '../../../harness/judge/outcome.ts';
import { summaryMarkdown } from '../../../harness/report/summary.ts';
import { terminalBlock } from '../../../harness/report/terminal.ts';
import { lastWordOf } from '../../../harness/report/verdict-words.ts';
import type { RunSummary } from '../../../harness/store/format.ts';
import { EVENTS, RUN, resultsFor } from '../store/stored.ts';

const FINE: Circumstances = {
  reached: null,
  determinism: { replays: 1, identical: 1 },
  ending: { kind: 'finished' },
  suspects: [],
};

const PARTING = { file: 'history.jsonl', event: 12, stored: 'a', replayed: 'b' };
const VERDICTS: readonly Verdict[] = [
  { kind: 'valid' },
  { kind: 'unknown', because: 'too few operations' },
  { kind: 'invalid', because: 'two leaders', events: [] },
];
const REACHED = [null, { 'a: x': { calls: 3, changed: 0 } }, { 'a: x': { calls: 3, changed: 2 } }];
const ENDINGS: readonly Ending[] = [
  { kind: 'finished' },
  { kind: 'failed', because: 'the disk is full' },
  { kind: 'interrupted' },
];
const DETERMINISM = [
  null,
  { replays: 1, identical: 1 },
  { replays: 1, identical: 0, parting: PARTING },
];

const all = VERDICTS.flatMap((verdict) =>
  REACHED.flatMap((reached) =>
    DETERMINISM.flatMap((determinism) =>
      ENDINGS.map((ending) => ({ verdict, around: { ...FINE, reached, determinism, ending } })),
    ),
  ),
);

describe('in every combination of what can happen', () => {
  test.each(all)('$verdict.kind, $around', ({ verdict, around }) => {
    const outcome = outcomeOf(verdict, around);
    const sound =
      around.ending.kind === 'finished' &&
      around.determinism?.identical !== 0 &&
      around.reached?.['a: x']?.changed !== 0;
    // A violation is one whatever else happened; nothing but a sound run is valid.
    expect(outcome.status === EXIT.invalid).toBe(verdict.kind === 'invalid');
    expect(outcome.status === EXIT.valid).toBe(verdict.kind === 'valid' && sound);
    // The verdict that programs read says the same as the status.
    expect(outcome.verdict.kind === 'valid').toBe(outcome.status === EXIT.valid);
    expect(outcome.verdict.kind === 'invalid').toBe(outcome.status === EXIT.invalid);
    // And so does every page for people.
    const results = {
      ...resultsFor(History.from(EVENTS), outcome.verdict),
      exitStatus: outcome.status,
    };
    const paths = { directory: 'store/x', report: null };
    const summary: RunSummary = { run: RUN, results, paths };
    const { word } = LAST_WORDS[outcome.status];
    expect(lastWordOf(results).word).toBe(word);
    for (const text of [
      terminalBlock(summary, { columns: 80, colour: false }),
      summaryMarkdown(summary),
    ]) {
      const said = Object.values(LAST_WORDS).filter((last) => text.includes(` ${last.word}`));
      expect(said.map((last) => last.word)).toEqual([word]);
    }
  });
});

describe('what is not valid says why, and what to do', () => {
  const valid: Verdict = { kind: 'valid' };

  test('a run that is not the same twice names the first event that differs, and whom to suspect', () => {
    const determinism = { replays: 1, identical: 0, parting: PARTING };
    expect(outcomeOf(valid, { ...FINE, determinism, suspects: ['mine.ts'] })).toEqual({
      status: EXIT.infrastructure,
      verdict: {
        kind: 'unknown',
        because:
          'the same seed gave another run the second time, from event 12 of history.jsonl on (a, and ' +
          'then b): some code keeps state between calls or asks a clock or a random source, most likely mine.ts; ' +
          'without that, run it again',
      },
    });
  });

  test('a violation in a run that is not the same twice says both', () => {
    const determinism = { replays: 1, identical: 0, parting: PARTING };
    const invalid: Verdict = { kind: 'invalid', because: 'two leaders', events: [] };
    const { verdict, status } = outcomeOf(invalid, { ...FINE, determinism, suspects: ['mine.ts'] });
    expect(status).toBe(EXIT.invalid);
    expect(verdict).toMatchObject({ because: 'two leaders' });
    const results = { ...resultsFor(History.from(EVENTS), verdict), exitStatus: status };
    const summary: RunSummary = {
      run: RUN,
      results,
      paths: { directory: 'store/x', report: null },
    };
    for (const text of [
      terminalBlock(summary, { columns: 80, colour: false }),
      summaryMarkdown(summary),
      JSON.stringify(verdict),
    ]) {
      expect(text.replaceAll(/\s+/g, ' ')).toMatch(
        /two leaders.*the same seed gave another run the second time, from event 12 of history.jsonl on \(a, and then b\): .*mine\.ts/,
      );
    }
  });

  test.each([
    [0, 'a was never asked: nothing that it changes was tested'],
    [7, 'a was asked 7 times, and always agreed: nothing that it changes was tested'],
  ])('a variant that was asked %i times and changed nothing', (calls, because) => {
    const reached = { 'a: x': { calls, changed: 0 }, 'b: y': { calls: 5, changed: 5 } };
    expect(outcomeOf(valid, { ...FINE, reached })).toMatchObject({
      status: EXIT.unknown,
      verdict: { kind: 'unknown', because: expect.stringContaining(because) },
    });
  });

  test('one rule of a variant that decided otherwise is enough', () => {
    const reached = { 'a: x': { calls: 9, changed: 0 }, 'a: y': { calls: 5, changed: 1 } };
    expect(outcomeOf(valid, { ...FINE, reached }).status).toBe(EXIT.valid);
  });
});
