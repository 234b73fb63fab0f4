/**
 * What the checkers are measured beside, in the same run: our own faithful port of Porcupine's
 * search always; Porcupine itself where `go` is on the path and ORDEAL_PORCUPINE names a folder with
 * its source.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { History, Value } from '../../checkers/history.ts';
import type { LinearizabilityOptions, Model } from '../../checkers/linearizable/index.ts';
import { modelNamed } from '../../checkers/linearizable/models.ts';
import {
  NEVER,
  type Operations,
  operationAt,
  operationsByKey,
} from '../../checkers/linearizable/operations.ts';
import {
  type PorcupineEvent,
  porcupineCheckEvents,
} from '../../checkers/linearizable/porcupine.ts';

/** Histories, and the question that ours and the peers are asked about each. */
export interface Asked {
  readonly histories: readonly History[];
  readonly options: LinearizabilityOptions;
  /** The model of `porcupine/main.go` that means the same; absent where there is none. */
  readonly goModel?: string | undefined;
}

/** Steps that the port may take on one key: where it gives up, its time is a lower bound. */
export const PORT_STEPS = 300_000;
const PORT_BYTES = 1 << 30;

/**
 * The port, with each history as the events that a user of Porcupine would have recorded: it prepares
 * them as Porcupine does, not as we do. Asks about every history, until its first wrong key, or for
 * what Porcupine shows of a violation where we are asked to explain; false where it gave up.
 */
export function portFor({ histories, options }: Asked): (steps?: number) => boolean {
  const model = modelOf(options);
  const all = histories.map((history) => portEvents(history, options));
  return (steps = PORT_STEPS) => {
    const verbose = options.explain === true;
    const budget = { steps, memoryBytes: PORT_BYTES, verbose };
    let finished = true;
    for (const events of all) {
      const kind = porcupineCheckEvents(events, model, options.initial ?? null, budget);
      if (kind === 'exhausted') finished = false;
    }
    return finished;
  };
}

/** Calls and returns of all keys in the order of the history; what was never answered returns last. */
function portEvents(history: History, options: LinearizabilityOptions): readonly PorcupineEvent[] {
  const all: { readonly at: number; readonly event: PorcupineEvent }[] = [];
  for (const operations of groupsOf(history, options)) {
    const { key, count, call, ret } = operations;
    for (let i = 0; i < count; i++) {
      const id = call.get(i);
      const operation = operationAt(operations, i);
      all.push({ at: id, event: { key, id, returns: false, operation } });
      all.push({ at: ret.get(i), event: { key, id, returns: true, operation } });
    }
  }
  return all.sort((one, other) => one.at - other.at).map(({ event }) => event);
}

/** What Porcupine took for all histories, in milliseconds. */
export interface GoTimes {
  readonly cold: number;
  readonly median: number;
  readonly peakMb: number;
}

/** Runs Porcupine, one process a history; close it to remove what was built. */
export interface GoPeer extends Disposable {
  time(asked: Asked): GoTimes | null;
}

/** Null without Go or without Porcupine's source. */
export function goPeer(): GoPeer | null {
  const source = process.env['ORDEAL_PORCUPINE'] ?? '';
  if (source === '' || spawnSync('go', ['version']).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-porcupine-'));
  const name = 'github.com/anishathalye/porcupine';
  writeFileSync(
    join(folder, 'go.mod'),
    `module bench\n\ngo 1.16\n\nrequire ${name} v0.0.0\n\nreplace ${name} => ${resolve(source)}\n`,
  );
  const program = join(folder, 'peer');
  const main = new URL('porcupine/main.go', import.meta.url).pathname;
  execFileSync('cp', [main, folder]);
  execFileSync('go', ['build', '-mod=mod', '-o', program, '.'], { cwd: folder, stdio: 'inherit' });
  return {
    time: (asked) => timeGo(program, asked),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const GO_SAMPLES = 7;
const GO_LIMIT_MS = 20_000;

function timeGo(program: string, { histories, options, goModel }: Asked): GoTimes | null {
  if (goModel === undefined) return null;
  const sum = { cold: 0, median: 0, peakMb: 0 };
  for (const history of histories) {
    const job = {
      model: goModel,
      initial: JSON.stringify(options.initial ?? null),
      groups: groupsOf(history, options).map(eventsOf),
      verbose: options.explain === true,
      samples: GO_SAMPLES,
      limitMs: GO_LIMIT_MS,
    };
    const { status, stdout } = spawnSync(program, {
      input: JSON.stringify(job),
      maxBuffer: 1 << 26,
      timeout: 4 * GO_LIMIT_MS,
      encoding: 'utf8',
    });
    if (status !== 0) return null;
    const { ms, peakMb } = JSON.parse(stdout) as { ms: number[]; peakMb: number };
    const warm = ms.slice(1).toSorted((a, b) => a - b);
    sum.cold += ms[0] as number;
    sum.median += warm[warm.length >> 1] ?? (ms[0] as number);
    sum.peakMb = Math.max(sum.peakMb, peakMb);
  }
  return sum;
}

/** Calls and returns in order; what was never answered returns at the end. */
function eventsOf(operations: Operations): object[] {
  const { count, call, ret } = operations;
  const all: { at: number; event: object }[] = [];
  for (let i = 0; i < count; i++) {
    const { f, input, output, outcome } = operationAt(operations, i);
    const asked = { id: i, return: false, f, value: JSON.stringify(input), outcome: '' };
    const answer: Value = outcome === 'ok' ? output : null;
    all.push({ at: call.get(i), event: asked });
    all.push({
      at: ret[i] === NEVER ? NEVER + i : ret.get(i),
      event: { id: i, return: true, f, value: JSON.stringify(answer), outcome },
    });
  }
  return all.sort((one, other) => one.at - other.at).map(({ event }) => event);
}

function groupsOf(history: History, options: LinearizabilityOptions): readonly Operations[] {
  const groups = operationsByKey(history, {
    failedCas: options.failedCas ?? 'absent',
    nilReads: options.nilReads ?? 'observed',
  });
  if ('because' in groups) throw new Error(groups.because);
  return groups;
}

function modelOf({ model }: LinearizabilityOptions): Model {
  const named = typeof model === 'string' ? modelNamed(model) : model;
  if (named === undefined) throw new Error('a row asks for a model that there is not');
  return named;
}
