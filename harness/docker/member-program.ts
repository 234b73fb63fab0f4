/** A program of others as the node of a container: started by its own command line, asked over HTTP. */

import { join } from 'node:path';
import { nodeName } from '../../checkers/trace.ts';
import type { Millis, NodeId } from '../../checkers/units.ts';
import type { Answer, Ask, Exchange, Member, MemberView } from '../../systems/member.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import type { NodeView, Options } from '../../systems/protocol.ts';
import type { MemberSystem } from '../../systems/system.ts';
import type { ClusterSpec, LiveClient } from '../core/backend.ts';
import { messageOf, shorten } from '../core/errors.ts';
import { noteOwnEnd } from '../host/node-traces.ts';
import { type Exit, endedItself } from './exit.ts';
import { HttpPort } from './http-port.ts';
import type { Image } from './image-build.ts';
import { type ClusterFacts, endOfLog, type Program, type Programs } from './program.ts';

/** What a program dumps of its threads may be long; what it died of stands before that. */
const LOG_LINES_READ = 10_000;
const LAST_WORDS_MAX = 300;

/** Of a client: beyond this nobody knows any more what became of an operation. */
const PATIENCE_MS = 2000;

/** Members of a cluster of a program of others. */
export function memberPrograms(
  { options, nodes }: ClusterSpec,
  { name, member }: MemberSystem,
  image: Image,
  facts: ClusterFacts,
): Programs {
  const { addresses, clusterId } = facts;
  const members = addresses.map((address, node) => ({ name: nodeName(node), address }));
  const ids = new Map<string, NodeId>();
  const port = (node: NodeId) => new HttpPort(addresses[node] ?? '', member.clientPort);
  return {
    program: (at) => {
      const place = { members, at, directory: '/data/member', cluster: clusterId, options };
      return new MemberProgram(
        { name, member, image, facts, port: port(at), node: at, ids },
        member.command(place),
      );
    },
    client: (endpoint) => new MemberClient({ member, options, endpoint, nodes, port }),
    facts: {
      image: `${image.tag} ${image.id}`,
      packages: member.packages.join(' '),
    },
  };
}

interface Parts {
  /** Of the system. */
  readonly name: string;
  readonly member: Member;
  readonly image: Image;
  readonly facts: ClusterFacts;
  readonly port: HttpPort;
  readonly node: NodeId;
  /** By what members call themselves: each adds itself when it is asked. */
  readonly ids: Map<string, NodeId>;
}

class MemberProgram implements Program {
  readonly image: Image;
  readonly command: string;
  readonly mounts = [];
  readonly #parts: Parts;

  constructor(parts: Parts, command: readonly string[]) {
    this.#parts = parts;
    this.image = parts.image;
    this.command = command.map(quoted).join(' ');
  }

  async view(timeoutMs: Millis): Promise<NodeView> {
    const { member, port, node, ids } = this.#parts;
    const { view, refused } = await viewOf(member, port, timeoutMs);
    if (view === null) throw new Error(refused ?? 'it says nothing of itself');
    ids.set(view.id, node);
    const leader = view.leader === null ? null : (ids.get(view.leader) ?? null);
    const { term, commit, applied } = view;
    const role = leader === node ? 'leader' : 'follower';
    return { role, term, leader, commit, applied };
  }

  /** It serves nobody before it has found a quorum: that it takes connections must do. */
  async up(timeoutMs: Millis): Promise<string> {
    const { member, port } = this.#parts;
    await port.reach(member.peerPort, timeoutMs);
    return `takes connections at port ${member.peerPort}`;
  }

  stoppedItself(exit: Exit): boolean {
    const { name, member, node, facts } = this.#parts;
    const log = endOfLog(join(facts.logDirectory, `${nodeName(node)}.log`), LOG_LINES_READ);
    const lastWords = shorten(member.lastWords(log), LAST_WORDS_MAX);
    if (!endedItself(exit, lastWords)) return false;
    const timeNs = Number(process.hrtime.bigint() - BigInt(facts.originNs));
    const reason = `the program ended with status ${exit.status}, having said "${lastWords}" at last`;
    const owner = `program ${name}`;
    const blame = { owner, part: 'process', file: null, line: null, thrown: reason };
    noteOwnEnd(facts.logDirectory, node, timeNs, { kind: 'panic', reason, blame });
    return true;
  }

  mistake(): null {
    return null;
  }

  get closed(): boolean {
    return this.#parts.port.closed;
  }

  close(): void {
    this.#parts.port.close();
  }
}

interface ClientParts {
  readonly member: Member;
  readonly options: Options;
  readonly endpoint: number;
  readonly nodes: number;
  port(node: NodeId): HttpPort;
}

/**
 * Pinned to one member, as users' clients are who live beside it, but for operations that name
 * theirs; it retries nothing.
 */
class MemberClient implements LiveClient {
  readonly #parts: ClientParts;
  readonly #ports = new Map<NodeId, HttpPort>();

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  async invoke(operation: Operation): Promise<Outcome> {
    const { member, options, endpoint, nodes } = this.#parts;
    const node = (operation.node ?? endpoint) % nodes;
    const port = this.#port(node);
    const deadlineMs = performance.now() + PATIENCE_MS;
    const outcome = await carryOut(member.perform(operation, options), (ask) => {
      return port.ask(ask, Math.max(1, deadlineMs - performance.now()));
    }).catch((error: unknown): Outcome => {
      return { type: 'info', error: `client failed: ${messageOf(error)}` };
    });
    return { node, ...outcome };
  }

  close(): void {
    for (const port of this.#ports.values()) port.close();
  }

  #port(node: NodeId): HttpPort {
    const known = this.#ports.get(node);
    if (known !== undefined) return known;
    const port = this.#parts.port(node);
    this.#ports.set(node, port);
    return port;
  }
}

async function viewOf(
  member: Member,
  port: HttpPort,
  timeoutMs: Millis,
): Promise<{ readonly view: MemberView | null; readonly refused: string | null }> {
  let refused: string | null = null;
  const view = await carryOut(member.view(), async (ask) => {
    const answer = await port.ask(ask, timeoutMs);
    if (answer.kind !== 'answered') refused = answer.because;
    return answer;
  });
  return { view, refused };
}

/** Asks what an exchange wants to know, until it has found out what it was for. */
async function carryOut<Result>(
  exchange: Exchange<Result>,
  ask: (what: Ask) => Promise<Answer>,
): Promise<Result> {
  let step = exchange.next();
  while (step.done !== true) step = exchange.next(await ask(step.value));
  return step.value;
}

/** A word for a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
