/** What the engine tells while it builds, pulls or imports: a stream of lines of JSON. */

import type Docker from 'dockerode';

/** What of such a line is read here. */
export interface EngineLine {
  readonly error?: string;
  /** What a build prints. */
  readonly stream?: string;
  /** Of a layer that is pulled: what is done with it, and how far that is. */
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** Waits for the end of the stream, and throws what the engine reports in it. */
export function follow(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onLine: (line: EngineLine) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEnd = (error: Error | null, lines: readonly EngineLine[]) => {
      const failure = lines?.find((line) => line.error !== undefined)?.error;
      if (error !== null) reject(error);
      else if (failure !== undefined) reject(new Error(failure));
      else resolve();
    };
    docker.modem.followProgress(stream, onEnd, onLine);
  });
}

/** `Step 2/3 : RUN ...` of a build: that one is over and three are to do; null for other lines. */
export function buildStep({ stream }: EngineLine): { done: number; total: number } | null {
  const [, step, total] = /^Step (\d+)\/(\d+) :/.exec(stream ?? '') ?? [];
  return step === undefined ? null : { done: Number(step) - 1, total: Number(total) };
}

/** How much of the layers of an image has been fetched. */
export class LayersFetched {
  readonly #layers = new Map<string, { doneBytes: number; totalBytes: number }>();

  /** Takes in a line of a pull; returns whether anything changed by it. */
  take({ id, status, progressDetail }: EngineLine): boolean {
    if (id === undefined) return false;
    const layer = this.#layers.get(id);
    if (status === 'Downloading') {
      const { current = 0, total = 0 } = progressDetail ?? {};
      this.#layers.set(id, { doneBytes: current, totalBytes: Math.max(current, total) });
      return true;
    }
    if (status !== 'Download complete' || layer === undefined) return false;
    layer.doneBytes = layer.totalBytes;
    return true;
  }

  sum(): { doneBytes: number; totalBytes: number } {
    const sum = { doneBytes: 0, totalBytes: 0 };
    for (const { doneBytes, totalBytes } of this.#layers.values()) {
      sum.doneBytes += doneBytes;
      sum.totalBytes += totalBytes;
    }
    return sum;
  }
}
