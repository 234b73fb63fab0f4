/** One simulated client endpoint: the environment that a client machine is handed. */

import { assert } from '../../checkers/assert.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import {
  type ClientEnv,
  type ClientProtocol,
  type ClientState,
  copyClientState,
} from '../../systems/client.ts';
import type { Copying } from '../../systems/copying.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import type { Reply, Request } from '../../systems/protocol.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Network } from './network.ts';

/** What the world is to each of its clients. */
export interface ClientWorld {
  /** Virtual time in microseconds. */
  readonly nowUs: Micros;
  readonly members: readonly NodeId[];
  readonly queue: EventQueue;
  readonly network: Network;
  readonly requestsRepeat: boolean;
  sendRequest(client: SimClient, to: NodeId, request: Request): void;
  onComplete(client: number, outcome: Outcome): void;
}

export class SimClient implements ClientEnv {
  readonly client: number;
  readonly nodes: readonly NodeId[];
  readonly requestsRepeat: boolean;
  /** Draws of the client's link, to the nodes and back. */
  readonly toNodes: Draws;
  readonly fromNodes: Draws;

  readonly #world: ClientWorld;
  readonly #protocol: ClientProtocol;
  readonly #draws: Draws;
  /** Null until it is started. */
  #state: ClientState | null = null;
  /** When the timer is to fire, and for when its event is scheduled: one event serves many arms. */
  #deadlineUs = Number.POSITIVE_INFINITY;
  #scheduledUs = Number.POSITIVE_INFINITY;

  constructor(world: ClientWorld, endpoint: number, protocol: ClientProtocol, seed: number) {
    this.#world = world;
    this.#protocol = protocol;
    this.client = endpoint;
    this.nodes = world.members;
    this.requestsRepeat = world.requestsRepeat;
    this.toNodes = world.network.clientDraws(endpoint, true);
    this.fromNodes = world.network.clientDraws(endpoint, false);
    this.#draws = new Draws(seed, DOMAIN.client, endpoint);
  }

  start(): void {
    assert(this.#state === null, 'a client is started once');
    this.#state = this.#protocol.start(this);
  }

  copyFrom(original: SimClient, copying: Copying): void {
    this.#state = copyClientState(this.#protocol, original.#started, copying);
    this.toNodes.copyFrom(original.toNodes);
    this.fromNodes.copyFrom(original.fromNodes);
    this.#draws.copyFrom(original.#draws);
    this.#deadlineUs = original.#deadlineUs;
    this.#scheduledUs = original.#scheduledUs;
  }

  invoke(operation: Operation): void {
    this.#protocol.invoke(this.#started, this, operation);
  }

  hear(from: NodeId, id: number, reply: Reply): void {
    this.#protocol.reply(this.#started, this, from, { client: this.client, id }, reply);
  }

  /** The one scheduled event of the timer has come: too early if the timer was armed anew since. */
  fire(): void {
    this.#scheduledUs = Number.POSITIVE_INFINITY;
    if (this.#deadlineUs > this.#world.nowUs) this.#schedule();
    else {
      this.#deadlineUs = Number.POSITIVE_INFINITY;
      this.#protocol.timer(this.#started, this);
    }
  }

  nowUs(): Micros {
    return this.#world.nowUs;
  }

  random(): number {
    return this.#draws.next(this.#world.nowUs);
  }

  send(to: NodeId, request: Request): void {
    assert(this.nodes[to] === to, 'a request is for one of the nodes');
    this.#world.sendRequest(this, to, request);
  }

  setTimer(delayUs: Micros): void {
    assert(delayUs >= 0, 'a timer fires after it is set');
    this.#deadlineUs = this.#world.nowUs + delayUs;
    this.#schedule();
  }

  cancelTimer(): void {
    this.#deadlineUs = Number.POSITIVE_INFINITY;
  }

  complete(outcome: Outcome): void {
    this.#deadlineUs = Number.POSITIVE_INFINITY;
    this.#world.onComplete(this.client, outcome);
  }

  get #started(): ClientState {
    assert(this.#state !== null, 'a client is started before anything happens to it');
    return this.#state;
  }

  #schedule(): void {
    if (this.#scheduledUs <= this.#deadlineUs) return;
    assert(this.#deadlineUs >= this.#world.nowUs, 'a timer is due now or later');
    this.#scheduledUs = this.#deadlineUs;
    this.#world.queue.clientTimer(this.#deadlineUs, this.client);
  }
}
