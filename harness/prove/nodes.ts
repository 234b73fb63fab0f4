/**
 * Every state of a single node that was met, once each, and what came of every step from it. There are
 * few of them beside the states of the cluster, which are their combinations: so protocol code runs
 * once for each pair of a node's state and an input, and the search goes on in whole numbers.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Reply } from '../../systems/protocol.ts';
import { usage } from '../core/errors.ts';
import { canonical } from './canonical.ts';
import {
  ModelNode,
  type ModelNodeSpec,
  type NodeImage,
  type NodeInput,
  type NodeOutcome,
} from './model-node.ts';
import { PairMap } from './pair-map.ts';

/** A message on its way; `message` is null for the news that the connection with `from` is gone. */
export interface Flight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: unknown;
}

/** What a node reported in one step. */
export interface Report {
  readonly node: NodeId;
  readonly incarnation: number;
  readonly events: readonly TraceEvent[];
  /** The number of what is claimed by it, on whatever grounds. */
  readonly claim: number;
  /** Whether what others had claimed before is part of it. */
  readonly isMoment: boolean;
}

/** Grounds of a claim: judged when it is made, and never again. */
const GROUNDS: ReadonlySet<string> = new Set(['certificate', 'promises', 'acks']);

/** What an event claims, without its grounds. */
function claimOf(event: TraceEvent): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !GROUNDS.has(name)));
}

/** An answer to the client of an operation; two that say the same to the same have the same number. */
export interface Answer {
  readonly number: number;
  readonly operation: number;
  readonly reply: Reply;
}

/** One outcome of a step, in numbers. */
export interface Step {
  /** The node's state after it. */
  readonly next: number;
  /** Flights, in the order in which they were sent. */
  readonly sends: readonly number[];
  /** A report; -1 for none. */
  readonly report: number;
  readonly answers: readonly Answer[];
  /** Whether power was lost in the middle of it. */
  readonly crashed: boolean;
  /** Whether it changed nothing at all. */
  readonly isIdle: boolean;
}

/** Numbers what is given, from 0 on: the same number for the same text. */
class Numbering<Item> {
  readonly items: Item[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string, item: Item): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.items.push(item) - 1;
    this.#numbers.set(text, number);
    return number;
  }
}

/** By leases nodes rely on the rates of each other's clocks, and there is no time here. */
const LEASES =
  'leases cannot be judged where there is no time: prove takes settings without them (as in: --set reads=log)';

function isLease({ kind }: TraceEvent): boolean {
  return kind === 'lease' || kind === 'lease-held';
}

interface Known {
  readonly image: NodeImage;
  readonly timers: readonly number[];
  readonly tails: readonly number[];
}

export class Nodes {
  readonly #node: ModelNode;
  readonly #known = new Numbering<Known>();
  readonly #flights = new Numbering<Flight>();
  /** By flight: the number of what it says and who says it, to whomever. */
  readonly #words: number[] = [];
  readonly #saying = new Numbering<null>();
  readonly #reports = new Numbering<Report>();
  readonly #claims = new Numbering<null>();
  readonly #answers = new Numbering<null>();
  readonly #inputs = new Numbering<NodeInput>();
  readonly #steps: (readonly Step[])[] = [];
  readonly #stepOf = new PairMap();
  /** What variants keep beside a node's state. */
  readonly #keptBeside: (state: unknown) => unknown;
  readonly #getsLost: (message: unknown) => boolean;

  constructor(
    spec: ModelNodeSpec,
    keptBeside: (state: unknown) => unknown,
    getsLost: (message: unknown) => boolean,
  ) {
    this.#node = new ModelNode(spec);
    this.#keptBeside = keptBeside;
    this.#getsLost = getsLost;
  }

  /** How many states of single nodes, and steps from them, are known. */
  get counts(): { readonly states: number; readonly steps: number } {
    return { states: this.#known.items.length, steps: this.#steps.length };
  }

  unborn(self: NodeId): number {
    return this.#numberOf(this.#node.unborn(self));
  }

  isUp(state: number): boolean {
    return itemAt(this.#known.items, state).image.up;
  }

  imageOf(state: number): NodeImage {
    return itemAt(this.#known.items, state).image;
  }

  /** The timers that are due first. */
  timersOf(state: number): readonly number[] {
    return itemAt(this.#known.items, state).timers;
  }

  /** The ways in which a crash may treat what is not synced. */
  tailsOf(state: number): readonly number[] {
    return itemAt(this.#known.items, state).tails;
  }

  flight(number: number): Flight {
    return itemAt(this.#flights.items, number);
  }

  flightOf(flight: Flight): number {
    const words = `${flight.from}:${canonical(flight.message)}`;
    const number = this.#flights.numberOf(`${flight.to}<${words}`, flight);
    if (number === this.#words.length) this.#words.push(this.#saying.numberOf(words, null));
    return number;
  }

  /** What a flight says: the same number for two that differ in their receivers alone. */
  wordsOf(flight: number): number {
    return itemAt(this.#words, flight);
  }

  report(number: number): Report {
    return itemAt(this.#reports.items, number);
  }

  /** The number of an input that is no message. */
  inputOf(input: NodeInput): number {
    return 2 * this.#inputs.numberOf(canonical(input), input) + 1;
  }

  /** The same of the arrival of a flight. */
  arrivalOf(flight: number): number {
    return 2 * flight;
  }

  inputAt(input: number): NodeInput {
    if (input % 2 === 1) return itemAt(this.#inputs.items, (input - 1) / 2);
    const { from, message } = this.flight(input / 2);
    if (message === null) return { kind: 'disconnected', peer: from };
    return { kind: 'message', from, message };
  }

  /** What may come of an input in this state: first what does if power is not lost on the way. */
  stepsFrom(state: number, input: number): readonly Step[] {
    const known = this.#stepOf.get(state, input);
    if (known >= 0) return this.#steps[known] as readonly Step[];
    const outcomes = this.#node.step(this.imageOf(state), this.inputAt(input));
    const steps = outcomes.map((outcome) => this.#stepTo(state, outcome));
    this.#stepOf.set(state, input, this.#steps.push(steps) - 1);
    return steps;
  }

  #stepTo(state: number, outcome: NodeOutcome): Step {
    const { image, events, replies, crashed } = outcome;
    const { self, incarnation } = image;
    const sends = outcome.sends.filter(({ message }) => !this.#getsLost(message));
    if (events.some(isLease)) throw usage(LEASES);
    const next = this.#numberOf(image);
    const isIdle = next === state && sends.length + events.length + replies.length === 0;
    return {
      next,
      sends: sends.map(({ to, message }) => this.flightOf({ from: self, to, message })),
      report: events.length === 0 ? -1 : this.#reportOf(self, incarnation, events),
      answers: replies.map(({ to, reply }) => {
        const number = this.#answers.numberOf(canonical([to.client, reply]), null);
        return { number, operation: to.client, reply };
      }),
      crashed,
      isIdle,
    };
  }

  #reportOf(node: NodeId, incarnation: number, events: readonly TraceEvent[]): number {
    const who = `${node}.${incarnation}:`;
    const claim = this.#claims.numberOf(who + canonical(events.map(claimOf)), null);
    const isMoment = events.some(({ kind }) => kind === 'round');
    const report = { node, incarnation, events, claim, isMoment };
    return this.#reports.numberOf(who + canonical(events), report);
  }

  #numberOf(image: NodeImage): number {
    const { self, up, incarnation, state, timers, clockUs, disk } = image;
    assert(up === (state !== null), 'what is down has no state');
    const parts = [self, up, incarnation, clockUs, timers, disk.contents, state];
    const text = canonical([...parts, up ? this.#keptBeside(state) : null]);
    return this.#known.numberOf(text, {
      image,
      timers: this.#node.nextTimers(image),
      tails: up ? this.#node.tails(image) : [],
    });
  }
}
