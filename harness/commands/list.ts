/** `ordeal list`: what there is to run. */

import { Argument, type Command } from 'commander';
import { nemeses } from '../../nemesis/index.ts';
import { systems } from '../../systems/index.ts';
import type { OptionSpec } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';
import { systemNamed } from '../catalogue.ts';
import { SIMULATOR_OPTIONS } from '../config.ts';
import { judges } from '../judge.ts';
import { listRuns } from '../store/list.ts';

/** One row: a name, and what it is. */
type Row = readonly [name: string, describe: string];

const LISTS = [
  'systems',
  'workloads',
  'nemeses',
  'checkers',
  'mutants',
  'options',
  'runs',
] as const;

export function registerList(program: Command): void {
  program
    .command('list')
    .description('list systems, workloads, nemeses, checkers, mutants, options or stored runs')
    .addArgument(new Argument('<what>', 'what to list').choices(LISTS))
    .argument('[system]', 'for mutants and options: whose', 'raft')
    .option('--store <dir>', 'where runs are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExamples:\n  ordeal list systems\n  ordeal list mutants raft')
    .action((what: (typeof LISTS)[number], system: string, options: ListOptions) => {
      const rows = rowsOf(what, system, options.store);
      if (options.json === true) {
        const items = rows.map(([name, describe]) => ({ name, describe }));
        process.stdout.write(`${JSON.stringify(items, null, 2)}\n`);
        return;
      }
      const width = Math.max(0, ...rows.map(([name]) => name.length));
      for (const [name, describe] of rows) {
        process.stdout.write(`${name.padEnd(width)}  ${describe}\n`);
      }
    });
}

interface ListOptions {
  readonly store: string;
  readonly json?: boolean;
}

function rowsOf(what: (typeof LISTS)[number], system: string, store: string): Row[] {
  switch (what) {
    case 'systems':
      return Object.values(systems).map((one) => {
        const serves = Object.values(workloads).filter((workload) =>
          workload.operations.every((f) => one.operations.includes(f)),
        );
        const names = serves.map((workload) => workload.name).join(', ');
        return [one.name, `${one.describe} (sim, docker; workloads: ${names})`];
      });
    case 'workloads':
      return Object.values(workloads).map((one) => [
        one.name,
        `${one.describe} (${one.operations.join(', ')})`,
      ]);
    case 'nemeses':
      return Object.values(nemeses).map((one) => [one.name, one.describe]);
    case 'checkers':
      return judges.map((judge) => [judge.name, judge.describe]);
    case 'mutants':
      return systemNamed(system).variants.map((one) => [
        `${system}/${one.id}`,
        `${one.describe}${one.kind === 'decoy' ? ' (decoy: harmless)' : ''}`,
      ]);
    case 'options':
      return optionRows(system);
    case 'runs':
      return listRuns(store);
  }
}

function optionRows(system: string): Row[] {
  const specs: Record<string, Pick<OptionSpec, 'describe' | 'default'> & { choices?: unknown }> = {
    ...systemNamed(system).options,
    ...SIMULATOR_OPTIONS,
    ...Object.fromEntries(
      Object.values(workloads).flatMap((workload) =>
        Object.entries(workload.options).map(([name, spec]) => [`workload.${name}`, spec]),
      ),
    ),
  };
  return Object.entries(specs).map(([name, spec]) => {
    const choices = Array.isArray(spec.choices) ? ` (${spec.choices.join(', ')})` : '';
    return [name, `${spec.describe}${choices}; default ${spec.default}`];
  });
}
