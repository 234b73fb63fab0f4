/** Multi-Paxos in the words of scenarios. */

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
import type { AcceptedSlot, MultiMessage, MultiRecord, Promise1b } from './messages.ts';
import { type MultiState, NO_BALLOT, NOBODY, TIMER } from './state.ts';

export const multiWords: ScenarioWords<MultiState, MultiMessage, MultiRecord> = {
  timers: TIMER,
  kinds: {
    prepare: 'told',
    promise: 'told',
    accept: 'told',
    accepted: 'told',
    commit: 'told',
    nack: 'told',
    heartbeat: 'told',
    'heartbeat-ack': 'told',
    'learn-request': 'told',
    learn: 'told',
  },
  facts,
  records,
  tell,
};

/**
 * `accepted` is [slot, ballot, value] of what the acceptor has accepted; `chosen` what is known to
 * be chosen from slot 1 on, null for a hole; `next` the leader's next free slot.
 */
function facts(state: MultiState, nameOf: NameOf): Facts {
  const { snapshot, chosen } = state;
  return {
    role: state.role,
    leader: state.leader === NOBODY ? null : nameOf(state.leader),
    promised: state.promised === NO_BALLOT ? null : state.promised,
    ballot: state.role === 'follower' ? null : state.ballot,
    accepted: Array.from(state.accepted, ([slot, { ballot, command }]) => {
      return [slot, ballot, commandText(command)] as const;
    }).sort(([one], [other]) => one - other),
    chosen: chosenWords(snapshot.slot, chosen),
    chosenUpTo: state.chosenUpTo,
    snapshot: snapshot.slot,
    next: state.role === 'leader' ? state.next : null,
    applied: state.applied,
    data: dataOf(state.kv),
  };
}

/** `used: 4`, `promised: 5`, `accepted: [[slot, ballot, value], ...]`. */
function records(given: Given): MultiRecord[] {
  onlyFields(given, 'used', 'promised', 'accepted');
  const result: MultiRecord[] = [];
  const used = numberGiven(given, 'used');
  if (used !== undefined) result.push({ kind: 'ballot', ballot: used });
  for (const accepted of acceptedGiven(given)) result.push({ kind: 'accept', ...accepted });
  const promised = numberGiven(given, 'promised');
  if (promised !== undefined) result.push({ kind: 'promise', ballot: promised });
  return result;
}

function acceptedGiven(given: Given): AcceptedSlot[] {
  return (listGiven(given, 'accepted') ?? []).map((item) => {
    const [slot, ballot, value] = Array.isArray(item) ? item : [];
    if (typeof slot !== 'number' || typeof ballot !== 'number' || value === undefined) {
      throw new TypeError('accepted: a list of [slot, ballot, value] is needed');
    }
    const command = operationCommand({ f: 'write', key: SCENARIO_KEY, value }, 0, 0, 0);
    return { slot, ballot, command };
  });
}

function tell(message: MultiMessage): string {
  switch (message.kind) {
    case 'prepare':
      return `Prepare(${message.ballot}, from slot ${message.from})`;
    case 'promise':
      return `Promise(${message.ballot}, ${reported(message)})`;
    case 'accept':
      return `Accept(${message.ballot}, slot ${message.slot}: ${commandText(message.command)})`;
    case 'accepted':
      return `Accepted(${message.ballot}, slot ${message.slot})`;
    case 'commit':
      return `Commit(${message.ballot}, slot ${message.slot})`;
    case 'nack':
      return `refusal of ${message.ballot}: ${message.promised} is promised`;
    case 'heartbeat':
      return `Heartbeat(${message.ballot}, chosen up to ${message.chosenUpTo})`;
    case 'heartbeat-ack':
      return `HeartbeatAck(${message.ballot})`;
    case 'learn-request':
    case 'learn':
      return learningWords(message);
  }
}

/** What is known to be chosen is not reported as accepted too. */
function reported({ accepted, chosen }: Promise1b): string {
  const slots = accepted.map(({ slot, ballot, command }) => {
    return `${commandText(command)} in ${slot} by ${ballot}`;
  });
  const known = chosen.map(({ slot, command }) => `${commandText(command)} in ${slot}`);
  return reportWords('accepted', slots, known) ?? 'nothing accepted';
}
