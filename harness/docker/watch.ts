/**
 * Notices what ended containers of a run although the run did not ask for it: out of memory,
 * somebody's `docker kill`, an engine that restarts. Nothing of that is the tested system's fault.
 */

import type { Millis } from '../../checkers/units.ts';
import { type HarnessError, infrastructure } from '../core/errors.ts';
import { reason } from './engine.ts';
import type { NodeContainer } from './node-container.ts';

const LOOK_MS = 1000;
/** An engine that does not answer for so many looks is gone. */
const SILENT_LOOKS_MAX = 10;
/** An engine that is stopped takes questions and leaves them unanswered. */
const ANSWER_MS = 30_000;

export class Watch {
  readonly #nodes: readonly NodeContainer[];
  /** What our own processes said that they never say. */
  readonly #nonsense: ReadonlySet<string>;
  readonly #onLoss: (failure: HarnessError) => void;
  #timer: NodeJS.Timeout | undefined;
  #silent = 0;
  #closed = false;

  constructor(
    nodes: readonly NodeContainer[],
    nonsense: ReadonlySet<string>,
    onLoss: (failure: HarnessError) => void,
  ) {
    this.#nodes = nodes;
    this.#nonsense = nonsense;
    this.#onLoss = onLoss;
    this.#next();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** What was lost by now, as the engine has it; null for nothing. Rejects when it does not answer. */
  async look(): Promise<HarnessError | null> {
    if (this.#nonsense.size > 0) return nonsensical(this.#nonsense);
    const looked = Promise.all(this.#nodes.map((node) => node.losses()));
    const losses = (await within(ANSWER_MS, looked)).flat();
    if (losses.length === 0) return null;
    const mistakes = await Promise.all(this.#nodes.map((node) => node.mistake()));
    const mistake = mistakes.find((said) => said !== null) ?? null;
    if (mistake !== null) return infrastructure(mistake);
    return infrastructure(
      `${losses.join('; ')}: not by Ordeal, so the run says nothing about the system`,
    );
  }

  #next(): void {
    this.#timer = setTimeout(() => void this.#tick(), LOOK_MS);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    let loss: HarnessError | null = null;
    try {
      loss = await this.look();
      this.#silent = 0;
    } catch (error) {
      this.#silent += error instanceof Unanswered ? SILENT_LOOKS_MAX : 1;
      if (this.#silent >= SILENT_LOOKS_MAX) {
        loss = infrastructure(`the Docker Engine no longer answers: ${reason(error)}`, error);
      }
    }
    if (this.#closed) return;
    if (loss === null) this.#next();
    else this.#onLoss(loss);
  }
}

/** A fault of ours, whoever of us is to blame: nothing that followed from it counts. */
export function nonsensical(nonsense: ReadonlySet<string>): HarnessError {
  return infrastructure(
    `${[...nonsense].join('; ')}: a fault of Ordeal, so the run says nothing about the system`,
  );
}

class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

async function within<Answer>(limitMs: Millis, answer: Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>();
  const message = `no answer within ${limitMs / 1000} s`;
  const timer = setTimeout(() => reject(new Unanswered(message)), limitMs);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
