/**
 * What `ordeal prove` covers and how fast: `npm run bench:prove`.
 *
 *   npm run bench:prove                      states a core-second, five protocols, several times each
 *   npm run bench:prove -- --decoys [raft ...]   harmless variants, within the same bounds
 *   npm run bench:prove -- --mutants [--budget 4] [raft ...]   planted bugs within small bounds,
 *                                            with so many core-seconds for each attempt
 */

import { parseArgs } from 'node:util';
import { systemNamed, workloadNamed } from '../../harness/config/catalogue.ts';
import { resolveSystemOptions } from '../../harness/config/settings.ts';
import { HarnessError } from '../../harness/core/errors.ts';
import type { Model } from '../../harness/prove/model.ts';
import { type Proof, prove } from '../../harness/prove/prove.ts';
import type { Bounds } from '../../harness/prove/world.ts';
import type { Variant } from '../../systems/system.ts';

const { values, positionals } = parseArgs({
  options: {
    mutants: { type: 'boolean', default: false },
    decoys: { type: 'boolean', default: false },
    budget: { type: 'string', default: '4' },
    times: { type: 'string', default: '5' },
  },
  allowPositionals: true,
});
const NAMES = ['basic-paxos', 'multi-paxos', 'fast-paxos', 'raft', 'zab'];
const names = positionals.length > 0 ? positionals : NAMES;
const MEMORY_BYTES = 1.5e9;

interface Attempt extends Bounds {
  readonly from: Model['from'];
}

/** From few steps that go far to many that do not. */
const ATTEMPTS: readonly Attempt[] = [
  { from: 'ready', nodes: 3, operations: 2, faults: 1, timeouts: 1 },
  { from: 'start', nodes: 3, operations: 2, faults: 1, timeouts: 3 },
  { from: 'ready', nodes: 3, operations: 1, faults: 2, timeouts: 2 },
  { from: 'start', nodes: 3, operations: 1, faults: 0, timeouts: 2 },
];

/** Bounds that are exhausted in some seconds of a core, or in a minute of one. */
const WHOLE: Readonly<Record<string, Attempt>> = {
  'basic-paxos': { from: 'start', nodes: 3, operations: 1, faults: 1, timeouts: 0 },
  'multi-paxos': { from: 'start', nodes: 3, operations: 1, faults: 0, timeouts: 1 },
  'fast-paxos': { from: 'ready', nodes: 3, operations: 1, faults: 1, timeouts: 0 },
  raft: { from: 'start', nodes: 3, operations: 1, faults: 1, timeouts: 1 },
  zab: { from: 'ready', nodes: 3, operations: 1, faults: 1, timeouts: 0 },
};

function modelOf(name: string, variant: Variant | null, { from, ...bounds }: Attempt): Model {
  const system = systemNamed(name);
  const set = { ...system.small?.set, ...variant?.hunt?.set };
  const own = Object.entries(set).filter(([option]) => Object.hasOwn(system.options, option));
  return {
    system,
    variants: variant === null ? [] : [variant],
    workload: workloadNamed(name === 'basic-paxos' ? 'consensus' : 'register'),
    options: resolveSystemOptions(system, Object.fromEntries(own)),
    bounds,
    from,
    folds: true,
  };
}

/** Seconds of a core, which others on the machine take less from than from those of a clock. */
function coreS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function within(model: Model, budgetS: number): Promise<Proof> {
  const untilS = coreS() + budgetS;
  return prove(model, {
    depth: null,
    memoryBytes: MEMORY_BYTES,
    isOver: () => coreS() > untilS,
  });
}

const boundsText = ({ from, operations, faults, timeouts }: Attempt): string =>
  `${operations} operations, ${faults} faults, ${timeouts} time-outs, from ${from}`;

async function hunt(name: string, variant: Variant): Promise<string> {
  let far = '';
  let covered = 0;
  let refused = '';
  for (const attempt of ATTEMPTS) {
    try {
      const {
        violation,
        covered: found,
        end,
      } = await within(modelOf(name, variant, attempt), Number(values.budget));
      if (violation?.verdict) {
        const { property } = violation.verdict;
        return `found | ${violation.steps.length} steps | ${property} | ${boundsText(attempt)}`;
      }
      covered += found.states;
      far = end === 'exhausted' ? `${far} exhausted ${boundsText(attempt)};` : far;
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      refused = ` ${error.message}`;
    }
  }
  return `none | ${covered} states |${far}${refused}`;
}

async function mutants(): Promise<void> {
  for (const name of names) {
    let found = 0;
    const planted = systemNamed(name).variants;
    for (const variant of planted) {
      const said = await hunt(name, variant);
      if (said.startsWith('found')) found++;
      process.stdout.write(`${name} | ${variant.id} | ${variant.kind} | ${said}\n`);
    }
    process.stdout.write(`${name}: ${found} of ${planted.length} variants\n`);
  }
}

/** What looks wrong and is not has no violation in any state. */
async function decoys(): Promise<void> {
  for (const name of names) {
    const attempt = WHOLE[name] as Attempt;
    for (const variant of systemNamed(name).variants.filter(({ kind }) => kind === 'decoy')) {
      const { end, covered, reached } = await within(modelOf(name, variant, attempt), 600);
      const changed = Object.values(reached).reduce((sum, one) => sum + one.changed, 0);
      const said = `${end} | ${covered.states} states | decided otherwise ${changed} times | ${boundsText(attempt)}`;
      process.stdout.write(`${name} | ${variant.id} | ${said}\n`);
    }
  }
}

async function speed(): Promise<void> {
  for (const name of names) {
    const attempt = WHOLE[name] as Attempt;
    const rates: number[] = [];
    let last: Proof | null = null;
    for (let time = 0; time < Number(values.times); time++) {
      const begunS = coreS();
      last = await within(modelOf(name, null, attempt), 600);
      rates.push(Math.round(last.covered.states / (coreS() - begunS)));
    }
    rates.sort((a, b) => a - b);
    const { covered, end, local } = last as Proof;
    process.stdout.write(
      `${name} | ${boundsText(attempt)} | ${end} | ${covered.states} states | ` +
        `${covered.transitions} transitions | depth ${covered.depth} | ${local.steps} steps of nodes | ` +
        `${rates[Math.floor(rates.length / 2)]} states a core-second (${rates[0]} to ${rates.at(-1)})\n`,
    );
  }
}

if (values.mutants) await mutants();
else await (values.decoys ? decoys() : speed());
