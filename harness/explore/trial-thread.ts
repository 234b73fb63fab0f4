/** What a thread of an exploration does: loads what is explored once, and makes the runs that it is given. */

import { enableCompileCache } from 'node:module';
import type { RunRequest } from '../config/config.ts';
import type { Answer } from './answer.ts';
import type { Explored, Task, Trial } from './trial.ts';

/** A task, and what all tasks of the exploration have in common. */
export interface Question {
  readonly asked: RunRequest;
  readonly task: Task;
}

let loaded: Promise<Explored> | null = null;

/** Never rejects but for what ends the thread. */
export async function answer({ asked, task }: Question): Promise<Answer<Trial>> {
  // Each thread has a cache of its own to open: reading code takes longer than a run.
  enableCompileCache();
  const { answered } = await import('./answer.ts');
  return answered(async () => {
    loaded ??= import('./trial.ts').then(({ Explored: loading }) => loading.of(asked));
    return (await loaded).try(task);
  });
}
