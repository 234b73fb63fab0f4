/** Fast Paxos in the words of scenarios. */

import { HASH_SEED, mixValue } from '../hash.ts';
import { operationCommand } from '../kv.ts';
import {
  commandText,
  dataOf,
  type Facts,
  type Given,
  listGiven,
  type NameOf,
  numberGiven,
  onlyFields,
  SCENARIO_KEY,
  type ScenarioWords,
} from '../scenario-words.ts';
import { chosenWords, learningWords, reportWords } from '../slot-words.ts';
import type { AcceptedSlot, FastMessage, FastRecord, Promise1b } from './messages.ts';
import { isFast, NO_ROUND } from './numbers.ts';
import { type FastState, NOBODY, TIMER } from './state.ts';

export const fastWords: ScenarioWords<FastState, FastMessage, FastRecord> = {
  timers: TIMER,
  kinds: {
    prepare: 'told',
    promise: 'told',
    any: 'told',
    accept: 'told',
    proposal: 'told',
    voted: 'told',
    forward: 'told',
    nack: 'told',
    heartbeat: 'background',
    'heartbeat-ack': 'background',
    'learn-request': 'told',
    learn: 'told',
  },
  facts,
  records,
  tell,
};

/**
 * `votes` is [slot, round, value] of each vote of the acceptor; `any` [round, first slot] of the
 * last Any; `proposes` [slot, round, value] of what the coordinator has proposed itself; `chosen`
 * what is known to be chosen from slot 1 on, null for a hole.
 */
function facts(state: FastState, nameOf: NameOf): Facts {
  const { snapshot, chosen, any, round, members } = state;
  const leads = state.role === 'leader';
  return {
    role: state.role,
    leader: state.leader === NOBODY ? null : nameOf(state.leader),
    kind: leads ? kindOf(round, members.length) : null,
    round: state.role === 'follower' ? null : round,
    promised: state.promised === NO_ROUND ? null : state.promised,
    any: any.round === NO_ROUND ? null : [any.round, any.from],
    votes: Array.from(state.accepted, ([slot, { round: votedIn, command }]) => {
      return [slot, votedIn, commandText(command)] as const;
    }).sort(([one], [other]) => one - other),
    proposes: Array.from(state.proposals, ([slot, proposal]) => {
      return [slot, proposal.round, commandText(proposal.command)] as const;
    }),
    chosen: chosenWords(snapshot.slot, chosen),
    chosenUpTo: state.chosenUpTo,
    applied: state.applied,
    data: dataOf(state.kv),
  };
}

/** `used: 4`, `promised: 20`, `any: [round, from]`, `votes: [[slot, round, value], ...]`. */
function records(given: Given): FastRecord[] {
  onlyFields(given, 'used', 'promised', 'any', 'votes');
  const result: FastRecord[] = [];
  const used = numberGiven(given, 'used');
  if (used !== undefined) result.push({ kind: 'round', round: used });
  const [round, from] = listGiven(given, 'any') ?? [];
  if (round !== undefined) {
    if (typeof round !== 'number' || typeof from !== 'number') {
      throw new TypeError('any: [round, first slot] is needed');
    }
    result.push({ kind: 'any', round, from });
  }
  for (const vote of votesGiven(given)) result.push({ kind: 'vote', ...vote });
  const promised = numberGiven(given, 'promised');
  if (promised !== undefined) result.push({ kind: 'promise', round: promised });
  return result;
}

function votesGiven(given: Given): AcceptedSlot[] {
  return (listGiven(given, 'votes') ?? []).map((item) => {
    const [slot, round, value] = Array.isArray(item) ? item : [];
    if (typeof slot !== 'number' || typeof round !== 'number' || value === undefined) {
      throw new TypeError('votes: a list of [slot, round, value] is needed');
    }
    const written = operationCommand({ f: 'write', key: SCENARIO_KEY, value }, 0, 0, 0);
    // Of the same value in the same scenario it is the same proposal, whoever voted for it.
    const command = { ...written, valueHash: mixValue(HASH_SEED, value), from: null };
    return { slot, round, command };
  });
}

function tell(message: FastMessage): string {
  switch (message.kind) {
    case 'prepare':
      return `Prepare(${message.round}, from slot ${message.from})`;
    case 'promise':
      return `Promise(${message.round}, ${reported(message)})`;
    case 'any':
      return `Any(${message.round}, from slot ${message.from})`;
    case 'accept':
      return `Accept(${message.round}, slot ${message.slot}: ${commandText(message.command)})`;
    case 'proposal':
      return `proposal of ${commandText(message.command)} for slot ${message.slot}`;
    case 'voted':
      return `vote(${message.round}, slot ${message.slot}: ${commandText(message.command)})`;
    case 'forward':
      return `${commandText(message.command)}, to be proposed`;
    case 'nack':
      return `refusal of ${message.round}: ${message.promised} is promised`;
    case 'heartbeat':
      return `Heartbeat(${message.round}, chosen up to ${message.chosenUpTo})`;
    case 'heartbeat-ack':
      return `HeartbeatAck(${message.round})`;
    case 'learn-request':
    case 'learn':
      return learningWords(message);
  }
}

/** What is known to be chosen is not reported as voted for too. */
function reported({ accepted, chosen }: Promise1b): string {
  const slots = accepted.map(({ slot, round, command }) => {
    return `${commandText(command)} in slot ${slot} by round ${round}`;
  });
  const known = chosen.map(({ slot, command }) => `${commandText(command)} in slot ${slot}`);
  return reportWords('voted', slots, known) ?? 'no votes';
}

function kindOf(round: number, nodes: number): string {
  return isFast(round, nodes) ? 'fast' : 'classic';
}
