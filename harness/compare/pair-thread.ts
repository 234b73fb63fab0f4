/** What a thread of a comparison does: loads both sides once, and makes the pairs of runs that it is given. */

import { enableCompileCache } from 'node:module';
import type { Answer } from '../explore/answer.ts';
import type { Task } from '../explore/trial.ts';
import type { Pair, PairAsked, PairTrial } from './pair.ts';

/** A task, and what all tasks of the comparison have in common. */
export interface PairQuestion {
  readonly asked: PairAsked;
  readonly task: Task;
}

let loaded: Promise<Pair> | null = null;

/** Never rejects but for what ends the thread. */
export async function answer({ asked, task }: PairQuestion): Promise<Answer<PairTrial>> {
  enableCompileCache();
  const { answered } = await import('../explore/answer.ts');
  return answered(async () => {
    loaded ??= import('./pair.ts').then(({ Pair: loading }) => loading.of(asked));
    return (await loaded).try(task);
  });
}
