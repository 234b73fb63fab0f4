/** The clients of a scenario: who asked what, under which name, and what they were told. */

import { History } from '../../checkers/history.ts';
import type { NodeId, ProcessId } from '../../checkers/units.ts';
import { type Operation, tellsMore } from '../../systems/operations.ts';
import type { Reply } from '../../systems/protocol.ts';
import type { Cluster } from './cluster.ts';
import type { Action } from './scenario.ts';

interface Asked {
  /** A repetition asks under the same name again; then it is the last one's. */
  readonly name: string;
  /** Null for the opening of a session. */
  readonly operation: Operation | null;
  readonly session: number;
  readonly sequence: number;
  /** Numbers of the request and of its retries. */
  readonly ids: number[];
  /** The process of the history that this is the only operation of. */
  readonly process: ProcessId;
  isOver: boolean;
}

export class Clients {
  readonly #cluster: Cluster;
  readonly #asked: Asked[] = [];
  /** The last sequence used, by the number of the session. */
  readonly #sequences = new Map<number, number>();
  readonly #history = new History();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Returns why it cannot be asked, or null; so do `open` and `retry`. */
  request({ at, operation, request, session: name }: Action & { do: 'request' }): string | null {
    if (!this.#cluster.isUp(at.node)) return `${at.name} is down`;
    let session = 0;
    let sequence = 0;
    if (name !== null) {
      const opened = this.answer(name);
      if (opened?.status !== 'ok') return `session "${name}" is not open`;
      session = Number(opened.value);
      sequence = (this.#sequences.get(session) ?? 0) + 1;
      this.#sequences.set(session, sequence);
    }
    const process = this.#asked.length;
    const named = request ?? `request ${process + 1}`;
    const asked = { name: named, operation, session, sequence, ids: [], process, isOver: false };
    this.#asked.push(asked);
    this.#record(asked, 'invoke', operation.value);
    this.#ask(asked, at.node);
    return null;
  }

  open({ at, request }: Action & { do: 'open' }): string | null {
    if (!this.#cluster.isUp(at.node)) return `${at.name} is down`;
    const ids = [this.#cluster.openSession(at.node)];
    this.#asked.push({
      name: request,
      operation: null,
      session: 0,
      sequence: 0,
      ids,
      process: this.#asked.length,
      isOver: true,
    });
    return null;
  }

  retry({ at, of }: Action & { do: 'retry' }): string | null {
    const asked = this.#find(of);
    if (asked === undefined) return `"${of}" was not asked`;
    if (asked.operation === null) return `"${of}" is a session, and no request`;
    if (!this.#cluster.isUp(at.node)) return `${at.name} is down`;
    this.#ask(asked, at.node);
    return null;
  }

  #find(name: string): Asked | undefined {
    return this.#asked.findLast((asked) => asked.name === name);
  }

  /** What settles it: an `ok` of any attempt, else the last answer given. */
  answer(request: string): Reply | null {
    const asked = this.#find(request);
    return asked === undefined ? null : this.#answerTo(asked);
  }

  /** The name of the request that has this number, or had it as a retry. */
  nameOf(id: number): string {
    return this.#asked.find(({ ids }) => ids.includes(id))?.name ?? `request ${id}`;
  }

  /** Takes down the answers of a step, in the order of the requests. */
  collect(): void {
    for (const asked of this.#asked) {
      const reply = asked.isOver ? null : this.#answerTo(asked);
      const { operation } = asked;
      if (reply?.status !== 'ok' || operation === null) continue;
      asked.isOver = true;
      this.#record(asked, 'ok', tellsMore(operation) ? reply.value : operation.value);
    }
  }

  /** What they saw, once nobody waits any more. */
  conclude(): History {
    for (const asked of this.#asked) if (!asked.isOver) this.#giveUp(asked);
    return this.#history;
  }

  /** A refusal of every attempt means that it never happened; anything else leaves it open. */
  #giveUp(asked: Asked): void {
    asked.isOver = true;
    const { operation, ids } = asked;
    if (operation === null) return;
    const isRefused = ids.every((id) => {
      const status = this.#cluster.answers.get(id)?.status;
      return status === 'fail' || status === 'redirect';
    });
    this.#record(asked, isRefused ? 'fail' : 'info', operation.value);
  }

  #ask(asked: Asked, node: NodeId): void {
    const { operation, session, sequence, ids } = asked;
    if (operation !== null) ids.push(this.#cluster.ask(node, operation, session, sequence));
  }

  #answerTo({ ids }: Asked): Reply | null {
    const replies = ids.flatMap((id) => this.#cluster.answers.get(id) ?? []);
    return replies.find(({ status }) => status === 'ok') ?? replies.at(-1) ?? null;
  }

  #record(asked: Asked, type: 'invoke' | 'ok' | 'fail' | 'info', value: Operation['value']): void {
    const { operation, process } = asked;
    if (operation === null) return;
    const { f, key } = operation;
    const time = this.#cluster.nowUs * 1000;
    this.#history.push({ time, type, process, f, key, value });
  }
}
