/**
 * Which steps nodes of our own protocols can report in their traces, so that what no run reached can
 * be named: those that the decoders of its events know, and some that several protocols have.
 * `test/harness/explore/steps.test.ts` holds it to what they do report. That a node
 * stopped by an error of its own is no step.
 */

import { leaderDecoders } from '../store/leader-schemas.ts';
import { fastPaxosDecoders, paxosDecoders } from '../store/paxos-schemas.ts';
import { raftDecoders } from '../store/raft-schemas.ts';
import { zabDecoders } from '../store/zab-schemas.ts';

const LOG = ['boot', 'crash', 'apply', 'reply', 'read-cert'];
const LED = Object.keys(leaderDecoders);

/** What is said of the steps of Paxos; of these no protocol has all. */
const paxosBut = (...lacking: readonly string[]) =>
  Object.keys(paxosDecoders).filter((kind) => !lacking.includes(kind));

const STEPS: Readonly<Record<string, readonly string[]>> = {
  'basic-paxos': ['boot', 'crash', 'reply', ...paxosBut('configuration')],
  'multi-paxos': [...LOG, 'round', 'lease', ...LED, ...paxosBut('read')],
  'fast-paxos': [
    ...LOG,
    ...LED,
    ...paxosBut('read', 'configuration'),
    ...Object.keys(fastPaxosDecoders),
  ],
  raft: [...LOG, 'lease-held', ...LED, ...Object.keys(raftDecoders)],
  zab: [...LOG, ...Object.keys(zabDecoders)],
};

/** None of an own system, of which nobody knows what it may report. */
export function stepsOf(system: string): readonly string[] {
  return Object.hasOwn(STEPS, system) ? (STEPS[system] ?? []) : [];
}
