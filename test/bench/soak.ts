/**
 * `npm run soak -- [--runs 1000] [--from 1] [--system raft]... [--set reads=lease]...`: every protocol as it should be, in
 * hard worlds drawn from the seed (`test/hard-worlds.ts`), simulated and judged in memory. What is
 * called invalid is a false alarm of a checker or a bug of a protocol. Ends with status 1 if the
 * safety of any run was. Liveness is counted apart, and so are runs in which nothing is in doubt but
 * what their world may be to blame for (`hopeless`).
 */

import { parseArgs } from 'node:util';
import type { Verdict } from '../../checkers/verdict.ts';
import type { RunConfig } from '../../harness/config/config.ts';
import { HINDERED } from '../../harness/judge/judge.ts';
import { commandOf } from '../../harness/run/run-file.ts';
import { type SimulatedRun, simulateOnce } from '../../harness/run/simulate.ts';
import type { TimedCheck } from '../../harness/store/format.ts';
import { hardRun, safetyAlarms, soaked } from '../hard-worlds.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
    system: { type: 'string', multiple: true, default: soaked.map(({ name }) => name) },
  },
});

const { system: names, runs, from } = values;
/** Settings that are not drawn. */
const fixed = Object.fromEntries(values.set.map((text) => text.split('=', 2) as [string, string]));
const chosen = soaked.filter(({ name }) => names.includes(name));
if (chosen.length < names.length) {
  throw new Error(`--system: any of ${soaked.map(({ name }) => name).join(', ')}`);
}

/** What runs of one system came to: how often, and the first seeds of it. */
class Tally {
  readonly #seeds = new Map<string, number[]>();

  add(what: string, seed: number): void {
    const seeds = this.#seeds.get(what);
    if (seeds === undefined) this.#seeds.set(what, [seed]);
    else seeds.push(seed);
  }

  lines(): string[] {
    const rows = [...this.#seeds].sort(([, a], [, b]) => b.length - a.length);
    return rows.map(([what, seeds]) => {
      const more = seeds.length > 5 ? ' ...' : '';
      return `${String(seeds.length).padStart(7)}  ${what}  (${seeds.slice(0, 5).join(' ')}${more})`;
    });
  }
}

const tallies = new Map(chosen.map(({ name }) => [name, new Tally()]));
let unsafe = 0;
for (let seed = Number(from); seed < Number(from) + Number(runs); seed++) {
  for (const system of chosen) {
    const { request, config } = hardRun(system, seed, fixed);
    const kind = soakOnce(config);
    tallies.get(system.name)?.add(kind, seed);
    if (!kind.startsWith('UNSAFE')) continue;
    unsafe++;
    console.log(`${kind}\n    ${commandOf(request, config)}`);
  }
}
for (const [name, tally] of tallies) {
  console.log(`\n${name}, ${runs} runs from seed ${from}:`);
  for (const line of tally.lines()) console.log(line);
}
process.exitCode = unsafe === 0 ? 0 : 1;

function soakOnce(config: RunConfig): string {
  try {
    return kindOf(simulateOnce(config, []));
  } catch (error) {
    return `UNSAFE threw: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

/** Runs of one kind are told together: what differs from run to run is left out. */
function kindOf({ verdict: { kind }, checks }: SimulatedRun): string {
  if (kind === 'valid') return 'valid';
  const wrong = checks.filter(({ verdict: { kind } }) => kind === 'invalid');
  const safety = safetyAlarms(checks);
  if (safety.length > 0) return `UNSAFE ${safety.map(reasonOf).join('; ')}`;
  if (wrong.length > 0) return `not live: ${wrong.map(reasonOf).join('; ')}`;
  const doubts = checks.filter(({ verdict: { kind } }) => kind === 'unknown');
  const open = doubts.filter(({ verdict }) => !isHindered(verdict));
  if (open.length === 0) return `hopeless: ${doubts.map(reasonOf).join('; ')}`;
  return `unknown: ${open.map(reasonOf).join('; ')}`;
}

function isHindered(verdict: Verdict): boolean {
  return verdict.kind === 'unknown' && verdict.because.includes(HINDERED);
}

function reasonOf({ checker, verdict }: TimedCheck): string {
  if (verdict.kind === 'valid') return checker;
  const property = verdict.kind === 'invalid' ? (verdict.property ?? '') : '';
  return `${checker}: ${property === '' ? generalized(verdict.because) : property}`;
}

function generalized(text: string): string {
  return text.replaceAll(/\d+(\.\d+)?/g, '#');
}
