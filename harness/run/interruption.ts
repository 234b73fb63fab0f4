/** Ctrl-C and what else asks a process to end: first in order, the second time at once. */

import { EXIT } from '../core/errors.ts';

/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Listens until it is disposed of. `doing` says how the work ends in order; `aside` makes room where
 * the state of the work is shown in place.
 */
export function interruption(
  doing: string,
  aside: (write: () => void) => void = (write) => write(),
): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const say = (text: string) => aside(() => process.stderr.write(`${text}\n`));
  const onSignal = () => {
    if (controller.signal.aborted) {
      say('stopped at once; what is left is removed by: ordeal doctor --clean');
      process.exit(EXIT.interrupted);
    }
    say(`interrupted: ${doing} (again to stop at once)`);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
