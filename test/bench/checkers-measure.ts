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

/**
 * A sample is the time on the wall, or the time of the processor (all threads of the process, the
 * collector and the compiler with them) where that is less: then the rest was other work on this
 * machine. On an idle machine it is the time on the wall.
 */
export function times(samples: number, work: () => void): Times {
  const start = performance.now();
  work();
  const cold = performance.now() - start;
  const warm: number[] = [];
  let repeats = 1;
  while (warm.length < samples) {
    const ms = sample(repeats, work);
    if (ms < SAMPLE_MS) repeats = Math.ceil(repeats * Math.min(8, (1.3 * SAMPLE_MS) / (ms + 1)));
    else warm.push(ms / repeats);
  }
  warm.sort((one, other) => one - other);
  const at = (share: number): number => warm[Math.floor(share * (warm.length - 1))] as number;
  return { cold, median: at(0.5), best: at(0), worst: at(1) };
}

function sample(repeats: number, work: () => void): number {
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
