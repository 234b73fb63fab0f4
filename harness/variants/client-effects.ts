/** Lets variants have their say in what a client does: a client around a client. */

import type { ClientEnv, ClientProtocol } from '../../systems/client.ts';
import type { ClientContext, ClientEffect } from '../../systems/effect.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import { type Filter, filtered } from './filters.ts';

/** The client under these variants. `seed` is that of the run. */
export function filteredClient(
  client: ClientProtocol,
  filters: readonly Filter[],
  seed: number,
): ClientProtocol {
  if (filters.length === 0) return client;
  const draws = new Map<number, Draws>();
  const contextOf = (env: ClientEnv): ClientContext => {
    const { client, nodes } = env;
    const nowUs = env.nowUs();
    const own = draws.get(client) ?? new Draws(seed, DOMAIN.variantClient, client);
    draws.set(client, own);
    return { client, nodes, nowUs, draw: own.next(nowUs) };
  };
  const filtering = (env: ClientEnv): ClientEnv => {
    const effect = (one: ClientEffect) => {
      for (const made of filtered(filters, one, contextOf(env))) {
        if (made.kind === 'request') env.send(made.to, made.request);
        else env.complete(made.outcome);
      }
    };
    return {
      client: env.client,
      nodes: env.nodes,
      nowUs: () => env.nowUs(),
      random: () => env.random(),
      setTimer: (delayUs) => env.setTimer(delayUs),
      cancelTimer: () => env.cancelTimer(),
      send: (to, request) => effect({ kind: 'request', to, request }),
      complete: (outcome) => effect({ kind: 'complete', outcome }),
    };
  };
  return {
    start: (env) => client.start(filtering(env)),
    invoke: (state, env, operation) => client.invoke(state, filtering(env), operation),
    reply: (state, env, from, to, reply) => client.reply(state, filtering(env), from, to, reply),
    timer: (state, env) => client.timer(state, filtering(env)),
  };
}
