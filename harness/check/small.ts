/** The small checkers of `ordeal check`: those that need no model. */

import { checkBank } from '../../checkers/bank.ts';
import { checkCounter } from '../../checkers/counter.ts';
import { checkLongFork } from '../../checkers/long-fork.ts';
import { checkPositions } from '../../checkers/positions.ts';
import { checkQueue } from '../../checkers/queue.ts';
import { checkSet } from '../../checkers/set.ts';
import { checkSetFull } from '../../checkers/set-full.ts';
import { checkTotalQueue } from '../../checkers/total-queue.ts';
import { checkUniqueIds } from '../../checkers/unique-ids.ts';
import { answerOf, type Checker } from './question.ts';

export const smallCheckers: readonly Checker[] = [
  {
    name: 'bank',
    describe: 'every read of all accounts finds the same total',
    functions: ['read', 'transfer'],
    flags: ['initial'],
    judge: ({ file, initial }) => {
      const total = typeof initial === 'number' ? { total: initial } : {};
      return answerOf(checkBank(file.history, total));
    },
  },
  {
    name: 'set',
    describe: 'the final read holds each element whose add was answered',
    functions: ['add', 'read'],
    flags: [],
    judge: ({ file }) => ({
      ...answerOf(checkSet(file.history)),
      notes: ['earlier reads were not judged; --model set --checker linearizable judges them'],
    }),
  },
  {
    name: 'set-full',
    describe: 'each element, once there, is in every later read',
    functions: ['add', 'read'],
    flags: [],
    judge: ({ file }) => answerOf(checkSetFull(file.history)),
  },
  {
    name: 'queue',
    describe: 'what is dequeued was enqueued before',
    functions: ['enqueue', 'dequeue', 'drain'],
    flags: [],
    judge: ({ file }) => answerOf(checkQueue(file.history)),
  },
  {
    name: 'total-queue',
    describe: 'what was enqueued is dequeued in the end',
    functions: ['enqueue', 'dequeue', 'drain'],
    flags: [],
    judge: ({ file }) => answerOf(checkTotalQueue(file.history)),
  },
  {
    name: 'unique-ids',
    describe: 'no id is given out twice',
    functions: ['generate'],
    flags: [],
    judge: ({ file }) => answerOf(checkUniqueIds(file.history)),
  },
  {
    name: 'counter',
    describe: 'reads stay within what was surely and perhaps added',
    functions: ['inc', 'dec', 'add', 'read'],
    flags: ['initial'],
    judge: ({ file, initial }) => {
      const start = typeof initial === 'number' ? { initial } : {};
      return answerOf(checkCounter(file.history, start));
    },
  },
  {
    name: 'positions',
    describe: 'revisions, zxids or offsets in answers never go back',
    functions: null,
    flags: ['positionScope'],
    judge: ({ file, positionScope: scope }) =>
      answerOf(checkPositions(file.history, scope === undefined ? {} : { scope })),
  },
  {
    name: 'long-fork',
    describe: 'no two readers disagree on which of two writes came first',
    functions: null,
    flags: [],
    judge: ({ file }) => answerOf(checkLongFork(file.history)),
  },
];
