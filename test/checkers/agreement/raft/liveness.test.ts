/** Liveness where Raft changes leaders and members on purpose. */

import { describe, expect, test } from 'vitest';
import type { Membership } from '../../../../checkers/agreement/leader-events.ts';
import { livenessVerdict } from '../../../../checkers/agreement/liveness/observer.ts';
import { raftProgress } from '../../../../checkers/agreement/raft/progress.ts';
import { recovered, TraceWriter } from './trace.ts';

const MS = 1e6;
/** The faults end after 1 s, and recovery may take 4 s. T is 100 ms. */
const BOUNDS = { quietAtNs: 1000 * MS, boundNs: 4000 * MS, endNs: 9000 * MS };

function property(trace: TraceWriter): string {
  const { verdict } = livenessVerdict(trace.lines, raftProgress(), BOUNDS);
  return verdict.kind === 'invalid' ? (verdict.property ?? '?') : verdict.kind;
}

/** n1 leads term 1 of three nodes; entry 1 is everywhere. */
function steady(): TraceWriter {
  const trace = new TraceWriter(3);
  for (const node of trace.nodes) {
    trace.event(node, {
      kind: 'boot',
      protocol: 'raft',
      nodes: trace.nodes,
      recovered: recovered(0),
      variants: [],
      raft: { electionTimeoutMs: 100, checkQuorum: true },
    });
  }
  trace.elect(0, 1, [0, 1]).term(2, 1);
  for (const node of trace.nodes) trace.append(node, [1, 1], 0);
  trace.commit(0, [1, 1], 1, [0, 1]);
  for (const node of trace.nodes) trace.apply(node, [1, 1]);
  return trace;
}

function at(trace: TraceWriter, ms: number): TraceWriter {
  trace.timeNs = ms * MS;
  return trace;
}

const TRANSFER = { kind: 'transfer', term: 1, target: 1 } as const;

describe('a leadership transfer', () => {
  test('that ends or is given up in time is no trouble', () => {
    const done = at(steady(), 2000).event(0, { ...TRANSFER, op: 'start' });
    done.vote(1, 2, 1, [1, 1], [1, 1]).term(0, 2).leader(1, 2, [0, 1], [1, 1]);
    for (const node of [0, 1]) done.append(node, [2, 2], 1);
    done.commit(1, [2, 2], 2, [0, 1]);
    expect(property(done)).toBe('valid');
    const abandoned = at(steady(), 2000).event(0, { ...TRANSFER, op: 'start' });
    at(abandoned, 2100).event(0, { ...TRANSFER, op: 'abort' });
    expect(property(abandoned)).toBe('valid');
  });

  test('that does neither breaks Liveness:transfer', () => {
    const trace = at(steady(), 2000).event(0, { ...TRANSFER, op: 'start' });
    expect(property(trace)).toBe('Liveness:transfer');
  });

  test('makes its leader no less stable, and its election no disruption', () => {
    const trace = steady();
    for (let term = 1; term <= 20; term++) {
      const from = (term - 1) % 2;
      const target = term % 2;
      at(trace, 1000 + term * 10);
      trace.event(from, { kind: 'transfer', op: 'start', term, target });
      trace.vote(target, term + 1, target, [1, 1], [1, 1]).term(from, term + 1);
      trace.leader(target, term + 1, [0, 1], [1, 1]);
    }
    expect(property(trace)).toBe('valid');
  });

  test('excuses no election that nobody asked for', () => {
    const trace = steady();
    for (let term = 2; term <= 22; term++) {
      at(trace, 1000 + term * 10);
      trace.vote(term % 2, term, term % 2, [1, 1], [1, 1]);
      trace.leader(term % 2, term, [0, 1], [1, 1]);
    }
    expect(property(trace)).toBe('Disruption');
  });
});

describe('a change of the membership', () => {
  const joint: Membership = {
    index: 2,
    term: 1,
    voters: [0, 1],
    learners: [],
    oldVoters: [0, 1, 2],
  };
  const after: Membership = { ...joint, index: 3, oldVoters: null };

  function change(trace: TraceWriter, to: Membership): TraceWriter {
    for (const node of [0, 1]) {
      const { index } = to;
      const entry = { index, term: 1, valueHash: index * 1000 + 1, previousTerm: 1 };
      trace.event(node, { kind: 'append', ...entry, membership: to });
      trace.event(node, { kind: 'membership', ...to });
    }
    return trace;
  }

  test('that stays joint breaks Liveness:config, and one that ends does not', () => {
    const open = change(at(steady(), 2000), joint).commit(0, [2, 1], 1, [0, 1]);
    expect(property(open)).toBe('Liveness:config');
    const ended = change(open, after).commit(0, [3, 1], 1, [0, 1]);
    expect(property(ended)).toBe('valid');
  });

  test('that is never committed breaks Liveness:config', () => {
    expect(property(change(at(steady(), 2000), after))).toBe('Liveness:config');
  });

  test('asks nothing of who is out of it', () => {
    const trace = change(at(steady(), 500), joint).commit(0, [2, 1], 1, [0, 1]);
    change(trace, after).commit(0, [3, 1], 1, [0, 1]);
    for (const node of [0, 1]) trace.apply(node, [2, 1]).apply(node, [3, 1]);
    expect(property(trace)).toBe('valid');
  });
});
