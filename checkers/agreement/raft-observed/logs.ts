/** Logs, and what of them is committed, as far as a trace of others tells it (sections 5.3 and 5.4). */

import type { LogIndex, Term } from '../../units.ts';
import type { ObservedMessage } from './observation.ts';
import { groupsText, isQuorum, type ObservedGhost, type SeenNode, termInLog } from './state.ts';

/** The log's end is now elsewhere. `led`: the node was the leader of this term before already. */
export function onLast(ghost: ObservedGhost, node: SeenNode, last: LogIndex, led: boolean): void {
  const before = node.last;
  node.last = last;
  if (before === null || last === before) return;
  if (last < before) {
    node.log.forgetBehind(last);
    if (!led) return;
    ghost.report(
      'LeaderAppendOnly',
      -1,
      node.name,
      `${node.name}, leader of term ${node.term}, had ${before} entries and now has ${last}`,
    );
    return;
  }
  for (let index = before + 1; index <= last; index++)
    node.log.learn(index, led ? node.term : null);
}

/** The cluster was begun with these entries on every node. */
export function onBootstrap(node: SeenNode): void {
  for (let index = 1; index <= (node.last ?? 0); index++) node.log.learn(index, node.term);
}

/** The node tells the leader of its term that their logs agree up to `index`. */
export function onAcknowledge(ghost: ObservedGhost, node: SeenNode, index: LogIndex): void {
  const { term, append, log } = node;
  const leadership = ghost.leaderships.get(term);
  if (leadership?.node === node.name) return;
  if (append !== null && append.term === term && append.index + append.entries === index) {
    judgeMatch(ghost, node, append);
  }
  if (leadership === undefined || leadership.last === null) {
    log.forgetBehind(node.commit ?? 0);
    return;
  }
  if (node.agreedTerm !== term) {
    node.agreedTerm = term;
    node.agreedUpTo = 0;
  }
  for (let at = node.agreedUpTo + 1; at <= index; at++) log.learn(at, termInLog(leadership, at));
  if (index > node.agreedUpTo) node.agreedUpTo = index;
}

/** What it accepted follows an entry that it has to have. */
function judgeMatch(
  ghost: ObservedGhost,
  node: SeenNode,
  { from, index, logTerm }: ObservedMessage,
) {
  if (index === 0 || !ghost.tracesAppends) return;
  const own = node.log.termAt(index);
  if (own === null || own === logTerm) return;
  ghost.report(
    'LogMatching',
    -1,
    node.name,
    `${node.name} accepted what ${from} has behind index ${index} of term ${logTerm}, but its own ` +
      `entry there is of term ${own}`,
  );
}

/** What the node knows to be committed. `voters`: those in force before this line as well. */
export function onCommit(
  ghost: ObservedGhost,
  node: SeenNode,
  commit: LogIndex,
  votersBefore: SeenNode['voters'],
): void {
  const { commit: before, ledCommit } = node;
  if (node.role === 'leader') node.ledCommit = commit;
  if (commit === before) return;
  if (before !== null && commit < before) {
    ghost.report(
      'CommitMonotone',
      node.commitLine,
      node.name,
      `${node.name} went back from commit index ${before} to ${commit}`,
    );
  }
  if (node.last !== null && commit > node.last) {
    ghost.report(
      'CommitBeyondLog',
      -1,
      node.name,
      `${node.name} takes index ${commit} for committed, but its log ends at index ${node.last}`,
    );
  }
  if (ledCommit !== null && commit > ledCommit) judgeCounting(ghost, node, commit, votersBefore);
  noteReached(ghost, node, commit);
  node.commit = commit;
  node.commitLine = ghost.line;
}

/**
 * Holds what the node has committed against what others have: of a leader its log is known, of a follower
 * what it has told the leader of its term that it has. What it had before may be there no more.
 */
export function compareCommitted(ghost: ObservedGhost, node: SeenNode): void {
  const { role, term, agreedTerm, agreedUpTo, commit, comparedUpTo } = node;
  const agreed = agreedTerm === term ? agreedUpTo : 0;
  const upTo = Math.min(commit ?? 0, role === 'leader' ? (node.last ?? 0) : agreed);
  for (let index = comparedUpTo + 1; index <= upTo; index++) {
    const entryTerm = node.log.termAt(index);
    if (entryTerm !== null) onCommitted(ghost, node, index, entryTerm);
  }
  if (upTo > comparedUpTo) node.comparedUpTo = upTo;
}

/** A leader counts who has an entry of its own term (section 5.4.2). */
function judgeCounting(
  ghost: ObservedGhost,
  node: SeenNode,
  commit: LogIndex,
  votersBefore: SeenNode['voters'],
): void {
  const { name, term, matches, voters } = node;
  const entryTerm = node.log.termAt(commit);
  if (entryTerm !== null && entryTerm < term) {
    ghost.report(
      'CommitCurrentTerm',
      -1,
      name,
      `${name}, leader of term ${term}, moved its commit index to ${commit}, an entry of term ${entryTerm}`,
    );
  }
  if (matches === null || voters.length === 0) return;
  ghost.judged.commits++;
  const holds = (voter: string) => voter === name || (matches.get(voter) ?? 0) >= commit;
  if (isQuorum(voters, holds) || (votersBefore.length > 0 && isQuorum(votersBefore, holds))) return;
  ghost.report(
    'CommitQuorum',
    -1,
    name,
    `${name}, leader of term ${term}, moved its commit index to ${commit}, which was acknowledged by ` +
      `${[...new Set(voters.flat().filter(holds))].join(', ')}, of ${groupsText(voters)}`,
  );
}

function onCommitted(ghost: ObservedGhost, node: SeenNode, index: LogIndex, term: Term): void {
  ghost.judged.entries++;
  const before = ghost.committed.get(index);
  if (before === undefined) {
    ghost.committed.set(index, { term, node: node.name, line: ghost.line, knownIn: node.term });
    return;
  }
  if (node.term < before.knownIn) before.knownIn = node.term;
  if (before.term === term) return;
  ghost.report(
    'CommittedStable',
    before.line,
    node.name,
    `at index ${index} ${before.node} has committed an entry of term ${before.term}, and ` +
      `${node.name} one of term ${term}`,
  );
}

function noteReached(ghost: ObservedGhost, { term, name }: SeenNode, index: LogIndex): void {
  const before = ghost.reached.get(term);
  if (before !== undefined && before.index >= index) return;
  ghost.reached.set(term, { index, node: name, line: ghost.line });
}

/** Every leader has what was committed in earlier terms; judged at the end, whatever came first. */
export function judgeCompleteness(ghost: ObservedGhost): void {
  const terms = [...ghost.reached.keys()].toSorted((one, other) => one - other);
  const committed = [...ghost.committed].toSorted(([one], [other]) => one - other);
  for (const leadership of ghost.leaderships.values()) {
    const { last, term, node, line } = leadership;
    if (last === null) continue;
    ghost.judged.completeness++;
    ghost.line = line;
    for (const earlier of terms) {
      const reached = ghost.reached.get(earlier);
      if (earlier >= term || reached === undefined || reached.index <= last) continue;
      incomplete(
        ghost,
        reached.line,
        node,
        `${node} became leader of term ${term} with ${last} entries, but ${reached.node} knew index ${reached.index} to be committed in term ${earlier}`,
      );
    }
    for (const [index, entry] of committed) {
      if (index > last) break;
      const own = leadership.log.termAt(index);
      if (entry.knownIn >= term || own === null || own === entry.term) continue;
      incomplete(
        ghost,
        entry.line,
        node,
        `${node} became leader of term ${term} with an entry of term ${own} at index ${index}, where ${entry.node} had committed one of term ${entry.term}`,
      );
    }
  }
}

function incomplete(ghost: ObservedGhost, earlier: number, node: string, because: string): void {
  ghost.report('LeaderCompleteness', earlier, node, because);
}
