/**
 * Rows of the kinds on which a checker is easily slower than Porcupine: values that repeat in
 * collections, violations of several keys with a witness, many operations without an answer, many
 * clients at once, transactions over several registers.
 */

import { History } from '../../checkers/history.ts';
import {
  counterPlay,
  listPlay,
  logPlay,
  multiRegisterPlay,
  registerPlay,
  setPlay,
} from '../checkers/linearizable/plays.ts';
import { Dice, type Play, playHistory, type Shape } from '../checkers/linearizable/random.ts';
import { textHistory } from './checkers-histories.ts';
import { linear, type Row, type Work } from './checkers-row.ts';

const PLAYS: Readonly<Record<string, () => Play>> = {
  log: () => logPlay(false),
  stack: () => listPlay('stack', false),
  'fifo-queue': () => listPlay('queue', false),
  set: () => setPlay(false),
  counter: () => counterPlay([1, 2, 3], ['inc', 'dec', 'read']),
  'multi-register': () => multiRegisterPlay(3),
  'cas-register': () => registerPlay(3, true),
};

type Kind = readonly [title: string, model: string, shape: Shape, seed: number, bad: boolean];

const CALM = { crash: 0, spoil: 0 } as const;

const KINDS: readonly Kind[] = [
  ...(['log', 'stack', 'fifo-queue'] as const).flatMap((model): Kind[] => [
    ['repeated, 150', model, { processes: 5, operations: 150, ...CALM }, 1, false],
    ['repeated, 150 bad', model, { processes: 5, operations: 150, ...CALM }, 3, true],
    ['repeated, crashes', model, { processes: 5, operations: 150, crash: 2, spoil: 0 }, 3, false],
  ]),
  ['300', 'multi-register', { processes: 5, operations: 300, ...CALM }, 1, false],
  ['300 bad', 'multi-register', { processes: 5, operations: 300, ...CALM }, 2, true],
  ['5k', 'set', { processes: 5, operations: 5000, ...CALM }, 1, false],
  ['any steps, 200', 'counter', { processes: 4, operations: 200, ...CALM }, 1, false],
  [
    'half unknown',
    'cas-register',
    { processes: 5, operations: 300, crash: 50, spoil: 0 },
    1,
    false,
  ],
  ['100 clients', 'cas-register', { processes: 100, operations: 1000, ...CALM }, 1, false],
];

export function weakRows(): readonly Row[] {
  return [
    ...KINDS.map(([title, model, shape, seed, bad]): Row => {
      const options = { model, failedCas: 'observed' } as const;
      const history = (): History => {
        const played = playHistory(new Dice(seed), shape, (PLAYS[model] as () => Play)());
        return bad ? spoilt(played) : played;
      };
      // Another value may be right as well, where values repeat: these seeds are of those where it is not.
      const expected = bad ? 'invalid' : 'valid';
      const prepare = (): Work => linear(() => [history()], options, expected);
      return { name: `${model} ${title}`, prepare };
    }),
    ...[1, 10, 50].map((clients): Row => {
      const shape = { operations: 100 + 40 * clients, clients, keys: 10, seed: 2, bad: true };
      const options = { model: 'kv-append', initial: '', explain: true } as const;
      return {
        name: `kv c${clients} bad, made, with a witness`,
        prepare: () => linear(() => [textHistory(shape)], options, 'invalid'),
      };
    }),
  ];
}

/** The last answer that says something says something else. */
function spoilt(history: History): History {
  const events = [...history];
  const at = events.findLastIndex(
    ({ type, f, value }) => type === 'ok' && /^(read|pop|dequeue|txn)$/.test(f) && value !== null,
  );
  return History.from(
    events.map((event, index) => (index === at ? { ...event, value: other(event.value) } : event)),
  );
}

function other(value: unknown): never {
  const text = JSON.stringify(value).replace(/\d+(?=\D*$)/, (digits) => `${Number(digits) + 1}`);
  return JSON.parse(text) as never;
}
