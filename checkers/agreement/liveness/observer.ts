/**
 * Liveness of a replicated log, as far as a finite trace shows it: some time after the last fault
 * is undone there is one stable leader, what is in its log gets committed, and everyone catches up.
 */

import type { TraceEvent, TraceLine } from '../../trace.ts';
import type { LogIndex, Nanos, NodeId, Term } from '../../units.ts';
import type { CheckResult } from '../../verdict.ts';
import { Backlog } from './backlog.ts';
import type { Progress, ProgressReader } from './progress.ts';
import { judgeRecovery, type LivenessBounds, type Member, type Reign } from './verdict.ts';

/**
 * Judges the end of a stored trace: `Liveness:leader`, `Liveness:commit-progress`,
 * `Liveness:followers-converge` and `Disruption`. A run may end before the bound if everything had
 * come about by then; else it ended too early to say, which is `unknown`. O(lines).
 */
export function livenessVerdict(
  lines: Iterable<TraceLine>,
  reader: ProgressReader,
  bounds: LivenessBounds,
): CheckResult {
  const observer = new LivenessObserver(reader);
  let isQuiet = false;
  for (const line of lines) {
    if (!isQuiet && line.time > bounds.quietAtNs) {
      isQuiet = true;
      observer.quiet(bounds.quietAtNs);
    }
    observer.feed(line.event, line.node, line.incarnation, line.time);
  }
  if (!isQuiet) observer.quiet(bounds.quietAtNs);
  return observer.conclude(bounds);
}

/** So many snapshots may be on their way to a node at the same time. */
const SNAPSHOTS_MAX = 2;

type Started = Extract<Progress, { kind: 'started' }>;
type Led = Extract<Progress, { kind: 'led' }>;
type Received = Extract<Progress, { kind: 'received' }>;

/**
 * Follows a run as it happens: fed every line, told of the quiet end, asked at the end. Of the
 * protocol it knows what its reader says of progress.
 */
export class LivenessObserver {
  readonly #reader: ProgressReader;
  /** Leaders since the quiet end, not counting one that went on in another ballot; the line of the last. */
  #elections = 0;
  /** How many of those elections a leader asked for that gave up. */
  #excused = 0;
  electionLine = -1;
  readonly members: Member[] = [];
  /** Before the quiet end, those that last; after it, all. */
  reigns: Reign[] = [];
  /** The highest term. */
  term = 0;
  line = -1;
  timeNs = 0;
  /** When a leader last came or went. */
  #changedNs = Number.NEGATIVE_INFINITY;
  #isQuiet = false;
  /** When a piece of a snapshot last arrived anywhere. */
  pieceNs = Number.NEGATIVE_INFINITY;
  readonly backlog = new Backlog();

  constructor(reader: ProgressReader) {
    this.#reader = reader;
  }

  get plans(): ProgressReader['plans'] {
    return this.#reader.plans;
  }

  /**
   * Elections since the quiet end that made somebody leader. Terms would tell of nothing else: they
   * jump by what a node tried that nobody heard, such as one that was taken out of the voters. Those
   * that a leader asked for by giving up do not count.
   */
  get electionsAfterQuiet(): number {
    return Math.max(0, this.#elections - this.#excused);
  }

  /** Since when there has been one leader, and always the same; infinite where there is none now. */
  get settledSinceNs(): Nanos {
    const open = this.reigns.filter((reign) => reign.endNs === null);
    return open.length === 1 ? this.#changedNs : Number.POSITIVE_INFINITY;
  }

  feed(event: TraceEvent, node: NodeId, _incarnation: number, timeNs: Nanos): void {
    this.line++;
    if (timeNs > this.timeNs) this.timeNs = timeNs;
    if (this.backlog.isDue(timeNs)) this.#lookAtLeaders(timeNs);
    const progress = this.#reader.read(event, node);
    if (progress !== null) this.#advance(this.#member(node), progress, timeNs);
    this.plans.feed(event, node, timeNs, this.line);
  }

  #advance(member: Member, progress: Progress, timeNs: Nanos): void {
    switch (progress.kind) {
      case 'logged':
        member.last = progress.last;
        break;
      case 'committed':
        this.#committed(member, progress.upTo, timeNs);
        break;
      case 'applied':
        member.applied = progress.upTo;
        moved(member, timeNs);
        break;
      case 'received':
        if (!isNewPiece(member, progress)) break;
        this.backlog.piece(member.node, timeNs);
        this.pieceNs = timeNs;
        member.movedNs = timeNs;
        break;
      case 'installed':
        member.last = Math.max(member.last, progress.upTo);
        member.commit = Math.max(member.commit, progress.upTo);
        member.settled = Math.max(member.settled, progress.upTo);
        member.applied = progress.upTo;
        moved(member, timeNs);
        break;
      case 'started':
        this.#started(member, progress, timeNs);
        break;
      case 'stopped':
        member.alive = false;
        this.#endReign(member.node, timeNs);
        break;
      case 'ended':
        if (progress.excused) this.#excused++;
        this.#endReign(member.node, timeNs, { planned: progress.planned });
        break;
      case 'saw':
        this.#seeTerm(progress.term);
        this.#endReign(member.node, timeNs, { term: progress.term });
        break;
      case 'led':
        this.#seeTerm(progress.term);
        this.#crown(member, progress, timeNs);
        break;
    }
  }

  /** The last fault has been undone: from here on it counts. */
  quiet(timeNs: Nanos): void {
    this.#isQuiet = true;
    this.plans.quiet();
    this.#elections = 0;
    this.#excused = 0;
    for (const reign of this.reigns) {
      const { last, commit } = this.#member(reign.node);
      reign.startNs = timeNs;
      reign.required = last;
      reign.backlog = this.#inDoubt(reign.node, last);
      reign.committedNs = commit >= last ? timeNs : null;
    }
  }

  conclude(bounds: LivenessBounds): CheckResult {
    return judgeRecovery(this, bounds, Math.max(this.timeNs, bounds.endNs ?? 0));
  }

  #member(node: NodeId): Member {
    let member = this.members[node];
    if (member === undefined) {
      member = newMember(node);
      this.members[node] = member;
    }
    return member;
  }

  #started(member: Member, { upTo, last, term }: Started, timeNs: Nanos): void {
    this.#endReign(member.node, timeNs);
    member.alive = true;
    member.incoming.clear();
    member.last = last;
    member.commit = upTo;
    member.applied = upTo;
    this.#seeTerm(term);
  }

  #seeTerm(term: Term): void {
    if (term > this.term) this.term = term;
  }

  #crown(member: Member, { term, last }: Led, startNs: Nanos): void {
    // A leader that prepares another ballot of its own has not made room for anybody.
    const own = this.#reader.ballots ? this.#reignOf(member.node) : undefined;
    if (own === undefined) {
      this.#elections++;
      this.electionLine = this.line;
    } else own.term = term;
    // Two leaders at once: the one of the lower term has been overtaken.
    let overtaken = false;
    for (const reign of this.reigns) {
      if (reign.endNs !== null || reign === own) continue;
      if (reign.term < term) this.#end(reign, startNs, this.plans.isHandingOver(reign.node));
      else overtaken = true;
    }
    if (own !== undefined) {
      if (overtaken) this.#end(own, startNs, own.planned);
      return;
    }
    const required = Math.max(member.last, last);
    const backlog = this.#inDoubt(member.node, required);
    this.#changedNs = startNs;
    // It sends whoever lacks one a snapshot of its own.
    for (const each of this.members) each?.incoming.clear();
    this.reigns.push({
      node: member.node,
      term,
      line: this.line,
      startNs,
      endNs: overtaken ? startNs : null,
      planned: false,
      required,
      backlog,
      committedNs: member.commit >= required ? startNs : null,
    });
    this.backlog.began(member.node, startNs, required, backlog);
    if (overtaken) this.backlog.ended(member.node, startNs);
    this.#forgetEnded();
  }

  /**
   * What a leader has to bring through up to `required`. Slots are decided one by one, and what it
   * does not know to be chosen it proposes anew; a log is sent in order, to whoever lacks most.
   */
  #inDoubt(leader: NodeId, required: number): number {
    let from = this.#member(leader).commit;
    if (!this.#reader.ballots) {
      for (const member of this.members) {
        if (member === undefined || !member.alive) continue;
        if (this.plans.takesPartSince(member.node) !== null) from = Math.min(from, member.settled);
      }
    }
    return Math.max(0, required - from);
  }

  #lookAtLeaders(timeNs: Nanos): void {
    for (const { node, endNs } of this.reigns) {
      if (endNs !== null) continue;
      const reach = Math.max(this.#member(node).last, this.backlog.reachOf(node));
      this.backlog.looked(node, timeNs, this.#inDoubt(node, reach));
    }
  }

  /** Ends the reign of a node, unless it leads `term` itself. */
  #endReign(
    node: NodeId,
    timeNs: Nanos,
    { term = Number.POSITIVE_INFINITY, planned = this.plans.isHandingOver(node) } = {},
  ): void {
    const reign = this.#reignOf(node);
    if (reign === undefined || reign.term >= term) return;
    this.#end(reign, timeNs, planned);
    this.#changedNs = timeNs;
    this.#forgetEnded();
  }

  #end(reign: Reign, timeNs: Nanos, planned: boolean): void {
    reign.endNs = timeNs;
    reign.planned = planned;
    this.backlog.ended(reign.node, timeNs);
  }

  #forgetEnded(): void {
    if (!this.#isQuiet) this.reigns = this.reigns.filter((reign) => reign.endNs === null);
  }

  #committed(member: Member, index: LogIndex, timeNs: Nanos): void {
    member.commit = index;
    if (index > member.settled) member.settled = index;
    const reign = this.#reignOf(member.node);
    if (reign === undefined || index < reign.required) return;
    reign.committedNs ??= timeNs;
  }

  #reignOf(node: NodeId): Reign | undefined {
    return this.reigns.findLast((reign) => reign.node === node && reign.endNs === null);
  }
}

function newMember(node: NodeId): Member {
  return {
    node,
    alive: false,
    last: 0,
    commit: 0,
    applied: 0,
    settled: 0,
    incoming: new Map(),
    movedNs: Number.NEGATIVE_INFINITY,
  };
}

function moved(member: Member, timeNs: Nanos): void {
  member.movedNs = timeNs;
  member.incoming.clear();
}

/**
 * More of a snapshot is progress. Pieces of one that was given up may still come when another has
 * begun; whoever begins a third before any is whole gets nowhere.
 */
function isNewPiece({ incoming }: Member, { upTo, amount }: Received): boolean {
  const known = incoming.get(upTo);
  if (known === undefined ? incoming.size === SNAPSHOTS_MAX : amount <= known) return false;
  incoming.set(upTo, amount);
  return true;
}
