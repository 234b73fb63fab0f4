/** One run of an exploration: chosen by a strategy, made and judged in memory, told as plain data. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import type { CheckResult, Verdict } from '../../checkers/verdict.ts';
import { builtIn, simulatedNamed } from '../config/catalogue.ts';
import type { RunConfig, RunRequest } from '../config/config.ts';
import { type Signature, signaturesOf } from '../judge/signature.ts';
import { withOwnModules } from '../own/modules.ts';
import { prepare } from '../run/prepare.ts';
import type { PreparedRun, Simulation } from '../run/prepared.ts';
import { commandOf } from '../run/run-file.ts';
import { simulateOnce } from '../run/simulate.ts';
import type { RunFigures } from '../store/format.ts';
import { huntsOf } from '../variants/hunts.ts';
import { digestOf } from './digest.ts';
import { type CountsByLane, hitsIn } from './hits.ts';
import { TraceObserver } from './observer.ts';
import { overlapsIn } from './overlaps.ts';
import { historyLinesOf, type Lines } from './parting.ts';
import { strategies } from './strategies/index.ts';
import { type Chosen, chosenRun, type Ground, sometimesOf } from './strategy.ts';

/** Which run to make. */
export interface Task {
  readonly strategy: string;
  readonly seed: number;
  /** Its lines are wanted, to be compared with those of another run. */
  readonly recorded?: true;
}

/** What a run was made of and reached, for the coverage of the whole. */
export interface Reached {
  readonly nodes: number;
  readonly workload: string;
  /** Settings of system, workload and simulator. */
  readonly set: RunConfig['set'];
  /** Faults that were in force, by lane and form. */
  readonly faults: CountsByLane;
  /** Of these, by lane and the last step before of each node that they acted on. */
  readonly hits: CountsByLane;
  /** Events of nodes' traces, by kind. */
  readonly steps: Readonly<Record<string, number>>;
  /** Of these, one right after the other on one node: `append, commit`. */
  readonly pairs: Readonly<Record<string, number>>;
  /** Operations that were open at the same time, by what they did and how they ended. */
  readonly overlaps: Readonly<Record<string, number>>;
  /** Situations that should occur, by name, and how often they did; 0 among them. */
  readonly sometimes: Readonly<Record<string, number>>;
}

/** What a run came to. */
export interface Trial extends Task {
  /** As a user would ask for it, with paths of modules. */
  readonly request: RunRequest;
  readonly verdict: Verdict['kind'];
  /** Why, where it is not valid. */
  readonly because: string | null;
  /** Of one that is unknown, what is the same in all that are so for alike reasons; null otherwise. */
  readonly reason: string | null;
  /** Kinds of violation, each once; empty unless it is invalid. */
  readonly kinds: readonly Signature[];
  /** Events of the simulator. */
  readonly events: number;
  /** Time of one core. */
  readonly seconds: number;
  readonly simulatedS: number;
  readonly digest: string;
  /** Null unless the task wants them. */
  readonly lines: Lines | null;
  readonly variants: NonNullable<RunFigures['reached']>;
  readonly reached: Reached;
}

/** All that the runs of an exploration have in common: what was asked for, loaded once. */
export class Explored {
  readonly #prepared: PreparedRun;
  readonly #named: RunRequest;
  readonly ground: Ground;

  private constructor(
    prepared: PreparedRun,
    named: RunRequest,
    sometimes: readonly Sometimes[] = [],
  ) {
    const { config, catalogue, variants } = prepared;
    const system = simulatedNamed(config.system, catalogue);
    this.#prepared = prepared;
    this.#named = named;
    this.ground = { system, catalogue, hunts: huntsOf(system, variants, catalogue), sometimes };
  }

  /**
   * Throws a usage error for what cannot be asked for. Of the variants that are asked for, `only`
   * leaves one, by its id.
   */
  static async of(request: RunRequest, only: string | null = null): Promise<Explored> {
    const all = await prepare(request);
    const variants = all.variants.filter(({ id }) => only === null || id === only);
    const prepared = { ...all, variants };
    const { request: named } = await withOwnModules(request, builtIn);
    return new Explored(prepared, named);
  }

  /** Of what a program prepared itself, by names that its catalogue knows. */
  static ofPrepared(prepared: PreparedRun, sometimes: readonly Sometimes[] = []): Explored {
    return new Explored(prepared, prepared.request, sometimes);
  }

  /** What was asked for, with defaults in place of what is drawn. */
  get config(): RunConfig {
    return this.#prepared.config;
  }

  /** By names, as it is made in memory. */
  chosen({ strategy, seed }: Task): Chosen {
    const chooser = strategies[strategy as keyof typeof strategies];
    return chosenRun(chooser, this.ground, seed, this.#named);
  }

  /** The same as a user asks for it: own modules by their paths. */
  requestOf(chosen: Chosen): RunRequest {
    const asked = this.#prepared.request;
    const { modules: _, ...request } = chosen.request;
    return {
      ...request,
      system: asked.system,
      ...(asked.workload === undefined ? {} : { workload: asked.workload }),
      ...(asked.nemesis === undefined ? {} : { nemesis: asked.nemesis }),
    };
  }

  /** What a run of it follows from. */
  simulation(task: Task): Simulation {
    const { variants, catalogue } = this.#prepared;
    return { config: this.chosen(task).config, variants, catalogue };
  }

  /** The command that makes a run of it. */
  commandOf(task: Task): string {
    const chosen = this.chosen(task);
    return commandOf(this.requestOf(chosen), chosen.config);
  }

  try(task: Task): Trial {
    const begunS = coreS();
    const { variants, catalogue } = this.#prepared;
    const chosen = this.chosen(task);
    const { config } = chosen;
    const sometimes = sometimesOf(this.ground, config.workload);
    const observer = new TraceObserver(this.ground.system, sometimes, task.recorded === true);
    const run = simulateOnce(config, variants, catalogue, true, observer);
    const { result, verdict, checks } = run;
    return {
      ...task,
      request: this.requestOf(chosen),
      verdict: verdict.kind,
      because: verdict.kind === 'valid' ? null : verdict.because,
      reason: reasonOf(verdict, checks),
      kinds: signaturesOf(checks),
      events: result.steps,
      simulatedS: result.endUs / 1e6,
      digest: digestOf(result, observer.hash),
      lines:
        observer.lines === null
          ? null
          : { trace: observer.lines, history: historyLinesOf(result.history) },
      variants: run.reached,
      reached: {
        nodes: config.nodes,
        workload: config.workload,
        set: config.set,
        ...hitsIn(result.history, result.struck, observer),
        steps: Object.fromEntries(observer.steps),
        pairs: Object.fromEntries(observer.pairs),
        overlaps: overlapsIn(result.history),
        sometimes: observer.sometimesIn(result.history),
      },
      seconds: coreS() - begunS,
    };
  }
}

/** The checker that doubts, and its reason, where it has several, or what hindered the system. */
function reasonOf(verdict: Verdict, checks: readonly CheckResult[]): string | null {
  if (verdict.kind !== 'unknown') return null;
  const checker = checks.find((check) => check.verdict === verdict)?.checker ?? 'run';
  const { reason, hindrance } = verdict;
  if (hindrance !== undefined) return `${checker}: hopeless: ${hindrance}`;
  return reason === undefined ? checker : `${checker}: ${reason}`;
}

/** For a reader: how long this thread has had a core. */
function coreS(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
