/** `--checker strongest`, and one checker for each promise that registers can keep. */

import {
  orderedSequentialVerdict,
  PROMISES,
  type PromiseName,
  strongestPromise,
} from '../../checkers/promises/index.ts';
import { usage } from '../core/errors.ts';
import { nilReadsOf, notesOf } from './notes.ts';
import { type Answer, answerOf, type Checker, type Question } from './question.ts';
import { refuseReuse } from './shapes.ts';

const PROMISE_FLAGS = [
  'initial',
  'failedCas',
  'nilReads',
  'budget',
  'stalenessVersions',
  'stalenessMs',
] as const;

export const promiseCheckers: readonly Checker[] = [
  {
    name: 'strongest',
    describe: 'names the strongest promise that registers keep',
    functions: ['read', 'write', 'cas'],
    flags: PROMISE_FLAGS,
    judge: (question) => judgePromise(question, undefined),
  },
  ...PROMISES.filter((name) => name !== 'linearizable').map(
    (promise): Checker => ({
      name: promise,
      describe: `registers keep the promise ${promise}`,
      functions: ['read', 'write', 'cas'],
      flags: promise === 'ordered-sequential' ? [...PROMISE_FLAGS, 'witness'] : PROMISE_FLAGS,
      judge: (question: Question) =>
        promise === 'ordered-sequential' ? judgeOrdered(question) : judgePromise(question, promise),
    }),
  ),
];

/**
 * By the positions in the answers, where they prove the promise; else by the answers alone, and
 * what is wrong with the positions is noted.
 */
function judgeOrdered(question: Question): Answer {
  const { file, initial, failedCas, model = 'cas-register', witness = 'positions' } = question;
  const bounded = question.stalenessVersions !== undefined || question.stalenessMs !== undefined;
  const registers = model === 'register' || model === 'cas-register';
  if (witness === 'off' || bounded || !registers) {
    return judgePromise(question, 'ordered-sequential');
  }
  refuseReuse(file, question.name);
  const claimed = orderedSequentialVerdict(file.history, {
    ...(initial === undefined ? {} : { initial }),
    ...(failedCas === undefined ? {} : { failedCas }),
    nilReads: nilReadsOf(question),
  });
  const { verdict } = claimed;
  switch (verdict.kind) {
    case 'valid':
      return {
        ...answerOf(claimed),
        model,
        decidedBy: 'the positions in the answers',
        notes: notesOf(question),
      };
    case 'invalid': {
      const answered = judgePromise(question, 'ordered-sequential');
      const note = `${verdict.because}; the verdict is by the answers alone`;
      return { ...answered, notes: [...(answered.notes ?? []), note] };
    }
    case 'unknown':
      return judgePromise(question, 'ordered-sequential');
  }
}

function judgePromise(question: Question, promise: PromiseName | undefined): Answer {
  const { file, initial, budget, model = 'cas-register', failedCas } = question;
  const { stalenessVersions: versionsMax, stalenessMs: msMax } = question;
  if (model !== 'register' && model !== 'cas-register') {
    throw usage(`--model: promises are judged of register or cas-register, not of ${model}`);
  }
  if (msMax !== undefined && !file.timed) {
    throw usage(`${question.name}: --staleness-ms: the file has no times`);
  }
  refuseReuse(file, question.name);
  const result = strongestPromise(file.history, {
    ...(initial === undefined ? {} : { initial }),
    ...(promise === undefined ? {} : { promise }),
    ...(budget?.steps === undefined ? {} : { stepsMax: budget.steps }),
    ...(budget?.memoryBytes === undefined ? {} : { memoryBytesMax: budget.memoryBytes }),
    ...(failedCas === undefined ? {} : { failedCas }),
    nilReads: nilReadsOf(question),
    timed: file.timed,
    staleness: {
      ...(versionsMax === undefined ? {} : { versionsMax }),
      ...(msMax === undefined ? {} : { msMax }),
    },
  });
  const { strongest, kept } = result;
  return {
    ...answerOf(result),
    model,
    notes: notesOf(question),
    details: { strongest, kept },
  };
}
