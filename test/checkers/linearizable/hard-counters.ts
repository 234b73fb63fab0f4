/** Histories that need long searches: what is worth checking on several threads. */

import { History, type Value } from '../../../checkers/history.ts';
import { Dice } from './random.ts';

/** Two need hundreds of configurations and more, one few, and two are violations. */
const SEEDS = [12, 25, 21, 18];

/** Counters of several steps that wide concurrency and a wrong answer make hard to judge. */
export function hardCounters(): History {
  const history = new History();
  for (const [counter, seed] of SEEDS.entries()) {
    const dice = new Dice(seed);
    let count = 0;
    const idle = Array.from({ length: 10 }, (_, who) => counter * 100 + who);
    const open: { process: number; f: string; asked: Value; answer: Value; done: boolean }[] = [];
    const push = (type: 'invoke' | 'ok', process: number, f: string, value: Value) =>
      history.push({ time: history.length, type, process, f, key: `c${counter}`, value });
    for (let begun = 0; begun < 60 || open.length > 0; ) {
      const process = idle[0];
      if (begun < 60 && process !== undefined && dice.chance(50)) {
        idle.shift();
        begun++;
        const adds = dice.chance(60);
        const asked = adds ? dice.pick([1, 2, 3, 5]) : null;
        const f = adds ? 'inc' : 'read';
        open.push({ process, f, asked, answer: asked, done: false });
        push('invoke', process, f, asked);
        continue;
      }
      const one = dice.pick(open.length > 0 ? open : [undefined]);
      if (one === undefined) continue;
      if (!one.done) {
        one.done = true;
        if (one.f === 'inc') count += one.asked as number;
        else one.answer = count;
        continue;
      }
      const wrong = begun === 60 && one.f === 'read' && seed % 2 === 0;
      push('ok', one.process, one.f, wrong ? (one.answer as number) - 1 : one.answer);
      open.splice(open.indexOf(one), 1);
      idle.push(one.process);
    }
  }
  return history;
}
