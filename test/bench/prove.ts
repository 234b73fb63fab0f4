/**
 * What `ordeal prove` covers and how fast: `npm run bench:prove`.
 *
 *   npm run bench:prove                      states a core-second, five protocols, several times each
 *   npm run bench:prove -- --published       a model whose states others have counted
 *   npm run bench:prove -- --decoys [--budget 60] [raft ...]   harmless variants, within bounds that are
 *                                            exhausted and in which their rules decide otherwise
 *   npm run bench:prove -- --mutants [--budget 6] [raft ...]   planted bugs within small bounds,
 *                                            with so many core-seconds at most for each attempt
 */

import { parseArgs } from 'node:util';
import { systemNamed, workloadNamed } from '../../harness/config/catalogue.ts';
import { resolveSystemOptions } from '../../harness/config/settings.ts';
import { HarnessError } from '../../harness/core/errors.ts';
import { type Model, smallSettings } from '../../harness/prove/model.ts';
import { type Proof, prove } from '../../harness/prove/prove.ts';
import type { Bounds } from '../../harness/prove/world.ts';
import type { Variant } from '../../systems/system.ts';
import { STATERIGHT_PAXOS_STATES, staterightPaxos } from '../harness/prove/stateright-paxos.ts';

const { values, positionals } = parseArgs({
  options: {
    mutants: { type: 'boolean', default: false },
    published: { type: 'boolean', default: false },
    decoys: { type: 'boolean', default: false },
    budget: { type: 'string', default: '6' },
    times: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});
const NAMES = ['basic-paxos', 'multi-paxos', 'fast-paxos', 'raft', 'zab'];
const names = positionals.length > 0 ? positionals : NAMES;
const MEMORY_BYTES = 1.5e9;

interface Attempt extends Bounds {
  readonly from: Model['from'];
}

/** From few steps that go far to many that do not; no search gets through them, so that walks go on. */
const ATTEMPTS: readonly Attempt[] = [
  { from: 'ready', nodes: 3, operations: 4, faults: 3, timeouts: 6 },
  { from: 'start', nodes: 3, operations: 2, faults: 1, timeouts: 4 },
];
/** Of the time of an attempt, when walks begin and when they end: the rest makes short what they find. */
const WALKS_FROM = 0.1;
const WALKS_TO = 0.6;

/** Bounds that are exhausted in some seconds of a core, or in a minute of one. */
const WHOLE: Readonly<Record<string, Attempt>> = {
  'basic-paxos': { from: 'start', nodes: 3, operations: 1, faults: 1, timeouts: 0 },
  'multi-paxos': { from: 'start', nodes: 3, operations: 1, faults: 0, timeouts: 1 },
  'fast-paxos': { from: 'ready', nodes: 3, operations: 1, faults: 2, timeouts: 0 },
  raft: { from: 'start', nodes: 3, operations: 1, faults: 1, timeouts: 1 },
  zab: { from: 'ready', nodes: 3, operations: 1, faults: 1, timeouts: 0 },
};

function modelOf(name: string, variant: Variant | null, { from, ...bounds }: Attempt): Model {
  const system = systemNamed(name);
  return {
    system,
    variants: variant === null ? [] : [variant],
    workload: workloadNamed(name === 'basic-paxos' ? 'consensus' : 'register'),
    options: resolveSystemOptions(system, smallSettings(system, variant?.hunt?.set ?? {})),
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

/** A row of the table: what was found, in which bounds, and whether no way is shorter. */
async function hunt(name: string, variant: Variant): Promise<string> {
  const far: string[] = [];
  for (const attempt of ATTEMPTS) {
    try {
      // A cluster of one is told apart from all others: only that is asked for.
      const nodes = variant.hunt?.nodes === 1 ? 1 : attempt.nodes;
      const model = modelOf(name, variant, { ...attempt, nodes });
      const { violation, covered, walked, end } = await hunted(model, Number(values.budget));
      if (violation?.verdict) {
        const { steps, shortest } = violation;
        const { property } = violation.verdict;
        const by = walked === null ? 'search' : 'walk';
        return `found | ${steps.length} steps | ${shortest} | ${by} | ${property} | ${boundsText(attempt)}`;
      }
      far.push(`${end}, ${covered.states} states, ${walked?.walks ?? 0} walks`);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      far.push(error.message);
    }
  }
  return `none | ${far.join('; ')}`;
}

function hunted(model: Model, budgetS: number): Promise<Proof> {
  const begunS = coreS();
  const after = (share: number) => () => coreS() > begunS + share * budgetS;
  return prove(model, {
    depth: null,
    memoryBytes: MEMORY_BYTES,
    isOver: after(1),
    walking: { isTime: after(WALKS_FROM), isOver: after(WALKS_TO) },
  });
}

/** Planted bugs alone: what is harmless has nothing to be found. */
async function mutants(): Promise<void> {
  const shares: string[] = [];
  let [found, all] = [0, 0];
  for (const name of names) {
    const planted = systemNamed(name).variants.filter(({ kind }) => kind === 'mutant');
    let own = 0;
    for (const variant of planted) {
      const said = await hunt(name, variant);
      if (said.startsWith('found')) own++;
      process.stdout.write(`${name} | ${variant.id} | ${said}\n`);
    }
    shares.push(`${name}: ${own} of ${planted.length}`);
    [found, all] = [found + own, all + planted.length];
  }
  const percent = Math.round((100 * found) / all);
  process.stdout.write(`${shares.join('\n')}\nall: ${found} of ${all} (${percent} %)\n`);
}

/** After those of `WHOLE`: with candidates, repeated messages and two leaders, but for nobody or one client. */
const DECOY_BOUNDS: readonly Attempt[] = [
  { from: 'start', nodes: 3, operations: 0, faults: 1, timeouts: 1 },
  { from: 'ready', nodes: 3, operations: 0, faults: 1, timeouts: 1 },
  { from: 'ready', nodes: 3, operations: 0, faults: 0, timeouts: 2 },
  { from: 'start', nodes: 3, operations: 1, faults: 0, timeouts: 2 },
];

/**
 * What looks wrong and is not has no violation in any state. That says something only where its rule was
 * asked, and decided otherwise than without it: each is exhausted within bounds where it did, if any.
 */
async function decoys(): Promise<void> {
  for (const name of names) {
    for (const variant of systemNamed(name).variants.filter(({ kind }) => kind === 'decoy')) {
      const said: string[] = [];
      for (const attempt of [WHOLE[name] as Attempt, ...DECOY_BOUNDS]) {
        const model = modelOf(name, variant, attempt);
        const { end, covered, reached } = await within(model, Number(values.budget));
        const asked = Object.values(reached).reduce((sum, { calls }) => sum + calls, 0);
        const otherwise = Object.values(reached).reduce((sum, { changed }) => sum + changed, 0);
        const far = `${end} | ${covered.states} states | asked ${asked} times, decided otherwise ${otherwise} | ${boundsText(attempt)}`;
        if (end !== 'exhausted' && end !== 'violation') continue;
        said.push(far);
        if (otherwise > 0 || end === 'violation') break;
      }
      process.stdout.write(`${name} | ${variant.id} | ${said.at(-1) ?? 'nothing exhausted'}\n`);
    }
  }
}

/** Searches a model several times: the last proof, and states a core-second with their spread. */
async function repeated(model: Model): Promise<{ readonly proof: Proof; readonly rates: string }> {
  const rates: number[] = [];
  let proof: Proof | null = null;
  for (let time = 0; time < Number(values.times) || proof === null; time++) {
    const begunS = coreS();
    proof = await within(model, 600);
    rates.push(Math.round(proof.covered.states / (coreS() - begunS)));
  }
  rates.sort((a, b) => a - b);
  const middle = rates[Math.floor(rates.length / 2)];
  return {
    proof,
    rates: `${middle} states a core-second (${rates[0]} to ${rates.at(-1)}, ${rates.length} times)`,
  };
}

async function speed(): Promise<void> {
  for (const name of names) {
    const attempt = WHOLE[name] as Attempt;
    const { proof, rates } = await repeated(modelOf(name, null, attempt));
    const { covered, end, local } = proof;
    process.stdout.write(
      `${name} | ${boundsText(attempt)} | ${end} | ${covered.states} states | ` +
        `${covered.transitions} transitions | depth ${covered.depth} | ${local.steps} steps of nodes | ${rates}\n`,
    );
  }
}

async function published(): Promise<void> {
  const { proof, rates } = await repeated(staterightPaxos());
  const { end, covered } = proof;
  process.stdout.write(
    `Stateright's paxos, 2 clients | ${end} | ${covered.states} states (published: ` +
      `${STATERIGHT_PAXOS_STATES}) | ${covered.transitions} transitions | ${rates}\n`,
  );
}

if (values.mutants) await mutants();
else if (values.published) await published();
else await (values.decoys ? decoys() : speed());
