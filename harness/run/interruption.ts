/** Ctrl-C and what else asks a process to end: first in order, the second time at once. */

import { EXIT } from '../core/errors.ts';

/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens until it is disposed of. */
export function interruption(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) {
      process.stderr.write('stopped at once; what is left is removed by: ordeal doctor --clean\n');
      process.exit(EXIT.interrupted);
    }
    process.stderr.write(
      'interrupted: undoing faults, judging what there is (again to stop at once)\n',
    );
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
