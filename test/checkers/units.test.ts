/** The compiler tells kinds of numbers apart: lines marked as wrong must be refused by it. */

import { expectTypeOf, test } from 'vitest';
import type { LogIndex, Micros, Nanos, NodeId, ProcessId, Term } from '../../checkers/units.ts';

test('a number of one kind cannot be handed over where another kind is wanted', () => {
  expectTypeOf<NodeId>().not.toExtend<ProcessId>();
  expectTypeOf<Micros>().not.toExtend<Nanos>();
  expectTypeOf<Term>().not.toExtend<LogIndex>();
});

test('a number of any kind is a number, and a plain number is of any kind', () => {
  expectTypeOf<NodeId>().toExtend<number>();
  expectTypeOf<number>().toExtend<NodeId>();
});
