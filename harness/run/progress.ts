/**
 * How far long work is. Those who work say so as often as they like; what reaches the reader is one
 * line that changes in place on a terminal, and a line now and then elsewhere.
 */

import { plural, seconds } from '../report/text.ts';

/** A piece of work that is under way. */
export interface Step {
  /** What is counted, in the singular: `run`. */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  /** What has been found so far; empty for nothing. */
  readonly found: string;
}

export interface Progress {
  /** Something has happened that stays worth reading. */
  readonly line: (text: string) => void;
  /** Something is written elsewhere, on what may be the same terminal. */
  readonly aside: (write: () => void) => void;
  /** What is going on now, in place of what was said of that before; empty for nothing. */
  readonly state: (text: string) => void;
  /** The work goes on; the rate is over the time since its first step. */
  readonly step: (step: Step) => void;
  /** The work is over: nothing of its line is left on a terminal. */
  readonly end: () => void;
}

/** What of a stream is needed to write on it. */
export interface Target {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Between two states of the line on a terminal, and between two lines elsewhere. */
const TERMINAL_MS = 200;
const LINES_MS = 10_000;
/** To the start of the line, and clear it. */
const BACK = '\r\u001b[K';

/** `nowMs` reads a clock: progress is for a reader, and decides nothing. */
export function progressOn(
  target: Target,
  quiet: boolean,
  nowMs: () => number = () => performance.now(),
): Progress {
  if (quiet) {
    const nothing = () => undefined;
    const aside: Progress['aside'] = (write) => write();
    return { line: nothing, aside, state: nothing, step: nothing, end: nothing };
  }
  const inPlace = target.isTTY === true;
  let begunMs: number | null = null;
  let saidMs: number | null = null;
  let shown = '';
  const clear = () => {
    if (shown !== '') target.write(BACK);
    shown = '';
  };
  const aside = (write: () => void) => {
    const before = shown;
    clear();
    write();
    if (before === '') return;
    target.write(before);
    shown = before;
  };
  /** Whether so long has passed that the reader wants to know; the first time begins the wait. */
  const isDue = (now: number) => {
    saidMs ??= now;
    return now - saidMs >= (inPlace ? TERMINAL_MS : LINES_MS);
  };
  const say = (text: string, now: number) => {
    saidMs = now;
    if (!inPlace) {
      target.write(`${text}\n`);
      return;
    }
    clear();
    shown = text.slice(0, (target.columns ?? 80) - 1);
    target.write(shown);
  };
  return {
    line: (text) => aside(() => target.write(`${text}\n`)),
    aside,
    state(text) {
      const now = nowMs();
      if (text === '') clear();
      else if (isDue(now)) say(text, now);
    },
    step(step) {
      const now = nowMs();
      begunMs ??= now;
      if (isDue(now)) say(stepText(step, (now - begunMs) / 1000), now);
    },
    end() {
      clear();
      begunMs = null;
      saidMs = null;
    },
  };
}

/** `120 of 1 000 runs · 41.2/s · 21.4 s left · 119 valid, 1 unknown`. */
export function stepText({ unit, done, total, found }: Step, elapsedS: number): string {
  const parts = [`${done} of ${plural(total, unit)}`];
  if (done > 0 && elapsedS > 0) {
    const perSecond = done / elapsedS;
    parts.push(perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${seconds(1 / perSecond)} each`);
    if (done < total) parts.push(`${duration((total - done) / perSecond)} left`);
  }
  if (found !== '') parts.push(found);
  return parts.join(' · ').replaceAll('\u00a0', ' ');
}

/** A time to wait, as coarse as it is long. */
export function duration(s: number): string {
  if (s < 100) return `${Math.ceil(s)} s`;
  return s < 6000 ? `${Math.ceil(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}
