/** A side of a comparison, loaded: makes the runs that both sides are given, each in its own way. */

import { relative } from 'node:path';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { builtIn, protocolNamed, workloadNamed } from '../config/catalogue.ts';
import { type RunConfig, type RunRequest, resolveConfig } from '../config/config.ts';
import { settingSpecs } from '../config/settings.ts';
import { HarnessError, usage } from '../core/errors.ts';
import { digestOf } from '../explore/digest.ts';
import { TraceObserver } from '../explore/observer.ts';
import { type Chosen, type Ground, outspoken } from '../explore/strategy.ts';
import { type Signature, signaturesOf } from '../judge/signature.ts';
import { withOwnModules } from '../own/modules.ts';
import { prepare } from '../run/prepare.ts';
import type { PreparedRun, Simulation } from '../run/prepared.ts';
import { judgeSimulated, virtualRun } from '../run/simulate.ts';
import { runVirtual } from '../run/virtual.ts';
import type { RunFigures } from '../store/format.ts';
import { decoderOf } from '../store/trace-events.ts';
import { huntsOf } from '../variants/hunts.ts';
import { type Measured, measured, Scales } from './measures.ts';
import type { SideAsked } from './side.ts';

/** What both sides are given: all that can be said of a run but its system. */
export type CommonRequest = Omit<RunRequest, 'system'>;

/** What a run of one side came to, as plain data. */
export interface Outcome {
  readonly verdict: Verdict['kind'];
  /** Why, where it is not valid. */
  readonly because: string | null;
  readonly kinds: readonly Signature[];
  readonly digest: string;
  readonly variants: NonNullable<RunFigures['reached']>;
  /** Null where it is not valid: it may have ended before its time. */
  readonly measured: Measured | null;
}

export class LoadedSide {
  /** What it is called where something is wrong with it: `A (raft@main)`. */
  readonly name: string;
  readonly asked: SideAsked;
  readonly ground: Ground;
  /** By names, as its modules have them. */
  readonly named: RunRequest;
  /** Settings without what its variants suggest for a hunt. */
  readonly base: RunConfig;
  /** Settings in which the two sides differ, and that nobody draws. */
  pinned: Options = {};
  readonly #prepared: PreparedRun;

  private constructor(name: string, asked: SideAsked, prepared: PreparedRun, named: RunRequest) {
    const { catalogue, variants } = prepared;
    const system = protocolNamed(named.system, catalogue);
    this.name = name;
    this.asked = asked;
    this.named = named;
    this.#prepared = prepared;
    this.ground = { system, catalogue, hunts: huntsOf(system, variants, catalogue) };
    this.base = resolveConfig(named, [], () => 0, catalogue);
  }

  /** Throws a usage error, which begins with the side's name, for what cannot be asked for of it. */
  static async of(called: string, asked: SideAsked, common: CommonRequest): Promise<LoadedSide> {
    const { system, file, mutants, rules, set } = asked;
    const name = `${called} (${asked.text})`;
    const own = {
      mutants: [...(common.mutants ?? []), ...mutants],
      rules: [...(common.rules ?? []), ...rules],
    };
    const request = { ...common, ...own, system: file ?? system, set: { ...common.set, ...set } };
    try {
      const prepared = await prepare(request);
      const { request: named } = await withOwnModules(request, builtIn);
      return new LoadedSide(name, asked, prepared, named);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      throw new HarnessError(error.failure, `${name}: ${toldBySide(asked, error)}`);
    }
  }

  /** The run as this side makes it: what is drawn where it has such a setting, and what is its own. */
  chosen(drawn: RunRequest): Chosen {
    const { system, catalogue } = this.ground;
    const workload = workloadNamed(drawn.workload ?? this.base.workload, catalogue);
    const specs = settingSpecs(system, workload);
    const set = Object.entries(drawn.set ?? {}).filter(([name]) => Object.hasOwn(specs, name));
    const { modules, mutants = [], rules = [] } = this.named;
    return outspoken(this.ground, {
      ...drawn,
      system: this.named.system,
      ...(modules === undefined ? {} : { modules }),
      mutants,
      rules,
      set: { ...Object.fromEntries(set), ...this.pinned },
    });
  }

  /** The same as a user asks for it: own modules by their paths. */
  requestOf({ request }: Chosen): RunRequest {
    const { modules: _, ...named } = request;
    const { workload, nemesis } = this.#prepared.request;
    return {
      ...named,
      system: this.asked.system,
      ...(workload === undefined ? {} : { workload }),
      ...(nemesis === undefined ? {} : { nemesis }),
    };
  }

  /** The run of another side, or one that was kept, as this side makes it. */
  likewise(config: RunConfig): RunConfig {
    const { modules: _, set: given, ...rest } = config;
    const { mutants, rules, modules } = this.base;
    const workload = workloadNamed(config.workload, this.ground.catalogue);
    const specs = settingSpecs(this.ground.system, workload);
    const set = Object.entries(given).filter(([name]) => Object.hasOwn(specs, name));
    const request: RunRequest = {
      ...rest,
      mutants,
      rules,
      ...(modules === undefined ? {} : { modules }),
      set: { ...Object.fromEntries(set), ...this.pinned },
    };
    return resolveConfig(request, [], () => config.seed, this.ground.catalogue);
  }

  simulation(config: RunConfig): Simulation {
    const { variants, catalogue } = this.#prepared;
    return { config, variants, catalogue };
  }

  prepared(config: RunConfig): PreparedRun {
    return { ...this.#prepared, request: config, config };
  }

  try(config: RunConfig): Outcome {
    const { variants, catalogue } = this.#prepared;
    const { system } = this.ground;
    const observer =
      this.asked.commit === null || builtIn.systems[system.name] === undefined
        ? new TraceObserver(system)
        : new KnownEvents(system, this.name);
    const scales = new Scales();
    const watching = { follower: observer, record: false, stopAtViolation: true };
    const { run, active } = virtualRun(config, variants, watching, catalogue);
    const result = runVirtual({ ...run, world: { ...run.world, weigh: scales.weigh } });
    const { verdict, checks } = judgeSimulated(config, result, observer, catalogue);
    return {
      verdict: verdict.kind,
      because: verdict.kind === 'valid' ? null : verdict.because,
      kinds: signaturesOf(checks),
      digest: digestOf(result, observer.hash),
      variants: active.reached,
      measured: verdict.kind === 'valid' ? measured(result, checks, scales.bytes) : null,
    };
  }

  /** The path of the user's own module, from the folder at hand; null for what is built in. */
  get module(): string | null {
    const { system } = this.asked;
    return builtIn.systems[system] === undefined ? `./${relative(process.cwd(), system)}` : null;
  }
}

/** What is wrong, with paths in the revision as git writes them. */
function toldBySide({ directory, revision }: SideAsked, { message, cause }: HarnessError): string {
  if (directory === null) return message;
  const lacks = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
  const why = lacks ? ' (a revision is checked out without node_modules)' : '';
  return `${message.replaceAll(`${directory}/`, `${revision}:`)}${why}`;
}

/**
 * Holds what nodes of another revision report to what the checkers at hand know: an older protocol
 * may leave out what they look at, and would be accused of that. The first event of each kind is
 * looked at.
 */
class KnownEvents extends TraceObserver {
  readonly #seen = new Set<string>();
  readonly #named: string;

  constructor(system: System, named: string) {
    super(system);
    this.#named = named;
  }

  override feed(event: TraceEvent, node: number, incarnation: number, timeNs: Nanos): void {
    if (!this.#seen.has(event.kind)) {
      this.#seen.add(event.kind);
      const decoded = decoderOf(event.kind)?.safeParse(JSON.parse(JSON.stringify(event)));
      if (decoded?.success !== true) {
        throw usage(
          `${this.#named}: its nodes report "${event.kind}" otherwise than the checkers at hand ` +
            'know it: what they would say of it means nothing; compare nearer revisions',
        );
      }
    }
    super.feed(event, node, incarnation, timeNs);
  }
}
