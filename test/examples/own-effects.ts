/**
 * Changes to Raft that no rule decides: what is sent, written, answered and read at a start, what
 * happens to a node, and what its clients do. Each is a variant: `ordeal mutants raft --rules
 * test/examples/own-effects.ts` hunts all of them.
 */

import type { Variant } from '../../harness/ordeal.ts';

interface OfKind {
  readonly kind: string;
}

function isOfKind(thing: unknown, kind: string): boolean {
  return (thing as OfKind).kind === kind;
}

const CRASHES = { nemesis: ['kill', 'partition'], nemesisIntervalS: 1 } as const;

/** A record that is dropped: the node believes that it is on the disk. */
export const forgetsVotes: Variant = {
  id: 'forgets-votes',
  describe: 'votes are not written',
  kind: 'mutant',
  effects: (effect) =>
    effect.kind === 'persist' && isOfKind(effect.record, 'vote') ? [] : [effect],
  hunt: CRASHES,
};

/** Everything that is sent may come twice: Raft must not mind. */
export const sendsTwice: Variant = {
  id: 'sends-twice',
  describe: 'one message in four is sent twice, the second time up to 50 ms late',
  kind: 'decoy',
  effects: (effect, { draw }) =>
    effect.kind === 'send' && draw % 4 === 0
      ? [effect, { ...effect, afterUs: draw % 50_000 }]
      : [effect],
};

/** A step's records are torn apart: the answer leaves before the entries are written. */
export const writesLater: Variant = {
  id: 'writes-later',
  describe: 'entries are written 20 ms after they are acknowledged',
  kind: 'mutant',
  effects: (effect) =>
    effect.kind === 'persist' && isOfKind(effect.record, 'entries')
      ? [{ ...effect, afterUs: 20_000 }]
      : [effect],
  hunt: CRASHES,
};

/** A message that is changed on its way out. */
export const boasts: Variant = {
  id: 'boasts',
  describe: 'a refused vote is told as granted',
  kind: 'mutant',
  effects: (effect) =>
    effect.kind === 'send' && isOfKind(effect.message, 'vote')
      ? [{ ...effect, message: { ...(effect.message as object), granted: true } }]
      : [effect],
};

/** What a start reads. */
export const losesTail: Variant = {
  id: 'loses-tail',
  describe: 'a start leaves out the last record of the log',
  kind: 'mutant',
  start: (records) => records.slice(0, -1),
  hunt: CRASHES,
};

/** What happens to a node. */
export const deaf: Variant = {
  id: 'deaf',
  describe: 'every tenth message that reaches a node is not heard',
  kind: 'decoy',
  events: (event, { draw }) => (event.kind === 'message' && draw % 10 === 0 ? [] : [event]),
};

/** What a client does. */
export const hopeful: Variant = {
  id: 'hopeful',
  describe: 'a client takes an operation of unknown outcome for done',
  kind: 'mutant',
  clientEffects: (effect) =>
    effect.kind === 'complete' && effect.outcome.type === 'info'
      ? [{ ...effect, outcome: { type: 'fail', error: 'given up' } }]
      : [effect],
  hunt: CRASHES,
};
