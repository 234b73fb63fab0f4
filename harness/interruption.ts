/** Ctrl-C: the first one ends the run in order, the second one at once. */

import { EXIT } from './errors.ts';

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
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
