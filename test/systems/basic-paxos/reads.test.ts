/** Reads of Basic Paxos; what else it does is in `systems/basic-paxos/scenarios`. X, Y and Z are nodes 0 to 2. */

import { describe, expect, test } from 'vitest';
import { Generals } from './script.ts';

const [X, Y, Z] = [0, 1, 2];
const NORTH = 'north';

describe('a read', () => {
  test('of a key for which nothing was accepted answers nothing', () => {
    const generals = new Generals();
    const read = generals.read(X);
    generals.settle();
    expect(generals.answer(read)).toEqual({ status: 'ok', value: null, position: null });
  });

  test('that finds a minority value has it chosen before it answers', () => {
    const generals = new Generals();
    generals.propose(Y, NORTH);
    generals.prepare(Y, X);
    generals.drop();
    const read = generals.read(Z);
    generals.prepare(Z, Y);
    expect(generals.proposed(Z)).toEqual([2, NORTH]);
    expect(generals.answer(read)).toBeNull();
    generals.settle();
    expect(generals.answer(read)).toEqual({ status: 'ok', value: NORTH, position: null });
  });

  test('that comes during a ballot is not answered "nothing" on its promises', () => {
    const generals = new Generals();
    const early = generals.read(X);
    const late = generals.read(X);
    generals.deliver(({ to }) => to === Y);
    generals.deliver(({ message }) => message.kind === 'promise');
    expect(generals.answer(early)).toMatchObject({ value: null });
    expect(generals.answer(late)).toBeNull();
    generals.settle();
    expect(generals.answer(late)).toMatchObject({ value: null });
  });
});
