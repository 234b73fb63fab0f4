/**
 * What holds of a run on every backend, whatever the system: each backend has a test that names it
 * here (`run/backends.test.ts`, `docker/laws.test.ts`, `../examples/memory-backend.test.ts`).
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GapFinder, hasTraceChecker } from '../../checkers/agreement/index.ts';
import { faultWindows } from '../../checkers/fault-windows.ts';
import type { History, HistoryEvent } from '../../checkers/history.ts';
import { isVirtual } from '../../harness/config/backends.ts';
import { workloadNamed } from '../../harness/config/catalogue.ts';
import type { RunRequest } from '../../harness/config/config.ts';
import { endingOf } from '../../harness/core/ending.ts';
import { EXIT, usage } from '../../harness/core/errors.ts';
import type { Plan } from '../../harness/core/plan.ts';
import type { Backend } from '../../harness/run/backend.ts';
import { prepare } from '../../harness/run/prepare.ts';
import type { PreparedRun } from '../../harness/run/prepared.ts';
import { judgeStored, runAndStore } from '../../harness/run/run.ts';
import { planOf } from '../../harness/run/simulate.ts';
import { FILES, type RunSummary } from '../../harness/store/format.ts';
import { readPlan, readRun, type StoredRun } from '../../harness/store/reader.ts';

export interface Subject {
  readonly name: string;
  /** A system that serves registers, and the backend. */
  readonly request: RunRequest;
  /** In place of the one that the request names. */
  readonly backend?: Backend;
  /** All that a run could leave on the machine, of this process. */
  readonly inventory?: () => Promise<readonly string[]>;
  /** Of one law: a run or two, as long as machines take. */
  readonly timeoutMs?: number;
}

interface Run {
  readonly prepared: PreparedRun;
  readonly summary: RunSummary;
  readonly stored: StoredRun;
}

/** So small that real machines are through with it soon. */
const SMALL = { nodes: 3, concurrency: 4, rate: 40, timeLimitS: 6, nemesisIntervalS: 1.5, seed: 1 };
/** It does not end by itself while anybody waits for it. */
const LONG = { ...SMALL, timeLimitS: 4000, rate: 20 };
const LOOK_MS = 5;

/** Registers the laws as tests. */
export function backendLaws(subject: Subject): void {
  const { name, request, backend, inventory = async () => [], timeoutMs = 120_000 } = subject;

  const prepared = (changes: Partial<RunRequest>) => prepare({ ...request, ...changes });

  async function made(run: PreparedRun, store: string, signal: AbortSignal): Promise<Run> {
    const quiet = { progress: () => undefined, onStart: () => undefined };
    const summary = await runAndStore(run, { store, signal, ...quiet }, backend);
    return { prepared: run, summary, stored: readRun(join(store, 'latest')) };
  }

  /** With a workload that tells of a mistake of the user's as soon as it is asked for this. */
  async function mistaken(part: 'plan' | 'settle'): Promise<PreparedRun> {
    const run = await prepared(SMALL);
    const { config, catalogue } = run;
    const wrong = () => {
      throw usage(`workload mine: \`${part}\` is wrong`);
    };
    const workload = { ...workloadNamed(config.workload, catalogue), [part]: wrong };
    const workloads = { ...catalogue.workloads, [config.workload]: workload };
    return { ...run, catalogue: { ...catalogue, workloads } };
  }

  describe(`a run on the backend ${name}`, () => {
    const store = mkdtempSync(join(tmpdir(), 'ordeal-test-laws-'));
    const storeOf = (law: string) => join(store, law);
    const never = new AbortController().signal;
    let before: readonly string[];
    let whole: Run;

    beforeAll(async () => {
      before = await inventory();
      whole = await made(await prepared(SMALL), storeOf('whole'), never);
    }, timeoutMs);

    afterAll(() => rmSync(store, { recursive: true, force: true }));

    test('goes to its end, and is valid', () => {
      const { exitStatus, verdict, figures } = whole.summary.results;
      expect(endingOf(figures)).toEqual({ kind: 'finished' });
      expect(verdict).toMatchObject({ kind: 'valid' });
      expect(exitStatus).toBe(EXIT.valid);
    });

    test('follows the plan that seed and configuration decide, which no backend changes', () => {
      const { config, catalogue } = whole.prepared;
      const plan = planOf(config, catalogue);
      expect(recorded(whole).plan).toEqual(JSON.parse(JSON.stringify(plan)));
    });

    test("invokes each client's operations as planned, none before its time, none left out", () => {
      const { plan, history } = recorded(whole);
      for (let client = 0; client < whole.prepared.config.concurrency; client++) {
        const planned = plan.operations.filter((operation) => operation.client === client);
        const invoked = loadOf(history, client, whole.prepared);
        expect(invoked.length).toBeGreaterThan(10);
        for (const [at, event] of invoked.entries()) {
          const operation = planned[at];
          expect(event).toMatchObject({ f: operation?.f, key: operation?.key });
          if (operation?.f === 'write') expect(event.value).toEqual(operation.value);
          expect(event.time).toBeGreaterThanOrEqual((operation?.atUs ?? 0) * 1000);
        }
      }
    });

    test('lets each process have one operation open at a time, and answers none twice', () => {
      const open = new Set<number>();
      let lastNs = Number.NEGATIVE_INFINITY;
      for (const { process, type, time } of recorded(whole).history) {
        expect(time).toBeGreaterThanOrEqual(lastNs);
        lastNs = time;
        if (typeof process !== 'number') continue;
        expect(open.has(process)).toBe(type !== 'invoke');
        if (type === 'invoke') open.add(process);
        else open.delete(process);
      }
      expect(open).toEqual(new Set());
    });

    test('gives every planned fault a receipt of its start and one of its end, in time', () => {
      const { plan, history } = recorded(whole);
      const windows = faultWindows(history);
      expect(windows.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
        plan.faults.map(({ id }) => id),
      );
      for (const { id, lane, form, startNs, endNs, evidence } of windows) {
        const planned = plan.faults[id];
        expect(planned).toMatchObject({ lane, form });
        expect(startNs).toBeGreaterThanOrEqual((planned?.startUs ?? 0) * 1000);
        expect(endNs).toBeGreaterThanOrEqual(startNs);
        expect(evidence).not.toBe('');
      }
      expect(windows.some(({ counts }) => counts)).toBe(true);
    });

    test('has undone every fault when recovery begins, and reads every key once more', () => {
      const { history } = recorded(whole);
      const events = [...history];
      const phases = events.filter(({ f }) => f === 'phase');
      expect(phases.map(({ value }) => value)).toEqual(['recovery', 'final']);
      const quietNs = phases[0]?.time ?? 0;
      expect(faultWindows(history).every(({ endNs }) => (endNs ?? quietNs + 1) <= quietNs)).toBe(
        true,
      );
      const clients = (of: readonly HistoryEvent[]) =>
        of.filter(({ type, process }) => type === 'invoke' && typeof process === 'number');
      const finals = clients(events.slice(events.indexOf(phases[1] as HistoryEvent)));
      expect(new Set(finals.map(({ f }) => f))).toEqual(new Set(['read']));
      const keys = new Set(clients(events).map(({ key }) => key));
      for (const { key } of finals) expect(keys).toContain(key);
    });

    test('has what its nodes report, if they report, without a gap and from every node', () => {
      const { config } = whole.prepared;
      const lines = [...whole.stored.trace];
      const gaps = new GapFinder();
      for (const line of lines) gaps.next(line);
      expect(gaps.gap).toBeNull();
      expect(whole.stored.lost).toBeNull();
      if (!hasTraceChecker(config.system)) return;
      const booted = lines.filter(({ event }) => event.kind === 'boot').map(({ node }) => node);
      expect(new Set(booted)).toEqual(new Set(Array.from({ length: config.nodes }, (_, n) => n)));
    });

    test('is judged the same by what is on disk alone', () => {
      const { results } = whole.summary;
      const { ending: _, ...figures } = results.figures;
      const execution = { ...figures, ending: endingOf(results.figures) };
      const again = judgeStored(
        readRun(join(storeOf('whole'), 'latest')),
        execution,
        whole.prepared.catalogue,
      );
      expect(again.verdict).toEqual(results.verdict);
      expect(again.exitStatus).toBe(results.exitStatus);
    });

    test('leaves nothing behind', async () => {
      expect(await inventory()).toEqual(before);
    });

    test(
      'that is interrupted says so, keeps what was recorded and leaves nothing behind',
      async () => {
        const controller = new AbortController();
        const directory = storeOf('interrupted');
        const looking = setInterval(() => {
          if (recordedText(directory).includes('"start"')) controller.abort();
        }, LOOK_MS);
        const run = await made(await prepared(LONG), directory, controller.signal).finally(() =>
          clearInterval(looking),
        );
        const { results } = run.summary;
        expect(endingOf(results.figures)).toEqual({ kind: 'interrupted' });
        expect(results.exitStatus).toBe(EXIT.interrupted);
        const { plan, history } = recorded(run);
        expect(plan.operations.length).toBeGreaterThan(0);
        expect(history.length).toBeGreaterThan(0);
        expect(faultWindows(history).length).toBeGreaterThan(0);
        // What it takes long to undo is removed with its nodes: nobody waits for them to come up.
        expect(await inventory()).toEqual(before);
      },
      timeoutMs,
    );

    test(
      'that is interrupted before it begins is stored with its plan, and nothing is left behind',
      async () => {
        const run = await made(await prepared(SMALL), storeOf('early'), AbortSignal.abort());
        expect(endingOf(run.summary.results.figures)).toEqual({ kind: 'interrupted' });
        expect(run.summary.results.exitStatus).toBe(EXIT.interrupted);
        expect(recorded(run).history.length).toBe(0);
        expect(recorded(run).plan.operations.length).toBeGreaterThan(0);
        expect(await inventory()).toEqual(before);
      },
      timeoutMs,
    );

    test("that a mistake in a user's plan keeps from running is not stored at all", async () => {
      const directory = storeOf('mistaken');
      const run = await mistaken('plan');
      await expect(made(run, directory, never)).rejects.toThrow('`plan` is wrong');
      expect(existsSync(directory)).toBe(false);
    });

    test(
      "that a mistake in a user's code ends is not kept, and leaves nothing behind",
      async () => {
        const directory = storeOf('ended');
        const run = await mistaken('settle');
        await expect(made(run, directory, never)).rejects.toThrow('`settle` is wrong');
        expect(readdirSync(directory)).toEqual([]);
        expect(await inventory()).toEqual(before);
      },
      timeoutMs,
    );

    test('says before anything is stored what it cannot run', async () => {
      const run = { ...(await prepared(SMALL)), byValue: ['mine'] };
      const directory = storeOf('refused');
      if (isVirtual(run.config.backend)) {
        const { summary } = await made(run, directory, never);
        expect(summary.results.exitStatus).toBe(EXIT.valid);
        return;
      }
      await expect(made(run, directory, never)).rejects.toThrow('cannot run mine');
      expect(existsSync(directory)).toBe(false);
    });
  });
}

function recorded({ stored }: Run): { readonly plan: Plan; readonly history: History } {
  const plan = readPlan(stored.directory);
  if (plan === null) throw new Error('the run has no plan');
  return { plan, history: stored.history };
}

/** What a client invoked of its plan: before the final reads. */
function loadOf(history: History, client: number, { config }: PreparedRun): HistoryEvent[] {
  const events = [...history];
  const finals = events.findIndex(({ f, value }) => f === 'phase' && value === 'final');
  return events.slice(0, finals).filter(({ type, process }) => {
    return (
      type === 'invoke' && typeof process === 'number' && process % config.concurrency === client
    );
  });
}

/** The history of the only run in a store, as far as it has been written. */
function recordedText(store: string): string {
  if (!existsSync(store)) return '';
  const [run] = readdirSync(store).filter((name) => name !== 'latest');
  const path = run === undefined ? null : join(store, run, FILES.history);
  return path !== null && existsSync(path) ? readFileSync(path, 'utf8') : '';
}
