/**
 * Ends code of a user's that does not return. Nothing else can: while it has the thread, no signal
 * is heard and no timer fires.
 */

import { Script } from 'node:vm';
import type { Millis } from '../../checkers/units.ts';
import { infrastructure } from '../core/errors.ts';
import { OwnMistake, told } from '../core/panics.ts';
import { forgetAtWork, placeAtWork } from './banned.ts';

/** What is asked in one go takes milliseconds. */
const LIMIT_MS = 10_000;
/** Given less of a processor than one part of so many: the machine was busy, or stood still. */
const BUSY_SHARE = 4;

export interface Bounds {
  readonly limitMs: Millis;
  /** Microseconds for which this process has had a processor. */
  readonly cpuUs: () => number;
}

const BOUNDS: Bounds = {
  limitMs: LIMIT_MS,
  cpuUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

/** Where the script, which has no scope of ours, finds what it is to call. */
const CODE = Symbol.for('ordeal.bounded');
const script = new Script('globalThis[Symbol.for("ordeal.bounded")]()');
const scope = globalThis as { [CODE]?: () => void };
let isBounded = false;

/**
 * Runs code in which a user's may be asked; within such code it changes nothing. What does not come
 * to its end is a mistake of whichever part was at work, and whatever it was working on is lost.
 */
export function bounded<Result>(code: () => Result, bounds: Bounds = BOUNDS): Result {
  if (isBounded) return code();
  const frames = Error.stackTraceLimit;
  const beganUs = bounds.cpuUs();
  let result: { readonly value: Result } | undefined;
  scope[CODE] = () => {
    result = { value: code() };
  };
  isBounded = true;
  try {
    script.runInThisContext({ timeout: bounds.limitMs, displayErrors: false });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    Error.stackTraceLimit = frames;
    throw unreturned((bounds.cpuUs() - beganUs) / 1000, bounds.limitMs);
  } finally {
    isBounded = false;
    delete scope[CODE];
  }
  return (result as unknown as { readonly value: Result }).value;
}

function unreturned(cpuMs: Millis, limitMs: Millis): Error {
  const at = placeAtWork();
  // No `finally` was run.
  forgetAtWork();
  const limit = seconds(limitMs);
  if (at !== null && cpuMs * BUSY_SHARE >= limitMs) {
    return new OwnMistake(at, `did not return within ${limit}`);
  }
  const within = at === null ? '' : `${told(at)} did not return within ${limit}, and `;
  const given = `${seconds(cpuMs)} of a processor`;
  return infrastructure(`${within}the machine gave this process ${given} in ${limit}`);
}

function seconds(ms: Millis): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
