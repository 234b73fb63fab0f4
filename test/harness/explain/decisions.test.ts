/** Suspicious decisions: what failing runs decided and passing ones did not, and nothing that chance explains. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtIn, systemNamed } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { type DecidedRun, Decisions, suspicions } from '../../../harness/explain/decisions.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { builtInVariant } from '../../../harness/variants/variants.ts';

/** A run in which rules answered so, so many times. */
function runOf(isBroken: boolean, answers: Readonly<Record<string, number>>): DecidedRun {
  const decided = new Map<string, Map<string, number>>();
  for (const [name, times] of Object.entries(answers)) {
    const [rule = '', answer = ''] = name.split(' ');
    const ofRule = decided.get(rule) ?? new Map<string, number>();
    decided.set(rule, ofRule);
    if (times > 0) ofRule.set(answer, times);
  }
  return { decided, isBroken };
}

const failing = (answers: Readonly<Record<string, number>>) => runOf(true, answers);
const passing = (answers: Readonly<Record<string, number>>) => runOf(false, answers);
const many = (of: number, make: () => DecidedRun) => Array.from({ length: of }, make);

describe('of failing and passing runs', () => {
  test('what all that fail decided, and none that passes, comes first', () => {
    const runs = [
      ...many(20, () => failing({ 'guilty yes': 1, 'common yes': 3, 'usual no': 2 })),
      ...many(20, () => passing({ 'guilty no': 1, 'common yes': 3, 'usual no': 2 })),
      ...many(5, () => passing({ 'guilty no': 1, 'common yes': 3, 'usual no': 2 })),
    ];
    const [first, ...others] = suspicions(runs, undefined);
    expect(first).toMatchObject({
      rule: 'guilty',
      answer: 'yes',
      failing: { hits: 20, of: 20 },
      passing: { hits: 0, of: 25 },
    });
    expect(others).toEqual([]);
  });

  test('how often counts, where all decided so at some time', () => {
    const runs = [
      ...many(20, () => failing({ 'guilty yes': 9 })),
      ...many(20, () => passing({ 'guilty yes': 1 })),
    ];
    expect(suspicions(runs, undefined)[0]).toMatchObject({ rule: 'guilty', times: 2 });
  });

  test('a rule that was asked only where it came to a violation is not to blame for being asked', () => {
    const runs = [
      ...many(20, () => failing({ 'follows yes': 1, 'guilty yes': 1 })),
      ...many(20, () => passing({ 'guilty no': 1 })),
    ];
    expect(suspicions(runs, undefined).map(({ rule }) => rule)).toEqual(['guilty']);
  });

  test('nothing is suspicious that has nothing to do with the outcome', () => {
    const run = fc.record({ yes: fc.nat(4), no: fc.nat(4) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 40 }), (all) => {
        // Each run stands on both sides.
        const runs = all.flatMap(({ yes, no }) => [
          failing({ 'a yes': yes, 'a no': no }),
          passing({ 'a yes': yes, 'a no': no }),
        ]);
        expect(suspicions(runs, undefined)).toEqual([]);
      }),
    );
  });
});

describe('a system whose rules are watched', () => {
  const raft = systemNamed('raft');
  const variants = [builtInVariant(raft, 'rf-local-read')];
  const config = resolveConfig({ system: 'raft', seed: 3, timeLimitS: 10 }, [], () => 3);

  test('makes the same run', () => {
    const decisions = new Decisions();
    const systems = { ...builtIn.systems, raft: decisions.watched(raft, variants) };
    const once = simulateOnce(config, variants, builtIn, false);
    const watched = simulateOnce(config, variants, { ...builtIn, systems }, false);
    expect([...watched.result.history]).toEqual([...once.result.history]);
    expect(watched.result.steps).toBe(once.result.steps);
    expect(watched.checks.map(({ verdict }) => verdict)).toEqual(
      once.checks.map(({ verdict }) => verdict),
    );
  });

  test('says what was decided, and by whom otherwise than the protocol does', () => {
    const decisions = new Decisions();
    const systems = { ...builtIn.systems, raft: decisions.watched(raft, variants) };
    simulateOnce(config, variants, { ...builtIn, systems }, false);
    const decided = decisions.taken();
    expect(decided.get('readReady')?.get('otherwise than the protocol does')).toBeGreaterThan(0);
    expect(decided.get('canVote')?.get('yes')).toBeGreaterThan(0);
    const others = [...decided].filter(([rule]) => rule !== 'readReady');
    for (const [, answers] of others) {
      expect([...answers.keys()]).not.toContain('otherwise than the protocol does');
    }
    expect(decisions.taken().size).toBe(0);
  });
});
