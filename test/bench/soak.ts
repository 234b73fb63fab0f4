/**
 * `npm run soak -- [--runs 1000] [--from 1] [--system raft]... [--set reads=lease]...`: every protocol as it should be, in
 * hard worlds drawn from the seed (`test/hard-worlds.ts`), simulated and judged in memory. What is
 * called invalid is a false alarm of a checker or a bug of a protocol, and told at once. Ends with
 * status 1 if the safety of any run was. Liveness is counted apart, and so are runs in which nothing
 * is in doubt but what their world may be to blame for (`hopeless`). An interruption ends it with
 * what was found until then.
 */

import { parseArgs } from 'node:util';
import type { Verdict } from '../../checkers/verdict.ts';
import type { RunConfig } from '../../harness/config/config.ts';
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

/** What a run came to: `why` is told of runs of one kind together, `what` of each by itself. */
interface Finding {
  readonly kind: 'valid' | 'hopeless' | 'unknown' | 'not live' | 'UNSAFE';
  readonly why: string;
  readonly what: string;
}

/** What runs of one system came to: how often by kind and reason, and the first seeds of each. */
class Tally {
  #runs = 0;
  readonly #kinds = new Map<string, number>();
  readonly #seeds = new Map<string, number[]>();

  add({ kind, why }: Finding, seed: number): void {
    this.#runs++;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (kind === 'valid') return;
    const what = `${kind}: ${why}`;
    const seeds = this.#seeds.get(what);
    if (seeds === undefined) this.#seeds.set(what, [seed]);
    else seeds.push(seed);
  }

  lines(): string[] {
    const kinds = [...this.#kinds].map(([kind, count]) => `${count} ${kind}`);
    const rows = [...this.#seeds].sort(([, a], [, b]) => b.length - a.length);
    return [
      `${this.#runs} runs: ${kinds.join(', ')}`,
      ...rows.map(([what, seeds]) => {
        const more = seeds.length > 5 ? ' ...' : '';
        return `${String(seeds.length).padStart(7)}  ${what}  (${seeds.slice(0, 5).join(' ')}${more})`;
      }),
    ];
  }
}

const tallies = new Map(chosen.map(({ name }) => [name, new Tally()]));
let unsafe = 0;
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true));
const last = Number(from) + Number(runs) - 1;
for (let seed = Number(from); seed <= last && !isStopped; seed++) {
  for (const system of chosen) {
    const { request, config } = hardRun(system, seed, fixed);
    const found = soakOnce(config);
    tallies.get(system.name)?.add(found, seed);
    if (found.kind === 'UNSAFE') unsafe++;
    // What somebody has to look into is told at once.
    if (found.kind === 'valid' || found.kind === 'hopeless') continue;
    console.log(`${found.kind}: ${found.what}\n    ${commandOf(request, config)}`);
  }
  // Lets an interruption be heard: what was found until then is told.
  await new Promise((resolve) => setImmediate(resolve));
}
for (const [name, tally] of tallies) console.log(`\n${name}, ${tally.lines().join('\n')}`);
process.exitCode = unsafe === 0 ? 0 : 1;

function soakOnce(config: RunConfig): Finding {
  try {
    return findingOf(simulateOnce(config, []));
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'UNSAFE', why: 'threw', what };
  }
}

function findingOf({ verdict: { kind }, checks }: SimulatedRun): Finding {
  if (kind === 'valid') return { kind, why: '', what: '' };
  const wrong = checks.filter(({ verdict }) => verdict.kind === 'invalid');
  const safety = safetyAlarms(checks);
  if (safety.length > 0) return told('UNSAFE', safety);
  if (wrong.length > 0) return told('not live', wrong);
  const doubts = checks.filter(({ verdict }) => verdict.kind === 'unknown');
  // Where the world leaves no liveness, there may be nothing to judge for the others either.
  const hindered = doubts.filter(({ verdict }) => hindranceOf(verdict) !== undefined);
  return hindered.length > 0 ? told('hopeless', hindered.slice(0, 1)) : told('unknown', doubts);
}

function told(kind: Finding['kind'], checks: readonly TimedCheck[]): Finding {
  return {
    kind,
    why: checks.map(reasonOf).join('; '),
    what: checks.map(({ checker, verdict }) => `${checker}: ${sentenceOf(verdict)}`).join('; '),
  };
}

function hindranceOf(verdict: Verdict): string | undefined {
  return verdict.kind === 'unknown' ? verdict.hindrance : undefined;
}

/** Runs of one kind are told together: what differs from run to run is left out. */
function reasonOf({ checker, verdict }: TimedCheck): string {
  if (verdict.kind === 'invalid') return `${checker}: ${verdict.property ?? verdict.because}`;
  const reason = verdict.kind === 'unknown' ? verdict.reason : undefined;
  return hindranceOf(verdict) ?? `${checker}: ${reason ?? 'undecided'}`;
}

function sentenceOf(verdict: Verdict): string {
  if (verdict.kind === 'valid') return '';
  const { because } = verdict;
  return verdict.kind === 'invalid' ? (verdict.detail ?? because) : because;
}
