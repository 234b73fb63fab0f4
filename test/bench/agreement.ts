/**
 * What following a Raft trace costs: nanoseconds per event over a synthetic steady state of a
 * five-node cluster (appends, matches, commits, executions, answers, snapshots). Run with `node`.
 */

import { traceChecker } from '../../checkers/agreement/index.ts';
import type { TraceChecker, TraceEvent } from '../../checkers/trace.ts';

const NODES = [0, 1, 2, 3, 4];
const ENTRIES = 400_000;
const SNAPSHOT_EVERY = 1000;
const ROUNDS = 5;

/** Events are made once and changed in place, so that nothing but the checker is measured. */
type Mutable<Kind extends TraceEvent['kind']> = {
  -readonly [Field in keyof Extract<TraceEvent, { kind: Kind }>]: Extract<
    TraceEvent,
    { kind: Kind }
  >[Field];
};

function round(checker: TraceChecker): number {
  const recovered = { term: 0, votedFor: null, snapshot: { index: 0, term: 0 }, entries: [] };
  const boot = { kind: 'boot', protocol: 'raft', nodes: NODES, recovered, variants: [] } as const;
  for (const node of NODES) checker.feed(boot, node, 1, 0);
  const last = { index: 0, term: 0 };
  const vote = { kind: 'vote', term: 1, candidate: 0, candidateLast: last, ownLast: last } as const;
  for (const node of NODES) checker.feed(vote, node, 1, 0);
  checker.feed({ kind: 'leader', term: 1, certificate: NODES, last }, 0, 1, 0);

  const append: Mutable<'append'> = {
    kind: 'append',
    index: 0,
    term: 1,
    valueHash: 0,
    previousTerm: 0,
  };
  const match: Mutable<'match'> = { kind: 'match', peer: 0, index: 0, term: 1, responseTerm: 1 };
  const certificate = NODES.slice(0, 3).map((node) => ({ node, match: 0 }));
  const commit: Mutable<'commit'> = {
    kind: 'commit',
    index: 0,
    term: 1,
    entryTerm: 1,
    certificate,
  };
  const learnt: Mutable<'commit'> = { ...commit, certificate: [] };
  const apply: Mutable<'apply'> = {
    kind: 'apply',
    position: 0,
    id: '',
    valueHash: 0,
    stateHash: 0,
  };
  const reply: Mutable<'reply'> = { kind: 'reply', client: 1, id: 1, status: 'ok', position: 0 };
  let events = 0;
  const begun = performance.now();
  for (let index = 1; index <= ENTRIES; index++) {
    append.index = index;
    append.previousTerm = index === 1 ? 0 : 1;
    append.valueHash = index * 17;
    for (const node of NODES) checker.feed(append, node, 1, index);
    match.index = index;
    for (let peer = 1; peer < NODES.length; peer++) {
      match.peer = peer;
      checker.feed(match, 0, 1, index);
    }
    for (const member of certificate) member.match = index;
    commit.index = index;
    learnt.index = index;
    checker.feed(commit, 0, 1, index);
    for (let node = 1; node < NODES.length; node++) checker.feed(learnt, node, 1, index);
    apply.position = index;
    apply.valueHash = append.valueHash;
    apply.stateHash = index * 31;
    apply.id = index <= 10 ? 'open' : `${1 + (index % 10)}:${index}`;
    for (const node of NODES) checker.feed(apply, node, 1, index);
    reply.position = index;
    checker.feed(reply, 0, 1, index);
    events += 20;
    if (index % SNAPSHOT_EVERY !== 0) continue;
    const taken = { index, term: 1 };
    const snapshot = { kind: 'snapshot', op: 'take', last: taken, stateHash: index * 31 } as const;
    for (const node of NODES) checker.feed(snapshot, node, 1, index);
    events += NODES.length;
  }
  const ns = (performance.now() - begun) * 1e6;
  const [violation] = checker.violations;
  if (violation !== undefined) throw new Error(violation.because);
  return ns / events;
}

/** Looks at every line and judges nothing: what the benchmark itself costs. */
function idle(): TraceChecker & { appends: number } {
  return {
    violations: [],
    stats: {},
    appends: 0,
    feed(event) {
      if (event.kind === 'append') this.appends++;
    },
  };
}

function measure(name: string, make: () => TraceChecker): void {
  round(make());
  const measured = Array.from({ length: ROUNDS }, () => round(make())).sort((a, b) => a - b);
  const shown = measured.map((ns) => ns.toFixed(1)).join(', ');
  console.log(`${name}: ${shown} ns per event (${ROUNDS} rounds of ${ENTRIES * 20} events)`);
}

measure('agreement', () => traceChecker('raft'));
measure('nothing  ', idle);
