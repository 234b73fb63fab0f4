import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextCutter } from '../../../checkers/linearizable/monitors/text-cutter.ts';

/** Short words of two letters, so that one often begins another. */
const words = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }),
  {
    maxLength: 8,
  },
);

/** Without those that begin another one. */
const freeOfBeginnings = words.map((all) =>
  all.filter((word) => !all.some((other) => other !== word && other.startsWith(word))),
);

/** A text by the words that it is made of; or whatever it is. */
const readings = (pieces: readonly string[]) =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.array(fc.nat(pieces.length - 1), { minLength: 1, maxLength: 5 }) },
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 6 },
  );

test('cuts texts into pieces in the one way that there is, whatever was cut before', () => {
  const someTexts = freeOfBeginnings
    .filter((pieces) => pieces.length > 0)
    .chain((pieces) => fc.tuple(fc.constant(pieces), readings(pieces)));
  fc.assert(
    fc.property(someTexts, ([pieces, readings]) => {
      const cutter = TextCutter.of(pieces) as TextCutter;
      let before: readonly number[] = [];
      for (const reading of readings) {
        const text =
          typeof reading === 'string' ? reading : reading.map((at) => pieces[at]).join('');
        const cut = cutter.cut(text);
        const expected = oneByOne(text, pieces);
        expect(cut?.pieces.slice(0, cut.count)).toEqual(expected);
        if (cut === undefined || expected === undefined) return;
        // What is known stood in a text before, in the same places.
        expect(before.slice(0, cut.known)).toEqual(expected.slice(0, cut.known));
        if (!isBeginningOf(expected, before)) before = expected;
      }
    }),
  );
});

test('takes no pieces of which one begins another, or stands twice', () => {
  fc.assert(
    fc.property(words, (all) => {
      const isFree = !all.some((word) => all.some((o) => o !== word && o.startsWith(word)));
      expect(TextCutter.of(all) !== undefined).toBe(isFree);
      expect(TextCutter.of([...all, ...all.slice(0, 1)]) !== undefined).toBe(
        isFree && all.length === 0,
      );
    }),
  );
});

function oneByOne(text: string, pieces: readonly string[]): number[] | undefined {
  const found: number[] = [];
  for (let at = 0; at < text.length; ) {
    const piece = pieces.findIndex((one) => text.startsWith(one, at));
    if (piece === -1) return undefined;
    found.push(piece);
    at += (pieces[piece] as string).length;
  }
  return found;
}

function isBeginningOf(one: readonly number[], other: readonly number[]): boolean {
  return one.every((piece, at) => other[at] === piece);
}
