/** What a client is handed, through whatever stands between it and its world. */

import { expect, test } from 'vitest';
import { ownClient } from '../../../harness/own/client.ts';
import { filteredClient } from '../../../harness/variants/client-effects.ts';
import type { ClientEnv, ClientProtocol, ClientState } from '../../../systems/client.ts';

const env: ClientEnv = {
  client: 0,
  nodes: [0],
  nowUs: () => 0,
  random: () => 0,
  send: () => undefined,
  setTimer: () => undefined,
  cancelTimer: () => undefined,
  complete: () => undefined,
};

/** Keeps what it was told of requests that come twice. */
function asking(told: (boolean | undefined)[]): ClientProtocol {
  const state = {} as ClientState;
  return {
    start: (given) => {
      told.push(given.requestsRepeat);
      return state;
    },
    invoke: () => undefined,
    reply: () => undefined,
    timer: () => undefined,
  };
}

/** Lets every effect through. */
const filter = { variant: { id: 'none' }, decide: () => null } as never;

test.each([true, false, undefined])(
  'an own client and one under a variant know whether requests come twice: %s',
  (requestsRepeat) => {
    const told: (boolean | undefined)[] = [];
    const world = requestsRepeat === undefined ? env : { ...env, requestsRepeat };
    ownClient('mine', asking(told)).start(world);
    filteredClient(asking(told), [filter], 1).start(world);
    expect(told).toEqual([requestsRepeat, requestsRepeat]);
  },
);
