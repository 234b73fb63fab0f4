/** Basic Paxos in the words of scenarios, all about one key. */

import type { Value } from '../../checkers/history.ts';
import {
  type Facts,
  type Given,
  listGiven,
  numberGiven,
  onlyFields,
  SCENARIO_KEY,
  type ScenarioWords,
} from '../scenario-words.ts';
import type { Accepted, BasicMessage, BasicRecord } from './messages.ts';
import { type BasicState, NO_BALLOT, TIMER } from './state.ts';

export const basicWords: ScenarioWords<BasicState, BasicMessage, BasicRecord> = {
  timers: TIMER,
  kinds: {
    prepare: 'told',
    promise: 'told',
    accept: 'told',
    accepted: 'told',
    nack: 'told',
    decided: 'told',
    alive: 'background',
  },
  facts,
  records,
  tell,
};

/**
 * `promised` and `accepted` are the acceptor's; `ballot`, `phase` and `proposes` what the node's own
 * proposer is about, `used` the highest ballot that it has begun; `decided` is the learner's.
 */
function facts(state: BasicState): Facts {
  const attempt = state.attempts.get(SCENARIO_KEY);
  const accepted = state.accepted.get(SCENARIO_KEY);
  return {
    promised: state.promised.get(SCENARIO_KEY) ?? null,
    accepted: accepted === undefined ? null : [accepted.ballot, accepted.value],
    used: state.ownBallot === NO_BALLOT ? null : state.ownBallot,
    ballot: attempt?.ballot ?? null,
    phase: attempt?.phase ?? null,
    proposes: attempt?.phase === 'accept' ? [attempt.ballot, attempt.value] : null,
    decided: state.decided.get(SCENARIO_KEY)?.value ?? null,
  };
}

/** `used: 4`, `promised: 5`, `accepted: [3, north]`. */
function records(given: Given): BasicRecord[] {
  onlyFields(given, 'used', 'promised', 'accepted');
  const result: BasicRecord[] = [];
  const used = numberGiven(given, 'used');
  if (used !== undefined) result.push({ kind: 'ballot', ballot: used });
  const accepted = acceptedGiven(given);
  if (accepted !== null) {
    const { ballot } = accepted;
    result.push({ kind: 'accept', key: SCENARIO_KEY, ballot, promised: ballot, accepted });
  }
  const promised = numberGiven(given, 'promised');
  if (promised !== undefined) result.push({ kind: 'promise', key: SCENARIO_KEY, ballot: promised });
  return result;
}

function acceptedGiven(given: Given): Accepted | null {
  const pair = listGiven(given, 'accepted');
  if (pair === undefined) return null;
  const [first, value] = pair;
  const ballot = numberGiven({ accepted: first ?? null }, 'accepted');
  if (pair.length === 2 && ballot !== undefined && value !== undefined) return { ballot, value };
  throw new TypeError('accepted: a ballot and a value are needed, as in [3, north]');
}

function tell(message: BasicMessage): string {
  switch (message.kind) {
    case 'prepare':
      return `Prepare(${message.ballot})`;
    case 'promise':
      return `Promise(${message.ballot}, ${acceptedText(message.accepted)})`;
    case 'accept':
      return `Accept(${message.ballot}, ${text(message.value)})`;
    case 'accepted':
      return `Accepted(${message.ballot}, ${text(message.value)})`;
    case 'nack':
      return `refusal of ${message.ballot}: ${message.promised} is promised`;
    case 'decided':
      return `Decided(${text(message.value)})`;
    case 'alive':
      return 'a sign of life';
  }
}

function acceptedText(accepted: Accepted | null): string {
  return accepted === null
    ? 'nothing accepted'
    : `accepted (${accepted.ballot}, ${text(accepted.value)})`;
}

function text(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
