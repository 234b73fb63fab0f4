/** Histories that need long searches: what is worth checking on several threads. */

import { History, type Value } from '../../../checkers/history.ts';
import { Dice } from './random.ts';

/** Two need thousands of configurations, one few, and one is a violation. */
const SEEDS = [12, 11, 6, 10];

/** Queues of few values that wide concurrency and a wrong answer make hard to judge. */
export function hardQueues(): History {
  const history = new History();
  for (const [queue, seed] of SEEDS.entries()) {
    const dice = new Dice(seed);
    const held: number[] = [];
    const idle = Array.from({ length: 10 }, (_, who) => queue * 100 + who);
    const open: { process: number; f: string; asked: Value; answer: Value; done: boolean }[] = [];
    const push = (type: 'invoke' | 'ok', process: number, f: string, value: Value) =>
      history.push({ time: history.length, type, process, f, key: `q${queue}`, value });
    for (let begun = 0; begun < 60 || open.length > 0; ) {
      const process = idle[0];
      if (begun < 60 && process !== undefined && dice.chance(50)) {
        idle.shift();
        begun++;
        const adds = dice.chance(55);
        const asked = adds ? dice.roll(2) : null;
        const f = adds ? 'enqueue' : 'dequeue';
        open.push({ process, f, asked, answer: asked, done: false });
        push('invoke', process, f, asked);
        continue;
      }
      const one = dice.pick(open.length > 0 ? open : [undefined]);
      if (one === undefined) continue;
      if (!one.done) {
        one.done = true;
        if (one.f === 'enqueue') held.push(one.asked as number);
        else one.answer = held.shift() ?? null;
        continue;
      }
      const wrong = begun === 60 && one.f === 'dequeue' && one.answer !== null;
      push('ok', one.process, one.f, wrong ? 1 - (one.answer as number) : one.answer);
      open.splice(open.indexOf(one), 1);
      idle.push(one.process);
    }
  }
  return history;
}
