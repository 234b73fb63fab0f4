/** Lets variants have their say in what a client does: a client around a client. */

import type { ClientEnv, ClientProtocol } from '../../systems/client.ts';
import type { ClientContext, ClientEffect } from '../../systems/effect.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import { type Filter, filtered } from './filters.ts';

/** The client under these variants. `seed` is that of the run. */
export function filteredClient(
  client: ClientProtocol,
  filters: readonly Filter[],
  seed: number,
): ClientProtocol {
  if (filters.length === 0) return client;
  const questions = new Map<number, number>();
  const contextOf = (env: ClientEnv): ClientContext => {
    const asked = questions.get(env.client) ?? 0;
    questions.set(env.client, asked + 1);
    const draw = drawAt(streamBase(seed, DOMAIN.variantClient, env.client), asked);
    return { client: env.client, nodes: env.nodes, nowUs: env.nowUs(), draw };
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
