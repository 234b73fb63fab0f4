/** Terms, votes and leaders, as far as a trace of others tells them (sections 5.1, 5.2 and 5.4.1). */

import type { Observation, ObservedMessage, ObservedNode } from './observation.ts';
import { groupsText, isQuorum, type ObservedGhost, type SeenNode } from './state.ts';

/** The node is in this term, and in this role: within a life terms never go back. */
export function onTerm(ghost: ObservedGhost, node: SeenNode, { term, role }: Observation): void {
  if (role !== null || term !== node.term) node.role = role;
  if (node.role !== 'leader' || term !== node.term) node.ledCommit = null;
  if (term === node.term) return;
  if (term < node.term) {
    ghost.report(
      'TermMonotone',
      node.termLine,
      node.name,
      `${node.name} went back from term ${node.term} to term ${term}`,
    );
  }
  node.term = term;
  node.termLine = ghost.line;
  node.vote = null;
  node.granted = null;
  node.matches = null;
}

/** Whom the node has voted for in its term, by whatever line. */
export function onVote(ghost: ObservedGhost, node: SeenNode, candidate: ObservedNode): void {
  if (node.vote === candidate) return;
  if (node.vote !== null) {
    votedTwice(ghost, node.voteLine, node.name, [node.vote, candidate], node.term);
  }
  node.vote = candidate;
  node.voteLine = ghost.line;
}

/** The node grants a vote: to a candidate whose log is at least as good as its own. */
export function onGrant(ghost: ObservedGhost, node: SeenNode, { to, term }: ObservedMessage): void {
  if (term !== node.term) return;
  onVote(ghost, node, to);
  const { request, last } = node;
  const isAnswered = request !== null && request.from === to && request.term === term;
  if (!isAnswered || to === node.name || last === null || !ghost.tracesAppends) return;
  const lastTerm = last === 0 ? 0 : node.log.termAt(last);
  if (lastTerm === null) return;
  ghost.judged.votes++;
  const isBehind =
    request.logTerm < lastTerm || (request.logTerm === lastTerm && request.index < last);
  if (!isBehind) return;
  ghost.report(
    'VoteRule',
    -1,
    node.name,
    `${node.name} voted in term ${term} for ${to}, whose log ended at index ${request.index} of ` +
      `term ${request.logTerm}, although its own reached index ${last} of term ${lastTerm}`,
  );
}

/** An answer to a request for votes has come: a vote that arrived was given for good. */
export function onVoteReply(
  ghost: ObservedGhost,
  node: SeenNode,
  { from, term, isRefused }: ObservedMessage,
): void {
  if (!isRefused) {
    const key = `${from}/${term}`;
    const before = ghost.votes.get(key);
    if (before === undefined) ghost.votes.set(key, { candidate: node.name, line: ghost.line });
    else if (before.candidate !== node.name) {
      votedTwice(ghost, before.line, from, [before.candidate, node.name], term);
    }
  }
  if (term !== node.term || node.role === 'leader') return;
  node.granted ??= new Set();
  if (!isRefused) node.granted.add(from);
}

/** The node leads its term. */
export function onLeader(ghost: ObservedGhost, node: SeenNode, { step, last }: Observation): void {
  const { term } = node;
  const other = ghost.leaderships.get(term);
  if (other !== undefined) {
    if (other.node === node.name) return;
    ghost.report(
      'ElectionSafety',
      other.line,
      node.name,
      `${other.node} and ${node.name} both led term ${term}`,
    );
    return;
  }
  const lastThen = step === 'BecomeLeader' ? last : null;
  const { name, log } = node;
  ghost.leaderships.set(term, {
    node: name,
    term,
    line: ghost.line,
    last: lastThen,
    log: log.copy(),
  });
  ghost.judged.leaders++;
  if (step === 'BecomeLeader') judgeElection(ghost, node);
}

/** Only where the answers that it got are in the trace: who says nothing of them may have had all. */
function judgeElection(ghost: ObservedGhost, { name, term, granted, voters }: SeenNode): void {
  if (granted === null || voters.length === 0) return;
  ghost.judged.elections++;
  if (isQuorum(voters, (voter) => voter === name || granted.has(voter))) return;
  const others = [...granted].filter((voter) => voter !== name);
  ghost.report(
    'J:QuorumCert',
    -1,
    name,
    `${name} became leader of term ${term} with the votes of ${[name, ...others].join(', ')}, of ` +
      groupsText(voters),
    `${name} became the leader on the word of too few nodes`,
  );
}

function votedTwice(
  ghost: ObservedGhost,
  earlier: number,
  voter: ObservedNode,
  [one, other]: readonly [ObservedNode, ObservedNode],
  term: number,
): void {
  ghost.report(
    'VoteOnce',
    earlier,
    voter,
    `${voter} voted for ${one} and for ${other} in term ${term}`,
  );
}
