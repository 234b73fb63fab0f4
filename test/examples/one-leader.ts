/** A checker of what nodes report, in a minute; `checkers/README.md` shows it. */

import type { TraceChecker, Violation } from 'ordeal';

/** No term has two leaders (Raft, figure 3: Election Safety). */
export function oneLeader(): TraceChecker {
  const violations: Violation[] = [];
  const leaders = new Map<number, { readonly node: number; readonly line: number }>();
  let line = -1;
  return {
    violations,
    get stats() {
      return { leaders: leaders.size };
    },
    feed(event, node) {
      line++;
      if (event.kind !== 'leader') return;
      const first = leaders.get(event.term);
      if (first === undefined) leaders.set(event.term, { node, line });
      else if (first.node !== node && violations.length === 0) {
        const because = `n${first.node + 1} and n${node + 1} both lead in term ${event.term}`;
        violations.push({ property: 'OneLeader', because, lines: [first.line, line] });
      }
    },
  };
}
