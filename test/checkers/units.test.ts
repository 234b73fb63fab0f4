/** The compiler tells kinds of numbers apart: lines marked as wrong must be refused by it. */

import { expect, expectTypeOf, test } from 'vitest';
import type {
  LogIndex,
  Micros,
  Millis,
  Nanos,
  NodeId,
  NodeSet,
  ProcessId,
  Term,
} from '../../checkers/units.ts';

test('a number of one kind cannot be handed over where another kind is wanted', () => {
  expectTypeOf<NodeId>().not.toExtend<ProcessId>();
  expectTypeOf<NodeId>().not.toExtend<NodeSet>();
  expectTypeOf<Micros>().not.toExtend<Nanos>();
  expectTypeOf<Millis>().not.toExtend<Micros>();
  expectTypeOf<Term>().not.toExtend<LogIndex>();
});

test('nor inside of what is handed over', () => {
  expectTypeOf<readonly NodeId[]>().not.toExtend<readonly ProcessId[]>();
  expectTypeOf<{ readonly term: Term }>().not.toExtend<{ readonly term: LogIndex }>();
  expectTypeOf<ReadonlyMap<LogIndex, Term>>().not.toExtend<ReadonlyMap<LogIndex, LogIndex>>();
  expectTypeOf<(node: NodeId) => void>().not.toExtend<(process: ProcessId) => void>();
});

test('as the code says it: mixing them up does not compile', () => {
  const told: (readonly [NodeId, LogIndex])[] = [];
  const tell = (node: NodeId, index: LogIndex): number => told.push([node, index]);
  const node: NodeId = 1;
  const [process, term, index]: [ProcessId, Term, LogIndex] = [2, 3, 4];
  tell(node, index);
  // @ts-expect-error: a process is no node
  tell(process, index);
  // @ts-expect-error: a term is no place in the log
  tell(node, term);
  // @ts-expect-error: the other way round
  tell(index, node);
  expect(told).toHaveLength(4);
});

test('a number of any kind is a number, and a plain number is of any kind', () => {
  expectTypeOf<NodeId>().toExtend<number>();
  expectTypeOf<number>().toExtend<NodeId>();
});
