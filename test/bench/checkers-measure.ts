/** Times and memory of one row of the benchmark, and how the peer does on the same histories. */

/** Milliseconds. */
export interface Times {
  /** The first time in this process: nothing is compiled yet. */
  readonly cold: number;
  /** Of the other times. */
  readonly median: number;
  readonly best: number;
  readonly worst: number;
}

/** Shorter samples are repeated: the processor's clock may tick every 4 ms only. */
const SAMPLE_MS = 80;

/** Milliseconds that this takes now, on the wall: too few for the processor's clock. */
export function timeOnce(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** What is slower than this is measured once: its samples differ by less than what it is beside. */
const SLOW_MS = 3000;

export type Warm = Omit<Times, 'cold'>;

/** Warm samples of one and the other in turns, so that what disturbs one disturbs both. */
export function takeTurns(
  samples: number,
  one: () => unknown,
  other: (() => unknown) | undefined,
): { readonly one: Warm; readonly other: Warm | undefined } {
  const ours = new Sampler(one);
  const theirs = other && new Sampler(other);
  for (let turn = 0; turn < samples; turn++) {
    ours.take();
    theirs?.take();
  }
  return { one: ours.warm(), other: theirs?.warm() };
}

class Sampler {
  readonly #work: () => unknown;
  readonly #ms: number[] = [];
  #repeats = 1;

  constructor(work: () => unknown) {
    this.#work = work;
  }

  take(): void {
    if (this.#ms.length === 1 && (this.#ms[0] as number) > SLOW_MS) return;
    for (;;) {
      const ms = sample(this.#repeats, this.#work);
      if (ms >= SAMPLE_MS) {
        this.#ms.push(ms / this.#repeats);
        return;
      }
      this.#repeats = Math.ceil(this.#repeats * Math.min(8, (1.3 * SAMPLE_MS) / (ms + 1)));
    }
  }

  warm(): Warm {
    const sorted = this.#ms.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
    return { median: at(0.5), best: at(0), worst: at(1) };
  }
}

/**
 * The time on the wall, or the time of the processor (all threads of the process, the collector and
 * the compiler with them) where that is less: then the rest was other work on this machine. On an
 * idle machine it is the time on the wall.
 */
function sample(repeats: number, work: () => unknown): number {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let at = 0; at < repeats; at++) work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return Math.min(wallMs, (user + system) / 1000);
}

/** The most memory that this process ever had, in megabytes: its program, the history, the check. */
export function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
