/** The engine, driven by hand: whatever the world answers and however late, a run comes to its end. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultWindows } from '../../../checkers/fault-windows.ts';
import { type Command, Engine, type EngineConfig } from '../../../harness/core/engine.ts';
import { makePlan } from '../../../harness/core/plan.ts';
import type { PlannedFault, Receipt } from '../../../nemesis/fault.ts';
import { nemeses } from '../../../nemesis/index.ts';
import type { Outcome } from '../../../systems/operations.ts';
import { workloads } from '../../../workloads/index.ts';

const config: EngineConfig = {
  clients: 3,
  timeLimitUs: 2_000_000,
  recoveryMinUs: 200_000,
  recoveryMaxUs: 900_000,
};

const { register, append } = workloads;
if (register === undefined || append === undefined) throw new Error('the registry is incomplete');

function planFor(seed: number) {
  return makePlan(
    {
      seed,
      nodes: 5,
      clients: config.clients,
      rate: 60,
      timeLimitUs: config.timeLimitUs,
      recoveryMaxUs: config.recoveryMaxUs,
      nemeses: Object.values(nemeses).filter(({ usual }) => usual !== false),
      nemesisIntervalUs: 300_000,
      workloadOptions: { keys: 3, keyLimit: 50, values: 0 },
    },
    register as NonNullable<typeof register>,
  );
}

/** How a world behaves: delays follow from a draw, so that a counterexample can be shrunk. */
interface World {
  readonly seed: number;
  readonly latenessUs: number;
  readonly latencyUs: number;
  readonly outcome: (id: number) => Outcome;
  /** How often a fault looks for somebody to act on before it finds one; at once where absent. */
  readonly looks?: number;
  readonly settled?: EngineConfig['settled'];
  readonly okEnough?: number;
  readonly seeksOn?: boolean;
}

/** A world of one queue: everything asked for comes to pass, late by up to what was drawn. */
function play(world: World): Engine {
  const engine = new Engine(planFor(world.seed), append as NonNullable<typeof append>, {
    ...config,
    ...(world.settled === undefined ? {} : { settled: world.settled }),
    ...(world.okEnough === undefined ? {} : { okEnough: world.okEnough }),
    seeksOn: world.seeksOn === true,
  });
  const pending: { at: number; order: number; happen: (now: number) => Command[] }[] = [];
  let order = 0;
  const carriedOut = new Map<number, number>();
  const looked = new Map<number, number>();
  let finished = false;
  const draw = (range: number) => (Math.imul(++order, 0x9e3779b9) >>> 8) % (range + 1);
  const later = (at: number, happen: (now: number) => Command[]) =>
    pending.push({ at, order: order++, happen });
  const carryOut = (commands: readonly Command[], now: number) => {
    for (const command of commands) {
      if (command.kind === 'finish') finished = true;
      else if (command.kind === 'wake') {
        later(Math.max(now, command.atUs) + draw(world.latenessUs), (at) =>
          engine.wake(command.client, at),
        );
      } else if (command.kind === 'invoke') {
        later(now + 1 + draw(world.latencyUs), (at) =>
          engine.completed(command.client, world.outcome(order), at),
        );
      } else {
        // As in the drivers: a fault is undone only after it has been carried out.
        const { fault } = command;
        const at = Math.max(now, carriedOut.get(fault.id) ?? 0) + draw(world.latencyUs);
        carriedOut.set(fault.id, at);
        const receipt = { status: 'installed', evidence: '' } as const;
        if (command.kind === 'start-fault') {
          const looks = looked.get(fault.id) ?? 0;
          looked.set(fault.id, looks + 1);
          if (looks < (world.looks ?? 0)) {
            const nobody = { status: 'skipped', evidence: 'no target' } as const;
            later(at, (when) => engine.faultSkipped(fault, nobody, '', when));
            continue;
          }
        }
        later(at, (when) =>
          command.kind === 'start-fault'
            ? engine.faultStarted(fault, receipt, 'n1', when)
            : engine.faultEnded(fault, receipt, 'n1', when),
        );
      }
    }
  };
  carryOut(engine.start(), 0);
  while (!finished) {
    pending.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = pending.shift();
    if (next === undefined) throw new Error(`nothing is left to happen in phase ${engine.phase}`);
    carryOut(next.happen(next.at), next.at);
  }
  return engine;
}

const OUTCOMES: readonly Outcome[] = [
  { type: 'ok', value: 1, node: 0 },
  { type: 'fail', error: 'refused', node: 1 },
  { type: 'info', error: 'timeout', node: 2 },
];

const worlds = fc.record({
  seed: fc.nat({ max: 1000 }),
  latenessUs: fc.constantFrom(0, 100, 50_000),
  latencyUs: fc.constantFrom(1, 1_000, 400_000),
  outcome: fc
    .array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 7 })
    .map((outcomes) => (id: number) => outcomes[id % outcomes.length] as Outcome),
  looks: fc.constantFrom(0, 1, 3, 1_000),
  seeksOn: fc.boolean(),
});

/** A world in which all goes well and at once, but for what is said otherwise. */
const smooth = { seed: 1, latenessUs: 0, latencyUs: 1, outcome: () => OUTCOMES[0] as Outcome };

const RUNS = { numRuns: 60 };

describe('the engine', () => {
  test('ends every run, with every fault that began undone before the recovery window', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { history, quietAtUs, phase } = play(world);
        expect(phase).toBe('done');
        for (const window of faultWindows(history)) {
          expect(window.endNs).not.toBeNull();
          expect(window.endNs).toBeLessThanOrEqual((quietAtUs as number) * 1000);
        }
      }),
      RUNS,
    );
  });

  test('lets every process do one operation at a time, and none after an unknown outcome', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const open = new Set<unknown>();
        const retired = new Set<unknown>();
        for (const { process, type } of play(world).history) {
          if (process === 'nemesis') continue;
          expect(retired.has(process)).toBe(false);
          expect(open.has(process)).toBe(type !== 'invoke');
          if (type === 'invoke') open.add(process);
          else open.delete(process);
          if (type === 'info') retired.add(process);
        }
        expect(open.size).toBe(0);
      }),
      RUNS,
    );
  });

  test('records times that never go back', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const times = [...play(world).history].map(({ time }) => time);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      RUNS,
    );
  });

  test('lets a fault that found nobody look again, and tells of it once', () => {
    const windows = (looks: number) => faultWindows(play({ ...smooth, looks }).history);
    const [at, second, never] = [windows(0), windows(1), windows(1_000)];
    expect(new Set(never.map(({ id }) => id))).toEqual(new Set(at.map(({ id }) => id)));
    expect(never.every(({ status }) => status === 'skipped')).toBe(true);
    const late = second.filter(({ status }) => status === 'installed');
    expect(late.length).toBeGreaterThan(0);
    for (const { id, startNs } of late) {
      expect(startNs).toBeGreaterThan(at.find((other) => other.id === id)?.startNs as number);
    }
  });

  test('where it is to, lets it look on after its planned end, and hold for long enough to count', () => {
    // It finds somebody after three quarters of a second: planned are 300 ms.
    const late = { ...smooth, looks: 3 };
    const early = faultWindows(play(late).history);
    expect(early.every(({ status }) => status === 'skipped')).toBe(true);
    const { history, quietAtUs } = play({ ...late, seeksOn: true });
    const found = faultWindows(history).filter(({ status }) => status === 'installed');
    expect(found.length).toBeGreaterThan(1);
    for (const window of found) {
      expect(window.counts).toBe(true);
      expect(window.endNs).toBeLessThanOrEqual((quietAtUs as number) * 1000);
    }
    const never = play({ ...smooth, looks: 1_000, seeksOn: true });
    const windows = faultWindows(never.history);
    expect(windows.every(({ status, endNs }) => status === 'skipped' && endNs !== null)).toBe(true);
    expect(never.quietAtUs).toBeLessThan(config.timeLimitUs + 1000);
  });

  test('starts no fault whose time comes only after the quiet end', () => {
    const { history } = play({
      seed: 1,
      latenessUs: 300_000,
      latencyUs: 1,
      outcome: () => OUTCOMES[0] as Outcome,
    });
    for (const { startNs } of faultWindows(history)) {
      expect(startNs).toBeLessThanOrEqual(config.timeLimitUs * 1000);
    }
  });

  test('waits for the first success when nothing succeeds at first, but not for ever', () => {
    const never = play({
      seed: 2,
      latenessUs: 0,
      latencyUs: 1000,
      outcome: () => OUTCOMES[1] as Outcome,
    });
    const last = never.history.time.get(never.history.length - 1);
    expect(last).toBeGreaterThanOrEqual(
      ((never.quietAtUs as number) + config.recoveryMaxUs) * 1000,
    );
    const soon = play({
      seed: 2,
      latenessUs: 0,
      latencyUs: 1000,
      outcome: () => OUTCOMES[0] as Outcome,
    });
    const end = soon.history.time.get(soon.history.length - 1);
    expect(end).toBeLessThan(((soon.quietAtUs as number) + config.recoveryMaxUs) * 1000);
  });

  test('a fault counts if it was in force long enough, by what both of its receipts say', () => {
    const plan = planFor(3);
    const [planned] = plan.faults;
    if (planned === undefined) throw new Error('the plan has no fault');
    const halfUs = Math.floor((planned.endUs - planned.startUs) / 2);
    const installed = { status: 'installed', evidence: '' } as const;
    const unknown = { status: 'indeterminate', evidence: '' } as const;
    const carriedOut = (start: Receipt, startedUs: number, end: Receipt) => {
      const only = { ...plan, faults: [planned] };
      const engine = new Engine(only, append as NonNullable<typeof append>, config);
      engine.start();
      engine.wake(-1, planned.startUs);
      // Its planned end passes while it is still being carried out.
      const early = engine.wake(-1, planned.endUs);
      const began = engine.faultStarted(planned, start, 'n1', startedUs);
      const ends = (commands: readonly Command[]) =>
        commands.filter(({ kind }) => kind === 'end-fault').length;
      const wakeOf = (commands: readonly Command[]) =>
        commands.find((command) => command.kind === 'wake')?.atUs;
      // Nothing sooner than what it waits for anyway: the end of the load.
      let endedUs = Math.max(startedUs, wakeOf(began) ?? config.timeLimitUs);
      let asked = engine.wake(-1, endedUs);
      const again = wakeOf(asked);
      if (ends(asked) === 0 && again !== undefined) {
        endedUs = again;
        asked = engine.wake(-1, again);
      }
      engine.faultEnded(planned, end, 'n1', endedUs + 300_000);
      const [window] = faultWindows(engine.history);
      return { early: ends(early), asked: ends(asked), endedUs, counts: window?.counts };
    };
    const lateUs = planned.endUs + 100_000;
    const late = carriedOut(installed, lateUs, installed);
    expect(late).toEqual({ early: 0, asked: 1, endedUs: lateUs + halfUs, counts: true });
    // The end of the load waits for what the machine carried out late, also when it has come.
    for (const startedUs of [config.timeLimitUs - 40_000, config.timeLimitUs + 40_000]) {
      const last = carriedOut(installed, startedUs, installed);
      expect(last).toEqual({ early: 0, asked: 1, endedUs: startedUs + halfUs, counts: true });
    }
    expect(carriedOut(unknown, lateUs, { ...installed, held: true }).counts).toBe(true);
    expect(carriedOut(unknown, lateUs, installed).counts).toBe(false);
    // What met nothing that it could have acted on was in force in name only.
    expect(carriedOut(installed, lateUs, { ...installed, held: false }).counts).toBe(false);
  });

  test('a fault that began at once, shortly before the end of the load, ends with it for nothing', () => {
    const plan = planFor(3);
    const startUs = config.timeLimitUs - 40_000;
    const endUs = config.timeLimitUs + 200_000;
    const faults = plan.faults.slice(0, 1).map((fault) => ({ ...fault, startUs, endUs }));
    const [fault] = faults as [PlannedFault];
    const engine = new Engine({ ...plan, faults }, append as NonNullable<typeof append>, config);
    engine.start();
    engine.wake(-1, startUs);
    const receipt = { status: 'installed', evidence: '' } as const;
    engine.faultStarted(fault, receipt, 'n1', startUs);
    expect(engine.wake(-1, config.timeLimitUs)).toEqual([{ kind: 'end-fault', fault }]);
    engine.faultEnded(fault, receipt, 'n1', config.timeLimitUs);
    expect(faultWindows(engine.history)).toMatchObject([{ status: 'installed', counts: false }]);
  });

  test('waits for what is slow to come about, but not for ever', () => {
    const quietToEnd = (settled: (nowUs: number) => boolean) => {
      const { history, quietAtUs } = play({ ...smooth, settled });
      return history.time.get(history.length - 1) / 1000 - (quietAtUs as number);
    };
    const slow = quietToEnd((nowUs) => nowUs >= config.timeLimitUs + 2 * config.recoveryMaxUs);
    expect(slow).toBeGreaterThanOrEqual(2 * config.recoveryMaxUs);
    expect(slow).toBeLessThan(3 * config.recoveryMaxUs);
    expect(quietToEnd(() => false)).toBeLessThan(5 * config.recoveryMaxUs);
    expect(quietToEnd(() => true)).toBeLessThan(config.recoveryMaxUs);
  });

  test('goes on with load for longer where too little had succeeded, within the bound', () => {
    const quietToEnd = (okEnough: number) => {
      const { history, quietAtUs } = play({ ...smooth, okEnough });
      return history.time.get(history.length - 1) / 1000 - (quietAtUs as number);
    };
    const all = [...play(smooth).history].filter(({ type }) => type === 'ok').length;
    expect(quietToEnd(1)).toBeLessThan(config.recoveryMinUs + 100_000);
    expect(quietToEnd(all + 5)).toBeGreaterThan(config.recoveryMinUs + 50_000);
    expect(quietToEnd(all + 5)).toBeLessThan(config.recoveryMaxUs);
    expect(quietToEnd(10 * all)).toBeGreaterThanOrEqual(config.recoveryMaxUs);
  });

  test('stopped before its time asks for nothing but that faults be undone', () => {
    const engine = new Engine(planFor(3), append as NonNullable<typeof append>, config);
    const started = engine.start().concat(engine.wake(-1, 400_000));
    const active = started.filter(({ kind }) => kind === 'start-fault');
    expect(active.length).toBeGreaterThan(0);
    const asked = engine.stop(0);
    expect(asked.map(({ kind }) => kind)).toEqual(active.map(() => 'end-fault'));
    expect(engine.wake(0, 500_000)).toEqual([]);
  });
});
