/** What one node process is told at its start: a JSON file that the harness writes. */

import { readFileSync } from 'node:fs';
import type { Nanos, NodeId } from '../../checkers/units.ts';
import type { Options } from '../../systems/protocol.ts';
import type { Skew } from './clock.ts';

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

/** Reads the file. Throws a `TypeError` that names the first field that is missing or wrong. */
export function readConfig(path: string): NodeConfig {
  const config = JSON.parse(readFileSync(path, 'utf8')) as NodeConfig;
  const peers = config.peers;
  const checks: readonly (readonly [keyof NodeConfig, boolean])[] = [
    ['clusterId', isText(config.clusterId)],
    ['peers', Array.isArray(peers) && peers.length > 0 && peers.every(isAddress)],
    ['node', isPort(config.node) && config.node < peers?.length],
    ['clientPort', isPort(config.clientPort)],
    ['controlPort', isPort(config.controlPort)],
    ['token', isText(config.token)],
    ['system', isText(config.system?.name) && isTexts(config.system.modules)],
    ['options', typeof config.options === 'object' && config.options !== null],
    ['variants', isTexts(config.variants)],
    ['ruleFiles', isTexts(config.ruleFiles)],
    ['seed', Number.isSafeInteger(config.seed) && config.seed >= 0],
    ['dataDirectory', isText(config.dataDirectory)],
    ['traceFile', isText(config.traceFile)],
    ['originNs', Number.isSafeInteger(config.originNs)],
    ['skewFile', isText(config.skewFile)],
  ];
  for (const [field, right] of checks) {
    if (!right) throw new TypeError(`${path}: field "${field}" is missing or wrong`);
  }
  return config;
}

/** The skews that hold at the start of a node; none when nobody has written any. */
export function readSkews(path: string): Skew[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Skew[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 65_536;
}

function isAddress(value: unknown): boolean {
  const address = value as Partial<Address> | null;
  return isText(address?.host) && isPort(address?.port);
}
