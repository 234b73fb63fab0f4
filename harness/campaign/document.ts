/** A campaign as the document of `--json`, which is stored as well. `harness/DOCUMENTS.md` names the fields. */

import { wilson } from '../core/proportion.ts';
import { SCHEMA } from '../store/format.ts';
import type { Conclusion } from './conclusion.ts';
import type { CanaryFigures, CellFigures } from './night.ts';
import type { Campaign, Marked } from './result.ts';

export function documentOf(campaign: Campaign, { verdict, status }: Conclusion) {
  const { spec, plan, night, work, violations, earlier, coverage, since, directory } = campaign;
  const { startedAt, versions, git, shard, firstSeed, seeds, budgetS } = plan;
  const { wallS, repeated, identical, stop } = work;
  return {
    schema: SCHEMA,
    kind: 'campaign',
    name: spec.name,
    file: spec.file,
    startedAt,
    versions,
    git,
    shard,
    verdict,
    exitStatus: status,
    seeds: { first: firstSeed, next: night.nextSeed, ofEachCell: seeds },
    budgetS,
    work: {
      wallS,
      repeated,
      identical,
      stopped: stop?.kind ?? null,
      differs: stop?.kind === 'differs' ? stop.where : null,
    },
    cells: night.cells.map(cellOf),
    canaries: night.canaries.map(canaryOf),
    violations: violations.map(violationOf),
    earlier,
    failures: night.failures,
    coverage,
    since: since?.path ?? null,
    directory,
  };
}

function cellOf(figures: CellFigures) {
  const { cell, valid, invalid, unknown, coreS, simulatedS, doubts, variants } = figures;
  const { name, subject, strategies } = cell;
  const of = valid + invalid + unknown;
  return {
    name,
    subject,
    strategies,
    valid,
    invalid: { hits: invalid, of, ...wilson({ hits: invalid, of }) },
    unknown: { hits: unknown, of, ...wilson({ hits: unknown, of }) },
    coreS,
    simulatedS,
    doubts,
    variants,
  };
}

function canaryOf({ canary, made }: CanaryFigures) {
  if (made === null) return { name: canary.name, runs: 0, coreS: 0, kill: null };
  const { runs, coreS, kill } = made;
  return { name: canary.name, runs, coreS, kill };
}

function violationOf({ cell, ...violation }: Marked) {
  return { ...violation, cell: cell.name };
}
