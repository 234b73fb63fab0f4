/**
 * Liveness of a replicated log, as far as a finite trace shows it: some time after the last fault
 * is undone there is one stable leader, what is in its log gets committed, and everyone catches up.
 */

import type { Recovered, TraceEvent, TraceLine } from '../trace.ts';
import type { CheckResult } from '../verdict.ts';
import { Backlog } from './backlog.ts';
import { judgeRecovery, type LivenessBounds, type Member, type Reign } from './liveness-verdict.ts';
import { PlannedChanges } from './raft-liveness.ts';

/**
 * Judges the end of a stored trace: `Liveness:leader`, `Liveness:commit-progress`,
 * `Liveness:followers-converge` and `Disruption`. A run may end before the bound if everything had
 * come about by then; else it ended too early to say, which is `unknown`. O(lines).
 */
export function livenessVerdict(lines: Iterable<TraceLine>, bounds: LivenessBounds): CheckResult {
  const observer = new LivenessObserver();
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

/** Why a leader makes way as it means to: it no longer votes, or its epoch has no more numbers. */
const PLANNED: readonly string[] = ['not-a-voter', 'epoch-spent'];

/** Follows a run as it happens: fed every line, told of the quiet end, asked at the end. */
export class LivenessObserver {
  /** Whether terms are ballots, of which each node has its own. */
  readonly #ballots: boolean;
  /** Leaders since the quiet end, not counting one that went on in another ballot; the line of the last. */
  #elections = 0;
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
  readonly plans = new PlannedChanges();
  readonly backlog = new Backlog();

  constructor(ballots = false) {
    this.#ballots = ballots;
  }

  /**
   * Elections since the quiet end that made somebody leader. Terms would tell of nothing else: they
   * jump by what a node tried that nobody heard, such as one that was taken out of the voters.
   */
  get electionsAfterQuiet(): number {
    return this.#elections;
  }

  /** Since when there has been one leader, and always the same; infinite where there is none now. */
  get settledSinceNs(): number {
    const open = this.reigns.filter((reign) => reign.endNs === null);
    return open.length === 1 ? this.#changedNs : Number.POSITIVE_INFINITY;
  }

  feed(event: TraceEvent, node: number, _incarnation: number, timeNs: number): void {
    this.line++;
    if (timeNs > this.timeNs) this.timeNs = timeNs;
    if (this.backlog.isDue(timeNs)) this.#lookAtLeaders(timeNs);
    const member = this.#member(node);
    switch (event.kind) {
      case 'append':
        member.last = event.index;
        return;
      case 'truncate':
        member.last = event.from - 1;
        return;
      case 'commit':
        this.#committed(member, event.index, timeNs);
        return;
      case 'apply':
        member.applied = event.position;
        moved(member, timeNs);
        return;
      case 'snapshot-piece':
        if (isNewPiece(member, event)) {
          this.backlog.piece(node, timeNs);
          this.pieceNs = timeNs;
          member.movedNs = timeNs;
        }
        return;
      case 'snapshot':
        if (event.op === 'take') return;
        member.last = Math.max(member.last, event.last.index);
        member.commit = Math.max(member.commit, event.last.index);
        member.settled = Math.max(member.settled, event.last.index);
        member.applied = event.last.index;
        moved(member, timeNs);
        return;
      case 'boot':
        this.#boot(member, event.recovered, timeNs);
        break;
      case 'crash':
      case 'panic':
        member.alive = false;
        this.#endReign(node, timeNs);
        break;
      case 'step-down':
        this.#endReign(node, timeNs, { planned: PLANNED.includes(event.reason) });
        break;
      case 'term':
      case 'vote':
        this.#seeTerm(event.term);
        this.#endReign(node, timeNs, { term: event.term });
        break;
      case 'leader':
        this.#seeTerm(event.term);
        this.#crown(member, event, timeNs);
        break;
      case 'membership':
      case 'transfer':
        break;
      default:
        // Says nothing of leaders or of progress.
        return;
    }
    this.plans.feed(event, node, timeNs, this.line);
  }

  /** The last fault has been undone: from here on it counts. */
  quiet(timeNs: number): void {
    this.#isQuiet = true;
    this.plans.quiet();
    this.#elections = 0;
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

  #member(node: number): Member {
    let member = this.members[node];
    if (member === undefined) {
      member = newMember(node);
      this.members[node] = member;
    }
    return member;
  }

  #boot(member: Member, recovered: Recovered, timeNs: number): void {
    this.#endReign(member.node, timeNs);
    member.alive = true;
    member.incoming = null;
    member.last = recovered.snapshot.index;
    member.commit = recovered.snapshot.index;
    member.applied = recovered.snapshot.index;
    if (!('entries' in recovered)) return;
    member.last = recovered.entries.at(-1)?.index ?? member.last;
    this.#seeTerm(recovered.term);
  }

  #seeTerm(term: number): void {
    if (term > this.term) this.term = term;
  }

  #crown(member: Member, event: Extract<TraceEvent, { kind: 'leader' }>, startNs: number): void {
    // A leader that prepares another ballot of its own has not made room for anybody.
    const own = this.#ballots ? this.#reignOf(member.node) : undefined;
    if (own === undefined) {
      this.#elections++;
      this.electionLine = this.line;
    } else own.term = event.term;
    // Two leaders at once: the one of the lower term has been overtaken.
    let overtaken = false;
    for (const reign of this.reigns) {
      if (reign.endNs !== null || reign === own) continue;
      if (reign.term < event.term) this.#end(reign, startNs, this.plans.isHandingOver(reign.node));
      else overtaken = true;
    }
    if (own !== undefined) {
      if (overtaken) this.#end(own, startNs, own.planned);
      return;
    }
    const required = Math.max(member.last, event.last.index);
    const backlog = this.#inDoubt(member.node, required);
    this.#changedNs = startNs;
    // It sends whoever lacks one a snapshot of its own.
    for (const each of this.members) if (each !== undefined) each.incoming = null;
    this.reigns.push({
      node: member.node,
      term: event.term,
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
  #inDoubt(leader: number, required: number): number {
    let from = this.#member(leader).commit;
    if (!this.#ballots) {
      for (const member of this.members) {
        if (member === undefined || !member.alive) continue;
        if (this.plans.takesPartSince(member.node) !== null) from = Math.min(from, member.settled);
      }
    }
    return Math.max(0, required - from);
  }

  #lookAtLeaders(timeNs: number): void {
    for (const { node, endNs } of this.reigns) {
      if (endNs !== null) continue;
      const reach = Math.max(this.#member(node).last, this.backlog.reachOf(node));
      this.backlog.looked(node, timeNs, this.#inDoubt(node, reach));
    }
  }

  /** Ends the reign of a node, unless it leads `term` itself. */
  #endReign(
    node: number,
    timeNs: number,
    { term = Number.POSITIVE_INFINITY, planned = this.plans.isHandingOver(node) } = {},
  ): void {
    const reign = this.#reignOf(node);
    if (reign === undefined || reign.term >= term) return;
    this.#end(reign, timeNs, planned);
    this.#changedNs = timeNs;
    this.#forgetEnded();
  }

  #end(reign: Reign, timeNs: number, planned: boolean): void {
    reign.endNs = timeNs;
    reign.planned = planned;
    this.backlog.ended(reign.node, timeNs);
  }

  #forgetEnded(): void {
    if (!this.#isQuiet) this.reigns = this.reigns.filter((reign) => reign.endNs === null);
  }

  #committed(member: Member, index: number, timeNs: number): void {
    member.commit = index;
    if (index > member.settled) member.settled = index;
    const reign = this.#reignOf(member.node);
    if (reign === undefined || index < reign.required) return;
    reign.committedNs ??= timeNs;
  }

  #reignOf(node: number): Reign | undefined {
    return this.reigns.findLast((reign) => reign.node === node && reign.endNs === null);
  }
}

function newMember(node: number): Member {
  return {
    node,
    alive: false,
    last: 0,
    commit: 0,
    applied: 0,
    settled: 0,
    incoming: null,
    movedNs: Number.NEGATIVE_INFINITY,
  };
}

function moved(member: Member, timeNs: number): void {
  member.movedNs = timeNs;
  member.incoming = null;
}

/** More of the same snapshot is progress; another one before the first is whole is not. */
function isNewPiece(
  member: Member,
  { index, received }: Extract<TraceEvent, { kind: 'snapshot-piece' }>,
): boolean {
  const { incoming } = member;
  const isMore = incoming?.index === index && received > incoming.received;
  if (incoming !== null && !isMore) return false;
  member.incoming = { index, received };
  return true;
}
