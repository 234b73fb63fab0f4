/** Options say which of their values are worth drawing, so that settings can be drawn from a seed. */

import { describe, expect, test } from 'vitest';
import {
  isAllowed,
  resolveSettings,
  SIMULATOR_OPTIONS,
  settingSpecs,
  workloadSpecs,
} from '../../harness/config/settings.ts';
import { systems } from '../../systems/index.ts';
import { worthDrawing } from '../../systems/option-values.ts';
import type { OptionSpec } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';

const owners: readonly (readonly [string, Readonly<Record<string, OptionSpec>>])[] = [
  ...Object.values(systems).map(({ name, options }) => [name, options] as const),
  ...Object.values(workloads).map((one) => [one.name, workloadSpecs(one)] as const),
];

describe.each(owners)('options of %s', (_, specs) => {
  test('each declare what is worth drawing', () => {
    const silent = Object.entries(specs).filter(([, spec]) => worthDrawing(spec).length === 0);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test('allow what they call worth drawing, and name it once', () => {
    for (const [name, spec] of Object.entries(specs)) {
      const values = worthDrawing(spec);
      expect([name, values]).toEqual([name, values.filter((value) => isAllowed(spec, value))]);
      expect(new Set(values).size).toBe(values.length);
    }
  });
});

test('the simulator allows what it calls worth drawing', () => {
  for (const spec of Object.values<OptionSpec>(SIMULATOR_OPTIONS)) {
    for (const value of worthDrawing(spec)) expect(isAllowed(spec, value)).toBe(true);
  }
});

test('what is worth drawing has no say where nothing is drawn', () => {
  const [raft, register] = [systems['raft'], workloads['register']];
  if (raft === undefined || register === undefined) throw new Error('there is no Raft');
  const specs = settingSpecs(raft, register);
  const defaults = Object.entries(specs).map(([name, spec]) => [name, spec.default]);
  expect(resolveSettings(raft, register, {})).toEqual(Object.fromEntries(defaults));
});

test('an option that declares nothing keeps its default', () => {
  expect(worthDrawing({ describe: 'a number', default: 3, min: 1, max: 9 })).toEqual([]);
  const text = { describe: 'a text', default: '', pattern: '[a-z]*', allowed: 'letters' };
  expect(worthDrawing(text)).toEqual([]);
  expect(worthDrawing({ describe: 'a switch', default: true })).toEqual([true, false]);
});
