/** Any backend with real machines: what it launches is driven in real time, and recorded. */

import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Millis } from '../../checkers/units.ts';
import { isLeaderless } from '../../systems/leadership.ts';
import { isProtocol, type System } from '../../systems/system.ts';
import { BACKENDS } from '../config/backends.ts';
import { builtIn, nemesisNamed, systemNamed, workloadNamed } from '../config/catalogue.ts';
import { settingsUnder } from '../config/config.ts';
import type { ClusterSpec, LiveBackend, LiveCluster } from '../core/backend.ts';
import type { Ending } from '../core/ending.ts';
import { infrastructure, usage } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { hasNodeTraces, readTraces } from '../host/node-traces.ts';
import { readReached } from '../host/reach-file.ts';
import { HistoryWatch } from '../judge/history-watch.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import type { RunFigures } from '../store/format.ts';
import type { RunWriter } from '../store/writer.ts';
import { addReach } from '../variants/tally.ts';
import { type ActiveRules, applyVariants } from '../variants/variants.ts';
import type { Backend, Execution } from './backend.ts';
import type { PreparedRun, RunContext } from './prepared.ts';
import { runRealtime } from './realtime.ts';
import { isSettled, phasesOf, planOf } from './simulate.ts';

export function liveBackend(machines: LiveBackend): Backend {
  return {
    async prepare(run) {
      refuseUnsupported(run, machines);
      await machines.prepare();
    },
    execution: (run) => new LiveExecution(run, machines),
  };
}

class LiveExecution implements Execution {
  readonly plan: Plan;
  readonly #prepared: PreparedRun;
  readonly #machines: LiveBackend;
  readonly #system: System;
  readonly #active: ActiveRules;
  readonly #begunMs = performance.now();
  /** When everything was recorded: what is removed afterwards is no part of the run. */
  #recordedMs: Millis | null = null;

  constructor(prepared: PreparedRun, machines: LiveBackend) {
    const { config, catalogue, variants } = prepared;
    this.#prepared = prepared;
    this.#machines = machines;
    this.#system = systemNamed(config.system, catalogue);
    this.#active = applyVariants(this.#system, variants);
    this.plan = planOf(config, catalogue);
  }

  async drive(writer: RunWriter, context: RunContext): Promise<Ending> {
    const logDirectory = writer.logPath('');
    let hasTrace = false;
    try {
      await using cluster = await this.#machines.launch(this.#spec(writer, context));
      // Its last look at the signal was a while ago.
      context.signal.throwIfAborted();
      const describe = () =>
        writer.backend({ ...cluster.facts, slowness: String(cluster.slowness()) });
      describe();
      const running = this.#run(cluster, writer, context);
      // However the run ended: what its nodes reported may hold a violation.
      await Promise.allSettled([running]);
      const { lines, lost } = cluster.trace();
      writer.trace(lines);
      hasTrace = true;
      // It may have become slower since the run began.
      describe();
      const ending = await running;
      if (lost !== null) throw infrastructure(lost);
      this.#recordedMs = performance.now();
      return ending;
    } catch (error) {
      // A cluster that never formed may have said why: a node that stopped itself, say.
      if (!hasTrace && hasNodeTraces(logDirectory)) writer.trace(readTraces(logDirectory).lines);
      throw error;
    }
  }

  figures(logDirectory: string): ReturnType<Execution['figures']> {
    const endedMs = this.#recordedMs ?? performance.now();
    const { variants } = this.#prepared;
    return {
      idle: null,
      simulatedS: null,
      realS: (endedMs - this.#begunMs) / 1000,
      reached: variants.length === 0 ? null : reachedBy(this.#active, logDirectory),
    };
  }

  #spec(writer: RunWriter, { onStart, signal }: RunContext): ClusterSpec {
    const { config } = this.#prepared;
    const modules = (config.modules ?? []).map((file) => resolve(file));
    return {
      runId: basename(writer.directory),
      system: this.#system,
      client: !isProtocol(this.#system) ? null : this.#active.client(config.seed),
      workload: workloadNamed(config.workload, this.#prepared.catalogue),
      workloadOptions: settingsUnder('workload.', config.set),
      nodes: config.nodes,
      options: config.set,
      mutants: config.mutants,
      ruleFiles: config.rules.map((file) => resolve(file)),
      // What was named last goes before, as in the catalogue.
      systemModules: isOwn(this.#prepared) ? modules.toReversed() : [],
      seed: config.seed,
      logDirectory: resolve(writer.logPath('')),
      startupTimeoutS: config.startupTimeoutS,
      onStart,
      signal,
    };
  }

  async #run(
    cluster: LiveCluster,
    writer: RunWriter,
    { signal, progress }: RunContext,
  ): Promise<Ending> {
    const { config, catalogue } = this.#prepared;
    const system = this.#system;
    const workload = workloadNamed(config.workload, catalogue);
    const options = settingsUnder('workload.', config.set);
    const { ending } = await runRealtime({
      cluster,
      plan: this.plan,
      workload,
      nemeses: catalogue.nemeses,
      engine: { ...phasesOf(config), restUs: 1e6 * (workload.restS?.(options) ?? 0) },
      isLeaderless: isLeaderless(system),
      isSettled: (quietAtNs, nowNs) => {
        const follower = new TraceFollower(system);
        follower.feedAll(cluster.trace().lines, quietAtNs);
        return isSettled(system, config, follower.liveness, quietAtNs, nowNs, cluster.slowness());
      },
      watch: config.stopAtViolation ? new HistoryWatch(workload) : null,
      signal,
      onStep: (history) => writer.history(history),
      progress,
    });
    return ending;
  }
}

/** What variants were asked in the clients, which run here, and in the nodes, by their logs. */
function reachedBy(active: ActiveRules, logDirectory: string): RunFigures['reached'] {
  const sum = existsSync(logDirectory) ? { ...readReached(logDirectory) } : {};
  addReach(sum, active.reached);
  return sum;
}

/** Whether the system is a user's own, also where it bears the name of one of ours. */
function isOwn({ config, catalogue }: PreparedRun): boolean {
  return catalogue.systems[config.system] !== builtIn.systems[config.system];
}

/** Throws, before anything is made or started, where real machines, or these, cannot run it. */
function refuseUnsupported(
  { config, catalogue, byValue, variants }: PreparedRun,
  { name, faults }: LiveBackend,
): void {
  if (byValue.length > 0) {
    const { nodes } = BACKENDS[config.backend];
    throw usage(
      `backend ${name} cannot run ${byValue.join(', ')}: ${nodes} load what is not ` +
        'built in from files (ordeal run ./my-system.ts --rules FILE)',
    );
  }
  const misusing = variants.filter(({ disk }) => disk !== undefined).map(({ id }) => id);
  if (misusing.length > 0) {
    throw usage(
      `backend ${name} cannot run ${misusing.join(', ')}, which misuses the simulator's disk ` +
        '(try --backend sim)',
    );
  }
  const lacking = config.nemesis.filter(
    (nemesis) => !faults.includes(nemesisNamed(nemesis, catalogue).needs),
  );
  if (lacking.length > 0) {
    const others = config.nemesis.filter((nemesis) => !lacking.includes(nemesis));
    const without = others.length === 0 ? '' : `, or --nemesis ${others.join(',')}`;
    throw usage(
      `backend ${name} cannot carry out ${lacking.join(', ')}: only the simulator can ` +
        `(--backend sim${without})`,
    );
  }
}
