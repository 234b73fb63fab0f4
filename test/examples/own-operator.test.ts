/**
 * An own system of which an operator can change who takes part: one primary that writes before it
 * answers, and keeps, as a record of its own, who else is to hold copies. `systems/OWN.md` tells of it.
 */

import {
  type AnyProtocol,
  clientRules,
  kv,
  type Protocol,
  type System,
  sessionClient,
  simulate,
} from 'ordeal';
import { expect, test } from 'vitest';

/** At one position of the primary's log: a command, or who takes part from there on. */
type Written =
  | { readonly position: number; readonly command: kv.Command }
  | { readonly position: number; readonly members: readonly number[] };

interface Told {
  readonly kind: 'members';
  readonly index: number;
  readonly members: readonly number[];
}

interface State {
  readonly store: kv.KvState;
  position: number;
  /** The latest that this node knows of, and at which position. */
  members: readonly number[];
  membersAt: number;
  /** As primary: what is written, and may not be durable yet. */
  membersDurableAt: number;
}

const PRIMARY = 0;
const machine = new kv.KvMachine(kv.kvRules, {
  sessionTimeoutUs: Number.MAX_SAFE_INTEGER,
  sessionsMax: Number.MAX_SAFE_INTEGER,
});

const protocol: Protocol<State, Told, Written> = {
  start(env, _options, records) {
    const state: State = {
      store: kv.emptyKv(),
      position: 0,
      members: env.members,
      membersAt: 0,
      membersDurableAt: 0,
    };
    for (const record of records) {
      state.position = record.position;
      if ('command' in record) machine.apply(state.store, record.position, record.command, 0);
      else adopt(state, record.position, record.members);
    }
    state.membersDurableAt = state.membersAt;
    return state;
  },
  request(state, env, request) {
    if (env.self !== PRIMARY) {
      env.reply(request.from, { status: 'redirect', leader: PRIMARY });
      return;
    }
    const command =
      request.kind === 'open'
        ? kv.openCommand(request.from, env.nowUs())
        : kv.operationCommand(request.operation, request.session, request.sequence, env.nowUs());
    const position = ++state.position;
    env.persist({ position, command });
    env.reply(request.from, machine.apply(state.store, position, command, 0));
  },
  /** The same again and again: only what differs is news. The primary itself stays. */
  operate(state, env, asked) {
    const members = [...new Set([PRIMARY, ...asked])].sort((a, b) => a - b);
    if (env.self !== PRIMARY || members.join() === state.members.join()) return;
    const position = ++state.position;
    adopt(state, position, members);
    env.persist({ position, members });
  },
  durable(state, env, record) {
    if (!('members' in record)) return;
    const { position: index, members } = record;
    state.membersDurableAt = index;
    for (const to of env.members)
      if (to !== PRIMARY) env.send(to, { kind: 'members', index, members });
  },
  message(state, _env, _from, { index, members }) {
    if (index > state.membersAt) adopt(state, index, members);
  },
  timer: () => undefined,
  membership: ({ members, membersAt, membersDurableAt }) => ({
    index: membersAt,
    voters: members,
    named: members,
    isSettled: membersDurableAt === membersAt,
  }),
  view: (state) => ({
    role: 'primary',
    term: 1,
    leader: PRIMARY,
    commit: state.position,
    applied: state.position,
  }),
  messageKind: ({ kind }) => kind,
};

function adopt(state: State, index: number, members: readonly number[]): void {
  state.members = members;
  state.membersAt = index;
}

const operated: System = {
  name: 'primary-with-members',
  describe: 'one primary, and an operator who says who else is to hold copies',
  operations: ['read', 'write', 'cas', 'append', 'inc'],
  options: {},
  rules: {},
  protocol: () => protocol as AnyProtocol,
  client: () => sessionClient(clientRules),
  electionTimeoutMs: 300,
  variants: [],
  inoperable: (act) => (act === 'leave' ? null : 'nobody has a copy of what the primary wrote'),
};

const options = {
  system: operated,
  nodes: 3,
  seed: 3,
  timeLimitS: 30,
  nemesisIntervalS: 2,
} as const;

test('an operator takes nodes out of an own system and back in, and what it asks for is carried out', () => {
  const asked: string[] = [];
  const spied: System = {
    ...operated,
    protocol: () =>
      ({
        ...protocol,
        operate(state, env, members) {
          protocol.operate?.(state, env, members);
          asked.push(state.members.join());
        },
      }) as typeof protocol as AnyProtocol,
  };
  const { verdict, checks } = simulate({
    ...options,
    system: spied,
    nemesis: ['membership-change'],
  });
  expect(verdict.kind).toBe('valid');
  const stats = checks.find(({ checker }) => checker === 'stats')?.stats;
  expect(stats?.['faults:membership-change']).toBeGreaterThan(0);
  expect(new Set(asked).size).toBeGreaterThan(1);
  // Everybody is back in at the end.
  expect(asked.at(-1)).toBe('0,1,2');
});

test('what an own system says cannot be done to it is refused, in its words', () => {
  expect(() => simulate({ ...options, nemesis: ['replacement'] })).toThrow(
    '--nemesis replacement: nobody has a copy of what the primary wrote',
  );
  const untouched: System = { ...operated };
  Reflect.deleteProperty(untouched, 'inoperable');
  expect(() => simulate({ ...options, system: untouched, nemesis: ['membership-change'] })).toThrow(
    'nobody can change who takes part in primary-with-members',
  );
});

test('an answer about who takes part that makes no sense is the mistake of the own system', () => {
  const wrong: System = {
    ...operated,
    protocol: () =>
      ({
        ...protocol,
        membership: (state) => ({ ...protocol.membership?.(state), voters: [7] }),
      }) as typeof protocol as AnyProtocol,
  };
  expect(() => simulate({ ...options, system: wrong, nemesis: ['membership-change'] })).toThrow(
    /membership/,
  );
});
