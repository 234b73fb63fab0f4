/** What is fuzzed: every model, in the variants in which a different algorithm decides. */

import type { Value } from '../../../checkers/history.ts';
import { type Model, models } from '../../../checkers/linearizable/index.ts';
import {
  counterPlay,
  listPlay,
  lockPlay,
  logPlay,
  multiRegisterPlay,
  offsetLogPlay,
  registerPlay,
  semaphorePlay,
  setPlay,
  textPlay,
  uniqueRegisterPlay,
  uniqueTextPlay,
  writeOncePlay,
} from './plays.ts';
import type { Play } from './random.ts';

export interface Game {
  readonly title: string;
  readonly model: Model;
  readonly play: () => Play;
  readonly initial?: Value;
  /** Most operations of a history; 9 when not given. Fewer where the definition is slow. */
  readonly most?: number;
}

const { register, counter, log, set, stack, mutex, semaphore } = models;
const cas = models['cas-register'];
const text = models['kv-append'];
const queue = models['fifo-queue'];
const unordered = models['unordered-queue'];
const owned = models['owned-mutex'];
const multi = models['multi-register'];

export const games: readonly Game[] = [
  { title: 'a register of two values', model: cas, play: () => registerPlay(2, true) },
  { title: 'a register of three values', model: cas, play: () => registerPlay(3, true) },
  {
    title: 'a register that starts at 1',
    model: cas,
    play: () => registerPlay(3, true, 1),
    initial: 1,
  },
  { title: 'a register without cas', model: register, play: () => registerPlay(2, false) },
  { title: 'a register of unique values', model: cas, play: () => uniqueRegisterPlay(true) },
  {
    title: 'unique values after a first one',
    model: cas,
    play: () => uniqueRegisterPlay(true, 77),
    initial: 77,
  },
  { title: 'unique values without cas', model: register, play: () => uniqueRegisterPlay(false) },
  { title: 'two registers at once', model: multi, play: () => multiRegisterPlay(2), most: 8 },
  {
    title: 'two registers that hold something',
    model: multi,
    play: () => multiRegisterPlay(3, [['x', 1]]),
    initial: [['x', 1]],
    most: 8,
  },
  { title: 'texts with puts', model: text, play: () => textPlay(['a', 'b'], true), initial: '' },
  {
    title: 'texts of overlapping pieces',
    model: text,
    play: () => textPlay(['a', 'aa', 'ab'], false),
    initial: '',
  },
  { title: 'texts of unique pieces', model: text, play: () => uniqueTextPlay(' '), initial: '' },
  { title: 'unique pieces from nothing', model: text, play: () => uniqueTextPlay(' ', null) },
  {
    title: 'unique pieces after a first one',
    model: text,
    play: () => uniqueTextPlay(' ', 'ab '),
    initial: 'ab ',
  },
  {
    title: 'unique pieces that begin each other',
    model: text,
    play: () => uniqueTextPlay(''),
    initial: '',
  },
  { title: 'a counter of ones', model: counter, play: () => counterPlay([1], ['inc', 'read']) },
  {
    title: 'a counter of ones from 5',
    model: counter,
    play: () => counterPlay([1], ['inc', 'read'], 5),
    initial: 5,
  },
  {
    title: 'a counter of any steps',
    model: counter,
    play: () => counterPlay([0, 1, 2], ['inc', 'dec', 'inc-and-get', 'read']),
  },
  { title: 'a log of unique elements', model: log, play: () => logPlay(true) },
  { title: 'a log of repeated elements', model: log, play: () => logPlay(false) },
  {
    title: 'a log that holds something',
    model: log,
    play: () => logPlay(true, [70, 71]),
    initial: [70, 71],
  },
  { title: 'a log with offsets', model: models['offset-log'], play: offsetLogPlay },
  { title: 'a set of passing elements', model: set, play: () => setPlay(true) },
  { title: 'a set of returning elements', model: set, play: () => setPlay(false) },
  { title: 'a set that holds one', model: set, play: () => setPlay(false, [0]), initial: [0] },
  {
    title: 'a queue of unique values',
    model: queue,
    play: () => listPlay('queue', true),
    most: 10,
  },
  { title: 'a queue of repeated values', model: queue, play: () => listPlay('queue', false) },
  {
    title: 'a queue that holds some',
    model: queue,
    play: () => listPlay('queue', true, [0, 1]),
    initial: [0, 1],
  },
  {
    title: 'a queue of repeated values that holds some',
    model: queue,
    play: () => listPlay('queue', false, [0, 1]),
    initial: [0, 1],
  },
  {
    title: 'an unordered queue',
    model: unordered,
    play: () => listPlay('unordered', false),
    most: 7,
  },
  {
    title: 'an unordered queue of unique values',
    model: unordered,
    play: () => listPlay('unordered', true),
    most: 7,
  },
  {
    title: 'an unordered queue that holds some',
    model: unordered,
    play: () => listPlay('unordered', false, [0, 1]),
    initial: [0, 1],
    most: 6,
  },
  {
    title: 'a stack of unique values',
    model: stack,
    play: () => listPlay('stack', true),
    most: 10,
  },
  { title: 'a stack of repeated values', model: stack, play: () => listPlay('stack', false) },
  {
    title: 'a stack that holds some',
    model: stack,
    play: () => listPlay('stack', true, [0, 1]),
    initial: [0, 1],
  },
  { title: 'a mutex', model: mutex, play: () => lockPlay(false, true) },
  { title: 'a mutex used wildly', model: mutex, play: () => lockPlay(false, false) },
  {
    title: 'a mutex that starts held',
    model: mutex,
    play: () => lockPlay(false, false, 0),
    initial: true,
  },
  { title: 'an owned mutex', model: owned, play: () => lockPlay(false, true) },
  { title: 'an owned mutex used wildly', model: owned, play: () => lockPlay(false, false) },
  {
    title: 'an owned mutex that starts held',
    model: owned,
    play: () => lockPlay(false, true, 0),
    initial: 0,
  },
  { title: 'a fenced lock', model: models['fenced-lock'], play: () => lockPlay(true, true) },
  {
    title: 'a fenced lock with a last token',
    model: models['fenced-lock'],
    play: () => lockPlay(true, true),
    initial: 1,
  },
  { title: 'a semaphore of one', model: semaphore, play: () => semaphorePlay(1, true) },
  { title: 'a semaphore of two', model: semaphore, play: () => semaphorePlay(2, true), initial: 2 },
  {
    title: 'a semaphore used wildly',
    model: semaphore,
    play: () => semaphorePlay(2, false),
    initial: 2,
  },
  { title: 'a write-once cell', model: models['write-once'], play: writeOncePlay },
];
