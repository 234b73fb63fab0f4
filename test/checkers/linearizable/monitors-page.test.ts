/** The page about monitors: each of its examples is refused, by a monitor, and rightly so. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { abilitiesOf } from '../../../checkers/linearizable/abilities.ts';
import { checkLinearizable } from '../../../checkers/linearizable/check.ts';
import type { Model } from '../../../checkers/linearizable/index.ts';
import { modelNamed, models } from '../../../checkers/linearizable/models.ts';
import { bruteForceHistory } from './brute-force.ts';
import { history } from './lines.ts';

const page = readFileSync('checkers/linearizable/MONITORS.md', 'utf8');

/** The code blocks: the model that each names, and its events. */
const examples = [...page.matchAll(/^```([a-z-]+)\n([\s\S]*?)\n```$/gm)].map(
  ([, model = '', lines = '']) => ({ model, lines: lines.split('\n') }),
);

function named(name: string): Model {
  const model = modelNamed(name);
  if (model === undefined) throw new Error(`the page names no model: ${name}`);
  return model;
}

/** The monitor of a model; undefined where it has none. */
function monitorOf(model: Model): string | undefined {
  return abilitiesOf(model).monitor?.name;
}

describe('the page about monitors', () => {
  test.each(examples)(
    'shows what the monitor of $model refuses, and brute force too',
    (example) => {
      const model = named(example.model);
      const events = history(...example.lines);
      const { verdict, decidedBy } = checkLinearizable(events, { model });
      expect(verdict.kind).toBe('invalid');
      expect(decidedBy).toBe(monitorOf(model));
      expect(bruteForceHistory(events, model, null, false)).toBe(false);
    },
  );

  test.each(examples)('refuses nothing of $model before the last answer', ({ model, lines }) => {
    const shorter = history(...lines.slice(0, -1));
    expect(checkLinearizable(shorter, { model: named(model) }).verdict.kind).toBe('valid');
  });

  test('has an example for each monitor that there is', () => {
    const shown = new Set(examples.map(({ model }) => monitorOf(named(model))));
    const known = Object.values<Model>(models).flatMap((model) => monitorOf(model) ?? []);
    expect(known.filter((name) => !shown.has(name))).toEqual([]);
  });
});
