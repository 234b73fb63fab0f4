/** What nodes report, in words for people: the steps of a protocol that one retells. */

import { nodeName, type TraceEvent, type TraceLine } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';

/** What a node did, as it goes on after its name. */
interface Told {
  readonly words: string;
  /** Whether nobody would leave it out: it changes who leads, or takes back what was there. */
  readonly isTurn: boolean;
}

type Words = {
  readonly [Kind in TraceEvent['kind']]?: (
    event: Extract<TraceEvent, { readonly kind: Kind }>,
    termName: string,
  ) => string;
};

const names = (nodes: readonly NodeId[]) => nodes.map(nodeName).join(', ');

/** Steps that change who leads, or what was there before. */
const TURNS: Words = {
  leader: ({ term }, termName) => `becomes leader of ${termName} ${term}`,
  'step-down': ({ term, reason }, termName) => `stops leading in ${termName} ${term}: ${reason}`,
  vote: ({ term, candidate }) => `votes for ${nodeName(candidate)} in term ${term}`,
  truncate: ({ from }) => `cuts its log from entry ${from} on`,
  membership: ({ voters }) => `goes by the members ${names(voters)}`,
  transfer: ({ op, target }) =>
    op === 'start'
      ? `hands its leadership over to ${nodeName(target)}`
      : `gives up handing its leadership over to ${nodeName(target)}`,
  snapshot: ({ op, last }) =>
    op === 'take'
      ? `takes a snapshot up to entry ${last.index}`
      : `installs a snapshot up to entry ${last.index}`,
  panic: ({ reason }) => `stops itself: ${reason}`,
  prepare: ({ ballot }) => `asks for promises of ballot ${ballot}`,
  promise: ({ ballot }) => `promises ballot ${ballot}`,
  prepared: ({ ballot, promises }) =>
    `has the promises of ${names(promises.map(({ node }) => node))} for ballot ${ballot}`,
  any: ({ ballot }) => `lets acceptors choose for themselves in round ${ballot}`,
  recover: ({ of, ballot }) => `settles round ${of} in round ${ballot}`,
  configuration: ({ voters }) => `goes by the acceptors ${names(voters)}`,
  looking: () => 'looks for a leader',
  elected: ({ leader }) => `takes ${nodeName(leader)} for its leader`,
  'new-epoch': ({ epoch }) => `begins epoch ${epoch}`,
  established: ({ epoch }) => `leads epoch ${epoch}`,
  'truncate-txns': ({ to }) => `cuts its history behind ${to.epoch}:${to.counter}`,
  'snapshot-txns': ({ op, zxid }) =>
    `${op === 'take' ? 'takes' : 'installs'} a snapshot up to ${zxid.epoch}:${zxid.counter}`,
};

/** The daily work between them. */
const WORK: Words = {
  boot: () => 'starts with what it finds on its disk',
  append: ({ index, term }) => `appends entry ${index} of term ${term}`,
  commit: ({ index }) => `takes everything up to ${index} for committed`,
  propose: ({ instance, ballot }) => `proposes a value for ${instance} in ballot ${ballot}`,
  accept: ({ instance, ballot }) => `accepts a value for ${instance} in ballot ${ballot}`,
  learn: ({ instance }) => `learns what is chosen for ${instance}`,
  read: ({ instance }) => `answers a read of ${instance}`,
  'read-cert': ({ mode }) => `answers a read (${mode})`,
  'accepted-epoch': ({ epoch }) => `accepts epoch ${epoch}`,
  'current-epoch': ({ epoch }) => `follows in epoch ${epoch}`,
  'propose-txn': ({ zxid }) => `proposes transaction ${zxid.epoch}:${zxid.counter}`,
  logged: ({ zxid }) => `logs transaction ${zxid.epoch}:${zxid.counter}`,
  'commit-txn': ({ zxid }) => `takes everything up to ${zxid.epoch}:${zxid.counter} for committed`,
};

/**
 * Null for what is not retold: what the machine did, and what goes without saying. `termName` is what
 * the protocol calls the number of a leader: term, ballot or round.
 */
export function toldOf(event: TraceEvent, termName: string): Told | null {
  const turn = wordsOf(TURNS, event, termName);
  if (turn !== null) return { words: turn, isTurn: true };
  const work = wordsOf(WORK, event, termName);
  return work === null ? null : { words: work, isTurn: false };
}

type Say<Event> = (event: Event, termName: string) => string;

function wordsOf(words: Words, event: TraceEvent, termName: string): string | null {
  // Each kind has words for its own events: what the compiler cannot follow through the table.
  const say = words[event.kind] as Say<TraceEvent> | undefined;
  return say === undefined ? null : say(event, termName);
}

/** What the protocol calls the numbers of its leaders. */
export function termNameOf(trace: readonly TraceLine[]): string {
  for (const { event } of trace) {
    if (event.kind === 'boot') return TERM_NAMES[event.protocol] ?? 'term';
  }
  return 'term';
}

const TERM_NAMES: Readonly<Record<string, string>> = {
  'basic-paxos': 'ballot',
  'multi-paxos': 'ballot',
  'fast-paxos': 'round',
};
