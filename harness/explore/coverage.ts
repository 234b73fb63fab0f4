/** What the runs of an exploration reached, all together. */

import { worthDrawing } from '../../systems/option-values.ts';
import type { OptionSpec } from '../../systems/system.ts';
import { nemesisNamed, workloadNamed } from '../config/catalogue.ts';
import { promisedNemeses } from '../config/nemeses.ts';
import { overDefaults, settingSpecs } from '../config/settings.ts';
import { overlapsOf } from './overlaps.ts';
import { stepsOf } from './steps.ts';
import { type Ground, sometimesOf } from './strategy.ts';
import type { Reached } from './trial.ts';
import { type Unseen, unseenOf } from './unseen.ts';

/** How often, by name. */
export type Counts = Readonly<Record<string, number>>;

export interface CoverageFigures {
  /** Runs by size of the cluster, and by workload. */
  readonly nodes: Counts;
  readonly workloads: Counts;
  /** Of each option that has values worth drawing: runs by value. */
  readonly options: Readonly<Record<string, Counts>>;
  /** Values worth drawing that no run had, by option. */
  readonly optionsNever: Readonly<Record<string, readonly string[]>>;
  /** Faults that were in force, by nemesis and form. */
  readonly faults: Counts;
  /** The same by nemesis, whatever form they took. */
  readonly lanes: Counts;
  /** Forms of what the system promises to survive. */
  readonly faultsNever: readonly string[];
  /** What nodes reported, by kind; and what nodes of this protocol can report, and none did. */
  readonly steps: Counts;
  readonly stepsNever: readonly string[];
  /** Steps that one node reported right after one another (`append, commit`): runs that showed each. */
  readonly pairs: Counts;
  /** Steps after which no node crashed, for whatever reason, before it reported another one. */
  readonly crashedNever: readonly string[];
  /** By nemesis: after which step of a node, its last, how many faults began that acted on it. */
  readonly hits: Readonly<Record<string, Counts>>;
  /** By nemesis that hit any node at all: steps that were reached, and that it never hit. */
  readonly hitsNever: Readonly<Record<string, readonly string[]>>;
  /** Pairs of operations that were open at the same time: `read ok beside write info`. */
  readonly overlaps: Counts;
  /** The same that no run showed, of operations that the workloads of the runs have. */
  readonly overlapsNever: readonly string[];
  /** Of these, those of which each of the two ended so beside something else. */
  readonly overlapsMissed: readonly string[];
  /** Situations that should occur, by name: the sentence, and in how many runs it did. */
  readonly sometimes: Readonly<
    Record<string, { readonly describe: string; readonly runs: number }>
  >;
  readonly sometimesNever: readonly string[];
  /** Pairs that were seen in one run and in two, that are left at the least, and that as many runs again would show. */
  readonly unseen: Unseen;
}

/** What is reported of a node that is killed. */
const CRASH = 'crash';

/** What runs reached, as counts that add up: those of two sets of runs are those of both. */
export interface Tallies {
  readonly runs: number;
  readonly nodes: Counts;
  readonly workloads: Counts;
  readonly options: Readonly<Record<string, Counts>>;
  readonly faults: Counts;
  readonly lanes: Counts;
  readonly steps: Counts;
  readonly pairs: Counts;
  readonly hits: Readonly<Record<string, Counts>>;
  readonly overlaps: Counts;
  readonly sometimes: Counts;
}

export class Coverage {
  readonly #ground: Ground;
  readonly #nodes: Record<string, number> = {};
  readonly #workloads: Record<string, number> = {};
  readonly #options: Record<string, Record<string, number>> = {};
  readonly #faults: Record<string, number> = {};
  readonly #lanes: Record<string, number> = {};
  readonly #steps: Record<string, number> = {};
  readonly #pairs: Record<string, number> = {};
  readonly #hits: Record<string, Record<string, number>> = {};
  readonly #overlaps: Record<string, number> = {};
  readonly #sometimes: Record<string, number> = {};
  #runs = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  add({ nodes, workload, set, faults, hits, steps, pairs, overlaps, sometimes }: Reached): void {
    this.#runs++;
    for (const pair of Object.keys(pairs)) count(this.#pairs, pair);
    count(this.#nodes, String(nodes));
    count(this.#workloads, workload);
    for (const [name, spec] of this.#drawable(workload)) {
      countIn(this.#options, name, { [String(set[name] ?? spec.default)]: 1 });
    }
    for (const [lane, forms] of Object.entries(faults)) {
      for (const [form, times] of Object.entries(forms)) {
        count(this.#faults, `${lane} ${form}`, times);
        count(this.#lanes, lane, times);
      }
    }
    countAll(this.#steps, steps);
    for (const [lane, after] of Object.entries(hits)) countIn(this.#hits, lane, after);
    for (const [name, times] of Object.entries(sometimes)) {
      count(this.#sometimes, name, Math.min(1, times));
    }
    countAll(this.#overlaps, overlaps);
  }

  /** Takes on what other runs of the same ground reached. */
  absorb(tallies: Tallies): void {
    this.#runs += tallies.runs;
    countAll(this.#nodes, tallies.nodes);
    countAll(this.#workloads, tallies.workloads);
    for (const [name, counts] of Object.entries(tallies.options)) {
      countIn(this.#options, name, counts);
    }
    countAll(this.#faults, tallies.faults);
    countAll(this.#lanes, tallies.lanes);
    countAll(this.#steps, tallies.steps);
    countAll(this.#pairs, tallies.pairs);
    for (const [lane, counts] of Object.entries(tallies.hits)) countIn(this.#hits, lane, counts);
    countAll(this.#overlaps, tallies.overlaps);
    countAll(this.#sometimes, tallies.sometimes);
  }

  tallies(): Tallies {
    return {
      runs: this.#runs,
      nodes: this.#nodes,
      workloads: this.#workloads,
      options: this.#options,
      faults: this.#faults,
      lanes: this.#lanes,
      steps: this.#steps,
      pairs: this.#pairs,
      hits: this.#hits,
      overlaps: this.#overlaps,
      sometimes: this.#sometimes,
    };
  }

  figures(): CoverageFigures {
    const { catalogue, system } = this.#ground;
    const forms = promisedNemeses(system, catalogue, overDefaults(system, {})).flatMap((name) =>
      nemesisNamed(name, catalogue).forms.map(({ form }) => `${name} ${form}`),
    );
    const steps = Object.keys(sorted(this.#steps)).filter((kind) => kind !== CRASH);
    // Some that faults wait for is reported by nobody.
    const hit = new Set([...steps, ...Object.values(this.#hits).flatMap(Object.keys)]);
    const optionsNever: Record<string, readonly string[]> = {};
    for (const workload of Object.keys(this.#workloads)) {
      for (const [name, spec] of this.#drawable(workload)) {
        const values = worthDrawing(spec).map(String);
        const never = values.filter((value) => this.#options[name]?.[value] === undefined);
        if (never.length > 0) optionsNever[name] = never;
      }
    }
    return {
      nodes: this.#nodes,
      workloads: this.#workloads,
      options: this.#options,
      optionsNever,
      faults: sorted(this.#faults),
      lanes: sorted(this.#lanes),
      faultsNever: missing(forms, this.#faults),
      steps: sorted(this.#steps),
      stepsNever: missing(stepsOf(system.name), this.#steps),
      pairs: sorted(this.#pairs),
      crashedNever: steps.filter((kind) => this.#pairs[`${kind}, ${CRASH}`] === undefined),
      hits: this.#hits,
      hitsNever: Object.fromEntries(
        Object.entries(this.#hits).map(([lane, hits]) => [lane, missing([...hit], hits)]),
      ),
      overlaps: sorted(this.#overlaps),
      ...this.#overlapsNever(),
      sometimes: this.#situations(),
      sometimesNever: Object.keys(this.#sometimes).filter((name) => this.#sometimes[name] === 0),
      unseen: unseenOf(Object.values(this.#pairs), this.#runs, this.#runs),
    };
  }

  #situations(): CoverageFigures['sometimes'] {
    const all = Object.keys(this.#workloads).flatMap((name) => sometimesOf(this.#ground, name));
    const figures = all.map(({ name, describe }) => {
      return [name, { describe, runs: this.#sometimes[name] ?? 0 }] as const;
    });
    return Object.fromEntries(figures);
  }

  /** Of what operations of one workload may show together. */
  #overlapsNever(): Pick<CoverageFigures, 'overlapsNever' | 'overlapsMissed'> {
    const all = Object.keys(this.#workloads).flatMap((name) => [
      ...overlapsOf(workloadNamed(name, this.#ground.catalogue).operations),
    ]);
    const possible = new Map(all);
    const shown = [...possible].filter(([name]) => Object.hasOwn(this.#overlaps, name));
    const ends = new Set(shown.flatMap(([, pair]) => pair));
    const overlapsNever = missing([...possible.keys()], this.#overlaps);
    const isNear = (name: string) => possible.get(name)?.every((one) => ends.has(one)) === true;
    return { overlapsNever, overlapsMissed: overlapsNever.filter(isNear) };
  }

  #drawable(workload: string): readonly (readonly [string, OptionSpec])[] {
    const { system, catalogue } = this.#ground;
    const specs = settingSpecs(system, workloadNamed(workload, catalogue));
    return Object.entries(specs).filter(([, spec]) => worthDrawing(spec).length > 1);
  }
}

function count(counts: Record<string, number>, name: string, times = 1): void {
  counts[name] = (counts[name] ?? 0) + times;
}

function countAll(counts: Record<string, number>, more: Counts): void {
  for (const [name, times] of Object.entries(more)) count(counts, name, times);
}

function countIn(all: Record<string, Record<string, number>>, name: string, more: Counts): void {
  const counts = all[name] ?? {};
  all[name] = counts;
  countAll(counts, more);
}

function missing(names: readonly string[], counts: Counts): readonly string[] {
  return names.filter((name) => !Object.hasOwn(counts, name));
}

/** The most frequent first. */
function sorted(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}
