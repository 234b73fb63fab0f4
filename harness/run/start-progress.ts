/** What is read while images are built and containers come up. */

import type { StartEvent } from '../core/start-event.ts';
import { bytes, plain, plural } from '../report/text.ts';
import { duration, type Progress } from './progress.ts';

/** Nothing may happen for long: the time that it takes is told all the same. */
const TICK_MS = 250;

/**
 * Tells of a start on `progress`: what begins, as a line that stays, and how far it is. Until it is
 * disposed of, which leaves nothing of what was under way.
 */
export class StartProgress implements Disposable {
  readonly #progress: Progress;
  readonly #nowMs: () => number;
  #event: StartEvent | null = null;
  #beganMs = 0;
  #ticker: NodeJS.Timeout | null = null;

  constructor(progress: Progress, nowMs: () => number = () => performance.now()) {
    this.#progress = progress;
    this.#nowMs = nowMs;
  }

  readonly tell = (event: StartEvent): void => {
    if (event.kind === 'over') {
      this[Symbol.dispose]();
      const tookS = (this.#nowMs() - this.#beganMs) / 1000;
      if (event.formed) this.#progress.line(`cluster up after ${tookS.toFixed(1)} s`);
      return;
    }
    if (stageOf(event) !== stageOf(this.#event)) {
      this.#beganMs = this.#nowMs();
      const line = beginning(event);
      if (line !== null) this.#progress.line(line);
    }
    this.#event = event;
    this.#ticker ??= setInterval(() => this.#show(), TICK_MS).unref();
    this.#show();
  };

  [Symbol.dispose](): void {
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#ticker = null;
    this.#event = null;
    this.#progress.state('');
  }

  #show(): void {
    if (this.#event === null) return;
    this.#progress.state(startText(this.#event, (this.#nowMs() - this.#beganMs) / 1000));
  }
}

/** Containers that come up and the cluster that they form are one wait. */
function stageOf(event: StartEvent | null): string | null {
  if (event === null) return null;
  if (event.kind === 'forming') return 'containers';
  return event.kind === 'build' ? `build ${event.image}` : event.kind;
}

/** What is worth a line of its own when it begins; null for what takes seconds. */
function beginning(event: StartEvent): string | null {
  switch (event.kind) {
    case 'up-to-date':
      return `${event.image} is up to date`;
    case 'fetch':
      return `fetching ${event.image}`;
    case 'no-registry':
      return `no registry (${event.because}): building from Debian packages`;
    case 'debian':
      return `making a small Debian ${event.suite} (about half a minute)`;
    case 'import':
      return `importing ${event.image}`;
    case 'build':
      return `building ${event.image}`;
    case 'containers':
    case 'forming':
    case 'over':
      return null;
    default:
      return event satisfies never;
  }
}

/** How far it is, after so long: `3 of 5 containers up, 2 s`. Empty where there is nothing to tell. */
export function startText(event: StartEvent, elapsedS: number): string {
  const elapsed = `${Math.floor(elapsedS)} s`;
  switch (event.kind) {
    case 'up-to-date':
    case 'no-registry':
    case 'over':
      return '';
    case 'fetch':
    case 'import':
      return plain(`${event.image}: ${transferText(event, elapsedS)}`);
    case 'debian':
      return `${event.doing === '' ? 'starting' : event.doing}, ${elapsed}`;
    case 'build':
      return `${event.image}: ${event.done} of ${plain(plural(event.total, 'step'))} done, ${elapsed}`;
    case 'containers':
      return `${event.up} of ${plain(plural(event.nodes, 'container'))} up, ${elapsed}`;
    case 'forming':
      return event.answering < event.nodes
        ? `${event.answering} of ${plain(plural(event.nodes, 'node'))} ${event.nodes === 1 ? 'answers' : 'answer'}, ${elapsed}`
        : `all nodes answer, ${event.awaits === 'leader' ? 'no leader' : 'not ready'} yet, ${elapsed}`;
    default:
      return event satisfies never;
  }
}

/** `12.0 MB of 70.0 MB · 4.0 MB/s · 15 s left`. */
function transferText(
  { doneBytes, totalBytes }: { doneBytes: number; totalBytes: number },
  elapsedS: number,
): string {
  if (doneBytes === 0 || elapsedS === 0) return `waiting, ${Math.floor(elapsedS)} s`;
  const perSecond = doneBytes / elapsedS;
  const done = totalBytes === 0 ? bytes(doneBytes) : `${bytes(doneBytes)} of ${bytes(totalBytes)}`;
  const left =
    totalBytes > doneBytes ? ` · ${duration((totalBytes - doneBytes) / perSecond)} left` : '';
  return `${done} · ${bytes(perSecond)}/s${left}`;
}
