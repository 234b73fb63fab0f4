/** Random histories of a handful of transactions, for comparison with brute force. */

import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { random } from './simulate.ts';

/**
 * Up to `most` transactions, executed one after the other in an order that may differ from that of
 * their events, with now and then a read that is changed: about half are serializable. With
 * `readAll` a last transaction reads everything. With `prior`, keys hold something
 * before, now and then, and some reads find what nobody wrote.
 */
export function small(
  seed: number,
  workload: 'list-append' | 'rw-register',
  { most = 6, readAll = false, prior = false } = {},
): History {
  const draw = random(seed);
  const pick = (below: number): number => Math.floor(draw() * below);
  const count = 2 + pick(most - 1);
  const changed = draw() * 0.4;
  const state = new Map<number, number[]>();
  if (prior) {
    for (const key of [0, 1]) if (draw() < 0.6) state.set(key, pick(2) === 0 ? [91] : [91, 92]);
  }
  const written = new Map<number, number>();
  const txns = Array.from(
    { length: count },
    (): { type: 'ok' | 'info' | 'fail'; mops: Value[] } => {
      const outcome = draw();
      const type = outcome < 0.75 ? 'ok' : outcome < 0.9 ? 'info' : 'fail';
      const happens = type === 'ok' || (type === 'info' && draw() < 0.5);
      const keep = new Map([...state].map(([key, list]) => [key, [...list]]));
      const mops = Array.from({ length: 1 + pick(3) }, (): Value => {
        const key = pick(2);
        const list = state.get(key) ?? [];
        state.set(key, list);
        if (draw() < 0.5) {
          let seen = list;
          if (draw() < changed) seen = list.slice(0, pick(list.length + 1));
          if (prior && draw() < changed / 3) seen = [...seen.slice(0, pick(3)), 91 + pick(3)];
          if (workload === 'list-append') return ['r', key, [...seen]];
          return ['r', key, seen.at(-1) ?? null];
        }
        const value = (written.get(key) ?? 0) + 1;
        written.set(key, value);
        list.push(value);
        return [workload === 'list-append' ? 'append' : 'w', key, value];
      });
      if (!happens) {
        state.clear();
        for (const [key, list] of keep) state.set(key, list);
      }
      return { type, mops };
    },
  );
  if (readAll) {
    const mops = [0, 1].map((key): Value => {
      const list = state.get(key) ?? [];
      return ['r', key, workload === 'list-append' ? list : (list.at(-1) ?? null)];
    });
    txns.push({ type: 'ok', mops });
  }
  const events: NewEvent[] = [];
  const waiting = txns.map((txn, process) => ({ ...txn, process, begun: false }));
  while (waiting.length > 0) {
    // Mostly in order, so that real time agrees with the execution often enough.
    const at = draw() < 0.7 ? 0 : pick(waiting.length);
    const txn = waiting[at] as (typeof waiting)[number];
    const done = txn.begun;
    const blind = txn.mops.map((mop): Value => {
      const [f, key, value] = mop as readonly Value[];
      return [f as Value, key as Value, f === 'r' ? null : (value as Value)];
    });
    events.push({
      time: events.length,
      type: done ? txn.type : 'invoke',
      process: txn.process,
      f: 'txn',
      value: done && txn.type === 'ok' ? txn.mops : blind,
    });
    if (done) waiting.splice(at, 1);
    txn.begun = true;
  }
  return History.from(events);
}
