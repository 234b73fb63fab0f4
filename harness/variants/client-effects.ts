/** Lets variants have their say in what a client does: a client around a client. */

import {
  type ClientEnv,
  type ClientProtocol,
  type ClientState,
  copyClientState,
} from '../../systems/client.ts';
import type { ClientContext, ClientEffect } from '../../systems/effect.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import { type Filter, filtered } from './filters.ts';

/** What is kept for a client beside its own state. */
interface Side {
  readonly client: number;
  readonly draws: Draws;
}

function newSide(seed: number, client: number): Side {
  return { client, draws: new Draws(seed, DOMAIN.variantClient, client) };
}

/** The client under these variants. `seed` is that of the run. */
export function filteredClient(
  client: ClientProtocol,
  filters: readonly Filter[],
  seed: number,
): ClientProtocol {
  if (filters.length === 0) return client;
  const sides = new WeakMap<ClientState, Side>();
  const filtering = (env: ClientEnv, { draws }: Side): ClientEnv => {
    const { client, nodes } = env;
    const contextNow = (): ClientContext => {
      const nowUs = env.nowUs();
      return { client, nodes, nowUs, draw: draws.next(nowUs) };
    };
    const effect = (one: ClientEffect) => {
      for (const made of filtered(filters, one, contextNow())) {
        if (made.kind === 'request') env.send(made.to, made.request);
        else env.complete(made.outcome);
      }
    };
    return {
      client,
      nodes,
      nowUs: () => env.nowUs(),
      random: () => env.random(),
      setTimer: (delayUs) => env.setTimer(delayUs),
      cancelTimer: () => env.cancelTimer(),
      send: (to, request) => effect({ kind: 'request', to, request }),
      complete: (outcome) => effect({ kind: 'complete', outcome }),
    };
  };
  const ofState = (state: ClientState, env: ClientEnv) => filtering(env, sides.get(state) as Side);
  return {
    start: (env) => {
      const side = newSide(seed, env.client);
      const state = client.start(filtering(env, side));
      sides.set(state, side);
      return state;
    },
    invoke: (state, env, operation) => client.invoke(state, ofState(state, env), operation),
    reply: (state, env, from, to, reply) =>
      client.reply(state, ofState(state, env), from, to, reply),
    timer: (state, env) => client.timer(state, ofState(state, env)),
    copy: (state, copying) => {
      const copied = copyClientState(client, state, copying);
      const original = sides.get(state) as Side;
      const side = newSide(copying.seed, original.client);
      side.draws.copyFrom(original.draws);
      sides.set(copied, side);
      return copied;
    },
  };
}
