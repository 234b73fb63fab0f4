/** Phase 1: one Prepare for every slot from the first that is not known to be chosen (PMS, 3). */

import { assert } from '../../checkers/assert.ts';
import type { Ballot, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import type { Command } from '../kv.ts';
import { sendAll } from '../send-all.ts';
import { askToLearn, furthestAhead } from '../slot-learning.ts';
import { countIn } from './configurations.ts';
import type { Multi } from './context.ts';
import { learn } from './learning.ts';
import { grantLeft } from './leases.ts';
import type { Accepted, Nack, Prepare, Promise1b } from './messages.ts';
import { fillWindow } from './proposals.ts';
import { startRound } from './reads.ts';
import { becomeCandidate, becomeLeader, retire, stepDown } from './roles.ts';
import { type MultiState, NOBODY, TIMER } from './state.ts';

/**
 * The timer is not armed anew whenever the leader is heard, because timers are events: it fires,
 * finds how long the silence really was, and is armed for the rest.
 */
export function onElectionTimer(multi: Multi): void {
  const { state, env, rules } = multi;
  if (state.role === 'leader') return;
  const nowUs = env.nowUs();
  const restUs = rules.electionRestUs(state, nowUs);
  if (restUs > 0) {
    env.setTimer(TIMER.election, restUs);
    return;
  }
  resetElectionWait(multi);
  // The own acceptor is bound by the lease that it granted like any other.
  if (rules.leaseForbids(state, state.self, nowUs)) return;
  switch (rules.onSilence(state)) {
    case 'begin':
      startCandidacy(multi);
      break;
    case 'repeat':
      sendPrepare(multi);
      break;
    case 'wait':
      break;
  }
}

export function onPrepare(multi: Multi, from: NodeId, message: Prepare): void {
  const { state, env, rules } = multi;
  const { ballot } = message;
  if (ballot > state.seen) state.seen = ballot;
  if (rules.leaseForbids(state, from, env.nowUs())) return;
  if (!rules.canPromise(state, from, ballot)) {
    env.send(from, rules.refusal(state, from, ballot));
    return;
  }
  const isNew = ballot > state.promised;
  if (isNew && rules.givesWay(state, ballot)) stepDown(multi, 'higher-ballot');
  const promise = makePromise(multi, ballot, message.from);
  givePromise(multi, from, promise, message.from);
  if (isNew) {
    state.leader = NOBODY;
    resetElectionWait(multi);
  }
  env.send(from, promise);
}

export function onPromise(multi: Multi, from: NodeId, message: Promise1b): void {
  const { state, rules } = multi;
  if (!rules.countPromise(state, from, message)) return;
  state.promises.push({ ...message, node: from });
  endPhaseOne(multi);
}

/** The candidate's own promise counts once it is on its disk. */
export function onOwnPromise(multi: Multi, ballot: Ballot): void {
  const { state } = multi;
  if (state.role !== 'candidate' || ballot !== state.ballot) return;
  onPromise(multi, state.self, makePromise(multi, ballot, state.preparedFrom));
}

export function onNack(multi: Multi, message: Nack): void {
  const { state, rules } = multi;
  if (message.promised > state.seen) state.seen = message.promised;
  if (!rules.heedsNack(state, message)) return;
  const { role, ballot } = rules.onNack(state, message);
  state.ballot = ballot;
  if (role === 'follower') stepDown(multi, 'nack');
}

/**
 * Candidate: leads as soon as a quorum of every configuration has promised, and it knows what their
 * snapshots cover. What it learns from them may tell of one more configuration.
 */
export function endPhaseOne(multi: Multi): void {
  const { state, rules } = multi;
  if (!hasPromises(multi)) return;
  const ahead = furthestAhead(state.promises, (each) => rules.needsSnapshotOf(state, each));
  if (ahead !== null) {
    askToLearn(multi, ahead.node);
    return;
  }
  for (const { chosen } of state.promises) {
    for (const { slot, command } of chosen) learn(multi, { slot, command });
  }
  if (hasPromises(multi)) lead(multi);
}

/** Leader: a new configuration rules soon, in which nobody has promised anything yet. */
export function prepareAgain(multi: Multi): void {
  assert(multi.state.role === 'leader', 'only a leader has prepared anything');
  retire(multi);
  resetElectionWait(multi);
  startCandidacy(multi);
}

function hasPromises({ state, rules }: Multi): boolean {
  if (state.role !== 'candidate') return false;
  const promised = state.members.map(() => false);
  for (const { node } of state.promises) promised[node] = true;
  return rules
    .votersFrom(state, firstOpen(state))
    .every(
      ({ voters }) =>
        countIn(voters, promised) >= rules.promisesNeeded(rules.quorum(voters.length)),
    );
}

/** What was chosen since the ballot began needs no promises any more. */
function firstOpen({ preparedFrom, chosenUpTo }: Readonly<MultiState>): number {
  return Math.max(preparedFrom, chosenUpTo + 1);
}

function startCandidacy(multi: Multi): void {
  const { state, env, rules } = multi;
  const above = Math.max(state.promised, state.ownBallot, state.seen);
  const ballot = rules.nextBallot(state.self, state.members.length, above);
  becomeCandidate(multi, ballot);
  env.persist({ kind: 'ballot', ballot });
  env.trace({ kind: 'prepare', ballot, from: state.preparedFrom });
  sendPrepare(multi);
  const own = makePromise(multi, ballot, state.preparedFrom);
  givePromise(multi, state.self, own, state.preparedFrom);
  endPhaseOne(multi);
}

function sendPrepare(multi: Multi): void {
  const { ballot, preparedFrom } = multi.state;
  sendAll(multi, { kind: 'prepare', ballot, from: preparedFrom });
}

/** The whole report is made before anything is promised: what is accepted later is not in it. */
function makePromise(multi: Multi, ballot: Ballot, from: LogIndex): Promise1b {
  const { state, rules } = multi;
  const accepted = rules.reportAccepted(state, from);
  const chosen = rules.reportChosen(state, from);
  return { kind: 'promise', ballot, accepted, chosen, snapshotUpTo: state.snapshot.slot };
}

function givePromise(multi: Multi, to: NodeId, promise: Promise1b, from: LogIndex): void {
  const { state, env } = multi;
  const { ballot, accepted, chosen } = promise;
  const lease = grantLeft(multi, to);
  state.promised = ballot;
  env.persist({ kind: 'promise', ballot });
  env.trace({
    kind: 'promise',
    ballot,
    instance: null,
    from,
    accepted: accepted.map(({ slot, ballot: acceptedIn, command }) => ({
      instance: slot,
      ballot: acceptedIn,
      valueHash: command.valueHash,
    })),
    chosen: chosen.map(({ slot, command }) => ({ instance: slot, valueHash: command.valueHash })),
    ...(lease === null ? {} : { lease }),
  });
}

/** Phase 1 is over for every slot. What others may have had chosen is proposed again (PMS, 3). */
function lead(multi: Multi): void {
  const { state, env, rules } = multi;
  const { ballot, promises } = state;
  assert(state.role === 'candidate', 'phase 1 ends twice');
  env.trace({
    kind: 'prepared',
    ballot,
    from: firstOpen(state),
    promises: promises.map((promise) => ({ node: promise.node, ballot: promise.ballot })),
  });
  const reports = reportsBySlot(multi);
  let last = state.chosenUpTo;
  for (const slot of reports.keys()) if (slot > last) last = slot;
  for (const slot of state.chosen.keys()) if (slot > last) last = slot;
  becomeLeader(multi, rules.firstOwnSlot(state, last), latestTimeUs(multi, reports));
  state.reports = reports;
  env.trace({
    kind: 'leader',
    term: ballot,
    certificate: promises.map(({ node }) => node),
    last: { term: ballot, index: state.firstOwn },
  });
  fillWindow(multi);
  startRound(multi);
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
}

function reportsBySlot(multi: Multi): Map<number, Accepted[]> {
  const { state } = multi;
  const reports = new Map<number, Accepted[]>();
  for (const { accepted } of state.promises) {
    for (const report of accepted) {
      const known = reports.get(report.slot);
      if (known === undefined) reports.set(report.slot, [report]);
      else known.push(report);
    }
  }
  return reports;
}

/** The latest time in any command that this leader builds upon. */
function latestTimeUs(multi: Multi, reports: ReadonlyMap<number, readonly Accepted[]>): Micros {
  let latestUs = multi.state.kv.clockUs;
  const see = ({ timeUs }: Command): void => {
    if (timeUs > latestUs) latestUs = timeUs;
  };
  for (const command of multi.state.chosen.values()) see(command);
  for (const each of reports.values()) for (const { command } of each) see(command);
  return latestUs;
}
