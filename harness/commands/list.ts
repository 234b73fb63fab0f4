/** `ordeal list`: what there is to run. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { models } from '../../checkers/linearizable/index.ts';
import type { Nemesis } from '../../nemesis/fault.ts';
import { nemeses } from '../../nemesis/index.ts';
import { systems } from '../../systems/index.ts';
import { OPERATIONS, type OperationName } from '../../systems/operations.ts';
import { isProtocol, type OptionSpec, rulesOf, type System } from '../../systems/system.ts';
import { workloads } from '../../workloads/index.ts';
import { programWorkloads } from '../../workloads/programs/index.ts';
import type { Workload } from '../../workloads/workload.ts';
import { BACKEND_NAMES, BACKENDS, carriesOut, runsKind } from '../config/backends.ts';
import { builtIn, type Catalogue, systemNamed } from '../config/catalogue.ts';
import { whyBeyond } from '../config/nemeses.ts';
import { allowedOf, SIMULATOR_OPTIONS, workloadSpecs } from '../config/settings.ts';
import { EXIT, usage } from '../core/errors.ts';
import { judges } from '../judge/judge.ts';
import { isProgramPath, withOwnModules } from '../own/modules.ts';
import { namedProgram } from '../own/program.ts';
import { styleOf, wrap } from '../report/terminal.ts';
import { loadScenario, scenarioNames } from '../scenario/file.ts';
import { listRuns } from '../store/list.ts';
import { argumentOf } from './command-line.ts';
import { printDocument } from './document.ts';
import { noSystem } from './run-options.ts';

/** One row: a name, and what it is. */
type Row = readonly [name: string, describe: string];

const LISTS = [
  'systems',
  'workloads',
  'matrix',
  'nemeses',
  'checkers',
  'models',
  'mutants',
  'rules',
  'options',
  'scenarios',
  'runs',
] as const;

/** Lists that are of one system, and those of them that are of all where none is named. */
const OF_A_SYSTEM: readonly string[] = ['mutants', 'rules', 'options', 'scenarios'];
const OF_ALL: readonly string[] = ['mutants', 'scenarios'];

export function registerList(program: Command): void {
  program
    .command('list')
    .description(
      'list systems, workloads, what serves what, nemeses, checkers, models, mutants, rules, options, scenarios or stored runs',
    )
    .usage('<what> [system] [options]')
    .addArgument(argumentOf('[what]', 'what to list', LISTS))
    .argument(
      '[system]',
      'whose rules or options; whose mutants or scenarios (default: of every system)',
    )
    .option('--store <dir>', 'where runs are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  ordeal list systems\n  ordeal list mutants raft\n  ordeal list rules raft',
    )
    .action(
      async (
        what: (typeof LISTS)[number] | undefined,
        given: string | undefined,
        options: ListOptions,
        command: Command,
      ) => {
        if (what === undefined) throw usage(`list: say what to list (${LISTS.join(', ')})`);
        if (given !== undefined && !OF_A_SYSTEM.includes(what)) {
          throw usage(`list ${what}: takes no system, got "${given}"`);
        }
        const isOfAll = !OF_A_SYSTEM.includes(what) || OF_ALL.includes(what);
        if (given === undefined && !isOfAll) throw noSystem(`ordeal list ${what} raft`);
        const named =
          given !== undefined && isProgramPath(given)
            ? namedProgram(given, [])
            : { system: given ?? '' };
        const { request, catalogue } = await withOwnModules(named, builtIn);
        const of = given === undefined ? [] : [systemNamed(request.system, catalogue)];
        const isNamed = command.getOptionValueSource('store') !== 'default';
        if (what === 'runs' && isNamed && !existsSync(options.store)) {
          throw usage(`--store ${options.store}: no such directory`);
        }
        const rows = rowsOf(what, of, options.store, catalogue);
        const [owner] = of;
        if (rows.length === 0) {
          const none = owner === undefined ? noRunsText(options.store) : noneText(what, owner);
          process.stderr.write(`${none}\n`);
        }
        if (options.json === true) {
          const items = rows.map(([name, describe]) => ({ name, describe }));
          printDocument({ exitStatus: EXIT.valid, list: what, rows: items });
          return;
        }
        process.stdout.write(tableOf(rows, styleOf(process.stdout).columns));
      },
    );
}

/** Names wider than this have their description on the next line. */
const NAME_MAX = 30;

/** Names in a column, descriptions beside them, wrapped. */
function tableOf(rows: readonly Row[], columns: number): string {
  const widths = rows.map(([name]) => name.length).filter((width) => width <= NAME_MAX);
  const indent = Math.max(0, ...widths) + 2;
  const gap = ' '.repeat(indent);
  return rows
    .map(([name, describe]) => {
      const head = name.length <= NAME_MAX ? name.padEnd(indent) : `${name}\n${gap}`;
      return `${head}${wrap(describe, columns - indent).join(`\n${gap}`)}\n`;
    })
    .join('');
}

interface ListOptions {
  readonly store: string;
  readonly json?: boolean;
}

/** `of`: the system that was named, if any. */
function rowsOf(
  what: (typeof LISTS)[number],
  of: readonly System[],
  store: string,
  catalogue: Catalogue,
): Row[] {
  const among = of.length > 0 ? of : Object.values(systems);
  switch (what) {
    case 'systems':
      return Object.values(builtIn.systems).map((one) => {
        const names = Object.values(workloads)
          .filter((workload) => serves(one, workload.operations))
          .map((workload) => workload.name)
          .join(', ');
        const { kind = 'protocol' } = one;
        const where = BACKEND_NAMES.filter((backend) => runsKind(backend, kind)).join(', ');
        return [one.name, `${one.describe} (${where}; workloads: ${names})`];
      });
    case 'workloads':
      return [
        ...Object.values(workloads).map((one) => workloadRow(one)),
        ...Object.values(programWorkloads).map((one) => workloadRow(one, 'programs: ')),
      ];
    case 'matrix':
      return matrixRows();
    case 'nemeses':
      return Object.values(nemeses).map((one) => [
        one.name,
        `${one.describe} (${nemesisNotes(one)})`,
      ]);
    case 'checkers':
      return judges.map((judge) => [judge.name, judge.describe]);
    case 'models':
      return Object.entries(models).map(([name, model]) => [name, model.functions.join(', ')]);
    case 'mutants':
      return among.flatMap(mutantRows);
    case 'rules':
      return of.flatMap(ruleRows);
    case 'options':
      return of.flatMap((one) => optionRows(one, catalogue));
    case 'scenarios':
      return among.flatMap(scenarioRows);
    case 'runs':
      return listRuns(store);
  }
}

function workloadRow({ name, describe, operations }: Workload, whose = ''): Row {
  return [name, `${describe} (${whose}${operations.join(', ')})`];
}

/** Who carries a nemesis out, when a run has it, and who does not promise to survive it. */
function nemesisNotes(nemesis: Nemesis): string {
  const able = BACKEND_NAMES.filter((name) => carriesOut(BACKENDS[name], nemesis.needs));
  const fragile = Object.values(systems).filter((one) => whyBeyond(one, nemesis) !== null);
  const where = able.length === BACKEND_NAMES.length ? able.join(', ') : `${able.join(', ')} only`;
  if (fragile.length > 0) {
    const names = fragile.map(({ name }) => name).join(', ');
    return `${where}; by name only: beyond what ${names} promise to survive`;
  }
  return nemesis.usual === false ? `${where}; by name, or with all` : where;
}

function mutantRows({ name, variants }: System): Row[] {
  return variants.map((one) => [
    `${name}/${one.id}`,
    `${one.describe}${one.kind === 'decoy' ? ' (decoy: harmless)' : ''}`,
  ]);
}

/** A rule that no line of a table is about may answer anything. */
function ruleRows(system: System): Row[] {
  const { ruleTable = {} } = system;
  const names = new Set([...Object.keys(ruleTable), ...Object.keys(rulesOf(system))]);
  return [...names].map((name) => {
    const spec = ruleTable[name];
    return [
      name,
      spec === undefined ? 'no line in `ruleTable`' : `${spec.says} → ${spec.answers.what}`,
    ];
  });
}

/** What a system would have to say for a list of it to have rows. */
function noneText(what: string, { name }: System): string {
  switch (what) {
    case 'rules':
      return `${name} declares no rules: put its decisions into \`rules\`, and a line on each into \`ruleTable\``;
    case 'mutants':
      return `${name} declares no mutants: put planted bugs into \`variants\``;
    default:
      return `${name} has no ${what}`;
  }
}

function noRunsText(store: string): string {
  return existsSync(store)
    ? `no run is stored in ${store}`
    : `no run is stored here yet: there is no ${store}/ (ordeal run makes it; --store names another)`;
}

/** By what they show. */
function scenarioRows({ name }: System): Row[] {
  return scenarioNames(name).map((one) => [`${name} ${one}`, loadScenario(name, one).title]);
}

/** Whether a system offers every one of these operations. */
function serves(system: System, operations: readonly OperationName[]): boolean {
  return operations.every((f) => system.operations.includes(f));
}

/** Which operation, and which workload, is for which system. */
function matrixRows(): Row[] {
  const row = (name: string, operations: readonly OperationName[]): Row => {
    const served = Object.values(builtIn.systems).filter((system) => serves(system, operations));
    const all = served.length === Object.keys(builtIn.systems).length;
    return [name, all ? 'every system' : served.map((system) => system.name).join(', ')];
  };
  // What programs are asked no system of ours offers.
  const offered = OPERATIONS.filter((f) => {
    return Object.values(builtIn.systems).some(({ operations }) => operations.includes(f));
  });
  return [
    ...offered.map((f) => row(f, [f])),
    ...Object.values(workloads).map((one) => row(`--workload ${one.name}`, one.operations)),
  ];
}

function optionRows(system: System, { workloads: among }: Catalogue): Row[] {
  const rows = (specs: Readonly<Record<string, OptionSpec>>, note = ''): Row[] =>
    Object.entries(specs).map(([name, spec]) => [
      name,
      `${spec.describe}${note} (${allowedOf(spec)}; default ${spec.default})`,
    ]);
  return [
    ...rows(system.options),
    ...(isProtocol(system) ? rows(SIMULATOR_OPTIONS) : []),
    ...Object.values(among)
      .filter((workload) => serves(system, workload.operations))
      .flatMap((workload) => rows(workloadSpecs(workload), `, with --workload ${workload.name}`)),
  ];
}
