/** Lets variants have their say in what a client does: a client around a client. */

import { entryOf, itemAt } from '../../checkers/item-at.ts';
import {
  type ClientEnv,
  type ClientProtocol,
  type ClientState,
  copyClientState,
} from '../../systems/client.ts';
import type { ClientContext, ClientEffect } from '../../systems/effect.ts';
import type { Outcome } from '../../systems/operations.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import { OwnMistake } from '../core/panics.ts';
import { placeOf } from './blame.ts';
import { type Filter, filtered } from './filters.ts';

/** What is kept for a client beside its own state. */
interface Side {
  readonly client: number;
  readonly draws: Draws;
  /** Whether an operation has begun and not ended. */
  isOpen: boolean;
}

function newSide(seed: number, client: number): Side {
  return { client, draws: new Draws(seed, DOMAIN.variantClient, client), isOpen: false };
}

/** A mistake of the outermost of them, since what the client itself does ends an operation once. */
function endsTwice(filters: readonly Filter[]): OwnMistake {
  const { variant, name } = itemAt(filters, filters.length - 1).part;
  const message = 'ends an operation that has ended: each of a client can be completed once';
  return new OwnMistake(placeOf(variant, name), message);
}

/** The client under these variants. `seed` is that of the run. */
export function filteredClient(
  client: ClientProtocol,
  filters: readonly Filter[],
  seed: number,
): ClientProtocol {
  if (filters.length === 0) return client;
  const sides = new WeakMap<ClientState, Side>();
  const complete = (env: ClientEnv, side: Side, outcome: Outcome) => {
    if (!side.isOpen) throw endsTwice(filters);
    side.isOpen = false;
    env.complete(outcome);
  };
  const filtering = (env: ClientEnv, side: Side): ClientEnv => {
    const { client, nodes } = env;
    const { draws } = side;
    const contextNow = (): ClientContext => {
      const nowUs = env.nowUs();
      return { client, nodes, nowUs, draw: draws.next(nowUs) };
    };
    const effect = (one: ClientEffect) => {
      for (const made of filtered(filters, one, contextNow())) {
        if (made.kind === 'request') env.send(made.to, made.request);
        else complete(env, side, made.outcome);
      }
    };
    return {
      client,
      nodes,
      ...(env.requestsRepeat === undefined ? {} : { requestsRepeat: env.requestsRepeat }),
      nowUs: () => env.nowUs(),
      random: () => env.random(),
      setTimer: (delayUs) => env.setTimer(delayUs),
      cancelTimer: () => env.cancelTimer(),
      send: (to, request) => effect({ kind: 'request', to, request }),
      complete: (outcome) => effect({ kind: 'complete', outcome }),
    };
  };
  const ofState = (state: ClientState, env: ClientEnv) => filtering(env, entryOf(sides, state));
  return {
    start: (env) => {
      const side = newSide(seed, env.client);
      const state = client.start(filtering(env, side));
      sides.set(state, side);
      return state;
    },
    invoke: (state, env, operation) => {
      entryOf(sides, state).isOpen = true;
      client.invoke(state, ofState(state, env), operation);
    },
    reply: (state, env, from, to, reply) =>
      client.reply(state, ofState(state, env), from, to, reply),
    timer: (state, env) => client.timer(state, ofState(state, env)),
    copy: (state, copying) => {
      const copied = copyClientState(client, state, copying);
      const original = entryOf(sides, state);
      const side = newSide(copying.seed, original.client);
      side.draws.copyFrom(original.draws);
      side.isOpen = original.isOpen;
      sides.set(copied, side);
      return copied;
    },
  };
}
