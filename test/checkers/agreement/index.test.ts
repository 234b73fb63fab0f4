import { describe, expect, test } from 'vitest';
import {
  agreementVerdict,
  hasTraceChecker,
  judge,
  livenessObserver,
  traceChecker,
} from '../../../checkers/agreement/index.ts';
import { systems } from '../../../systems/index.ts';
import { recovered, TraceWriter } from './raft/trace.ts';

test('every system of ours has a checker, and one for liveness where it has leaders', () => {
  for (const name of Object.keys(systems)) {
    expect(hasTraceChecker(name), name).toBe(true);
    expect(livenessObserver(name) === null, name).toBe(name === 'basic-paxos');
  }
});

describe('the verdict over a stored trace', () => {
  test('is valid for a correct trace, with its figures', () => {
    const trace = TraceWriter.steady()
      .crash(1)
      .boot(1, recovered(1, [[1, 1]], { votedFor: 0 }));
    trace.vote(2, 2, 2, [1, 1], [1, 1]).term(1, 2).snapshot(0, 'take', [1, 1]);
    const result = agreementVerdict(trace.lines);
    expect(result.verdict).toEqual({ kind: 'valid' });
    expect(result.stats).toMatchObject({
      leaders: 1,
      leaderChanges: 0,
      elections: 2,
      highestTerm: 2,
      committed: 1,
      applied: 3,
      snapshotsTaken: 1,
      snapshotsInstalled: 0,
      restarts: 1,
    });
  });

  test('is invalid with the property, the sentence and the two lines that conflict', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0, 7);
    trace.append(1, [1, 1], 0, 8);
    expect(agreementVerdict(trace.lines).verdict).toEqual({
      kind: 'invalid',
      property: 'LogMatching',
      properties: ['LogMatching'],
      because: 'n2 has an entry in its log that does not fit what it or others have there',
      detail:
        'LogMatching: n1 and n2 both hold an entry of index 1 (term 1), with different content',
      events: [],
      trace: [6, 7],
      witness: {
        operations: [],
        sentences: [
          'n2 has an entry in its log that does not fit what it or others have there',
          'LogMatching: n1 and n2 both hold an entry of index 1 (term 1), with different content',
        ],
      },
    });
  });

  test('is unknown for an empty trace, and for one of a protocol that is not known', () => {
    expect(agreementVerdict([]).verdict.kind).toBe('unknown');
    const [boot] = new TraceWriter(1).boot(0, recovered(0)).lines;
    if (boot === undefined || boot.event.kind !== 'boot') throw new Error('no boot');
    const other = { ...boot, event: { ...boot.event, protocol: 'quorum-of-cats' } };
    expect(agreementVerdict([other]).verdict).toEqual({
      kind: 'unknown',
      because: 'protocol quorum-of-cats has no agreement checker',
    });
    expect(() => traceChecker('quorum-of-cats')).toThrow('quorum-of-cats');
  });

  test('is unknown when a line is missing, unless the rest contradicts itself', () => {
    const whole = TraceWriter.steady().lines;
    for (let at = 1; at < whole.length; at++) {
      const torn = whole.filter((_, position) => position !== at);
      const node = whole[at]?.node;
      const wasLast = whole.findLastIndex((line) => line.node === node) === at;
      // The last line of a node leaves no gap; nobody can tell that it ever was.
      if (!wasLast) expect(agreementVerdict(torn).verdict.kind, `line ${at}`).not.toBe('valid');
    }
  });

  test('accuses nobody by what comes after a missing line, which may rest on that', () => {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1]).append(0, [1, 1], 0, 7);
    const { lines } = trace.append(1, [1, 1], 0, 8);
    const at = lines.findIndex(({ node, event }) => node === 1 && event.kind !== 'boot');
    expect(agreementVerdict(lines.filter((_, line) => line !== at)).verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('the trace of n2 has a gap'),
    });
    // What comes before the gap does accuse, also where the lines can be read once only.
    const late = [...lines, { ...lines.at(-1), sequence: 99 } as (typeof lines)[number]];
    expect(agreementVerdict(Iterator.from(late)).verdict.kind).toBe('invalid');
  });

  test('is unknown for lines of a node whose start is missing', () => {
    const orphan = TraceWriter.steady().lines.filter((line) => line.node !== 2);
    const extra = TraceWriter.steady().lines.filter((line) => line.node === 2)[1];
    if (extra === undefined) throw new Error('no line of n3');
    const verdict = agreementVerdict([...orphan, { ...extra, sequence: 0 }]).verdict;
    expect(verdict.kind).toBe('unknown');
  });

  test('of a live checker is that of the stored trace', () => {
    const trace = TraceWriter.steady().term(1, 0);
    const checker = traceChecker('raft');
    for (const { event, node, incarnation, time } of trace.lines) {
      checker.feed(event, node, incarnation, time);
    }
    expect(judge(checker.violations, checker.stats)).toEqual(agreementVerdict(trace.lines).verdict);
  });
});

describe('a long trace', () => {
  /** One leader, `count` entries, snapshots by every node, one of them far behind at times. */
  function long(count: number, tamper: (trace: TraceWriter, index: number) => void): TraceWriter {
    const trace = TraceWriter.booted(3).elect(0, 1, [0, 1, 2]);
    for (let index = 1; index <= count; index++) {
      const previous = index === 1 ? 0 : 1;
      for (const node of [0, 1, 2]) trace.append(node, [index, 1], previous);
      trace.commit(0, [index, 1], 1, [0, 1, 2]).commit(1, [index, 1], 1);
      trace.apply(0, [index, 1]).apply(1, [index, 1]);
      if (index % 100 === 0) trace.snapshot(0, 'take', [index, 1]).snapshot(1, 'take', [index, 1]);
      // The third node executes in bursts, so that the window of live positions has to grow.
      if (index % 2500 !== 0) continue;
      trace.commit(2, [index, 1], 1);
      for (let late = index - 2499; late <= index; late++) trace.apply(2, [late, 1]);
      trace.snapshot(2, 'take', [index, 1]);
      tamper(trace, index);
    }
    return trace;
  }

  test('is followed past what is forgotten', () => {
    expect(long(10_000, () => undefined).broken()).toEqual([]);
  });

  test('still shows a violation at its end', () => {
    const trace = long(10_000, (writer, index) => {
      if (index !== 10_000) return;
      writer.vote(2, 2, 2, [index, 1], [index, 1]).term(1, 2).truncate(1, 9_999);
    });
    expect(trace.broken()).toEqual(['TruncateCommitted']);
  });
});
