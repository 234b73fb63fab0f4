/**
 * One line of the trace that etcd's Raft library writes for its TLA+ specification (`TracingEvent` in
 * `state_trace.go` of etcd-io/raft): one schema for reading and for writing.
 */

import { z } from 'zod';
import type {
  Observation,
  ObservedMessage,
  ObservedRole,
} from '../../checkers/agreement/raft-observed/observation.ts';

const count = z.int().nonnegative();
/** Numbers in etcd, written as texts; others may have names. */
const node = z.union([z.string(), z.int()]).transform(String);

const ROLES: Readonly<Record<string, ObservedRole>> = {
  statefollower: 'follower',
  stateprecandidate: 'pre-candidate',
  statecandidate: 'candidate',
  stateleader: 'leader',
};
const STEPS: Readonly<Record<string, ObservedRole>> = {
  BecomeFollower: 'follower',
  BecomePreCandidate: 'pre-candidate',
  BecomeCandidate: 'candidate',
  BecomeLeader: 'leader',
};
const MESSAGES: Readonly<Record<string, ObservedMessage['kind']>> = {
  MsgApp: 'append',
  MsgAppResp: 'append-reply',
  MsgHeartbeat: 'heartbeat',
  MsgHeartbeatResp: 'heartbeat-reply',
  MsgSnap: 'snapshot',
  MsgVote: 'vote',
  MsgVoteResp: 'vote-reply',
};
/** How a vote for nobody is written. */
const NOBODY = ['', '0'];

const role = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .replace(/^(?!state)/, 'state')
      .replaceAll('-', ''),
  )
  .refine((text) => Object.hasOwn(ROLES, text), {
    message: 'StateFollower, StatePreCandidate, StateCandidate or StateLeader',
  });

const message = z.object({
  type: z.string(),
  term: count,
  from: node,
  to: node,
  index: count.default(0),
  logTerm: count.default(0),
  entries: count.default(0),
  reject: z.boolean().default(false),
});

export const tracingEvent = z.object({
  name: z.string(),
  nid: node,
  state: z.object({ term: count, vote: node.optional(), commit: count.optional() }),
  role: role.optional(),
  log: count.optional(),
  conf: z.array(z.array(node)).optional(),
  msg: message.optional(),
});

/** A line as it is written. */
export type TracingEvent = z.input<typeof tracingEvent>;

/** What a line says. A step that makes a leader says so without a role beside it. */
export function observationOf(event: z.output<typeof tracingEvent>): Observation {
  const { name, nid, state, role: written, log, conf = [], msg } = event;
  const { term, vote, commit } = state;
  return {
    node: nid,
    step: name,
    term,
    role: (written === undefined ? STEPS[name] : ROLES[written]) ?? null,
    vote: vote === undefined || NOBODY.includes(vote) ? null : vote,
    commit: commit ?? null,
    last: log ?? null,
    voters: conf.filter((group) => group.length > 0),
    message:
      msg === undefined
        ? null
        : {
            kind: MESSAGES[msg.type] ?? 'other',
            term: msg.term,
            from: msg.from,
            to: msg.to,
            index: msg.index,
            logTerm: msg.logTerm,
            entries: msg.entries,
            isRefused: msg.reject,
          },
  };
}
