/** What is known of each node and of each leadership, as far as the lines have been gone through. */

import type { LogIndex, Term } from '../../units.ts';
import { PROPERTIES, type PropertyName } from '../properties.ts';
import { KnownLog } from './known-log.ts';
import type { ObservedMessage, ObservedNode, ObservedRole } from './observation.ts';

/** A broken property, with the line that shows it and the one that it contradicts. */
export interface ObservedViolation {
  readonly property: PropertyName;
  readonly told: string;
  readonly because: string;
  /** Positions among the lines, from 0; the earlier one first. */
  readonly lines: readonly number[];
}

/** How often each rule could be judged: what lines do not say, nobody can. */
export interface Judged {
  /** Terms that had a leader. */
  leaders: number;
  /** Elections whose votes were counted. */
  elections: number;
  /** Votes whose candidate's log was compared with the voter's. */
  votes: number;
  /** Commit indices that a leader moved and whose acknowledgements were counted. */
  commits: number;
  /** Committed entries that were compared from node to node. */
  entries: number;
  /** Leaders whose log was held against what was committed before. */
  completeness: number;
}

/** Who led a term, and what its log was when it was elected. */
export interface Leadership {
  readonly node: ObservedNode;
  readonly term: Term;
  readonly line: number;
  /** The last entry then; null where no line says it. */
  readonly last: LogIndex | null;
  /** The entries up to there. */
  readonly log: KnownLog;
}

/** The term of an entry of the leader of `term`: all that it appends is of its own. */
export function termInLog({ last, log, term }: Leadership, index: LogIndex): Term | null {
  if (last === null) return null;
  return index > last ? term : log.termAt(index);
}

/** What a node committed, and the lowest term in which somebody knew that. */
export interface Committed {
  readonly term: Term;
  readonly node: ObservedNode;
  readonly line: number;
  /** The node's term then: leaders of later ones have the entry. */
  knownIn: Term;
}

/** How far anything was known to be committed in a term, and by whom. */
export interface Reached {
  readonly index: LogIndex;
  readonly node: ObservedNode;
  readonly line: number;
}

export class SeenNode {
  readonly name: ObservedNode;
  term: Term = -1;
  termLine = -1;
  role: ObservedRole | null = null;
  /** Whom it voted for in `term`, as far as a line says it. */
  vote: ObservedNode | null = null;
  voteLine = -1;
  /** Null before any line of this life says it. */
  commit: LogIndex | null = null;
  commitLine = -1;
  /** Up to here what it has committed was held against what others have. */
  comparedUpTo: LogIndex = 0;
  /** Leaders: its commit index as leader of `term`; null before any line of its leadership says it. */
  ledCommit: LogIndex | null = null;
  last: LogIndex | null = null;
  voters: readonly (readonly ObservedNode[])[] = [];
  readonly log = new KnownLog();
  /** Up to here its log was found to agree with that of the leader of `agreedTerm`. */
  agreedTerm: Term = -1;
  agreedUpTo: LogIndex = 0;
  /** The last AppendEntries and the last request for a vote that reached it. */
  append: ObservedMessage | null = null;
  request: ObservedMessage | null = null;
  /** Candidates: who granted a vote in `term`. Null while no answer of that term was seen. */
  granted: Set<ObservedNode> | null = null;
  /** Leaders: how far each acknowledged in `term`. Null while no answer was seen. */
  matches: Map<ObservedNode, LogIndex> | null = null;

  constructor(name: ObservedNode) {
    this.name = name;
  }
}

export class ObservedGhost {
  readonly violations: ObservedViolation[] = [];
  readonly judged: Judged = {
    leaders: 0,
    elections: 0,
    votes: 0,
    commits: 0,
    entries: 0,
    completeness: 0,
  };
  readonly leaderships = new Map<Term, Leadership>();
  readonly committed = new Map<LogIndex, Committed>();
  /** By term: the highest index that somebody knew in it to be committed. */
  readonly reached = new Map<Term, Reached>();
  /** Votes that reached their candidate, by voter and term. */
  readonly votes = new Map<string, { readonly candidate: ObservedNode; readonly line: number }>();
  /** Whether followers say what they append: otherwise nobody knows what their logs hold. */
  readonly tracesAppends: boolean;
  /** The line that is being judged, from 0. */
  line = -1;
  readonly #reported = new Set<PropertyName>();

  constructor(tracesAppends: boolean) {
    this.tracesAppends = tracesAppends;
  }

  /**
   * Only the first of each property: what follows from a broken state says little. `who` shows it by the
   * line that is being judged; `told`, for people, where more can be said than the property's own sentence.
   */
  report(
    property: PropertyName,
    earlier: number,
    who: ObservedNode,
    because: string,
    told = PROPERTIES[property].broken(who),
  ): void {
    if (this.#reported.has(property)) return;
    this.#reported.add(property);
    const lines = earlier < 0 || earlier === this.line ? [this.line] : [earlier, this.line];
    this.violations.push({
      property,
      told,
      because,
      lines: lines.toSorted((one, other) => one - other),
    });
  }
}

/** Whether a majority of every group is among those who said so. */
export function isQuorum(
  groups: readonly (readonly ObservedNode[])[],
  saysSo: (node: ObservedNode) => boolean,
): boolean {
  return groups.every((group) => group.filter(saysSo).length * 2 > group.length);
}

/** `{1, 2, 3} and {1, 4, 5}`. */
export function groupsText(groups: readonly (readonly ObservedNode[])[]): string {
  return groups.map((group) => `{${group.join(', ')}}`).join(' and ');
}
