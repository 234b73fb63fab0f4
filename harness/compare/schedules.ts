/** Bad schedules that were kept (`repro.json`), replayed on both sides: old bugs that must not return. */

import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError } from '../core/errors.ts';
import { type Signature, signaturesOf } from '../judge/signature.ts';
import { record } from '../shrink/recording.ts';
import { reprosIn } from '../shrink/replay-repro.ts';
import { readRepro } from '../shrink/repro.ts';
import { FILES } from '../store/format.ts';
import type { LoadedSide } from './loaded-side.ts';
import type { Pair } from './pair.ts';

/** What a kept schedule comes to on a side. */
export type Replayed =
  | { readonly kind: 'holds' | 'unknown' }
  | { readonly kind: 'broken'; readonly signatures: readonly Signature[]; readonly because: string }
  /** It has a fault, a workload or a setting that the side has not. */
  | { readonly kind: 'impossible'; readonly because: string };

export interface Schedule {
  readonly path: string;
  readonly a: Replayed;
  readonly b: Replayed;
}

/** Those of a folder; without one, those of the runs in the store that were made small. */
export function schedulePaths(folder: string | undefined, store: string): readonly string[] {
  if (folder !== undefined) return reprosIn(folder);
  if (!existsSync(store)) return [];
  const kept = globSync([`*/${FILES.repro}`, '*/repro-*.json'], { cwd: store });
  return kept.sort().map((path) => join(store, path));
}

/** Those of another system are left out. Ends early where `isOver` says so, with what there is. */
export async function replaySchedules(
  paths: readonly string[],
  pair: Pair,
  isOver: () => boolean,
  onProgress: (done: number) => void,
): Promise<readonly Schedule[]> {
  const schedules: Schedule[] = [];
  for (const [at, path] of paths.entries()) {
    if (isOver()) break;
    const { config } = readRepro(path);
    if (config.system === pair.a.base.system) {
      schedules.push({ path, a: replayedOn(pair.a, config), b: replayedOn(pair.b, config) });
    }
    onProgress(at + 1);
    // Lets a signal through.
    await new Promise(setImmediate);
  }
  return schedules;
}

function replayedOn(side: LoadedSide, kept: Parameters<LoadedSide['likewise']>[0]): Replayed {
  let config: typeof kept;
  try {
    config = side.likewise(kept);
  } catch (error) {
    if (error instanceof HarnessError) return { kind: 'impossible', because: error.message };
    throw error;
  }
  const { verdict, checks } = record(side.simulation(config));
  if (verdict.kind === 'invalid') {
    return { kind: 'broken', signatures: signaturesOf(checks), because: verdict.because };
  }
  return { kind: verdict.kind === 'valid' ? 'holds' : 'unknown' };
}

/** Broken on B, and not on A. */
export function isRegression({ a, b }: Schedule): boolean {
  return b.kind === 'broken' && a.kind !== 'broken';
}

/** Broken on A, and not on B, which could be asked. */
export function isMended({ a, b }: Schedule): boolean {
  return a.kind === 'broken' && isSurvived(b);
}

/** Of a schedule as small as most are nothing more can be said: too little happens to call it valid. */
export function isSurvived({ kind }: Replayed): boolean {
  return kind === 'holds' || kind === 'unknown';
}
