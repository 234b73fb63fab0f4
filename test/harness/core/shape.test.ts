/** Shapes: what fits is the value itself, and what does not is told by its field. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anything,
  byTag,
  count,
  exactly,
  fields,
  list,
  nullable,
  number,
  oneOf,
  optional,
  record,
  text,
  truth,
  words,
} from '../../../harness/core/shape.ts';

interface Peer {
  readonly host: string;
  readonly port: number;
  readonly weight?: number;
}

type Said =
  | { readonly kind: 'hello'; readonly peers: readonly Peer[] }
  | { readonly kind: 'over'; readonly because: string | null };

const peer = fields<Peer>({ host: words, port: count, weight: optional(number) });
const said = byTag<Said, 'kind'>('kind', {
  hello: { peers: list(peer, 1) },
  over: { because: nullable(text) },
});
const strict = exactly<Peer>({ host: words, port: count, weight: optional(number) });

describe('a shape', () => {
  test.each<[unknown, string]>([
    [null, 'an object is needed, not null'],
    [[], 'an object is needed, not []'],
    [{}, 'field "kind" is missing ("hello" or "over" is needed)'],
    [{ kind: 'helo' }, 'field "kind" is wrong ("hello" or "over" is needed, not \'helo\')'],
    [{ kind: 'toString' }, 'field "kind" is wrong ("hello" or "over" is needed, not \'toString\')'],
    [{ kind: 'hello', peers: {} }, 'field "peers" is wrong (a list with something in it'],
    [{ kind: 'hello', peers: [] }, 'field "peers" is wrong (a list with something in it'],
    [{ kind: 'hello', peers: [{ host: 'a' }] }, 'field "peers[0].port" is missing (a whole number'],
    [
      { kind: 'hello', peers: [{ host: 'a', port: 1, weight: null }] },
      'field "peers[0].weight" is wrong (a number is needed, not null)',
    ],
    [{ kind: 'over' }, 'field "because" is missing (a text, or null, is needed)'],
  ])('says what does not fit in %j', (value, wrong) => {
    expect(said.is(value)).toBe(false);
    expect(said.wrongIn(value)).toContain(wrong);
    expect(() => said.expect(value, (told) => new RangeError(told))).toThrow(RangeError);
  });

  test('takes what fits as it is, whatever else it has', () => {
    for (const value of [
      { kind: 'over', because: null },
      { kind: 'hello', peers: [{ host: 'a', port: 0, more: 1 }], more: 1 },
    ]) {
      expect(said.expect(value, (told) => new Error(told))).toBe(value);
    }
  });

  test('may refuse what it does not know, and says what is near', () => {
    expect(strict.wrongIn({ host: 'a', port: 1 })).toBeNull();
    expect(strict.wrongIn({ host: 'a', prot: 1 })).toBe(
      'there is no field "prot" (did you mean "port"?)',
    );
  });

  test('reads JSON, and refuses a text that is none in the same words', () => {
    const refuse = (wrong: string) => new Error(`here: ${wrong}`);
    expect(peer.fromJson('{"host":"a","port":1}', refuse)).toEqual({ host: 'a', port: 1 });
    expect(() => peer.fromJson('{"host"', refuse)).toThrow(/^here: .*JSON/);
    expect(() => peer.fromJson('{"host":""}', refuse)).toThrow('here: field "host" is wrong');
  });

  test('numbers are finite, and counts are whole and not negative', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
      expect(number.is(wrong)).toBe(false);
    }
    for (const wrong of [-1, 0.5, 2 ** 53, Number.NaN]) expect(count.is(wrong)).toBe(false);
  });
});

test('a list, and a record, of anything fits exactly where each of its items does', () => {
  const items = fc.array(fc.oneof(fc.boolean(), fc.integer(), fc.constant(null)));
  fc.assert(
    fc.property(items, (given) => {
      const fits = given.every((item) => typeof item === 'boolean');
      expect(list(truth).is(given)).toBe(fits);
      expect(record(truth).is(Object.fromEntries(given.entries()))).toBe(fits);
      expect(list(anything).is(given)).toBe(true);
      expect(list(oneOf('a')).is(given)).toBe(given.length === 0);
    }),
  );
});
