/** Every scenario file that is kept beside a system: it plays, and ends as it says. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario, scenarioNames } from '../../harness/scenario/file.ts';
import { playScenario } from '../../harness/scenario/judge.ts';
import { documentOf, storyOf } from '../../harness/scenario/render.ts';
import { systems } from '../../systems/index.ts';
import { playText } from '../harness/scenario/scenario.ts';

const all = Object.keys(systems).flatMap((system) =>
  scenarioNames(system).map((name) => ({ system, name })),
);

/** PROTOCOLS 1.3, in its order. */
const SCRIPTS = [
  'paxos-xyz-adopt',
  'paxos-xyz-free',
  'paxos-xyz-bump',
  'numbering',
  'paxos-duel',
  'renumber-on-adopt',
  'majority-survives',
  'accepted-by-majority-not-chosen',
  'learner-message-count',
  'raft-figure-8',
  'raft-minority-leader-heals',
  'raft-nextindex-backoff',
  'raft-vote-once',
  'raft-split-vote',
  'raft-prevote-rejoin',
  'raft-bridge-partition',
  'zab-startup-5',
  'zab-runtime-99-102-100-101',
  'zab-runtime-without-s2',
  'zab-commit-message-lost',
  'zab-late-joiner-under-load',
  'zab-epoch-survives-restart',
  'zab-fifo-forward',
  'paxos-run-27-28',
  'fast-collision',
  'weighted-quorum',
];

/** Statements of the seed texts that are wrong, and that a planted bug takes at their word. */
const CLAIMED = [1, 3, 6, 12, 13, 15, 16, 18, 19, 20, 23, 24, 27, 29, 30, 36, 37, 38];

describe.each(all)('scenario $system/$name', ({ system, name }) => {
  const scenario = loadScenario(system, name);
  const played = playScenario(scenario);

  test('ends as it says, and every claim comes to what it is said to', () => {
    expect(played.verdict).toMatchObject({ kind: 'valid' });
  });

  test('is told in lines of eighty columns, the same every time', () => {
    const style = { columns: 80, colour: false };
    const story = storyOf(played, style);
    expect(story.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const again = playScenario(loadScenario(system, name));
    expect(storyOf(again, style)).toBe(story);
    expect(JSON.stringify(documentOf(again))).toBe(JSON.stringify(documentOf(played)));
  });

  test('asks the rules that its claims change, and those that break something decide otherwise', () => {
    const idle = played.cases.flatMap((one) =>
      one.claims.flatMap(({ claim, played: { reached } }) => {
        const reaches = Object.values(reached);
        const isSafe = claim.breaks?.length === 0;
        const isReached = reaches.some(({ calls, changed }) => (isSafe ? calls : changed) > 0);
        return isReached || claim.variants.length === 0 ? [] : [claim.says];
      }),
    );
    expect(idle).toEqual([]);
  });
});

describe('the scenarios', () => {
  test('are all those of PROTOCOLS 1.3', () => {
    const names = all.map(({ name }) => name);
    expect(SCRIPTS.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('show every wrong statement that a planted bug takes at its word', () => {
    const claimed = new Set(
      all.flatMap(({ system, name }) =>
        loadScenario(system, name).cases.flatMap(({ claims }) =>
          claims.flatMap(({ row }) => row ?? []),
        ),
      ),
    );
    expect(CLAIMED.filter((row) => !claimed.has(row))).toEqual([]);
  });
});

describe('Figure 8', () => {
  test('has S1 commit index 2 where an entry on a majority is taken for committed', () => {
    const [first] = playScenario(loadScenario('raft', 'raft-figure-8')).cases;
    expect(first?.claims[0]?.played.otherwise[0]).toBe('expected S1: commit 0; found 2');
  });
});

describe('the page about scenarios', () => {
  const page = readFileSync(join(import.meta.dirname, '../../systems/SCENARIOS.md'), 'utf8');

  test('has an example that plays as it says', () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    expect(playText('basic-paxos', example).verdict).toMatchObject({ kind: 'valid' });
  });

  test('names every scenario, with the statements that it shows', () => {
    const missing = all.filter(({ system, name }) => {
      const line = page.split('\n').find((one) => one.includes(`[${name}](`)) ?? '';
      const told = new Set([...(line.split('|').at(-2)?.matchAll(/\d+/g) ?? [])].map(Number));
      const { rows } = loadScenario(system, name);
      return line === '' || rows.length !== told.size || !rows.every((row) => told.has(row));
    });
    expect(missing).toEqual([]);
  });

  test('names the timers of every system', () => {
    for (const { name, scenarioWords } of Object.values(systems)) {
      const row = new RegExp(`^\\| ${name} +\\|.*$`, 'm');
      const line = row.exec(page)?.[0] ?? '';
      for (const timer of Object.keys(scenarioWords?.timers ?? {})) {
        expect(line, `${name}: ${timer}`).toContain(`\`${timer}\``);
      }
    }
  });
});
