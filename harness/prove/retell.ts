/**
 * The moves to a violation, made again on nodes that the search never touched, and judged by checkers
 * that see nothing but them: what is no violation then is none.
 */

import { judge as judgeTrace } from '../../checkers/agreement/index.ts';
import { assert } from '../../checkers/assert.ts';
import { History, type NewEvent } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { TraceEvent, TraceLine } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Operation } from '../../systems/operations.ts';
import type { Reply } from '../../systems/protocol.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import { eventOf, judgeSeen } from './clients.ts';
import { isJudged, type Model, type Modelled } from './model.ts';
import type { NodeImage, NodeInput, NodeOutcome } from './model-node.ts';
import type { Flight } from './nodes.ts';
import type { Move } from './world.ts';

/** One move, and what followed from it. */
export interface Told {
  readonly move: Move;
  /** The message that arrived. */
  readonly flight: Flight | null;
  readonly asked: Operation | null;
  readonly events: readonly {
    readonly node: NodeId;
    readonly event: TraceEvent;
    readonly line: number;
  }[];
  readonly sends: readonly Flight[];
  readonly answers: readonly {
    readonly operation: Operation;
    readonly process: number;
    readonly reply: Reply;
  }[];
  readonly crashed: boolean;
}

export interface Retelling {
  /** Moves before the search began: none, or those that made the cluster ready. */
  readonly beginning: readonly Told[];
  readonly steps: readonly Told[];
  readonly trace: readonly TraceLine[];
  readonly history: History;
  /** Null where nothing is broken. */
  readonly verdict: (Verdict & { readonly kind: 'invalid' }) | null;
}

/** Nanoseconds between two moves: times that a reader can tell apart, and that mean nothing else. */
const MOVE_NS = 1_000_000;

/** `begun`: how many of the moves were made before the search began. */
export function retell(modelled: Modelled, moves: readonly Move[], begun: number): Retelling {
  return new Retold(modelled).tell(moves, begun);
}

class Retold {
  readonly #modelled: Modelled;
  readonly #node: ReturnType<Modelled['freshNode']>;
  readonly #images: NodeImage[];
  readonly #asked: { readonly operation: Operation; ended: boolean }[] = [];
  readonly #events: NewEvent[] = [];
  readonly #trace: TraceLine[] = [];
  readonly #lines: number[];
  #timeNs = 0;
  #sight = 0;

  constructor(modelled: Modelled) {
    this.#modelled = modelled;
    this.#node = modelled.freshNode();
    const members = Array.from({ length: modelled.model.bounds.nodes }, (_, node) => node);
    this.#images = members.map((node) => this.#node.unborn(node));
    this.#lines = members.map(() => 0);
  }

  tell(moves: readonly Move[], begun: number): Retelling {
    for (const node of this.#images.keys()) this.#step(node, { kind: 'start' }, 0);
    const steps = moves.map((move) => {
      this.#timeNs += MOVE_NS;
      return this.#make(move);
    });
    const history = History.from(this.#events);
    return {
      beginning: steps.slice(0, begun),
      steps: steps.slice(begun),
      trace: this.#trace,
      history,
      verdict: verdictOn(this.#modelled.model, this.#trace, history),
    };
  }

  #make(move: Move): Told {
    const { kind, node, what, outcome } = move;
    const { nodes, clients } = this.#modelled;
    const nothing = {
      move,
      flight: null,
      asked: null,
      events: [],
      sends: [],
      answers: [],
      crashed: false,
    };
    switch (kind) {
      case 'deliver':
      case 'duplicate': {
        const input = nodes.inputAt(nodes.arrivalOf(what));
        return { ...nothing, ...this.#step(node, input, outcome), flight: nodes.flight(what) };
      }
      case 'fire':
        return { ...nothing, ...this.#step(node, { kind: 'timer', timer: what }, outcome) };
      case 'crash':
        return { ...nothing, ...this.#step(node, { kind: 'crash', tail: what }, outcome) };
      case 'start':
        return { ...nothing, ...this.#step(node, { kind: 'start' }, outcome) };
      case 'break':
        return nothing;
      case 'ask': {
        const request = clients.requestIn(this.#sight, what);
        const asked = clients.operationIn(this.#sight, what);
        this.#note(eventOf(asked, this.#asked.length, this.#timeNs, null));
        this.#asked.push({ operation: asked, ended: false });
        this.#sight = clients.begin(this.#sight, what);
        return { ...nothing, ...this.#step(node, { kind: 'request', request }, outcome), asked };
      }
    }
  }

  #step(
    node: NodeId,
    input: NodeInput,
    which: number,
  ): Pick<Told, 'events' | 'sends' | 'answers' | 'crashed'> {
    const before = itemAt(this.#images, node);
    const { image, sends, events, replies, crashed } = itemAt(
      this.#node.step(before, input),
      which,
    );
    this.#images[node] = image;
    return {
      events: events.map((event) => ({ node, event, line: this.#report(image, event) })),
      sends: sends.map(({ to, message }) => ({ from: node, to, message })),
      answers: replies.flatMap((reply) => this.#answer(node, reply)),
      crashed,
    };
  }

  /** The first answer counts. */
  #answer(node: NodeId, { to, reply }: NodeOutcome['replies'][number]): Told['answers'] {
    const asked = itemAt(this.#asked, to.client);
    if (asked.ended) return [];
    asked.ended = true;
    this.#note(eventOf(asked.operation, to.client, this.#timeNs, { reply, node }));
    return [{ operation: asked.operation, process: to.client, reply }];
  }

  #note(event: NewEvent | null): void {
    assert(event !== null, 'what a client sees is an event');
    this.#events.push(event);
  }

  /** Returns the number of the line. */
  #report({ self: node, incarnation }: NodeImage, event: TraceEvent): number {
    const sequence = event.kind === 'boot' ? 0 : itemAt(this.#lines, node);
    this.#lines[node] = event.kind === 'crash' ? sequence : sequence + 1;
    const lamport = this.#trace.length;
    this.#trace.push({ time: this.#timeNs, node, incarnation, sequence, lamport, event });
    return lamport;
  }
}

/** What is wrong with what nodes reported and clients saw; null where nothing is. */
export function verdictOn(
  { system, options, workload }: Model,
  trace: readonly TraceLine[],
  history: History,
): Retelling['verdict'] {
  const follower = new TraceFollower(system);
  for (const { event, node, incarnation } of trace) follower.feed(event, node, incarnation, 0);
  const reported = judgeTrace(follower.violations, {});
  if (reported.kind === 'invalid') return reported;
  if (!isJudged(system, options, workload)) return null;
  const verdict = judgeSeen(workload, history);
  return verdict.kind === 'invalid' ? { ...verdict, property: 'linearizable' } : null;
}
