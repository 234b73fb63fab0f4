/** One of Maelstrom's services as the code of a node that no fault ever meets. */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Env, NodeView, Protocol } from '../../systems/protocol.ts';
import { parseMessage, serviceAnswer } from '../process/message.ts';
import { fieldsOf, type Service, services } from '../process/services.ts';
import type { Line } from './line.ts';

/** Their names, in the order in which they are nodes. */
export const SERVICES: readonly string[] = [...services(0).keys()];

interface State {
  readonly name: string;
  readonly service: Service;
  /** All that it was asked, so that a copy can be brought to where it stands. */
  readonly asked: string[];
}

export class ServiceNode implements Protocol<State, Line, never> {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  start(env: Env<Line, never>): State {
    const name = SERVICES[env.self - env.members.length];
    assert(name !== undefined, 'a node after those under test is a service');
    return this.#fresh(name);
  }

  message(state: State, env: Env<Line, never>, from: NodeId, { line }: Line): void {
    env.send(from, this.#ask(state, line));
  }

  timer(): void {
    assert(false, 'a service sets no timer');
  }

  request(): void {
    assert(false, 'clients ask nodes, and not services');
  }

  durable(): void {
    assert(false, 'a service keeps nothing on a disk');
  }

  view(): NodeView {
    return { role: 'service', term: 0, leader: null, commit: 0, applied: 0 };
  }

  messageKind({ kind }: Line): string {
    return kind;
  }

  copy({ name, asked }: State): State {
    const copy = this.#fresh(name);
    for (const line of asked) this.#ask(copy, line);
    return copy;
  }

  #fresh(name: string): State {
    const service = services(this.#seed).get(name);
    assert(service !== undefined, 'a service is one of those that there are');
    return { name, service, asked: [] };
  }

  #ask({ name, service, asked }: State, line: string): Line {
    asked.push(line);
    const message = parseMessage(line);
    assert(typeof message !== 'string', 'what was sent is a message');
    const said = service.handle(message.src, String(message.body['type']), fieldsOf(line));
    const answer = serviceAnswer(name, message, said);
    return { kind: `${name} answers`, line: answer.line };
  }
}
