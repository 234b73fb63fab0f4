/** Locks: a mutex, a mutex that knows its owner, and a lock that hands out fencing tokens. */

import type { Value } from '../../history.ts';
import { textOf } from '../../value.ts';
import type { Model, Operation } from '../model.ts';

const free = 'free';
const held = 'held';

/**
 * Whoever holds it may be anybody (Knossos' mutex): `acquire` needs it free, `release` held. An
 * `acquire` that answers false found it held.
 */
export const mutex: Model<string> = {
  name: 'mutex',
  noun: 'the lock',
  functions: ['acquire', 'release'],
  initial: (value) => (value === true || value === held ? held : free),
  step(state, operation) {
    if (operation.outcome === 'refused') return undefined;
    if (isDenied(operation)) return state === free ? undefined : state;
    if (operation.f === 'acquire') return state === free ? held : undefined;
    return state === held ? free : undefined;
  },
  readonly: isDenied,
};

/** Only the process that acquired it may release it. */
export const ownedMutex: Model<string> = {
  name: 'owned-mutex',
  noun: 'the lock',
  functions: ['acquire', 'release'],
  owners: true,
  initial: (value) =>
    value === null || value === false || value === free ? free : `held by process ${textOf(value)}`,
  step(state, operation) {
    if (operation.outcome === 'refused') return undefined;
    const mine = `held by process ${operation.process}`;
    if (isDenied(operation)) return state === free ? undefined : state;
    if (operation.f === 'acquire') return state === free ? mine : undefined;
    return state === mine ? free : undefined;
  },
  readonly: isDenied,
};

/** The holder (null when free) and the last token handed out. */
export interface Fence {
  readonly holder: number | null;
  readonly token: number;
}

/** As `owned-mutex`; `acquire` answers a fencing token, greater than every one before it. */
export const fencedLock: Model<Fence> = {
  name: 'fenced-lock',
  noun: 'the lock',
  functions: ['acquire', 'release'],
  owners: true,
  initial: (value) => ({
    holder: null,
    token: typeof value === 'number' ? value : Number.NEGATIVE_INFINITY,
  }),
  step(state, operation) {
    const { f, output, outcome, process } = operation;
    if (outcome === 'refused') return undefined;
    if (isDenied(operation)) return state.holder === null ? undefined : state;
    if (f === 'release') {
      return state.holder === process ? { holder: null, token: state.token } : undefined;
    }
    if (state.holder !== null) return undefined;
    const token = tokenOf(output, outcome);
    if (token === undefined) return { holder: process, token: state.token };
    return token > state.token ? { holder: process, token } : undefined;
  },
  key: ({ holder, token }) => `${holder} ${token}`,
  readonly: isDenied,
  describeState: ({ holder, token }) =>
    `${holder === null ? free : `held by process ${holder}`}, last token ${token}`,
};

function isDenied({ f, output, outcome }: Operation): boolean {
  return f === 'acquire' && outcome === 'ok' && output === false;
}

/** An acquire without an answer, or without a number in it, shows no token. */
function tokenOf(output: Value, outcome: Operation['outcome']): number | undefined {
  return outcome === 'ok' && typeof output === 'number' ? output : undefined;
}
