/** What filters of a user's variant answer is held to what there is to answer, field by field. */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config/config.ts';
import { endsItsNode, OwnMistake, panicOf } from '../../../harness/core/panics.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import type { ClientEffect, Effect, NodeEvent } from '../../../systems/effect.ts';
import type { Variant } from '../../../systems/system.ts';

const config = resolveConfig(
  { system: 'raft', nodes: 3, timeLimitS: 5, nemesis: ['kill'], nemesisIntervalS: 1 },
  [],
  () => 1,
);

function thrownUnder(part: Partial<Variant>): OwnMistake {
  const variant: Variant = { id: 'mine', describe: 'of this test', kind: 'variant', ...part };
  try {
    simulateOnce(config, [variant]);
  } catch (error) {
    if (error instanceof OwnMistake) return error;
    throw error;
  }
  throw new Error('nothing was found wrong');
}

/** In place of effects of this kind, the same with other fields. */
function effects(kind: Effect['kind'], other: object): Partial<Variant> {
  return {
    effects: (one) => (one.kind === kind ? [{ ...one, ...other } as Effect] : [one]),
  };
}

function events(kind: NodeEvent['kind'], other: object): Partial<Variant> {
  return {
    events: (one) => (one.kind === kind ? [{ ...one, ...other } as NodeEvent] : [one]),
  };
}

function clientEffects(kind: ClientEffect['kind'], other: object): Partial<Variant> {
  return {
    clientEffects: (one) => (one.kind === kind ? [{ ...one, ...other } as ClientEffect] : [one]),
  };
}

describe('what a filter answers wrongly is a mistake of its variant, told by the field', () => {
  test.each([
    ['a node', effects('send', { to: 99 }), 'to: there is no node 99 (0 to 2)'],
    ['no message', effects('send', { message: undefined }), 'message is missing'],
    ['a Map', effects('send', { message: { seen: new Map() } }), 'message.seen is a Map'],
    ['nobody', effects('reply', { to: 7 }), 'to: 7 is nobody to answer'],
    ['a status', effects('reply', { reply: { status: 'okay' } }), 'reply: status must be one of'],
    ['a record', effects('persist', { record: () => 1 }), 'record is a function'],
    ['a timer', effects('set-timer', { timer: 16 }), 'timer: there is no timer 16 (0 to 15)'],
    ['a delay', effects('set-timer', { delayUs: -1 }), 'delayUs: -1 is no delay'],
    ['a kind', effects('send', { kind: 'sned' }), 'it must be a list'],
    ['a sender', events('message', { from: 3 }), 'from: there is no node 3 (0 to 2)'],
    ['a fired timer', events('timer', { timer: 'x' }), "timer: there is no timer 'x'"],
    ['a request', events('request', { request: {} }), 'request: from: undefined is nobody'],
    ['records', { start: () => [Number.NaN] }, 'record 0 is NaN'],
    ['a target', clientEffects('request', { to: -1 }), 'to: there is no node -1 (0 to 2)'],
    ['a question', clientEffects('request', { request: { kind: 'x' } }), 'request: from'],
    ['an outcome', clientEffects('complete', { outcome: { type: 'k' } }), 'outcome: type must be'],
    [
      'an end',
      { clientEffects: (one: ClientEffect) => (one.kind === 'complete' ? [one, one] : [one]) },
      'ends an operation that has ended',
    ],
    ['a durability', { durability: () => 'often' as never }, 'one of "synced", "unsynced"'],
  ] as [string, Partial<Variant>, string][])('%s', (_what, part, told) => {
    const error = thrownUnder(part);
    expect(error.message).toContain(told);
    expect(error.place.part).toBe(Object.keys(part)[0]);
  });
});

describe('what is thrown within a step', () => {
  const thrownAt = (...frames: string[]) =>
    Object.assign(new TypeError('oops'), {
      stack: ['TypeError: oops', ...frames.map((one) => `    at f (${one}:7:1)`)].join('\n'),
    });
  const root = new URL('../../..', import.meta.url).href.replace(/\/$/, '');

  test('is told with the line of the protocol that asked for it, and none of ours', () => {
    const error = thrownAt(`${root}/harness/sim/network.ts`, `${root}/systems/raft/log.ts`);
    expect(endsItsNode(error)).toBe(true);
    expect(panicOf(error).reason).toBe('oops (log.ts:7)');
  });

  test('is no end of a node where no protocol had asked for it', () => {
    const ours = ['network', 'world', 'node'].map((file) => `${root}/harness/sim/${file}.ts`);
    expect(endsItsNode(thrownAt(...ours))).toBe(false);
    expect(endsItsNode(thrownAt('node:internal/modules', ...ours))).toBe(false);
    expect(endsItsNode('thrown by value')).toBe(true);
  });
});
