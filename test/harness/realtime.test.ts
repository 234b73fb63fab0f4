/** The real-time driver against a cluster that lives in memory: real timers, no containers. */

import { describe, expect, test } from 'vitest';
import { faultWindows, lossOf } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import { checkLinearizable } from '../../checkers/linearizable/index.ts';
import type { LiveCluster } from '../../harness/core/backend.ts';
import type { EngineConfig } from '../../harness/core/engine.ts';
import { type HarnessError, infrastructure } from '../../harness/core/errors.ts';
import { makePlan } from '../../harness/core/plan.ts';
import { HistoryWatch } from '../../harness/judge/history-watch.ts';
import { type RealtimeResult, runRealtime } from '../../harness/run/realtime.ts';
import type { Fault, PlannedFault } from '../../nemesis/fault.ts';
import { nemeses } from '../../nemesis/index.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import { register } from '../../workloads/register.ts';

const engine: EngineConfig = {
  clients: 4,
  timeLimitUs: 300_000,
  recoveryMinUs: 50_000,
  recoveryMaxUs: 200_000,
};

/** Registers in a Map, and a list of the faults that are in force. */
class MemoryCluster implements LiveCluster {
  readonly nodes = [0, 1, 2];
  readonly facts = {};
  /** Ids of faults. */
  readonly inForce: number[] = [];
  opened = 0;
  closed = 0;
  #kept = 0;
  readonly #values = new Map<string, Operation['value']>();
  readonly #breaks: boolean;
  /** How many writes are kept; those after are answered, and lost. */
  readonly keeps: number;

  constructor(breaks = false, keeps = Number.POSITIVE_INFINITY) {
    this.#breaks = breaks;
    this.keeps = keeps;
  }

  leader: number | null = 0;
  view = async () => ({ nodes: this.nodes, leader: this.leader });
  begin = () => process.hrtime.bigint();
  slowness = () => 1;
  trace = () => ({ lines: [], lost: null });
  /** What is lost, as a last look finds it or as somebody is told in mid-run. */
  loses: HarnessError | null = null;
  #tell: Parameters<LiveCluster['onLoss']>[0] = () => undefined;
  lossSoFar = async () => this.loses;
  onLoss(listener: Parameters<LiveCluster['onLoss']>[0]) {
    this.#tell = listener;
  }

  lose() {
    this.#tell(infrastructure('n2 was ended (exit 137, out of memory)'));
  }

  /** Faults that find their nodes down before one finds them up. */
  finds = 0;

  async start(id: number, _fault: Fault) {
    if (this.#breaks) throw new Error('the machinery failed');
    if (this.finds-- > 0) return { status: 'skipped', evidence: 'is down' } as const;
    this.inForce.push(id);
    return { status: 'installed', evidence: 'in force' } as const;
  }

  async end(id: number) {
    expect(this.inForce).toContain(id);
    this.inForce.splice(this.inForce.indexOf(id), 1);
    return { status: 'installed', evidence: 'gone' } as const;
  }

  client() {
    this.opened++;
    return {
      invoke: async (operation: Operation) => this.#carryOut(operation),
      close: () => {
        this.closed++;
      },
    };
  }

  async [Symbol.asyncDispose]() {}

  #carryOut({ f, key, value }: Operation): Outcome {
    const before = this.#values.get(key) ?? null;
    if (f === 'read') return { type: 'ok', value: before };
    if (f === 'cas') return { type: 'info', error: 'timeout' };
    if (this.#kept++ < this.keeps) this.#values.set(key, value);
    return { type: 'ok', value };
  }
}

function drive(
  cluster: MemoryCluster,
  signal: AbortSignal,
  watch: HistoryWatch | null = null,
  onStep: (history: History) => void = () => undefined,
  isSettled: (quietAtNs: number, nowNs: number) => boolean = () => true,
  faults?: readonly PlannedFault[],
): Promise<RealtimeResult> {
  const planned = makePlan(
    {
      seed: 1,
      nodes: 3,
      clients: engine.clients,
      rate: 500,
      timeLimitUs: engine.timeLimitUs,
      recoveryMaxUs: engine.recoveryMaxUs,
      // Of all of them, so short a run would have time for too few.
      nemeses: Object.values(nemeses).filter(({ usual }) => usual !== false),
      nemesisIntervalUs: 60_000,
      workloadOptions: { keys: 3, keyLimit: 50, values: 0 },
    },
    register,
  );
  const plan = faults === undefined ? planned : { ...planned, faults };
  const quiet = { onStep, isSettled, progress: () => undefined };
  return runRealtime({
    cluster,
    isLeaderless: false,
    plan,
    workload: register,
    nemeses,
    engine,
    watch,
    signal,
    ...quiet,
  });
}

describe('the real-time driver', () => {
  test('runs to the end, undoes every fault, and closes every client', async () => {
    const cluster = new MemoryCluster();
    const { history, ending } = await drive(cluster, new AbortController().signal);
    expect(ending).toEqual({ kind: 'finished' });
    expect(cluster.inForce).toEqual([]);
    expect(cluster.closed).toBe(cluster.opened);
    const windows = faultWindows(history);
    expect(windows.length).toBeGreaterThan(4);
    expect(windows.every(({ endNs }) => endNs !== null)).toBe(true);
  });

  test('lets a fault that found its nodes down look again, and undoes it only once it holds', async () => {
    const cluster = new MemoryCluster();
    cluster.finds = 2;
    const { history, ending } = await drive(cluster, new AbortController().signal);
    expect(ending).toEqual({ kind: 'finished' });
    expect(cluster.inForce).toEqual([]);
    expect(cluster.finds).toBeLessThan(0);
    expect(faultWindows(history).some(({ status }) => status === 'installed')).toBe(true);
  });

  test('takes anybody where nobody has come to lead in half of a fault’s time, and says so', async () => {
    const cluster = new MemoryCluster();
    cluster.leader = null;
    const fault = { id: 0, lane: 'pause', form: 'leader', draw: 7, startUs: 0, endUs: 100_000 };
    const { signal } = new AbortController();
    const { history } = await drive(cluster, signal, null, undefined, undefined, [fault]);
    expect(faultWindows(history)).toMatchObject([
      {
        status: 'installed',
        evidence: 'nobody led; in force',
        targets: expect.stringMatching(/^n\d$/),
      },
    ]);
    expect(cluster.inForce).toEqual([]);
  });

  test('goes on until what is pending has been shown', async () => {
    const asked: number[] = [];
    const settles = (quietAtNs: number, nowNs: number) => {
      asked.push(nowNs - quietAtNs);
      return asked.length > 3;
    };
    const run = drive(new MemoryCluster(), new AbortController().signal, null, undefined, settles);
    const { history, ending } = await run;
    expect(ending).toEqual({ kind: 'finished' });
    expect(asked).toHaveLength(4);
    expect(asked[0]).toBeGreaterThanOrEqual(engine.recoveryMinUs * 1000);
    const finals = [...history].find(({ f, value }) => f === 'phase' && value === 'final');
    const recovery = [...history].find(({ f, value }) => f === 'phase' && value === 'recovery');
    expect((finals?.time ?? 0) - (recovery?.time ?? 0)).toBeGreaterThanOrEqual(asked[3] as number);
  });

  test('opens a new client for every process that an unknown outcome retired', async () => {
    const cluster = new MemoryCluster();
    const { history } = await drive(cluster, new AbortController().signal);
    const events = [...history].filter(({ process }) => process !== 'nemesis');
    const unknown = events.filter(({ type }) => type === 'info').length;
    expect(unknown).toBeGreaterThan(0);
    expect(new Set(events.map(({ process }) => process)).size).toBe(cluster.opened);
    expect(cluster.opened).toBeGreaterThan(engine.clients);
  });

  test('interrupted, keeps what it has and records that faults were undone', async () => {
    const cluster = new MemoryCluster();
    const controller = new AbortController();
    const run = drive(cluster, controller.signal);
    // The first fault that is in force ends the run.
    const looking = setInterval(() => {
      if (cluster.inForce.length > 0) controller.abort();
    }, 1);
    const { history, ending } = await run;
    clearInterval(looking);
    expect(ending).toEqual({ kind: 'interrupted' });
    expect(cluster.inForce).toEqual([]);
    expect(history.length).toBeGreaterThan(0);
    expect(faultWindows(history).every(({ endNs }) => endNs !== null)).toBe(true);
  });

  test('stops at the first violation, if it is to, and undoes every fault', async () => {
    const cluster = new MemoryCluster(false, 5);
    const watch = new HistoryWatch(register);
    const result = await drive(cluster, new AbortController().signal, watch);
    expect(result).toMatchObject({ ending: { kind: 'violated' }, quietAtUs: null });
    expect(cluster.inForce).toEqual([]);
    const { verdict } = checkLinearizable(result.history, { model: 'cas-register' });
    expect(verdict.kind).toBe('invalid');
  });

  test('goes on after a violation, if nobody watches', async () => {
    const result = await drive(new MemoryCluster(false, 5), new AbortController().signal);
    expect(result.ending).toEqual({ kind: 'finished' });
  });

  test('ends at once when a node is lost, and what is recorded says why', async () => {
    const cluster = new MemoryCluster();
    let recorded: History | null = null;
    let lost = false;
    const run = drive(cluster, new AbortController().signal, null, (history) => {
      recorded = history;
      // Not at 50 exactly: a step may record two.
      if (lost || history.length < 50) return;
      lost = true;
      cluster.lose();
    });
    await expect(run).rejects.toThrow('n2 was ended (exit 137, out of memory)');
    expect(cluster.inForce).toEqual([]);
    expect(lossOf(recorded as unknown as History)).toBe('n2 was ended (exit 137, out of memory)');
  });

  test('looks once more at the end: a node may have been lost just then', async () => {
    const cluster = new MemoryCluster();
    cluster.loses = infrastructure('n1 was removed');
    const run = drive(cluster, new AbortController().signal);
    await expect(run).rejects.toThrow('n1 was removed');
  });

  test('rejects when a fault cannot be carried out, and leaves none in force', async () => {
    const cluster = new MemoryCluster(true);
    const run = drive(cluster, new AbortController().signal);
    await expect(run).rejects.toThrow('the machinery failed');
    expect(cluster.inForce).toEqual([]);
    expect(cluster.closed).toBe(cluster.opened);
  });
});
