/** Zab in the words of scenarios. */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import type { Value } from '../../checkers/history.ts';
import { operationCommand } from '../kv.ts';
import {
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
import type { Txn, ZabMessage, ZabRecord } from './messages.ts';
import { NOBODY, TIMER, type ZabState } from './state.ts';

export const zabWords: ScenarioWords<ZabState, ZabMessage, ZabRecord> = {
  timers: TIMER,
  kinds: {
    notification: 'told',
    'follower-info': 'told',
    'leader-info': 'told',
    'ack-epoch': 'told',
    truncate: 'told',
    diff: 'told',
    snapshot: 'told',
    'new-leader': 'told',
    'ack-new-leader': 'told',
    'up-to-date': 'told',
    propose: 'told',
    ack: 'told',
    commit: 'told',
    forward: 'told',
    sync: 'told',
    synced: 'told',
    ping: 'background',
    pong: 'background',
  },
  facts,
  records,
  tell,
};

/** `history` is the zxids of the log as [epoch, counter]; `last` the last of them. */
function facts(state: ZabState, nameOf: NameOf): Facts {
  const node = (number: number): string | null => (number === NOBODY ? null : nameOf(number));
  return {
    role: state.role,
    phase: state.phase,
    vote: node(state.vote.leader),
    leader: node(state.leader),
    clock: state.clock,
    acceptedEpoch: state.acceptedEpoch,
    currentEpoch: state.currentEpoch,
    history: state.log.map(({ zxid }) => [zxid.epoch, zxid.counter]),
    last: pairOf(state.log.at(-1)?.zxid ?? state.base.zxid),
    committed: state.committed,
    applied: state.applied,
    data: dataOf(state.kv),
  };
}

/**
 * `acceptedEpoch: 1`, `currentEpoch: 1`, and the zxids of the history: `history: [[1, 1], [1, 2]]`, or
 * `upTo: [1, 102]` for every one of that epoch up to there.
 */
function records(given: Given): ZabRecord[] {
  onlyFields(given, 'acceptedEpoch', 'currentEpoch', 'history', 'upTo');
  const result: ZabRecord[] = zxidsGiven(given).map((zxid) => ({ kind: 'txn', txn: txnOf(zxid) }));
  const accepted = numberGiven(given, 'acceptedEpoch');
  if (accepted !== undefined) result.push({ kind: 'accepted-epoch', epoch: accepted });
  const current = numberGiven(given, 'currentEpoch');
  if (current !== undefined) result.push({ kind: 'current-epoch', epoch: current });
  return result;
}

function zxidsGiven(given: Given): Zxid[] {
  const upTo = listGiven(given, 'upTo');
  if (upTo !== undefined) {
    const { epoch, counter: last } = zxidGiven(upTo, 'upTo');
    return Array.from({ length: last }, (_, at) => ({ epoch, counter: at + 1 }));
  }
  return (listGiven(given, 'history') ?? []).map((item) => zxidGiven(item, 'history'));
}

function zxidGiven(item: Value, field: string): Zxid {
  const [epoch, counter] = Array.isArray(item) ? item : [];
  if (typeof epoch === 'number' && typeof counter === 'number') return { epoch, counter };
  throw new TypeError(`${field}: zxids are [epoch, counter]`);
}

function txnOf(zxid: Zxid): Txn {
  const value = `old-${zxid.epoch}-${zxid.counter}`;
  const command = operationCommand({ f: 'write', key: SCENARIO_KEY, value }, 0, 0, 0);
  return { zxid, command, origin: { node: 0, incarnation: 0, number: 0 } };
}

function tell(message: ZabMessage, nameOf: NameOf): string {
  switch (message.kind) {
    case 'notification': {
      const { role, clock, vote } = message;
      const whom = vote.leader === NOBODY ? 'nobody' : nameOf(vote.leader);
      return `Notification(${role}, round ${clock}, votes for ${whom} at ${zxidText(vote.zxid)})`;
    }
    case 'follower-info':
      return `FollowerInfo(accepted epoch ${message.acceptedEpoch})`;
    case 'leader-info':
      return `LeaderInfo(epoch ${message.epoch})`;
    case 'ack-epoch':
      return `AckEpoch(current epoch ${message.currentEpoch}, last ${zxidText(message.last)})`;
    case 'truncate':
      return `Trunc(behind ${zxidText(message.to)})`;
    case 'diff':
      return `Diff(${message.txns.map(({ zxid }) => zxidText(zxid)).join(', ')})`;
    case 'snapshot':
      return `Snap(at ${zxidText(message.snapshot.zxid)})`;
    case 'new-leader':
      return `NewLeader(epoch ${message.epoch})`;
    case 'ack-new-leader':
      return 'AckNewLeader';
    case 'up-to-date':
      return `UpToDate(committed ${zxidText(message.committed)})`;
    case 'propose':
      return `Propose(${zxidText(message.txn.zxid)})`;
    case 'ack':
      return `Ack(${zxidText(message.zxid)})`;
    case 'commit':
      return `Commit(${zxidText(message.zxid)})`;
    case 'forward':
      return 'Forward(a request)';
    case 'sync':
      return 'Sync';
    case 'synced':
      return 'Synced';
    case 'ping':
    case 'pong':
      return message.kind;
  }
}

function zxidText({ epoch, counter }: Zxid): string {
  return `${epoch}:${counter}`;
}

function pairOf({ epoch, counter }: Zxid): readonly [number, number] {
  return [epoch, counter];
}
