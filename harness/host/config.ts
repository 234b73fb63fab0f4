/** What one node process is told at its start: a JSON file that the harness writes. */

import { existsSync, readFileSync } from 'node:fs';
import type { Nanos, NodeId } from '../../checkers/units.ts';
import type { Options } from '../../systems/protocol.ts';
import {
  count,
  fields,
  list,
  needs,
  record,
  type Shape,
  setting,
  wholeFrom,
  words,
} from '../core/shape.ts';
import { type Skew, skew } from './clock.ts';

/** Version of the node's wire formats: peers of another version are turned away. */
export const WIRE_VERSION = 2;

/** Exit statuses of the node program. */
export const NODE_EXIT = {
  /** The configuration makes no sense. */
  usage: 64,
  /** What is on the disk is damaged, and the node refuses to start on it. */
  corrupt: 65,
  /** The protocol's own code threw. */
  panic: 70,
  /** The disk or a port could not be used. */
  environment: 71,
} as const;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface NodeConfig {
  /** One run's name: nobody of another run is listened to. */
  readonly clusterId: string;
  readonly node: NodeId;
  /** Where each node listens for its peers, by node. */
  readonly peers: readonly Address[];
  /** Where this node listens for clients, and for the harness. */
  readonly clientPort: number;
  readonly controlPort: number;
  /** Whoever knows it may use the control channel. */
  readonly token: string;
  /** A system by its name, from the first of the modules that exports it, else from the registry. */
  readonly system: { readonly name: string; readonly modules: readonly string[] };
  readonly options: Options;
  /** Variants: built in by id, a user's by path of the module. */
  readonly variants: readonly string[];
  readonly ruleFiles: readonly string[];
  readonly seed: number;
  readonly dataDirectory: string;
  readonly traceFile: string;
  /** Reading of the monotonic clock (nanoseconds) that trace times count from. */
  readonly originNs: Nanos;
  /** Skews already in force when the node starts: a file, since they change between starts. */
  readonly skewFile: string;
}

const port = needs('a port', (value): value is number => count.is(value) && value < 65_536);
const address = fields<Address>({ host: words, port });

const nodeConfig = fields<NodeConfig>({
  clusterId: words,
  node: count,
  peers: list(address, 1),
  clientPort: port,
  controlPort: port,
  token: words,
  system: fields<NodeConfig['system']>({ name: words, modules: list(words) }),
  options: record(setting),
  variants: list(words),
  ruleFiles: list(words),
  seed: count,
  dataDirectory: words,
  traceFile: words,
  originNs: wholeFrom(Number.MIN_SAFE_INTEGER),
  skewFile: words,
});

/** Reads the file. Throws a `TypeError` that names the first field that is missing or wrong. */
export function readConfig(path: string): NodeConfig {
  const config = readAs(path, nodeConfig);
  if (config.node < config.peers.length) return config;
  throw new TypeError(`${path}: field "node" is wrong (one of ${config.peers.length} is needed)`);
}

/** The skews that hold at the start of a node; none when nobody has written any. */
export function readSkews(path: string): readonly Skew[] {
  return existsSync(path) ? readAs(path, list(skew)) : [];
}

function readAs<Contents>(path: string, shape: Shape<Contents>): Contents {
  const text = readFileSync(path, 'utf8');
  return shape.fromJson(text, (wrong) => new TypeError(`${path}: ${wrong}`));
}
