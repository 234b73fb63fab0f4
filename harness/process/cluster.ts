/** A running cluster of programs: nodes as processes, the network between them, clients, services. */

import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import type { TraceLine } from '../../checkers/trace.ts';
import type { Millis, Nanos, NodeId } from '../../checkers/units.ts';
import type { ClusterView, Fault, Receipt } from '../../nemesis/fault.ts';
import type { Body, Rpc } from '../../workloads/workload.ts';
import type { ClusterSpec, LiveClient, LiveCluster, RecordedTrace } from '../core/backend.ts';
import { type HarnessError, infrastructure, shorten, usage } from '../core/errors.ts';
import { ProgramClient } from './client.ts';
import { ProcessFaults } from './faults.ts';
import { Guard } from './guard.ts';
import { type Message, messageOf, serviceAnswer } from './message.ts';
import { Network, programName } from './network.ts';
import { type Exit, NodeProcess } from './node-process.ts';
import { fieldsOf, services } from './services.ts';
import { spawnProblem } from './spawn-problem.ts';

/** Maelstrom waits ten seconds for `init_ok`; a busy machine is given longer. */
const INIT_MS = 10_000;
const RESTART_MS = 10_000;
/** Who tells nodes what to know at their start: no client of the load is called so. */
const CONTROL = 'c0';
/** Signals that somebody else sends: a program that they end did not fail. */
const FROM_OUTSIDE: readonly (string | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/** What a cluster is made for: a program, and what it is asked. */
export interface ProgramSpec extends ClusterSpec {
  readonly command: readonly string[];
  readonly rpc: Rpc;
}

/** A request of ours at a start, that waits for its answer. */
interface Asked {
  readonly node: NodeId;
  readonly resolve: (body: Body) => void;
  readonly reject: (why: string) => void;
}

export class ProgramCluster implements LiveCluster {
  readonly nodes: readonly NodeId[];
  readonly #spec: ProgramSpec;
  readonly #processes: readonly NodeProcess[];
  readonly #network: Network;
  readonly #faults: ProcessFaults;
  readonly #guard = new Guard();
  readonly #asked = new Map<number, Asked>();
  readonly #panics: TraceLine[] = [];
  readonly #lives: number[];
  #askedCount = 0;
  #originNs: bigint = process.hrtime.bigint();
  #loss: HarnessError | null = null;
  #onLoss: (failure: HarnessError) => void = () => undefined;
  #isClosed = false;
  #operations = 0;
  #twice = 0;
  #slowness = 1;

  constructor(spec: ProgramSpec) {
    this.#spec = spec;
    this.nodes = Array.from({ length: spec.nodes }, (_, node) => node);
    this.#lives = this.nodes.map(() => 0);
    this.#processes = this.nodes.map((node) => this.#process(node));
    this.#faults = new ProcessFaults(
      this.#processes,
      spec.seed,
      (node) => this.#again(node),
      () => this.#network.letGo(),
    );
    this.#network = new Network(spec.seed, spec.options, this.#faults, ({ src, line }) => {
      const more = `${src} floods the network: 200000 messages are on their way, the last of them`;
      this.#lose(this.#breachOf(`${more}\n  ${shorten(line, 200)}`, null));
    });
    this.#network.join(CONTROL, { receive: (message) => this.#heard(message) });
    for (const [name, service] of services(spec.seed)) {
      this.#network.join(name, {
        receive: (message) => {
          const answer = service.handle(
            message.src,
            String(message.body['type']),
            fieldsOf(message.line),
          );
          this.#network.send(serviceAnswer(name, message, answer));
        },
      });
    }
  }

  /** Starts all nodes and tells them who they are. Throws where one does not come up. */
  async launch(): Promise<void> {
    const { signal, onStart } = this.#spec;
    await Promise.all(this.nodes.map((node) => this.#spawn(node)));
    signal.throwIfAborted();
    for (const node of this.nodes) this.#join(node);
    let up = 0;
    const limitMs = this.#startupMs();
    const interrupted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    interrupted.catch(() => undefined);
    const tell = async (node: NodeId) => {
      await this.#init(node, limitMs);
      onStart({ kind: 'forming', answering: ++up, nodes: this.nodes.length, awaits: 'readiness' });
    };
    await Promise.race([Promise.all(this.nodes.map(tell)), interrupted]);
    await Promise.race([
      Promise.all(this.nodes.map((node) => this.#setUp(node, limitMs))),
      interrupted,
    ]);
    onStart({ kind: 'over', formed: true });
  }

  async view(): Promise<ClusterView> {
    return { nodes: this.nodes, leader: null };
  }

  begin(): bigint {
    this.#originNs = process.hrtime.bigint();
    return this.#originNs;
  }

  onLoss(listener: (failure: HarnessError) => void): void {
    this.#onLoss = listener;
    if (this.#loss !== null) listener(this.#loss);
  }

  async lossSoFar(): Promise<HarnessError | null> {
    return this.#loss;
  }

  trace(): RecordedTrace {
    return { lines: this.#panics, lost: null };
  }

  slowness(): number {
    const load = (loadavg()[0] ?? 0) / availableParallelism();
    this.#slowness = Math.max(this.#slowness, Math.round(Math.min(20, load) * 10) / 10);
    return this.#slowness;
  }

  start(id: number, fault: Fault): Promise<Receipt> {
    return this.#faults.start(id, fault);
  }

  end(id: number): Promise<Receipt> {
    return this.#faults.end(id);
  }

  client(endpoint: number): LiveClient {
    const spec = {
      // `c0` is ours.
      id: `c${endpoint + 1}`,
      node: endpoint % this.nodes.length,
      conversation: this.#spec.rpc.open(),
      onNonsense: (what: string) => this.#lose(this.#breachOf(what, null)),
      onOperation: () => {
        this.#operations++;
      },
      onTwice: () => {
        this.#twice++;
      },
    };
    return new ProgramClient(spec, this.#network);
  }

  get facts(): Readonly<Record<string, string>> {
    const { servers, clients } = this.#network;
    return {
      program: this.#spec.command.join(' '),
      messagesBetweenNodes: String(servers.sent),
      messagesOfClients: String(clients.sent),
      ...this.#perOperation(servers.sent, clients.sent),
      ...(this.#twice === 0 ? {} : { answeredTwice: String(this.#twice) }),
    };
  }

  /** As Maelstrom counts: messages with services are between nodes, and whatever was sent counts. */
  #perOperation(between: number, ofClients: number): Record<string, string> {
    if (this.#operations === 0) return {};
    const per = (messages: number) => (messages / this.#operations).toFixed(2);
    return {
      messagesPerOperationBetweenNodes: per(between),
      messagesPerOperation: per(between + ofClients),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#network.close();
    this.#faults.close();
    await Promise.all(this.#processes.map((node) => node.close()));
    this.#guard.close();
  }

  #process(node: NodeId): NodeProcess {
    const { command, logDirectory } = this.#spec;
    const id = programName(node);
    return new NodeProcess(id, command, join(logDirectory, `${id}.stderr.log`), this.#guard, {
      message: (message) => this.#sent(node, message),
      breach: (what) => this.#failedAt(node, what, this.#breachOf(what, node)),
      exit: (exit) => this.#exited(node, exit),
    });
  }

  async #spawn(node: NodeId): Promise<void> {
    try {
      await this.#processes[node]?.start();
    } catch (error) {
      const [file = ''] = this.#spec.command;
      throw usage(`${file}: ${spawnProblem(error)}`);
    }
  }

  /** From now on it hears others; what it is told first is who it is. */
  #join(node: NodeId): void {
    const process = this.#processes[node];
    this.#network.join(programName(node), { receive: ({ line }) => process?.send(line) }, node);
  }

  async #init(node: NodeId, limitMs: Millis): Promise<void> {
    const ids = this.nodes.map(programName);
    const body = { type: 'init', node_id: programName(node), node_ids: ids };
    await this.#ask(node, body, 'init_ok', limitMs);
  }

  async #setUp(node: NodeId, limitMs: Millis): Promise<void> {
    const { rpc, workloadOptions } = this.#spec;
    const body = rpc.setup?.(this.nodes.map(programName), workloadOptions) ?? null;
    if (body !== null) await this.#ask(node, body, `${String(body['type'])}_ok`, limitMs);
  }

  /** Asks a node at its start; throws a usage error with its own words where it gives no answer. */
  async #ask(node: NodeId, body: Body, expected: string, limitMs: Millis): Promise<void> {
    const id = ++this.#askedCount;
    const { promise, resolve, reject } = Promise.withResolvers<Body>();
    const what = `${programName(node)} (${this.#spec.command.join(' ')})`;
    const seconds = Math.round(limitMs / 1000);
    const fail = (why: string) => reject(this.#breachOf(`${what} ${why}`, node));
    const timer = setTimeout(
      () => fail(`did not answer ${String(body['type'])} within ${seconds} s${UNFLUSHED}`),
      limitMs,
    );
    this.#asked.set(id, { node, resolve, reject: fail });
    this.#network.send(messageOf(CONTROL, programName(node), { ...body, msg_id: id }));
    try {
      const answer = await promise;
      if (answer['type'] === expected) return;
      const said = shorten(JSON.stringify(answer), 200);
      throw this.#breachOf(`${what} answered ${String(body['type'])} with ${said}`, node);
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  #heard({ body }: Message): void {
    this.#asked.get(Number(body['in_reply_to']))?.resolve(body);
  }

  /** Brings a node up that was killed; says why it does not come up, which is the program's failure. */
  async #again(node: NodeId): Promise<string | null> {
    if (this.#isClosed) return null;
    try {
      await this.#spawn(node);
      this.#lives[node] = (this.#lives[node] ?? 0) + 1;
      const limitMs = RESTART_MS * this.slowness();
      await this.#init(node, limitMs);
      await this.#setUp(node, limitMs);
      return null;
    } catch (error) {
      if (this.#isClosed || this.#faults.isKilled(node)) return null;
      const why = error instanceof Error ? error.message : String(error);
      this.#panic(node, `started again after a kill, ${why}`);
      return why.split('\n')[0] ?? '';
    }
  }

  #sent(node: NodeId, message: Message): void {
    const own = programName(node);
    const shown = shorten(message.line, 200);
    if (message.src !== own) {
      this.#lose(this.#breachOf(`${own} sent a message as "${message.src}"\n  ${shown}`, node));
    } else if (this.#network.knows(message.dest)) this.#network.send(message);
    else {
      const ids = [...this.nodes.map(programName), 'clients', ...services(0).keys()].join(', ');
      const what = `${own} sent a message to "${message.dest}", who is not there (${ids})`;
      this.#lose(this.#breachOf(`${what}\n  ${shown}`, node));
    }
  }

  #exited(node: NodeId, { code, signal }: Exit): void {
    if (this.#isClosed) return;
    const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
    if (this.#failAsked(node, how)) return;
    if (FROM_OUTSIDE.includes(signal)) {
      const what = `the process of ${programName(node)} was ended by ${signal}, not by Ordeal`;
      this.#lose(infrastructure(what));
      return;
    }
    const last = this.#processes[node]?.lastWords.at(-1);
    const said = last === undefined ? '' : `, having said "${last}" at last`;
    this.#panic(node, `the program (${programName(node)} to itself) ${how}${said}`);
  }

  /** What it said is no message: at its start that is why it does not come up. */
  #failedAt(node: NodeId, what: string, failure: HarnessError): void {
    if (!this.#failAsked(node, what)) this.#lose(failure);
  }

  /** Ends what a node was asked at its start; false where it was asked nothing. */
  #failAsked(node: NodeId, why: string): boolean {
    const asked = [...this.#asked.values()].filter((one) => one.node === node);
    for (const one of asked) one.reject(`${why} before it had answered`);
    return asked.length > 0;
  }

  #panic(node: NodeId, reason: string): void {
    const time: Nanos = Number(process.hrtime.bigint() - this.#originNs);
    const incarnation = 1 + (this.#lives[node] ?? 0);
    const lamport = this.#panics.length + 1;
    const owner = `program ${this.#spec.system.name}`;
    const blame = { owner, part: 'process', file: null, line: null, thrown: reason };
    this.#panics.push({
      time,
      node,
      incarnation,
      sequence: 0,
      lamport,
      event: { kind: 'panic', reason, blame },
    });
  }

  #breachOf(what: string, node: NodeId | null): HarnessError {
    return usage(`${what}${node === null ? '' : this.#words(node)}`);
  }

  /** The last of its standard error, to stand beside a sentence about it. */
  #words(node: NodeId): string {
    const words = this.#processes[node]?.lastWords ?? [];
    if (words.length === 0) return '';
    return `\n  its standard error:\n${words.map((line) => `    ${line}`).join('\n')}`;
  }

  #lose(failure: HarnessError): void {
    if (this.#isClosed || this.#loss !== null) return;
    this.#loss = failure;
    this.#onLoss(failure);
  }

  #startupMs(): Millis {
    const { startupTimeoutS } = this.#spec;
    if (typeof startupTimeoutS === 'number') return startupTimeoutS * 1000;
    return INIT_MS * this.slowness();
  }
}

const UNFLUSHED =
  ' (a program that does not flush its standard output says nothing: PYTHONUNBUFFERED=1, say)';
