/** Proposers: two phases per ballot, and a random wait after each ballot that fails (PMS, 2.2). */

import { assert } from '../../checkers/assert.ts';
import type { Value } from '../../checkers/history.ts';
import type { Ballot, NodeId } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import { hashOf } from '../hash.ts';
import { sendAll } from '../send-all.ts';
import { acceptSelf, persist, prepareSelf } from './acceptor.ts';
import { tell } from './answers.ts';
import type { Basic } from './context.ts';
import type { Nack, Promise1b } from './messages.ts';
import type { Continuation } from './rules.ts';
import { type Attempt, NO_BALLOT, TIMER, type Waiting } from './state.ts';

export function startAttempt(basic: Basic, key: string): Attempt {
  const { state, env } = basic;
  assert(!state.attempts.has(key), 'two attempts at one key');
  const nowUs = env.nowUs();
  const attempt: Attempt = {
    key,
    phase: 'backoff',
    ballot: NO_BALLOT,
    promises: [],
    value: null,
    waiting: [],
    failures: 0,
    deadlineUs: nowUs,
    giveUpAtUs: nowUs + state.config.giveUpUs,
  };
  state.attempts.set(key, attempt);
  return attempt;
}

/** Begins a ballot: never one that was used before, not even before a restart. */
export function beginBallot(basic: Basic, attempt: Attempt): void {
  const { state, env, rules } = basic;
  const { key } = attempt;
  assert(state.attempts.get(key) === attempt, 'a ballot for an attempt that is over');
  const above = rules.highestKnown(state, key);
  const ballot = rules.nextBallot(state.self, state.members.length, above);
  state.ownBallot = ballot;
  attempt.phase = 'prepare';
  attempt.ballot = ballot;
  attempt.promises = [];
  attempt.value = null;
  attempt.deadlineUs = env.nowUs() + state.config.phaseTimeoutUs;
  persist(basic, { kind: 'ballot', ballot });
  env.trace({ kind: 'prepare', ballot, from: key });
  const prepare = { kind: 'prepare', key, ballot } as const;
  sendAll(basic, prepare);
  prepareSelf(basic, prepare);
  schedule(basic);
}

export function onPromise(basic: Basic, from: NodeId, message: Promise1b): void {
  const { state, rules } = basic;
  const attempt = state.attempts.get(message.key);
  if (attempt === undefined || !rules.countPromise(attempt, from, message)) return;
  attempt.promises.push({ ...message, node: from });
  assert(attempt.key === message.key, 'a promise for another key');
  if (attempt.phase !== 'prepare') return;
  if (attempt.promises.length >= rules.quorum(state.members.length)) endPhaseOne(basic, attempt);
}

export function onNack(basic: Basic, message: Nack): void {
  const { state, rules } = basic;
  const { key, promised } = message;
  state.seen.set(key, Math.max(state.seen.get(key) ?? NO_BALLOT, promised));
  const attempt = state.attempts.get(key);
  if (attempt === undefined || attempt.ballot !== message.ballot) return;
  if (attempt.phase === 'backoff') return;
  goOn(basic, attempt, rules.onNack(attempt, message, rules.ownProposal(attempt)));
}

function goOn(basic: Basic, attempt: Attempt, { phase, ballot, value }: Continuation): void {
  if (phase === 'accept') propose(basic, attempt, ballot, value);
  else retreat(basic, attempt);
}

/** Phases that took too long, and waits that are over. */
export function onAttemptsTimer(basic: Basic): void {
  const { state, env, rules } = basic;
  const nowUs = env.nowUs();
  for (const attempt of state.attempts.values()) {
    if (rules.givesUp(attempt, nowUs)) giveUp(basic, attempt);
    else if (rules.isOver(attempt, nowUs)) {
      if (attempt.phase === 'backoff') beginBallot(basic, attempt);
      else goOn(basic, attempt, rules.onTimeout(attempt, rules.ownProposal(attempt), state));
    }
  }
  schedule(basic);
}

/** Arms the timer for the first attempt that something is due for. */
export function schedule(basic: Basic): void {
  const { state, env } = basic;
  let dueUs = Number.POSITIVE_INFINITY;
  for (const { deadlineUs, giveUpAtUs } of state.attempts.values()) {
    dueUs = Math.min(dueUs, deadlineUs, giveUpAtUs);
  }
  if (dueUs === Number.POSITIVE_INFINITY) env.cancelTimer(TIMER.attempts);
  else env.setTimer(TIMER.attempts, Math.max(1, dueUs - env.nowUs()));
}

/** A quorum has promised: nothing else can be chosen below this ballot any more. */
function endPhaseOne(basic: Basic, attempt: Attempt): void {
  const { env, rules } = basic;
  const { key, ballot, promises } = attempt;
  assert(attempt.phase === 'prepare', 'phase 1 ends twice');
  env.trace({
    kind: 'prepared',
    ballot,
    from: key,
    promises: promises.map((promise) => ({ node: promise.node, ballot: promise.ballot })),
  });
  const adopted = rules.pickAdopted(promises);
  const own = rules.ownProposal(attempt);
  const value = adopted === null ? own : adopted.value;
  if (rules.completes(adopted, own)) {
    propose(basic, attempt, ballot, value, adopted?.ballot ?? ballot);
  } else {
    answerReads(basic, attempt, value);
  }
}

/** From here on the ballot stands for this one value. */
function propose(
  basic: Basic,
  attempt: Attempt,
  ballot: Ballot,
  value: Value,
  origin: number = ballot,
): void {
  const { state, env } = basic;
  const { key } = attempt;
  assert(state.attempts.get(key) === attempt, 'a proposal for an attempt that is over');
  attempt.phase = 'accept';
  attempt.ballot = ballot;
  attempt.value = value;
  attempt.deadlineUs = env.nowUs() + state.config.phaseTimeoutUs;
  env.trace({ kind: 'propose', ballot, instance: key, valueHash: hashOf(value) });
  const accept = { kind: 'accept', key, ballot, value, origin } as const;
  sendAll(basic, accept);
  acceptSelf(basic, accept);
  schedule(basic);
}

/** Two proposers that raise their ballots in turn would go on for ever: a random wait parts them. */
function retreat(basic: Basic, attempt: Attempt): void {
  const { state, env, rules } = basic;
  assert(attempt.phase !== 'backoff', 'a ballot fails that is over');
  attempt.failures++;
  attempt.phase = 'backoff';
  const waitUs = rules.backoffUs(attempt.failures, env.random(), state.config);
  attempt.deadlineUs = env.nowUs() + waitUs;
  schedule(basic);
}

/**
 * Nobody in a quorum has accepted anything, and nobody proposes: nothing was chosen when this
 * ballot began. Reads that came later have to ask again.
 */
function answerReads(basic: Basic, attempt: Attempt, value: Value): void {
  const { state, rules } = basic;
  const { key } = attempt;
  const isReady = ({ ballot, proposal }: Waiting): boolean =>
    proposal === null && rules.readReady(ballot, attempt.ballot);
  const late = attempt.waiting.filter((waiting) => !isReady(waiting));
  for (const waiting of attempt.waiting) {
    if (isReady(waiting)) tell(basic, key, waiting, { ballot: attempt.ballot, value });
  }
  attempt.waiting.splice(0, attempt.waiting.length, ...late);
  if (late.length > 0) beginBallot(basic, attempt);
  else {
    state.attempts.delete(key);
    schedule(basic);
  }
}

/** A value that was proposed may yet be chosen; a read is just over. */
function giveUp(basic: Basic, attempt: Attempt): void {
  const { state, env, rules } = basic;
  const known = state.attempts.delete(attempt.key);
  assert(known, 'an attempt is given up twice');
  for (const { to } of attempt.waiting) answer(env, to, rules.replyOnGivingUp(attempt));
}
