/**
 * Notices what ended containers of a run although the run did not ask for it: out of memory,
 * somebody's `docker kill`, an engine that restarts. Nothing of that is the tested system's fault.
 */

import type Docker from 'dockerode';
import { type HarnessError, infrastructure } from '../errors.ts';
import { reason } from './engine.ts';
import type { NodeContainer } from './node-container.ts';
import { LABEL } from './owner.ts';

const LOOK_MS = 1000;
/** An engine that does not answer for so many looks is gone. */
const SILENT_LOOKS_MAX = 10;

export class Watch {
  readonly #docker: Docker;
  readonly #runId: string;
  readonly #nodes: readonly NodeContainer[];
  readonly #onLoss: (failure: HarnessError) => void;
  #timer: NodeJS.Timeout | undefined;
  #silent = 0;
  #closed = false;

  constructor(
    docker: Docker,
    runId: string,
    nodes: readonly NodeContainer[],
    onLoss: (failure: HarnessError) => void,
  ) {
    this.#docker = docker;
    this.#runId = runId;
    this.#nodes = nodes;
    this.#onLoss = onLoss;
    this.#next();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** What was lost by now, as the engine has it; null for nothing. Rejects when it does not answer. */
  async look(): Promise<HarnessError | null> {
    const before = this.#nodes.map(({ changes }) => changes);
    const filters = { label: [`${LABEL.run}=${this.#runId}`] };
    const listed = await this.#docker.listContainers({ all: true, filters });
    const states = new Map(listed.map(({ Id, State }) => [Id, State]));
    const losses = await Promise.all(
      this.#nodes.map(async (node, i) => {
        const [net, own] = node.containerIds;
        if (states.get(net) !== 'running') return node.describeLoss('net');
        const isThere = states.get(own) === 'running' || states.get(own) === 'paused';
        // What we do ourselves just now, or have done, is no loss.
        if (isThere || node.isDownByUs || node.changes !== before[i]) return null;
        if (await node.stoppedItself()) return null;
        return node.describeLoss('node');
      }),
    );
    const known = losses.filter((loss) => loss !== null);
    if (known.length === 0) return null;
    const mistakes = await Promise.all(this.#nodes.map((node) => node.mistake()));
    const mistake = mistakes.find((said) => said !== null) ?? null;
    if (mistake !== null) return infrastructure(mistake);
    return infrastructure(
      `${known.join('; ')}: not by Ordeal, so the run says nothing about the system`,
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
      if (++this.#silent >= SILENT_LOOKS_MAX) {
        loss = infrastructure(`the Docker Engine no longer answers: ${reason(error)}`, error);
      }
    }
    if (this.#closed) return;
    if (loss === null) this.#next();
    else this.#onLoss(loss);
  }
}
