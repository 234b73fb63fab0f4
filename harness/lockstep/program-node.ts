/**
 * A program as the code of a node: what reaches the node is a line that the program is told, and what
 * the program says until it is quiet are the node's effects, at that very moment of virtual time.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Env, NodeView, Protocol, Request } from '../../systems/protocol.ts';
import type { Body, Rpc } from '../../workloads/workload.ts';
import { infrastructure, shorten, usage } from '../core/errors.ts';
import { OwnThrew } from '../core/panics.ts';
import { type Message, messageOf, parseMessage } from '../process/message.ts';
import { programName } from '../process/network.ts';
import { Child } from './child.ts';
import { answerOf, type Line, requestLine } from './line.ts';
import { endedFromOutside, endText, outOfStep } from './words.ts';

/** What every node of a run is made of. */
export interface ProgramSpec {
  /** The system, for people. */
  readonly name: string;
  readonly command: readonly string[];
  readonly rpc: Rpc;
  readonly workloadOptions: Parameters<NonNullable<Rpc['setup']>>[1];
  /** Names of the harness's services, which are nodes after those under test. */
  readonly services: readonly string[];
}

/** Who tells nodes what to know at their start: no client of the load is called so. */
const CONTROL = 'c0';
/** What a node says of itself that clients may ask. */
export const READY = 'ready';
const BEGIN = 0;
const GIVE_UP = 1;
/** In virtual time, as with Maelstrom. */
const INIT_US = 10_000_000;
const UNFLUSHED =
  ' (a program that does not flush its standard output says nothing: PYTHONUNBUFFERED=1, say)';

/** What happened to a node: enough to bring another process to where its own stands. */
type Happening =
  | { readonly kind: 'begin' }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'request'; readonly request: Request };

/** One life of a node. */
interface State {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly incarnation: number;
  /** Null where it is a copy that nothing has happened to yet. */
  child: Child | null;
  phase: 'new' | 'init' | 'setup' | 'ready';
  /** The number of the request of ours that a node answers at its start. */
  startId: number;
  /** Of a copy: what its process is to be told before anything else. */
  untold: readonly Happening[];
  told: Happening[];
  /** How much it has said, and a digest of that. */
  said: number;
  digest: number;
  /** By client, the number of what it asked last and has no answer to. */
  readonly asked: Map<number, number>;
  /** What clients asked before it was ready. */
  readonly waiting: Request[];
}

type ProgramEnv = Env<Line, never>;

export class ProgramNode implements Protocol<State, Line, never> {
  readonly #spec: ProgramSpec;

  constructor(spec: ProgramSpec) {
    this.#spec = spec;
  }

  start(env: ProgramEnv): State {
    // All nodes of a cluster come up side by side: each is waited for when its time comes.
    env.setTimer(BEGIN, 0);
    env.setTimer(GIVE_UP, INIT_US);
    const state = this.#newLife(env.self, env.members, env.incarnation);
    state.child = new Child(programName(env.self), this.#spec.command);
    return state;
  }

  message(state: State, env: ProgramEnv, _from: NodeId, { line }: Line): void {
    this.#begin(state, env);
    this.#happen(state, env, { kind: 'line', line });
  }

  request(state: State, env: ProgramEnv, request: Request): void {
    this.#begin(state, env);
    this.#happen(state, env, { kind: 'request', request });
  }

  timer(state: State, env: ProgramEnv, timer: number): void {
    this.#begin(state, env);
    if (timer === GIVE_UP && state.phase !== 'ready') {
      throw this.#notUp(state, `did not answer ${state.phase} within 10 s${UNFLUSHED}`);
    }
  }

  durable(): void {
    assert(false, 'what a program writes is its own affair');
  }

  view({ phase }: State): NodeView {
    return {
      role: phase === 'ready' ? READY : 'starting',
      term: 0,
      leader: null,
      commit: 0,
      applied: 0,
    };
  }

  messageKind({ kind }: Line): string {
    return kind;
  }

  stopped(state: State): void {
    state.child?.kill();
    state.child = null;
  }

  /** A process cannot be copied: another one is told all that this one was told, once it is needed. */
  copy(state: State): State {
    const copy = this.#newLife(state.self, state.members, state.incarnation);
    copy.untold = [...state.untold, ...state.told];
    copy.said = state.said;
    copy.digest = state.digest;
    copy.phase = state.phase;
    return copy;
  }

  #newLife(self: NodeId, members: readonly NodeId[], incarnation: number): State {
    return {
      self,
      members,
      incarnation,
      child: null,
      phase: 'new',
      startId: 0,
      untold: [],
      told: [],
      said: 0,
      digest: 0,
      asked: new Map(),
      waiting: [],
    };
  }

  #begin(state: State, env: ProgramEnv): void {
    if (state.phase === 'new') this.#happen(state, env, { kind: 'begin' });
  }

  #happen(state: State, env: ProgramEnv, happening: Happening): void {
    if (state.child === null) this.#tellAgain(state, env);
    this.#carryOut(state, env, happening);
    state.told.push(happening);
  }

  #tellAgain(state: State, env: ProgramEnv): void {
    const { said, digest, untold } = state;
    state.child = new Child(programName(state.self), this.#spec.command);
    state.untold = [];
    state.phase = 'new';
    state.said = 0;
    state.digest = 0;
    const mute: ProgramEnv = muted(env);
    for (const happening of untold) {
      this.#carryOut(state, mute, happening);
      state.told.push(happening);
    }
    if (state.said !== said || state.digest !== digest) throw outOfStep(programName(state.self));
  }

  #carryOut(state: State, env: ProgramEnv, happening: Happening): void {
    switch (happening.kind) {
      case 'begin':
        this.#take(state, env, (child) => child.settle());
        this.#ask(state, env, 'init', {
          type: 'init',
          node_id: programName(state.self),
          node_ids: state.members.map(programName),
        });
        break;
      case 'line':
        this.#take(state, env, (child) => child.tell(happening.line));
        break;
      case 'request':
        if (state.phase === 'ready') this.#request(state, env, happening.request);
        else state.waiting.push(happening.request);
        break;
      default:
        happening satisfies never;
    }
  }

  /** Tells it something at its start, which it is to answer. */
  #ask(state: State, env: ProgramEnv, phase: 'init' | 'setup', body: Body): void {
    state.phase = phase;
    state.startId++;
    const { line } = messageOf(CONTROL, programName(state.self), {
      ...body,
      msg_id: state.startId,
    });
    this.#take(state, env, (child) => child.tell(line));
  }

  #request(state: State, env: ProgramEnv, request: Request): void {
    assert(request.kind === 'operation', 'clients of programs open no sessions');
    const { client, id } = request.from;
    state.asked.set(client, id);
    const line = requestLine(clientName(client), programName(state.self), request);
    this.#take(state, env, (child) => child.tell(line));
  }

  #take(state: State, env: ProgramEnv, step: (child: Child) => ReturnType<Child['tell']>): void {
    const { child } = state;
    assert(child !== null, 'whatever happens to a node happens to its process');
    const { lines, end } = step(child);
    for (const line of lines) this.#say(state, env, line);
    if (end === null) return;
    if (endedFromOutside(end)) {
      const who = `the process of ${programName(state.self)}`;
      throw infrastructure(`${who} was ended by ${end.signal}, not by Ordeal`);
    }
    const how = endText(end);
    if (state.phase !== 'ready') throw this.#notUp(state, `${how} before it had answered`);
    const last = child.lastWords.at(-1);
    const said = last === undefined ? '' : `, having said "${last}" at last`;
    throw this.#panic(`the program (${programName(state.self)} to itself) ${how}${said}`);
  }

  #say(state: State, env: ProgramEnv, line: string): void {
    state.said++;
    state.digest = digestOf(state.digest, line);
    const own = programName(state.self);
    const message = parseMessage(line);
    if (typeof message === 'string') {
      throw this.#breach(state, `${own} printed a line that is no message: ${message}`, line);
    }
    const { src, dest, body } = message;
    if (src !== own) throw this.#breach(state, `${own} sent a message as "${src}"`, line);
    if (dest === CONTROL) {
      this.#started(state, env, body);
      return;
    }
    const client = clientOf(dest);
    if (client !== null) {
      this.#answer(state, env, client, message);
      return;
    }
    const to = this.#nodeNamed(state, dest);
    if (to !== null) {
      env.send(to, { kind: String(body['type']), line });
      return;
    }
    const ids = [...state.members.map(programName), 'clients', ...this.#spec.services].join(', ');
    const what = `${own} sent a message to "${dest}", who is not there (${ids})`;
    throw this.#breach(state, what, line);
  }

  /** One of the nodes, or a service, by its name. */
  #nodeNamed({ members }: State, name: string): NodeId | null {
    const service = this.#spec.services.indexOf(name);
    if (service >= 0) return members.length + service;
    return members.find((node) => programName(node) === name) ?? null;
  }

  #started(state: State, env: ProgramEnv, body: Body): void {
    if (body['in_reply_to'] !== state.startId || state.phase === 'ready') return;
    const { rpc, workloadOptions } = this.#spec;
    const setup = rpc.setup?.(state.members.map(programName), workloadOptions) ?? null;
    const asked = state.phase === 'init' ? 'init' : String(setup?.['type']);
    if (body['type'] !== `${asked}_ok`) {
      const said = shorten(JSON.stringify(body), 200);
      throw this.#notUp(state, `answered ${asked} with ${said}`);
    }
    if (state.phase === 'init' && setup !== null) {
      this.#ask(state, env, 'setup', setup);
      return;
    }
    state.phase = 'ready';
    for (const request of state.waiting.splice(0)) this.#request(state, env, request);
  }

  #answer(state: State, env: ProgramEnv, client: number, { body, line }: Message): void {
    const id = state.asked.get(client);
    if (id === undefined || body['in_reply_to'] !== id) return;
    state.asked.delete(client);
    env.reply({ client, id }, answerOf(line));
  }

  /** It does not come up: at the very first start nothing was run, and later it has failed. */
  #notUp(state: State, what: string): Error {
    const who = `${programName(state.self)} (${this.#spec.command.join(' ')})`;
    if (state.incarnation > 1) return this.#panic(`started again after a kill, ${who} ${what}`);
    return usage(`${who} ${what}${wordsOf(state)}`);
  }

  #breach(state: State, what: string, line: string): Error {
    return usage(`${what}\n  ${shorten(line, 200)}${wordsOf(state)}`);
  }

  #panic(reason: string): Error {
    const owner = `program ${this.#spec.name}`;
    return new OwnThrew({ owner, part: 'process', file: null, line: null }, new Error(reason));
  }
}

/** The last of its standard error, to stand beside a sentence about it. */
function wordsOf({ child }: State): string {
  const words = child?.lastWords ?? [];
  if (words.length === 0) return '';
  return `\n  its standard error:\n${words.map((line) => `    ${line}`).join('\n')}`;
}

/** `c4`; `c0` is ours. */
function clientName(client: number): string {
  return `c${client + 1}`;
}

function clientOf(name: string): number | null {
  return /^c\d+$/.test(name) ? Number(name.slice(1)) - 1 : null;
}

/** Whoever is told again has said it all before. */
function muted({ self, members, incarnation }: ProgramEnv): ProgramEnv {
  const nothing = () => undefined;
  return {
    self,
    members,
    incarnation,
    nowUs: () => 0,
    wallUs: () => 0,
    random: () => 0,
    send: nothing,
    setTimer: nothing,
    cancelTimer: nothing,
    persist: nothing,
    checkpoint: nothing,
    reply: nothing,
    trace: nothing,
  };
}

function digestOf(before: number, line: string): number {
  let digest = before;
  for (let at = 0; at < line.length; at++) {
    digest = (Math.imul(digest, 31) + line.charCodeAt(at)) >>> 0;
  }
  return digest;
}
