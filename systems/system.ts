/** What is tested, as the harness sees it, and what a variant of it is. */

import { assert } from '../checkers/assert.ts';
import type { Sometimes } from '../checkers/sometimes.ts';
import type { TraceChecker } from '../checkers/trace.ts';
import type { Millis, NodeId } from '../checkers/units.ts';
import type { ClientProtocol } from './client.ts';
import type { ClientContext, ClientEffect, Effect, NodeContext, NodeEvent } from './effect.ts';
import type { Expectation } from './expectation.ts';
import type { Leadership } from './leadership.ts';
import type { Member } from './member.ts';
import type { OperationName } from './operations.ts';
import type { AnyProtocol, Options } from './protocol.ts';
import type { AnyRuleTable } from './rule-table.ts';
import type { ScenarioWords } from './scenario-words.ts';

/**
 * One option, settable with `--set name=value`. The default fixes its type; numbers are whole. Of a
 * number or a text, `worth` says which values are worth drawing where settings are drawn from a seed:
 * mild ones and hard ones, such as wake different code. Without it, the default is kept; of choices
 * and booleans every value is worth it.
 */
export type OptionSpec =
  | { readonly describe: string; readonly default: boolean }
  | { readonly describe: string; readonly default: string; readonly choices: readonly string[] }
  | {
      readonly describe: string;
      readonly default: string;
      /** The whole text must match this regular expression; `allowed` says so in words. */
      readonly pattern: string;
      readonly allowed: string;
      readonly worth?: readonly string[];
    }
  | {
      readonly describe: string;
      readonly default: number;
      readonly min: number;
      readonly max: number;
      /** Another option of the same system, which this one must stay below. */
      readonly below?: string;
      readonly worth?: readonly number[];
    };

/**
 * Named decisions of a protocol: pure functions that it calls and a variant may replace. Each
 * protocol has a table type of its own; it and its variants are checked where they are written.
 */
export type Rules = object;

/** How a record reaches the disk: what `persist` does unless a variant says otherwise. */
export type Durability = 'synced' | 'unsynced';

/** Rules of write-ahead logs that a host may break. */
export interface DiskHabits {
  /** A sync that fails is taken for one that succeeded, and what it was to make durable is lost. */
  readonly failedSync?: 'ignored';
  /** A write that finds no room is dropped without a word, and counts as written. */
  readonly noRoom?: 'ignored';
  /** A stored record that is damaged is taken as it is, its checksum not looked at. */
  readonly damage?: 'accept';
  /** A torn last record is taken for whole, its checksum not looked at. */
  readonly tornTail?: 'accept';
  /** A log is replaced by renaming a new file, and the directory is not synced: a crash may undo it. */
  readonly rename?: 'unsynced';
}

/**
 * A module outside the protocol that replaces some of its rules, or what happens to its effects.
 * Written by a user for `--rules FILE`, or kept beside the protocol as a mutant or decoy.
 */
export interface Variant<Table extends Rules = Rules> {
  readonly id: string;
  readonly describe: string;
  /** Wrong on purpose (must be found), harmless (must not raise an alarm), or a user's own. */
  readonly kind: 'mutant' | 'decoy' | 'variant';
  /** Gets the table in force so far, returns the rules that it replaces. */
  rules?(base: Table): Partial<Table>;
  /** What a start reads, in place of the records that are on the disk. */
  start?(records: readonly unknown[], context: NodeContext): readonly unknown[];
  /** What happens in place of something that happens to a node: itself, nothing, or others. */
  events?(event: NodeEvent, context: NodeContext): readonly NodeEvent[];
  /**
   * What a node does in place of what its protocol asks for: nothing (dropped), the same twice, or
   * others, also later (`afterUs`). A record that is not written counts as written to the node.
   */
  effects?(effect: Effect, context: NodeContext): readonly Effect[];
  /** The same of what a client does. */
  clientEffects?(effect: ClientEffect, context: ClientContext): readonly ClientEffect[];
  /** Which records are written without waiting for the disk (by default every one is synced). */
  durability?(record: unknown): Durability;
  /** What its host does wrong with the disk; in the simulator only. */
  readonly disk?: DiskHabits;
  /** Settings under which a hunt for it makes sense; flags of the command line win over them. */
  readonly hunt?: HuntSettings;
  /**
   * Where the bug was seen in the wild, and the properties expected to show it: none where random
   * runs hardly ever do, and a scenario or a scripted test does.
   */
  readonly source?: string;
  readonly expect?: readonly string[];
}

/** Settings of a run that a variant may suggest; the names are those of the command line. */
export interface HuntSettings {
  readonly nodes?: number;
  readonly nemesis?: readonly string[];
  readonly nemesisIntervalS?: number;
  readonly timeLimitS?: number;
  readonly rate?: number;
  readonly workload?: string;
  readonly set?: Options;
}

/** A time-out of nodes that messages must beat for a system to be live. */
export interface NodePatience {
  /** The option that sets it, in milliseconds. */
  readonly option: string;
  /** The option that says how far apart the signs of life are that it waits for, if it does. */
  readonly every?: string;
  /** Messages, one after the other, each behind a sync, that must arrive within it. */
  readonly hops: number;
}

/** How long clients wait for an answer until they give up or ask anew. */
export interface ClientPatience {
  readonly clientMs: Millis;
  /** Messages from the request to its answer, one after the other, each with a sync. */
  readonly hops: number;
}

/** A time-out that the world must be fast enough for. */
export type Patience = NodePatience | ClientPatience;

/** How a search through all that can happen to a system is kept small (`harness/prove/README.md`). */
export interface SmallWorld {
  /** Settings for it: what only costs time is out of the way. The user's own win. */
  readonly set: Options;
  /** What variants suggest for runs of thousands of operations comes sooner in it: these at most. */
  readonly atMost?: Readonly<Record<string, number>>;
  /** Kinds of messages that always get lost in it, because nothing depends on them under these options. */
  lost?(options: Options): readonly string[];
  /**
   * Whether its nodes differ in nothing but their names under these options, so that of several to which
   * nothing has happened yet it does not matter which comes first. No, where absent.
   */
  symmetric?(options: Options): boolean;
}

/** What an operator does with members; each is a kind of fault as well. */
export type OperatorAct = 'leave' | 'replace';

export type ClientPromise = 'linearizable' | 'ordered-sequential';

/**
 * What is offered by a system of any kind, whatever its nodes are. Besides, each kind has a client of
 * its own that reaches them.
 */
export interface SystemOfAnyKind extends Leadership {
  readonly name: string;
  readonly describe: string;
  readonly operations: readonly OperationName[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /**
   * What is wrong with these options together, in so large a cluster: `name=value: why (what is
   * allowed)`; null if nothing is. Each of them is within its own limits.
   */
  optionsFault?(nodes: number, options: Options): string | null;
  /** Bound on recovery after the last fault is undone, in election timeouts (PROTOCOLS 3.5). */
  readonly electionTimeoutMs: Millis;
  /**
   * Whether these nodes, numbered from 0, of a cluster of `size` are enough to go on, whatever else
   * is down: `majority`, mostly. Only of a system that says so is progress under faults asked: one
   * that keeps each key on a node of its own is right to stop with it, and a valid run says that
   * progress was not judged.
   */
  suffices?(nodes: readonly NodeId[], options: Options, size: number): boolean;
  /**
   * What it promises its clients under these options; linearizability where absent.
   * `ordered-sequential`: writes are linearizable, and each session reads the state at a position
   * that never goes back, as ZooKeeper's local reads do.
   */
  promise?(options: Options): ClientPromise;
  /**
   * Kinds of faults (`needs` of a nemesis) that it does not promise to survive, each with the reason.
   * `--nemesis all` leaves them out, and what breaks under one that is asked for by name is told, and
   * is no violation. Where absent, those of `BEYOND_UNSAID`.
   */
  readonly beyond?: Readonly<Record<string, string>>;
  /** The kinds of faults of a run that names none; those of all usual nemeses where absent. */
  readonly usualFaults?: readonly string[];
  /** Situations that an exploration of it should come upon at least once. */
  readonly sometimes?: readonly Sometimes[];
  /**
   * Why no operator can do this to it under these options: take a node out and back in, or put a new one
   * in the place of a lost one; null where that can be done (`Protocol.operate`). Where absent, nobody
   * can change who takes part.
   */
  inoperable?(act: OperatorAct, options: Options): string | null;
  /** Checks its nodes' traces; none where `checkers/agreement` knows the protocol by name. */
  traceChecker?(): TraceChecker;
  /**
   * The time-outs that its world must be fast enough for, most important first. Where the network
   * or the disk cannot meet them, the system is not blamed for not being live. What is not declared
   * is reckoned with generously, in worlds slower than the default (`harness/config/recovery.ts`).
   */
  readonly patience?: readonly Patience[];
  /** After how many operations a leader makes way of itself under these options; never where absent. */
  leaderServes?(options: Options): number;
  /** How many operations it works on at a time under these options; any number where absent. */
  inFlight?(options: Options): number;
  /**
   * How many positions of its log go through in one exchange under these options, at least: of what
   * a new leader finds in doubt, and of what a follower lacks. Any number where absent.
   */
  catchesUp?(options: Options): { readonly leader: number; readonly follower: number };
  /** How long a node may wait of its own accord, at most, before it tries again; no time where absent. */
  restsMs?(options: Options): Millis;
  /** How many of so many nodes must answer before anything is decided; a majority where absent. */
  quorum?(options: Options, size: number): number;
  /** How many of so many nodes may ever lead or elect under these options; all of them where absent. */
  electors?(options: Options, size: number): number;
  /**
   * Why, under these options, a node that nobody needs may unseat leaders again and again though
   * nothing is wrong with them, and what to set instead; null where it may not.
   */
  disruptible?(options: Options): string | null;
  /** A line on each of its rules, if it has any; where there is none, answers of variants are not checked. */
  readonly ruleTable?: AnyRuleTable;
  /**
   * What carries messages between its nodes; datagrams, which may be lost, come twice or out of
   * order, where absent. `connections`: in order, until both ends are told that it broke.
   */
  readonly links?: 'datagrams' | 'connections' | undefined;
  /** How `ordeal prove` makes it small; with all its settings as usual where absent. */
  readonly small?: SmallWorld | undefined;
  /** What scenarios say of it; without, they know its timers by number and its view alone. */
  readonly scenarioWords?: ScenarioWords | undefined;
  /** Mutants and decoys, by id; none of a program. */
  readonly variants: readonly Variant[];
}

/** A protocol of ours or of a user's: code that runs on every backend, with rules to replace. */
export interface ProtocolSystem extends SystemOfAnyKind {
  /** Absent in modules of users, which bring no other kind. */
  readonly kind?: 'protocol';
  /** The table of rules as the papers have it. */
  readonly rules: Rules;
  /** Builds the node code over a table of rules. */
  protocol(rules: Rules): AnyProtocol;
  /** Builds the client that talks to it. */
  client(rules: Rules): ClientProtocol;
}

/** A program in whatever language, a process a node, that speaks JSON lines (`systems/program.ts`). */
export interface ProgramSystem extends SystemOfAnyKind {
  readonly kind: 'program';
  /** The file to start, or a name to be found as shells do, and its arguments. */
  readonly command: readonly string[];
}

/** A program of others that runs unmodified, a container to a member (`systems/member.ts`). */
export interface MemberSystem extends SystemOfAnyKind {
  readonly kind: 'member';
  readonly member: Member;
  /** What is known beforehand of its runs; the first one that is about a run decides. */
  readonly expectations: readonly Expectation[];
}

/** What is tested, by `kind`. Another kind is one more member, with all that one of any kind offers. */
export type System = ProtocolSystem | ProgramSystem | MemberSystem;

export function isProtocol(system: System): system is ProtocolSystem {
  return system.kind === undefined || system.kind === 'protocol';
}

/** The table of rules of a protocol; a program has none. */
export function rulesOf(system: System): Rules {
  return isProtocol(system) ? system.rules : {};
}

/** As a protocol, whose nodes can be looked into: what does that was refused to programs before. */
export function asProtocol(system: System): ProtocolSystem {
  assert(isProtocol(system), 'nobody looks into the nodes of a program');
  return system;
}

/** For `suffices`: more than half of the nodes are enough. */
export function majority(nodes: readonly NodeId[], _options: Options, size: number): boolean {
  return 2 * nodes.length > size;
}

/**
 * What no protocol survives that counts on what a node has written and synced to be there when it
 * starts again: it would vote twice in a term, or forget what it accepted.
 */
export const BEYOND_DURABILITY: Readonly<Record<string, string>> = {
  'lost-disk': 'it counts on what a node has made durable to be there at its next start',
};

/** What nobody promises who does not say so: those, and to carry out once what arrives twice. */
const BEYOND_UNSAID: Readonly<Record<string, string>> = {
  ...BEYOND_DURABILITY,
  'client-links': 'it does not say that it carries out once a request that arrives twice',
};

/** Kinds of faults beyond what a system promises, each with the reason. */
export function beyondOf(system: SystemOfAnyKind): Readonly<Record<string, string>> {
  return system.beyond ?? BEYOND_UNSAID;
}

/** Why a kind of fault cannot be done to a system under these options; null where it can. */
export function whyInoperable(
  system: SystemOfAnyKind,
  kind: string,
  options: Options,
): string | null {
  if (kind !== 'leave' && kind !== 'replace') return null;
  if (system.inoperable !== undefined) return system.inoperable(kind, options);
  return `nobody can change who takes part in ${system.name}`;
}

/** What a system promises its clients under these options. */
export function promiseOf(system: System, options: Options): ClientPromise {
  return system.promise?.(options) ?? 'linearizable';
}
