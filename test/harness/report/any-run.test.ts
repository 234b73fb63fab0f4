/** Whatever a run holds, its report can be made: histories, traces and verdicts drawn at random. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, type NewEvent } from '../../../checkers/history.ts';
import type { TraceEvent, TraceLine } from '../../../checkers/trace.ts';
import type { Verdict } from '../../../checkers/verdict.ts';
import { reportHtml } from '../../../harness/report/html.ts';
import type { StoredRun } from '../../../harness/store/reader.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { RUN, resultsFor } from '../store/stored.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('</script>', '\u202e', '', '"'),
);
const moment = fc.integer({ min: -1e9, max: 1e11 });

/** One client's operation, or an event that no harness of ours would write. */
const event: fc.Arbitrary<Omit<NewEvent, 'time'>> = fc.record(
  {
    type: fc.constantFrom('invoke', 'ok', 'fail', 'info'),
    process: fc.oneof(fc.nat(4), fc.nat(1e6), fc.constant('nemesis' as const)),
    f: fc.oneof(fc.constantFrom('read', 'write', 'cas', 'txn', 'phase'), text),
    key: text,
    value: fc.oneof(
      fc.constant(null),
      fc.integer(),
      text,
      fc.tuple(fc.integer(), fc.integer()),
      fc.array(fc.tuple(fc.constantFrom('r', 'append'), text, fc.array(fc.integer()))),
      fc.constantFrom(
        ['start', 'one', 0, 'installed', 'cut', 'n1'],
        ['end', 'one', 0, 'installed', 'healed', 'n1'],
      ),
    ),
    node: fc.constantFrom('n1', 'n2', 'elsewhere'),
    error: text,
  },
  { requiredKeys: ['type', 'process', 'f', 'value'] },
);

const traced: fc.Arbitrary<TraceEvent> = fc.oneof(
  fc.record({ kind: fc.constant('term' as const), term: fc.nat() }),
  fc.record({ kind: fc.constant('crash' as const) }),
  fc.record({ kind: fc.constant('panic' as const), reason: text }),
  fc.record({ kind: fc.constant('truncate' as const), from: fc.nat(20) }),
  fc.record({
    kind: fc.constant('append' as const),
    index: fc.nat(20),
    term: fc.nat(3),
    valueHash: fc.nat(3),
    previousTerm: fc.nat(3),
  }),
  fc.record({
    kind: fc.constant('leader' as const),
    term: fc.nat(),
    certificate: fc.array(fc.nat(4)),
    last: fc.record({ term: fc.nat(), index: fc.nat() }),
  }),
);

const history = fc.array(fc.tuple(moment, event), { maxLength: 60 }).map(historyOf);

const trace = fc.array(fc.tuple(moment, fc.nat(4), traced), { maxLength: 60 }).map((lines) =>
  lines
    .toSorted(([a], [b]) => a - b)
    .map(([time, node, what], sequence): TraceLine => {
      return { time, node, incarnation: 1, sequence, lamport: sequence, event: what };
    }),
);

function historyOf(timed: readonly (readonly [number, Omit<NewEvent, 'time'>])[]): History {
  const made = new History();
  for (const [time, one] of timed.toSorted(([a], [b]) => a - b)) made.push({ ...one, time });
  return made;
}

/** About events and lines that there are; anything may be blamed, also what never ended. */
function verdictOf(events: number, lines: number): fc.Arbitrary<Verdict> {
  const index = fc.nat(Math.max(events - 1, 0));
  const operation = fc.record(
    {
      invoke: index,
      complete: fc.option(index),
      order: fc.nat(9),
      stateAfter: text,
      why: text,
    },
    { requiredKeys: ['invoke', 'complete'] },
  );
  const witness = fc.record(
    {
      operations: events === 0 ? fc.constant([]) : fc.array(operation, { maxLength: 50 }),
      sentences: fc.array(text),
      key: text,
      isCycle: fc.constant(true as const),
    },
    { requiredKeys: ['operations', 'sentences'] },
  );
  const invalid = fc.record(
    {
      kind: fc.constant('invalid' as const),
      because: text,
      detail: text,
      events: events === 0 ? fc.constant([]) : fc.array(index, { maxLength: 9 }),
      trace: fc.array(fc.nat(lines + 1), { maxLength: 4 }),
      property: text,
      witness,
    },
    { requiredKeys: ['kind', 'because', 'events'] },
  );
  const unknown = fc.record({ kind: fc.constant('unknown' as const), because: text });
  return fc.oneof(invalid, invalid, unknown, fc.constant<Verdict>({ kind: 'valid' }));
}

const run = fc
  .tuple(history, trace)
  .chain(([events, lines]) => {
    const one = verdictOf(events.length, lines.length);
    return fc.tuple(fc.constant(events), fc.constant(lines), one, fc.array(one, { maxLength: 2 }));
  })
  .map(([events, lines, verdict, others]) => stored(events, lines, verdict, others));

function stored(
  events: History,
  lines: readonly TraceLine[],
  verdict: Verdict,
  others: readonly Verdict[] = [],
): StoredRun {
  return {
    directory: '/store/run',
    run: RUN,
    results: resultsFor(events, verdict, others),
    history: events,
    trace: lines,
    lost: null,
    truncated: false,
    explanation: null,
  };
}

/** Nothing but elements of ours; those that hold others end. */
function expectWhole(page: string): void {
  expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
  expect(page.endsWith('</html>\n')).toBe(true);
  for (const element of ['section', 'table', 'tr', 'td', 'svg', 'g', 'script', 'a']) {
    const begun = page.match(new RegExp(`<${element}[ >]`, 'g'))?.length ?? 0;
    expect([element, page.split(`</${element}>`).length - 1]).toEqual([element, begun]);
  }
  expect(page).not.toMatch(/(undefined|NaN)["<]/);
}

describe('reportHtml', () => {
  test('makes a whole page of any run', () => {
    fc.assert(
      fc.property(run, (any) => expectWhole(reportHtml(any, nemeses))),
      { numRuns: 150 },
    );
  });

  test('makes a page of ten thousand processes that are all to blame', () => {
    const events = historyOf(
      Array.from({ length: 20_000 }, (_, at) => {
        const process = at >> 1;
        const type = at % 2 === 0 ? ('invoke' as const) : ('ok' as const);
        return [at * 1e6, { type, process, f: 'read', key: 'x', value: process }] as const;
      }),
    );
    const operations = Array.from({ length: 10_000 }, (_, at) => {
      return { invoke: 2 * at, complete: 2 * at + 1, why: 'nobody wrote it' };
    });
    const witness = { operations, sentences: [] };
    const verdict: Verdict = { kind: 'invalid', because: 'all wrong', events: [0, 1], witness };
    const page = reportHtml(stored(events, [], verdict), nemeses);
    expectWhole(page);
    expect(page.length).toBeLessThan(1_000_000);
    expectWhole(
      reportHtml(
        stored(events, [], { ...verdict, witness: { ...witness, isCycle: true } }),
        nemeses,
      ),
    );
  });
});
