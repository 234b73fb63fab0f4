/** Client code of a user's own system, held to the contract of `systems/client.ts`. */

import { entryOf } from '../../checkers/item-at.ts';
import {
  type ClientEnv,
  type ClientProtocol,
  type ClientState,
  copyClientState,
} from '../../systems/client.ts';
import { plainCopy } from '../core/plain-data.ts';
import { shown } from '../core/shown.ts';
import { bounded } from '../variants/bounded.ts';
import { wrongInDelay, wrongInNode, wrongInOutcome, wrongInRequest } from '../variants/contract.ts';
import { Supervision } from './supervision.ts';

/** What is kept for a client beside its own state. */
interface Life {
  /** Whether an operation has begun and not ended. */
  isOpen: boolean;
}

/** The client behind the checks. What it does wrong is a mistake of its file: no node is to blame. */
export function ownClient(name: string, client: ClientProtocol): ClientProtocol {
  const supervision = new Supervision(
    `system ${name}`,
    'env.nowUs(), env.random() and env.setTimer() take its place',
  );
  const lives = new WeakMap<ClientState, Life>();
  const lifeOf = (state: ClientState) => entryOf(lives, state);
  const checked = (env: ClientEnv, state: ClientState) =>
    checkingEnv(supervision, env, lifeOf(state));
  const call = <Result>(part: string, code: () => Result) =>
    bounded(() => supervision.call(`client.${part}`, code));
  return {
    start: (env) => {
      const life: Life = { isOpen: false };
      const state: unknown = call('start', () => client.start(checkingEnv(supervision, env, life)));
      if (typeof state !== 'object' || state === null) {
        throw supervision.mistake(`answers ${shown(state)}: it must be an object`, 'client.start');
      }
      lives.set(state as ClientState, life);
      return state as ClientState;
    },
    invoke: (state, env, operation) => {
      lifeOf(state).isOpen = true;
      call('invoke', () => client.invoke(state, checked(env, state), operation));
    },
    reply: (state, env, from, to, reply) =>
      call('reply', () => client.reply(state, checked(env, state), from, to, reply)),
    timer: (state, env) => call('timer', () => client.timer(state, checked(env, state))),
    copy: (state, copying) => {
      const copied = call('copy', () => copyClientState(client, state, copying));
      lives.set(copied, { ...lifeOf(state) });
      return copied;
    },
  };
}

function checkingEnv(supervision: Supervision, env: ClientEnv, life: Life): ClientEnv {
  return {
    client: env.client,
    nodes: env.nodes,
    ...(env.requestsRepeat === undefined ? {} : { requestsRepeat: env.requestsRepeat }),
    nowUs: () => supervision.ours('env.nowUs', () => env.nowUs()),
    random: () => supervision.ours('env.random', () => env.random()),
    send: (to, request) => {
      const wrong = wrongInNode(to, env.nodes.length);
      if (wrong !== null) throw supervision.mistake(`calls env.send: ${wrong}`);
      const copy = plainCopy(request, 'env.send: the request');
      const unfit = wrongInRequest(copy);
      if (unfit !== null) {
        throw supervision.mistake(`calls env.send with ${shown(request)}: ${unfit}`);
      }
      supervision.ours('env.send', () => env.send(to, copy));
    },
    setTimer: (delayUs) => {
      const wrong = wrongInDelay(delayUs);
      if (wrong !== null) throw supervision.mistake(`calls env.setTimer: ${wrong}`);
      supervision.ours('env.setTimer', () => env.setTimer(Math.ceil(delayUs)));
    },
    cancelTimer: () => supervision.ours('env.cancelTimer', () => env.cancelTimer()),
    complete: (outcome) => {
      const wrong = wrongInOutcome(outcome);
      if (wrong !== null) {
        throw supervision.mistake(`calls env.complete with ${shown(outcome)}: ${wrong}`);
      }
      if (!life.isOpen) {
        throw supervision.mistake('calls env.complete, and no operation is open');
      }
      life.isOpen = false;
      const copy = plainCopy(outcome, 'env.complete: the outcome');
      supervision.ours('env.complete', () => env.complete(copy));
    },
  };
}
