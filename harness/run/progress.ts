/**
 * How far long work is. Those who work say so as often as they like; what reaches the reader is one
 * line that changes in place on a terminal, and a line now and then elsewhere.
 */

import type { Millis } from '../../checkers/units.ts';
import { plain, plural, seconds } from '../report/text.ts';
import type { RunEvent, WorkEvent } from './run-event.ts';

export interface Progress {
  /** Something has happened that stays worth reading. */
  readonly line: (text: string) => void;
  /** Something is written elsewhere, on what may be the same terminal. */
  readonly aside: (write: () => void) => void;
  /** What is going on now, in place of what was said of that before; empty for nothing. */
  readonly state: (text: string) => void;
  /** The same of one run. */
  readonly run: (event: RunEvent) => void;
  /** The work goes on; the rate is over the time since its first step. */
  readonly step: (event: WorkEvent) => void;
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
    return { line: nothing, aside, state: nothing, run: nothing, step: nothing, end: nothing };
  }
  const inPlace = target.isTTY === true;
  let begunMs: Millis | null = null;
  let saidMs: Millis | null = null;
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
  const state = (text: string) => {
    const now = nowMs();
    if (text === '') clear();
    else if (isDue(now)) say(text, now);
  };
  return {
    line: (text) => aside(() => target.write(`${text}\n`)),
    aside,
    state,
    run: (event) => state(runText(event)),
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

/** `12 s: load, 1 204 events, 2 faults in force`. */
export function runText(event: RunEvent): string {
  switch (event.kind) {
    case 'simulated':
      return `simulated ${Math.round(event.doneS)} of about ${Math.round(event.totalS)} s`;
    case 'live': {
      const events = plural(event.events, 'event');
      const faults = plural(event.faultsInForce, 'fault');
      return plain(
        `${Math.round(event.elapsedS)} s: ${event.phase}, ${events}, ${faults} in force`,
      );
    }
    default:
      return event satisfies never;
  }
}

/** `120 of 1 000 runs · 41.2/s · 21.4 s left · 119 valid, 1 unknown`. */
export function stepText(event: WorkEvent, elapsedS: number): string {
  const { done, total } = event;
  const parts = [`${done} of ${plural(total, PIECES[event.kind])}`];
  if (done > 0 && elapsedS > 0) {
    const perSecond = done / elapsedS;
    parts.push(perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${seconds(1 / perSecond)} each`);
    if (done < total) parts.push(`${duration((total - done) / perSecond)} left`);
  }
  const found = foundText(event);
  if (found !== '') parts.push(found);
  return plain(parts.join(' · '));
}

const PIECES = { runs: 'run', variants: 'variant', hunts: 'hunt' } as const;

/** `3 valid, 1 unknown`, `12 found, 1 not as expected`: what there is of each. */
function foundText(event: WorkEvent): string {
  if (event.kind !== 'runs') {
    const { found, unexpected } = event;
    return `${found} found${unexpected === 0 ? '' : `, ${unexpected} not as expected`}`;
  }
  const kinds = ['invalid', 'unknown', 'valid'] as const;
  const there = kinds.filter((kind) => event[kind] > 0);
  return there.map((kind) => `${event[kind]} ${kind}`).join(', ');
}

/** A time to wait, as coarse as it is long. */
export function duration(s: number): string {
  if (s < 100) return `${Math.ceil(s)} s`;
  return s < 6000 ? `${Math.ceil(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}
