/** One node of a protocol as a real process: disk, links, clients' port and control channel. */

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeName } from '../../checkers/trace.ts';
import type { AnyProtocol } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { messageOf } from '../core/errors.ts';
import { endsItsNode, panicOf } from '../core/panics.ts';
import type { ActiveRules } from '../variants/variants.ts';
import { ClientPort } from './client-port.ts';
import { machineClock, SkewedClock } from './clock.ts';
import { NODE_EXIT, type NodeConfig, readSkews } from './config.ts';
import { ControlServer, type NodeAnswer, nodeTalk } from './control.ts';
import { nextIncarnation } from './durable-file.ts';
import { HostEnv } from './env.ts';
import { ReachFile } from './reach-file.ts';
import { PeerNetwork } from './tcp.ts';
import { TraceFile } from './trace-file.ts';
import { WriteAheadLog } from './wal.ts';

/**
 * Starts the node and returns when it listens; it then runs until the process ends.
 *
 * Throws a `CorruptionError` when what is on its disk is damaged. A failure later on ends the
 * process with one of `NODE_EXIT`, after the trace has been written.
 */
export async function runNode(
  config: NodeConfig,
  system: System,
  active: ActiveRules,
  variants: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const { node, dataDirectory } = config;
  mkdirSync(dataDirectory, { recursive: true });
  mkdirSync(dirname(config.traceFile), { recursive: true });
  const incarnation = nextIncarnation(join(dataDirectory, 'incarnation'));
  const trace = new TraceFile({
    path: config.traceFile,
    node,
    nodes: config.peers.length,
    incarnation,
    nowNs: sinceOrigin(config),
  });
  const clock = new SkewedClock(machineClock);
  clock.set(readSkews(config.skewFile));

  const reach = new ReachFile(dirname(config.traceFile), nodeName(node), active.reached);
  reach.follow();

  const stop = (status: number, why: string): void => {
    log(why);
    reach.write();
    trace.close();
    process.exit(status);
  };
  const wal = new WriteAheadLog({
    directory: dataDirectory,
    log,
    stamp: () => trace.stamp(),
    onDurable: (_count, records) => env.durable(records),
    onError: (error) => stop(NODE_EXIT.environment, `disk: ${messageOf(error)}`),
  });
  // What the records tell may have been heard in a life that wrote no line of it any more.
  if (wal.recoveredStamp !== null) trace.witness(wal.recoveredStamp);
  const peers = new PeerNetwork({
    clusterId: config.clusterId,
    self: node,
    incarnation,
    peers: config.peers,
    onMessage: (from, stamp, message) => env.message(from, stamp, message),
    // A fault of ours, which must not look as if the network lost something.
    onNonsense: (what) => stop(NODE_EXIT.environment, `peers: ${what}`),
    onBroken: system.links === 'connections' ? (peer) => env.disconnected(peer) : undefined,
    log,
  });
  const clients = new ClientPort(config.clusterId, (stamp, request) => env.request(stamp, request));
  const protocol: AnyProtocol = active.protocol(config.seed);
  const env = new HostEnv({
    self: node,
    members: [...config.peers.keys()],
    incarnation,
    seed: config.seed,
    protocol,
    variants,
    durability: active.durability ?? (() => 'synced'),
    clock,
    wal,
    trace,
    wire: {
      send: (to, message) => {
        if (to !== node) peers.send(to, trace.stamp(), message);
        // What a node sends to itself arrives as any other message, and not within the step.
        else setImmediate(() => env.message(node, trace.stamp(), message));
      },
      reply: (to, reply) => clients.reply(to, trace.stamp(), reply),
    },
    onPanic: (error) => {
      // A mistake of a variant is nothing that its node does in a run: it ends the run.
      if (!endsItsNode(error)) stop(NODE_EXIT.usage, messageOf(error));
      trace.record(panicOf(error));
      stop(NODE_EXIT.panic, `panic: ${describe(error)}`);
    },
  });
  const control = new ControlServer(config.token, nodeTalk, (command): NodeAnswer => {
    switch (command.kind) {
      case 'view':
        return { kind: 'view', view: env.view(), incarnation };
      case 'clock':
        clock.set(command.skews);
        env.rearmTimers();
        return { kind: 'clock', reading: clock.read() };
    }
  });

  log(`start: incarnation ${incarnation}, ${wal.recovered.length} records recovered`);
  // The protocol starts first, so that nothing arrives before it knows what it promised.
  env.start(config.options, wal.recovered);
  await Promise.all([
    peers.open(),
    clients.open(config.clientPort),
    control.open(config.controlPort),
  ]);
}

/** The machine's monotonic clock, which all containers of a machine share with the harness. */
function sinceOrigin(config: NodeConfig): () => number {
  const origin = BigInt(config.originNs);
  return () => Number(process.hrtime.bigint() - origin);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
