/**
 * Faults as data: a kind, its targets, its parameters. Backends carry them out.
 *
 * A planned fault says what to do and to whom by role ("isolate the leader"); when its time comes
 * it is resolved against the cluster as it is, and the choice is recorded in the history.
 */

import type { Harm } from '../checkers/harm.ts';
import type { Micros, Millis, NodeId } from '../checkers/units.ts';

/** A cut of one direction: `to` no longer hears `from`. */
export interface Cut {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** A fault with its targets chosen. Nodes are numbered from 0. */
export type Fault =
  | { readonly kind: 'partition'; readonly shape: string; readonly cuts: readonly Cut[] }
  /** kill -9 at the start, restart at the end; durable state is kept, unsynced writes may go. */
  | { readonly kind: 'kill'; readonly nodes: readonly NodeId[] }
  /** SIGSTOP at the start, SIGCONT at the end. */
  | { readonly kind: 'pause'; readonly nodes: readonly NodeId[] }
  /**
   * The clocks of these nodes. `bump`: the wall clock jumps by `offsetMs`. `strobe`: it jumps to
   * and fro every `periodMs`. `drift`: wall and monotonic clock run at 1 + `ratePpm` / 10^6.
   */
  | {
      readonly kind: 'clock';
      readonly mode: 'bump' | 'strobe' | 'drift';
      readonly nodes: readonly NodeId[];
      readonly offsetMs: Millis;
      readonly periodMs: Millis;
      readonly ratePpm: number;
    }
  /** The wall clocks of these nodes stand still, and are right again at the end. */
  | { readonly kind: 'clock-freeze'; readonly nodes: readonly NodeId[] }
  /**
   * One group of nodes after another is stopped, for `downMs`, and started again; the next one's turn
   * is `upMs` later, and after the last one comes the first. `kill`: as by kill -9. `stop`: as by
   * SIGTERM, so that whatever was written is kept.
   */
  | {
      readonly kind: 'restarts';
      readonly how: 'kill' | 'stop';
      readonly groups: readonly (readonly NodeId[])[];
      readonly downMs: Millis;
      readonly upMs: Millis;
    }
  /**
   * What is the matter with these links, by direction, for `onMs` and then not for `offMs`, over and
   * over; all the time where `offMs` is 0. `cut`: nothing arrives. `slow`: each message takes longer,
   * by up to `delayMs`. `lossy`: `ppm` per million are lost and as many come twice. `hold`: all is
   * kept back, and arrives at once when that is over.
   */
  | {
      readonly kind: 'links';
      readonly effect: 'cut' | 'slow' | 'lossy' | 'hold';
      readonly cuts: readonly Cut[];
      readonly onMs: Millis;
      readonly offMs: Millis;
      readonly delayMs: Millis;
      readonly ppm: number;
    }
  /**
   * Between clients and these nodes, both ways: per million messages, how many are lost, come twice,
   * the second time by up to `delayMs` later, and come late by as much.
   */
  | {
      readonly kind: 'client-links';
      readonly nodes: readonly NodeId[];
      readonly lossPpm: number;
      readonly duplicatePpm: number;
      readonly latePpm: number;
      readonly delayMs: Millis;
    }
  /**
   * The next `count` messages of one kind that these nodes send to others: lost, repeated or arriving
   * only `delayMs` later. `pick` is a 32-bit draw that says which kind. Of a connection that ought to
   * carry such a message, the end.
   */
  | {
      readonly kind: 'messages';
      readonly how: 'drop' | 'duplicate' | 'hold';
      readonly nodes: readonly NodeId[];
      readonly pick: number;
      readonly count: number;
      readonly delayMs: Millis;
    }
  /**
   * Messages between nodes form chains: those of a `links`, of a `kinds`, or of `both`. Each has one of so
   * many ranks, which follows from `pick`, and from the next draw after `everyMs`, over and over; for the
   * whole time where that is 0. The first rank is as ever, the last comes `delayMs` later, and each one
   * between comes a quarter as late as the next.
   */
  | {
      readonly kind: 'priorities';
      readonly chains: 'links' | 'kinds' | 'both';
      readonly pick: number;
      readonly levels: number;
      readonly delayMs: Millis;
      readonly everyMs: Millis;
    }
  /** As a kill, by a loss of power after which the disk keeps what this model of crashes says. */
  | {
      readonly kind: 'power-loss';
      readonly nodes: readonly NodeId[];
      readonly keeps: 'all-lost' | 'torn' | 'partial';
    }
  /** Each sync of these nodes takes longer, by up to `delayMs`. */
  | { readonly kind: 'slow-disk'; readonly nodes: readonly NodeId[]; readonly delayMs: Millis }
  /** The next sync fails, or the next write finds no room: a node must stop, and is down to the end. */
  | {
      readonly kind: 'failing-disk';
      readonly how: 'sync-fails' | 'full';
      readonly nodes: readonly NodeId[];
    }
  /**
   * These nodes crash, and find at their start that a record that was durable is damaged: down to the
   * end, when the disk is as it was. `place` is a 32-bit draw that says which record.
   */
  | { readonly kind: 'bit-rot'; readonly nodes: readonly NodeId[]; readonly place: number }
  /**
   * What these nodes have stored is lost. `wiped`: they crash, and start with nothing at the end.
   * `stale`: they go on, and crash at the end to start with what was on their disks at the beginning.
   */
  | {
      readonly kind: 'lost-disk';
      readonly how: 'wiped' | 'stale';
      readonly nodes: readonly NodeId[];
    }
  /** An operator has these nodes taken out of the cluster, and back in at the end; they keep running. */
  | { readonly kind: 'leave'; readonly nodes: readonly NodeId[] }
  /**
   * These nodes are lost for good. An operator has them taken out and, as soon as that is so, starts
   * each anew in their place, with nothing but what a new node is given, and has it taken in.
   */
  | { readonly kind: 'replace'; readonly nodes: readonly NodeId[] };

export type FaultKind = Fault['kind'];

/** Every kind of fault that there is. */
export const FAULT_KINDS = [
  'partition',
  'kill',
  'pause',
  'clock',
  'clock-freeze',
  'restarts',
  'links',
  'client-links',
  'messages',
  'priorities',
  'power-loss',
  'slow-disk',
  'failing-disk',
  'bit-rot',
  'lost-disk',
  'leave',
  'replace',
] as const satisfies readonly FaultKind[];

/** The links that a fault acts on, by direction; null where it acts on nodes. */
export function linksOf(fault: Fault): readonly Cut[] | null {
  return fault.kind === 'partition' || fault.kind === 'links' ? fault.cuts : null;
}

/** The nodes that a fault acts on, each once; the ends of links. */
export function targetsOf(fault: Fault): readonly NodeId[] {
  const links = linksOf(fault)?.flatMap(({ from, to }) => [from, to]);
  if (links !== undefined) return [...new Set(links)];
  return fault.kind === 'restarts' ? [...new Set(fault.groups.flat())] : nodesOf(fault);
}

function nodesOf(fault: Fault): readonly NodeId[] {
  return 'nodes' in fault ? fault.nodes : [];
}

/** What a nemesis may look at when it chooses targets. */
export interface ClusterView {
  readonly nodes: readonly NodeId[];
  /** Who leads, by the system's word on its primaries; null when nobody does. */
  readonly leader: NodeId | null;
}

/** A fault of the plan: when, and the draws from which its targets follow. Times from run start. */
export interface PlannedFault {
  /** Unique in the plan, from 0. */
  readonly id: number;
  /** Name of the nemesis; faults of different lanes overlap freely. */
  readonly lane: string;
  /** Which form of it, such as `isolate-leader` or `kill-minority`. */
  readonly form: string;
  /** A 32-bit number from the seed that settles everything left open, targets included. */
  readonly draw: number;
  readonly startUs: Micros;
  readonly endUs: Micros;
  /**
   * A 32-bit number that settles a step of some node for which it waits, to hit that node then; in
   * the simulator only. Absent where it begins at its time.
   */
  readonly step?: number;
}

/**
 * Evidence that a fault was in force (`installed`), was not carried out (`skipped`: nothing to do
 * it to), or that nobody can tell (`indeterminate`).
 */
export interface Receipt {
  readonly status: 'installed' | 'skipped' | 'indeterminate';
  readonly evidence: string;
  /**
   * At its end: that it had been in force after all, where its start could not tell; or that it had not,
   * as nothing came that it could have acted on.
   */
  readonly held?: boolean;
}

/** A form of a nemesis, with the smallest cluster in which it makes sense. */
export interface Form {
  readonly form: string;
  readonly minNodes: number;
}

/** How a fault is retold, its targets following; `{form}` stands for the form that it took. */
export interface FaultWords {
  /** `killed`, say. */
  readonly begins: string;
  /** `started again`, say. */
  readonly ends: string;
}

/** Which faults, and how their targets are chosen. Carrying them out is the backend's job. */
export interface Nemesis {
  readonly name: string;
  readonly describe: string;
  /** A backend that cannot carry out this kind refuses the run before it starts. */
  readonly needs: FaultKind;
  /**
   * Whom its faults harm, all the time that they are in force, so that whoever else makes a quorum is
   * held to serve meanwhile. Where absent nobody knows, and nothing is asked of anybody.
   */
  readonly harms?: Harm;
  /** How its faults are retold; by name and form where absent. */
  readonly words?: FaultWords;
  /** The forms it takes. */
  readonly forms: readonly Form[];
  /** A form that leaves one follower behind, while its leader and a quorum go on undisturbed. */
  readonly lagging?: Form;
  /** False where only runs have it that ask for it by name, or for `all`. */
  readonly usual?: boolean;
  /** Whether each of its faults stays until the load ends, so that it strikes once; no where absent. */
  readonly stays?: boolean;
  /** Whether leaders may well outlast it, so that a run need not see another; no where absent. */
  readonly sparesLeaders?: boolean;
  /** Whether it has clients' requests come twice, which clients are told; no where absent. */
  readonly repeatsRequests?: boolean;
  /** Chooses targets. Pure: the same draw and view give the same fault. Null: nothing to do. */
  resolve(planned: PlannedFault, view: ClusterView): Fault | null;
}
