/**
 * A protocol of one's own, and one without a leader: the register of Attiya, Bar-Noy and Dolev
 * (1995) for many writers. Whoever is asked first reads the newest tag of a majority, then has a
 * majority store the value under its tag, a read as well as a write.
 *
 * `ordeal run test/examples/abd-register.ts`; `systems/OWN.md` goes through it.
 */

import {
  type AnyEvent,
  type AnyProtocol,
  type AnyRuleTable,
  answers,
  arrivals,
  type ClientProtocol,
  type ClientRef,
  type Env,
  majority,
  type Protocol,
  type RuleTable,
  rotatingKeys,
  type System,
  type TraceChecker,
  type Variant,
  type Violation,
  type Workload,
} from 'ordeal';

type Value = string | number | boolean | null;

/** Orders the values of a key: a count, then the node that wrote. */
interface Stored {
  readonly key: string;
  readonly count: number;
  readonly writer: number;
  readonly value: Value;
}

/** `id` is the asking node's number for the operation, unique over its restarts. */
type Message =
  | { readonly kind: 'query'; readonly id: string; readonly key: string }
  | { readonly kind: 'queried'; readonly id: string; readonly newest: Stored }
  | { readonly kind: 'store'; readonly id: string; readonly stored: Stored }
  | { readonly kind: 'stored'; readonly id: string };

/** An operation that this node carries out for a client. */
interface Open {
  readonly from: ClientRef;
  readonly key: string;
  /** Undefined for a read. */
  readonly value: Value | undefined;
  phase: 'query' | 'store';
  newest: Stored;
  readonly heard: Set<number>;
}

interface State {
  readonly rules: AbdRules;
  readonly stored: Map<string, Stored>;
  readonly open: Map<string, Open>;
  operations: number;
}

/** What a variant may replace. */
interface AbdRules {
  /** How many nodes must have answered before a phase is over. */
  quorum(nodes: number): number;
  /** Whether a read stores what it found before it answers. */
  readStores(): boolean;
}

const abdRules: AbdRules = {
  quorum: (nodes) => Math.floor(nodes / 2) + 1,
  readStores: () => true,
};

/** A line on each: `ordeal list rules` shows them, and answers of variants are held to them. */
const ruleTable: RuleTable<AbdRules> = {
  quorum: {
    says: 'how many nodes must have answered before a phase is over',
    answers: answers.count,
  },
  readStores: {
    says: 'whether a read stores what it found before it answers',
    answers: answers.yesOrNo,
  },
};

/** What a node reports of itself: this is on its disk. */
interface Kept {
  readonly kind: 'kept';
  readonly key: string;
  readonly count: number;
  readonly writer: number;
}

/** A trace is read back from disk: whatever is not this, whole, is refused. */
function isKept(event: AnyEvent): event is Kept {
  const { kind, key, count, writer } = event as Partial<Kept>;
  return (
    kind === 'kept' &&
    typeof key === 'string' &&
    Number.isInteger(count) &&
    Number.isInteger(writer)
  );
}

type Node = Env<Message, Stored, Kept>;

const nothing = (key: string): Stored => ({ key, count: 0, writer: -1, value: null });
const isNewer = (a: Stored, b: Stored) =>
  a.count > b.count || (a.count === b.count && a.writer > b.writer);

function newestOf(state: State, key: string): Stored {
  return state.stored.get(key) ?? nothing(key);
}

/** Keeps a value if it is newer; it is on disk before anything that is sent from here on. */
function keep(state: State, env: Node, stored: Stored): void {
  if (!isNewer(stored, newestOf(state, stored.key))) return;
  state.stored.set(stored.key, stored);
  env.persist(stored);
  const { key, count, writer } = stored;
  env.trace({ kind: 'kept', key, count, writer });
}

/** Itself first: a tag of its own must be on its disk before others see it, or it is given twice. */
function everybody(env: Node, message: Message, state: State): void {
  onMessage(state, env, env.self, message);
  for (const node of env.members) {
    if (node !== env.self) env.send(node, message);
  }
}

function answer(env: Node, state: State, to: number, message: Message): void {
  if (to === env.self) onMessage(state, env, to, message);
  else env.send(to, message);
}

function onMessage(state: State, env: Node, from: number, message: Message): void {
  switch (message.kind) {
    case 'query': {
      const newest = newestOf(state, message.key);
      answer(env, state, from, { kind: 'queried', id: message.id, newest });
      return;
    }
    case 'store':
      keep(state, env, message.stored);
      answer(env, state, from, { kind: 'stored', id: message.id });
      return;
    case 'queried':
    case 'stored':
      onAnswer(state, env, from, message);
  }
}

function onAnswer(
  state: State,
  env: Node,
  from: number,
  message: Extract<Message, { kind: 'queried' | 'stored' }>,
): void {
  const open = state.open.get(message.id);
  if (open === undefined || open.phase !== (message.kind === 'queried' ? 'query' : 'store')) return;
  if (message.kind === 'queried' && isNewer(message.newest, open.newest)) {
    open.newest = message.newest;
  }
  open.heard.add(from);
  if (open.heard.size < state.rules.quorum(env.members.length)) return;
  if (open.phase === 'query') beginStore(state, env, message.id, open);
  else finish(state, env, message.id, open);
}

function beginStore(state: State, env: Node, id: string, open: Open): void {
  if (open.value !== undefined) {
    const { key, value } = open;
    // Above its own last tag, too: two writes that this node carries out at a time must differ.
    const count = Math.max(open.newest.count, newestOf(state, key).count) + 1;
    open.newest = { key, count, writer: env.self, value };
  } else if (!state.rules.readStores()) {
    finish(state, env, id, open);
    return;
  }
  open.phase = 'store';
  open.heard.clear();
  everybody(env, { kind: 'store', id, stored: open.newest }, state);
}

function finish(state: State, env: Node, id: string, open: Open): void {
  state.open.delete(id);
  env.reply(open.from, { status: 'ok', value: open.newest.value, position: null });
}

function protocol(rules: AbdRules): Protocol<State, Message, Stored, Kept> {
  return {
    start(_env, _options, records) {
      const stored = new Map(records.map((record) => [record.key, record]));
      return { rules, stored, open: new Map(), operations: 0 };
    },
    request(state, env, request) {
      if (request.kind === 'open') return;
      const { key, f, value } = request.operation;
      const id = `${env.self}.${env.incarnation}.${state.operations++}`;
      const written = f === 'write' ? (value as Value) : undefined;
      const open = { from: request.from, key, value: written, newest: nothing(key) };
      state.open.set(id, { ...open, phase: 'query', heard: new Set() });
      everybody(env, { kind: 'query', id, key }, state);
    },
    message: onMessage,
    timer: () => undefined,
    durable: () => undefined,
    view: (state) => ({
      role: 'replica',
      term: 0,
      leader: null,
      commit: state.stored.size,
      applied: state.stored.size,
    }),
    messageKind: ({ kind }) => kind,
  };
}

/** What a node keeps of a key only gets newer, whatever it goes through in between. */
export function tagsGrow(): TraceChecker<Kept> {
  const violations: Violation[] = [];
  const newest = new Map<string, { readonly kept: Kept; readonly line: number }>();
  let line = -1;
  return {
    violations,
    get stats() {
      return { kept: newest.size };
    },
    isOwn: isKept,
    feed(event, node) {
      line++;
      if (event.kind !== 'kept') return;
      const { key, count, writer } = event;
      const before = newest.get(`${node} ${key}`);
      newest.set(`${node} ${key}`, { kept: event, line });
      if (before === undefined || violations.length > 0) return;
      const { kept } = before;
      if (count > kept.count || (count === kept.count && writer > kept.writer)) return;
      const because = `n${node + 1} kept tag ${count}.${writer} of ${key} after ${kept.count}.${kept.writer}`;
      violations.push({ property: 'TagsGrow', because, lines: [before.line, line] });
    },
  };
}

const TIMEOUT_US = 500_000;

/**
 * Asks one node, once. A write that is asked for again would be a second write, so what is not
 * answered in time may have happened: `info`.
 */
const client: ClientProtocol = {
  start: (env) => ({
    operation: null,
    requestId: 0,
    session: 0,
    sequence: 0,
    target: env.nodes[env.client % env.nodes.length] ?? 0,
    deadlineUs: 0,
    indefinite: false,
    attempts: 0,
  }),
  invoke(state, env, operation) {
    state.operation = operation;
    const from = { client: env.client, id: ++state.requestId };
    env.send(state.target, { kind: 'operation', from, operation, session: 0, sequence: 0 });
    env.setTimer(TIMEOUT_US);
  },
  reply(state, env, from, to, reply) {
    if (state.operation === null || to.id !== state.requestId || reply.status !== 'ok') return;
    state.operation = null;
    env.cancelTimer();
    env.complete({ type: 'ok', value: reply.value, node: from });
  },
  timer(state, env) {
    if (state.operation === null) return;
    state.operation = null;
    env.complete({ type: 'info', error: 'timeout' });
  },
};

const readsDoNotStore: Variant<AbdRules> = {
  id: 'reads-do-not-store',
  describe: 'a read answers what it found, without a majority that keeps it',
  kind: 'mutant',
  rules: () => ({ readStores: () => false }),
};

export const abdRegister: System = {
  name: 'abd-register',
  describe: 'a register of many writers without a leader (Attiya, Bar-Noy, Dolev 1995)',
  operations: ['read', 'write'],
  options: {},
  rules: abdRules,
  ruleTable: ruleTable as AnyRuleTable,
  protocol: (rules) => protocol(rules as AbdRules) as AnyProtocol,
  client: () => client,
  ready: 'nodes-up',
  suffices: majority,
  electionTimeoutMs: 300,
  // The client's request, a question and an answer in each of two phases, and what the client is told.
  patience: [{ clientMs: TIMEOUT_US / 1000, hops: 6 }],
  traceChecker: tagsGrow,
  variants: [readsDoNotStore as Variant],
};

/** The workloads of Ordeal ask for more than a register can: an own one takes their place. */
export const readsAndWrites: Workload = {
  name: 'reads-and-writes',
  describe: 'reads and writes over independent registers',
  operations: ['read', 'write'],
  model: 'register',
  initial: null,
  options: {},
  plan: (config, draw) => {
    const keyOf = rotatingKeys(5, 200);
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('key', 0, arrival.id));
      return draw('f', 0, arrival.id) % 2 === 0
        ? { ...arrival, key, f: 'read', value: null }
        : { ...arrival, key, f: 'write', value: arrival.id + 1 };
    });
  },
  settle: ({ f, key, value }) => ({ f, key, value }),
  finalReads: (keys) => keys.slice(-100).map((key) => ({ f: 'read', key, value: null })),
};
