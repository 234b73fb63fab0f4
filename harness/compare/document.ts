/** A comparison as the document of `--json`, which is stored as well. `harness/DOCUMENTS.md` names the fields. */

import type { Proportion } from '../core/proportion.ts';
import { wilson } from '../core/proportion.ts';
import type { Comparison, Conclusion } from './conclusion.ts';
import type { LoadedSide } from './loaded-side.ts';
import type { KindSeen } from './populations.ts';

export function documentOf(comparison: Comparison, { verdict, status }: Conclusion) {
  const { pair, limits, pairs, populations, findings, schedules, directory } = comparison;
  const { invalid, unknown, introduced, shared, gone, figures, variants, ...rest } = populations;
  const { repeated, identical, wallS, stop } = pairs;
  return {
    verdict,
    exitStatus: status,
    sides: { a: sideOf(pair.a), b: sideOf(pair.b) },
    compared: {
      system: pair.a.base.system,
      ...limits,
      wallS,
      repeated: { pairs: repeated, identical },
      stopped: stop?.kind ?? null,
    },
    populations: {
      ...rest,
      invalid: { a: banded(invalid.a), b: banded(invalid.b) },
      unknown: { a: banded(unknown.a), b: banded(unknown.b) },
      introduced: introduced.map(kindOf),
      shared: shared.map(kindOf),
      gone: gone.map(kindOf),
      figures,
      variants,
    },
    findings: findings.map(({ signature, seed, strategy, command, small }) => {
      return { signature, seed, strategy, command, small };
    }),
    schedules,
    directory,
  };
}

function sideOf({ asked }: LoadedSide) {
  const { text, system, revision, commit, mutants, rules, set } = asked;
  return { text, system, revision, commit, mutants, rules, set };
}

function kindOf({ a, b, ...seen }: KindSeen) {
  return { ...seen, a: banded(a), b: banded(b) };
}

function banded(proportion: Proportion) {
  return { ...proportion, ...wilson(proportion) };
}
