/** A row of the checkers' benchmark. */

import type { History } from '../../checkers/history.ts';
import {
  checkLinearizable,
  type LinearizabilityOptions,
} from '../../checkers/linearizable/index.ts';
import { plainRegister, plainText } from './checkers-models.ts';
import type { Asked } from './peers.ts';

export interface Row {
  readonly name: string;
  /** Makes the histories, and says how to check them. */
  readonly prepare: () => Work;
  /**
   * How many times faster than the peer of the same run we must be, warm (default 2 where there is
   * a peer). A miss fails the run; so does a first check that is slower than the peer's first.
   */
  readonly floor?: number;
  /** What we want to reach. A miss is shown. */
  readonly target?: number;
  readonly targetMs?: number;
  readonly targetMb?: number;
  /** Warm samples; default 7. */
  readonly samples?: number;
  /** Needs gigabytes or minutes: only with `--large`. */
  readonly large?: true;
}

export interface Work {
  /** Checks everything once; the answers, by history. */
  readonly run: () => readonly string[];
  /** What the answers begin with, if all are the same; else each. Absent: whatever the port says. */
  readonly expected?: string | readonly string[];
  /** What the peers are asked; absent where they cannot be asked the same. */
  readonly asked?: Asked;
}

/** Without a witness, unless the options ask for one: the peers give none. */
export function linear(
  make: () => readonly History[],
  options: LinearizabilityOptions,
  expected?: Work['expected'],
): Work {
  const histories = make();
  const all = { explain: false, ...options };
  const run = (): string[] =>
    histories.map((history) => {
      const { verdict, decidedBy } = checkLinearizable(history, all);
      return `${verdict.kind} (${decidedBy})`;
    });
  const { model } = options;
  const goModel = GO_MODELS[typeof model === 'string' ? model : model.name];
  return {
    run,
    asked: { histories, options, goModel },
    ...(expected === undefined ? {} : { expected }),
  };
}

/** Models of the library, and of `checkers-models.ts`, that Porcupine's program knows. */
const GO_MODELS: Readonly<Record<string, string>> = {
  register: 'register',
  'cas-register': 'cas-register',
  'kv-append': 'kv-append',
  'fifo-queue': 'fifo-queue',
  stack: 'stack',
  log: 'log',
  counter: 'counter',
  set: 'set',
  'multi-register': 'multi-register',
  [plainRegister.name]: 'cas-register',
  [plainText.name]: 'kv-append',
};
