/** Logs with offsets, as Kafka has them: clients send messages, poll, and commit how far they got. */

import { checkKafka } from '../../checkers/kafka.ts';
import { isList, isMap, type Value, type ValueMap } from '../../checkers/value.ts';
import type { Operation } from '../../systems/operations.ts';
import { arrivals, rotatingKeys } from '../pace.ts';
import { BadAnswer, type Body, type Conversation, type Workload } from '../workload.ts';
import { REST, restOf } from './final-reads.ts';
import { acknowledged, field } from './rpc.ts';

/** Of polls and of choices of keys, which are about several keys. */
const NO_KEY = '';
/** Of the keys that were used last, so many are read to the end. */
const DRAINED_KEYS = 100;
/** A log that brings something new so often has no end. */
const ROUNDS_MAX = 1000;
const MESSAGES = '{"type":"poll_ok","msgs":{"<key>":[[<offset>,<message>]...]}}';
const OFFSETS = '{"type":"list_committed_offsets_ok","offsets":{"<key>":<offset>}}';

/** What one poll found under one key, from an offset on: what `checkKafka` judges. */
type Round = readonly [key: string, from: number, pairs: Value];

/** As Maelstrom's client: it goes on from where it was, or from what was committed. */
class KafkaClient implements Conversation {
  /** Where to go on, by key as programs are told it. */
  #next = new Map<string, number>();
  /** What the operation has found so far. */
  #rounds: Round[] = [];
  /** What is to be committed before a poll is over. */
  #commit: Record<string, number> | null = null;
  /** Where a drain goes on; null once there is nothing more. */
  #drainFrom: number | null = 0;

  request(operation: Operation): Body {
    const { f, value } = operation;
    this.#rounds = [];
    this.#commit = null;
    this.#drainFrom = 0;
    if (f === 'send') return { type: 'send', key: nameOf(operation.key), msg: value };
    if (f === 'assign') return { type: 'list_committed_offsets', keys: keysIn(value).map(nameOf) };
    if (f === 'drain') return { type: 'poll', offsets: { [nameOf(operation.key)]: 0 } };
    return { type: 'poll', offsets: Object.fromEntries(this.#next) };
  }

  answer(operation: Operation, body: Body): Value {
    const { f, key, value } = operation;
    if (f === 'send')
      return offsetOf(
        field(body, 'send_ok', 'offset'),
        '{"type":"send_ok","offset":<a whole number>}',
      );
    if (f === 'assign') return this.#assign(keysIn(value), body);
    if (this.#commit !== null) {
      acknowledged(body, 'commit_offsets_ok', null);
      this.#commit = null;
    } else if (f === 'drain') this.#drained(nameOf(key), body);
    else this.#polled(body);
    return [...this.#rounds];
  }

  followUp({ f, key }: Operation): Body | null {
    if (this.#commit !== null) return { type: 'commit_offsets', offsets: this.#commit };
    if (f !== 'drain' || this.#drainFrom === null) return null;
    return { type: 'poll', offsets: { [nameOf(key)]: this.#drainFrom } };
  }

  #assign(keys: readonly string[], body: Body): Value {
    const offsets = mapIn(body, 'list_committed_offsets_ok', 'offsets', OFFSETS);
    const next = keys.map(nameOf).map((name): [string, number] => {
      const committed = offsetOf(offsets[name] ?? 0, OFFSETS);
      // Some say -1 where nothing was committed.
      return [name, this.#next.get(name) ?? Math.max(0, committed)];
    });
    this.#next = new Map(next);
    return next.map(([name, offset]) => [keyOf(name), offset]);
  }

  #polled(body: Body): void {
    const commit: Record<string, number> = {};
    for (const [name, pairs] of messagesIn(body)) {
      const [first = 0] = pairs.map(([offset]) => offset);
      // Of a key that nobody asked for, nobody knows from where on it was told.
      this.#rounds.push([keyOf(name), this.#next.get(name) ?? first, pairs]);
      const last = highest(pairs);
      if (last === null || !this.#next.has(name)) continue;
      commit[name] = last;
      this.#next.set(name, Math.max(this.#next.get(name) ?? 0, last + 1));
    }
    this.#commit = Object.keys(commit).length === 0 ? null : commit;
  }

  #drained(name: string, body: Body): void {
    const pairs = messagesIn(body).find(([of]) => of === name)?.[1] ?? [];
    const from = this.#drainFrom ?? 0;
    this.#rounds.push([keyOf(name), from, pairs]);
    const last = highest(pairs);
    // What brings nothing new would be asked for ever.
    const isOver = last === null || last < from || this.#rounds.length === ROUNDS_MAX;
    this.#drainFrom = isOver ? null : last + 1;
  }
}

function highest(pairs: readonly (readonly [offset: number, message: Value])[]): number | null {
  return pairs.length === 0 ? null : Math.max(...pairs.map(([offset]) => offset));
}

type Pairs = readonly (readonly [offset: number, message: Value])[];

function messagesIn(body: Body): readonly (readonly [name: string, pairs: Pairs])[] {
  const found = Object.entries(mapIn(body, 'poll_ok', 'msgs', MESSAGES));
  return found.map(([name, given]) => {
    const pairs = given ?? [];
    if (!isList(pairs)) throw new BadAnswer(MESSAGES);
    return [name, pairs.map(pairOf)];
  });
}

/** A map in an answer. What a program in Go calls an empty map, or an empty list, is null in JSON. */
function mapIn(body: Body, type: string, name: string, expected: string): ValueMap {
  const found = (body[name] ?? {}) as Value;
  if (body['type'] === type && body[name] !== undefined && isMap(found)) return found;
  throw new BadAnswer(expected);
}

function pairOf(pair: Value): readonly [offset: number, message: Value] {
  if (!isList(pair) || pair.length !== 2) throw new BadAnswer(MESSAGES);
  const [offset = null, message = null] = pair;
  return [offsetOf(offset, MESSAGES), message];
}

function offsetOf(value: Value, expected: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new BadAnswer(expected);
}

/** Keys are texts to programs: `k12` is "12". */
function nameOf(key: string): string {
  return key.slice(1);
}

function keyOf(name: string): string {
  return `k${name}`;
}

function keysIn(value: Value): readonly string[] {
  return isList(value) ? value.map(String) : [];
}

export const kafka: Workload = {
  name: 'kafka',
  describe: 'logs with offsets: messages that are sent are polled in order, and none is left out',
  operations: ['send', 'poll', 'assign', 'drain'],
  model: 'log',
  initial: null,
  options: {
    keys: { describe: 'logs in use at a time', default: 4, min: 1, max: 10_000, worth: [1, 4] },
    keyLimit: {
      describe: 'messages in a log before a fresh one replaces it',
      default: 100,
      min: 1,
      max: 1_000_000,
      worth: [20, 100],
    },
    rest: REST,
  },
  plan: (config, draw) => {
    const keys = Number(config.options['keys']);
    const keyOfDraw = rotatingKeys(keys, Number(config.options['keyLimit']));
    /** Of those that have a message, or may have one, by the slot that brought it. */
    let used: readonly string[] = [];
    return arrivals(config, draw).map((arrival) => {
      const choice = draw('kafka-f', 0, arrival.id) % 8;
      if (choice < 4) {
        const key = keyOfDraw(draw('kafka-key', 0, arrival.id));
        if (!used.includes(key)) used = [...used, key].slice(-2 * keys);
        return { ...arrival, key, f: 'send', value: arrival.id };
      }
      if (choice < 7) return { ...arrival, key: NO_KEY, f: 'poll', value: null };
      const chosen = used.filter((_, at) => draw('kafka-assign', at, arrival.id) % 2 === 0);
      return { ...arrival, key: NO_KEY, f: 'assign', value: chosen };
    });
  },
  settle: ({ f, key, value }) => ({ f, key, value }),
  finalReads: (keys, nodes) =>
    keys
      .filter((key) => key !== NO_KEY)
      .slice(-DRAINED_KEYS)
      .map((key, at) => ({ f: 'drain', key, value: null, node: at % nodes })),
  restS: restOf,
  judge: checkKafka,
  rpc: { open: () => new KafkaClient() },
};
