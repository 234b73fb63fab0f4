/** A small protocol to count the states of, and a search that counts them the long way. */

import { canonical } from '../../../harness/prove/canonical.ts';
import { lostIn, type Model } from '../../../harness/prove/model.ts';
import { ModelNode, type NodeImage, type NodeInput } from '../../../harness/prove/model-node.ts';
import type { Bounds } from '../../../harness/prove/world.ts';
import { applyVariants } from '../../../harness/variants/variants.ts';
import type { Protocol } from '../../../systems/protocol.ts';
import { clientRules, sessionClient } from '../../../systems/session-client.ts';
import type { ProtocolSystem as System } from '../../../systems/system.ts';
import { register } from '../../../workloads/register.ts';

interface State {
  value: number;
  heard: number;
}
interface Tell {
  readonly kind: 'tell';
  readonly value: number;
}

/** Everybody keeps the greatest value that was written anywhere, as far as it has heard. */
const gossip: Protocol<State, Tell, number> = {
  start(env, _options, records) {
    env.setTimer(0, 1_000);
    return { value: Math.max(0, ...records), heard: 0 };
  },
  message(state, env, _from, { value }) {
    state.heard = Math.min(2, state.heard + 1);
    if (value <= state.value) return;
    state.value = value;
    env.persist(value);
  },
  timer(state, env) {
    const next = (env.self + 1) % env.members.length;
    if (next !== env.self) env.send(next, { kind: 'tell', value: state.value });
    env.setTimer(0, 1_000);
  },
  request(state, env, request) {
    if (request.kind === 'open') return;
    const { operation, from } = request;
    if (operation.f === 'read') {
      env.reply(from, { status: 'ok', value: state.value, position: null });
      return;
    }
    state.value = Math.max(state.value, Number(operation.value));
    const told: Tell = { kind: 'tell', value: state.value };
    // Told before it is written: power may be lost in between.
    for (const node of env.members) if (node !== env.self) env.send(node, told);
    env.persist(state.value);
    env.reply(from, { status: 'ok', value: null, position: null });
  },
  durable() {},
  view: ({ value }) => ({ role: 'peer', term: 0, leader: null, commit: value, applied: value }),
  messageKind: ({ kind }) => kind,
};

export const toy: System = {
  name: 'gossip',
  describe: 'for tests',
  operations: ['read', 'write'],
  options: {},
  rules: {},
  protocol: () => gossip as ReturnType<System['protocol']>,
  client: () => sessionClient(clientRules),
  electionTimeoutMs: 100,
  variants: [],
};

/** Its reads are as old as they come: what clients see is left to others. */
const unjudged = {
  ...register,
  judge: () => ({ checker: 'none', verdict: { kind: 'valid' as const } }),
};

export function toyModel(bounds: Bounds, system: System = toy): Model {
  return {
    system,
    variants: [],
    workload: unjudged,
    options: {},
    bounds,
    from: 'start',
    folds: true,
  };
}

/** What is judged when it is reported, and forgotten. */
const GROUNDS = ['certificate', 'promises', 'acks'];

interface Here {
  readonly images: readonly NodeImage[];
  /** `from>to:message`, sorted. */
  readonly flights: readonly string[];
  readonly faults: number;
  readonly timeouts: number;
  /** What clients saw: an operation that began, or those that ended before the next one did. */
  readonly seen: readonly (readonly string[])[];
  readonly begun: number;
  readonly open: readonly number[];
  /** What each node has reported. */
  readonly told: readonly string[];
}

/**
 * How many states there are, told apart by everything there is to them, written out. Of datagrams, and
 * one object that is read and written, or proposed to.
 */
export function countStates({ system, options, bounds, workload }: Model): number {
  const menu = [workload.operations.includes('write') ? 'write' : 'propose', 'read'] as const;
  const members = Array.from({ length: bounds.nodes }, (_, node) => node);
  const active = applyVariants(system, []);
  const node = new ModelNode({
    protocol: active.protocol(1),
    options,
    members,
    variants: [],
    durability: null,
    diskHabits: null,
  });
  const lost = lostIn({ system, options });
  const messages = new Map<string, { from: number; to: number; message: unknown }>();
  const step = (here: Here, at: number, input: NodeInput, cost = 0): Here[] => {
    const outcomes = node.step(here.images[at] as NodeImage, input);
    return outcomes.flatMap(({ image, sends, events, replies, crashed }) => {
      const faults = here.faults - cost - (crashed ? 1 : 0);
      if (faults < 0) return [];
      const sent = sends
        .filter(({ message }) => !lost.includes(active.protocol(1).messageKind(message)))
        .map(({ to, message }) => {
          const text = `${at}>${to}:${canonical(message)}`;
          messages.set(text, { from: at, to, message });
          return text;
        });
      let { seen, open } = here;
      for (const { to, reply } of replies) {
        if (!open.includes(to.client)) continue;
        open = open.filter((one) => one !== to.client);
        const asked = seen.flat().find((one) => one.startsWith(`ask ${to.client} `)) as string;
        const value = reply.status === 'ok' && !asked.endsWith('write') ? reply.value : null;
        const status = reply.status === 'redirect' ? 'fail' : reply.status;
        const ended = `end ${to.client} ${status} ${canonical(value)}`;
        const last = seen.at(-1) ?? [];
        seen = last[0]?.startsWith('end')
          ? [...seen.slice(0, -1), [...last, ended].sort()]
          : [...seen, [ended]];
      }
      const told = here.told.map((one, teller) => {
        if (teller !== at || events.length === 0) return one;
        const claims = events.map((event) =>
          Object.entries(event).filter(([name]) => !GROUNDS.includes(name)),
        );
        return `${one}${image.incarnation}${canonical(claims)}`;
      });
      const images = here.images.map((one, other) => (other === at ? image : one));
      const flights = [...here.flights, ...sent].sort();
      return [{ ...here, images, flights, faults, seen, open, told }];
    });
  };
  const nexts = (here: Here): Here[] => {
    const found: Here[] = [];
    const without = (text: string) => here.flights.toSpliced(here.flights.indexOf(text), 1);
    for (const text of new Set(here.flights)) {
      const { from, to, message } = messages.get(text) as {
        from: number;
        to: number;
        message: unknown;
      };
      if (!here.images[to]?.up) continue;
      const input: NodeInput = { kind: 'message', from, message };
      const received = { ...here, flights: without(text) };
      // That a message is gone, and nothing else, is the same as never receiving it.
      const unmoved = textOf(received);
      found.push(...step(received, to, input).filter((next) => textOf(next) !== unmoved));
      for (const next of step(here, to, input, 1)) {
        if (textOf({ ...next, faults: here.faults }) !== textOf(here)) found.push(next);
      }
    }
    for (const at of members) {
      const image = here.images[at] as NodeImage;
      if (!image.up) {
        found.push(...step(here, at, { kind: 'start' }));
        continue;
      }
      if (here.timeouts > 0) {
        for (const timer of node.nextTimers(image)) {
          const fewer = { ...here, timeouts: here.timeouts - 1 };
          found.push(...step(fewer, at, { kind: 'timer', timer }));
        }
      }
      for (const tail of node.tails(image))
        found.push(...step(here, at, { kind: 'crash', tail }, 1));
      if (here.begun === bounds.operations) continue;
      for (const f of menu) {
        const client = here.begun;
        const operation = { f, key: 'x', value: f === 'read' ? null : client + 1 };
        const asks = {
          ...here,
          begun: client + 1,
          open: [...here.open, client],
          seen: [...here.seen, [`ask ${client} ${f}`]],
        };
        const from = { client, id: 1 };
        const request = { kind: 'operation', from, operation, session: 0, sequence: 0 } as const;
        found.push(...step(asks, at, { kind: 'request', request }));
      }
    }
    return found;
  };
  let start: Here = {
    images: members.map((at) => node.unborn(at)),
    flights: [],
    faults: bounds.faults,
    timeouts: bounds.timeouts,
    seen: [],
    begun: 0,
    open: [],
    told: members.map(() => ''),
  };
  for (const at of members) start = step(start, at, { kind: 'start' })[0] as Here;
  const known = new Set([textOf(start)]);
  const waiting = [start];
  for (let here = waiting.pop(); here !== undefined; here = waiting.pop()) {
    for (const next of nexts(here)) {
      const text = textOf(next);
      if (known.has(text)) continue;
      known.add(text);
      waiting.push(next);
    }
  }
  return known.size;
}

function textOf({ images, ...rest }: Here): string {
  const texts = images.map(({ disk, ...image }) => canonical([image, disk.contents]));
  return canonical([texts, rest]);
}
