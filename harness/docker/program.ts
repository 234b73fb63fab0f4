/** What runs in the container of a node, whoever wrote it, as the rest of this room sees it. */

import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import type { Millis, NodeId } from '../../checkers/units.ts';
import type { NodeView } from '../../systems/protocol.ts';
import type { LiveClient } from '../core/backend.ts';
import type { ClockReading, Skew } from '../host/clock.ts';
import type { Exit } from './exit.ts';
import type { Image } from './image-build.ts';

/** The program of one node. Its container has a directory `/data` that survives, and one for its log. */
export interface Program {
  readonly image: Image;
  /** The command line, for a shell. */
  readonly command: string;
  /** What else it must find in its container. */
  readonly mounts: readonly Docker.MountSettings[];
  /** What it says of itself. Rejects where it does not answer in time. */
  view(timeoutMs: Millis): Promise<NodeView>;
  /**
   * Whether it is up, with what shows that. Rejects where nothing does in time. It need not be able to
   * serve anybody yet: for that it may take others.
   */
  up(timeoutMs: Millis): Promise<string>;
  /**
   * Its skews from its next start on; by `setClock` at once, and the clocks are read back. Absent
   * where its clocks cannot be set.
   */
  readonly clock?: {
    write(skews: readonly Skew[]): void;
    set(skews: readonly Skew[], timeoutMs: Millis): Promise<ClockReading>;
  };
  /**
   * Told once how it ended though nobody of ours ended it: whether by its own doing, of which its
   * trace tells from then on.
   */
  stoppedItself(exit: Exit): boolean;
  /** What its log says of a mistake of the user's on which it stopped with this status; null for none. */
  mistake(status: number): string | null;
  /** Whether nobody can ask it any more. */
  readonly closed: boolean;
  close(): void;
}

/** What the nodes of one cluster run, and how clients reach them. */
export interface Programs {
  /** `directory`: of this machine, for what this node's program needs in its container. */
  program(node: NodeId, directory: string): Program;
  /** See `LiveCluster.client`. */
  client(endpoint: number): LiveClient;
  /** Versions and mechanisms, for `run.json`. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What every kind of program is told of the cluster that it becomes part of. */
export interface ClusterFacts {
  /** Nobody else's name on this machine. */
  readonly clusterId: string;
  readonly addresses: readonly string[];
  readonly token: string;
  readonly logDirectory: string;
  /** The zero of the nodes' traces, a reading of `process.hrtime.bigint()`. */
  readonly originNs: number;
  /** Told what one of our own processes said that it never says: a fault of Ordeal's. */
  readonly onNonsense: (what: string) => void;
}

const LOG_LINES_SHOWN = 3;

/** The end of a log, on one line. */
export function lastLines(path: string, count = LOG_LINES_SHOWN): string {
  const lines = endOfLog(path, count);
  return lines.length === 0 ? 'none' : lines.join(' | ');
}

/** The last lines of a log; none where there is no log. */
export function endOfLog(path: string, count: number): readonly string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-count);
  } catch {
    return [];
  }
}
