/**
 * What Raft does to itself on purpose, as far as liveness is concerned: leadership transfers and
 * changes of the membership. They end in time, and what they unsettle is not held against anybody.
 */

import { nodeName, type TraceEvent } from '../../trace.ts';
import type { LogIndex, Nanos, NodeId } from '../../units.ts';
import type { Allowed, Overdue, Plans, Quiet } from '../liveness/progress.ts';
import type { RaftEvent } from './events.ts';

/** A leader gives a transfer up by its own clock after one election timeout. */
const TRANSFER_TIMEOUTS_MAX = 3;

/** Something under way: since when, and the line that says so. */
interface Begun {
  readonly sinceNs: Nanos;
  readonly line: number;
}

interface Participant {
  electionTimeoutNs: Nanos;
  /** Leaders: the transfer under way. */
  transfer: (Begun & { readonly target: NodeId }) | null;
  /** What it goes by; null for the membership that the cluster starts with. */
  membership: (Begun & Extract<RaftEvent, { kind: 'membership' }>) | null;
  leads: boolean;
  /** By the word of the latest leader: whether it gets the log, and since when. */
  takesPart: boolean;
  joinedNs: Nanos;
}

export class PlannedChanges implements Plans {
  elections = 0;
  readonly #participants: Participant[] = [];

  feed(event: TraceEvent, node: NodeId, timeNs: Nanos, line: number): void {
    switch (event.kind) {
      case 'boot':
        this.#restart(this.#participant(node), event);
        return;
      case 'crash':
      case 'panic':
      case 'term':
        this.#retire(this.#participant(node));
        return;
      case 'step-down':
        if (event.reason === 'not-a-voter') this.elections++;
        this.#retire(this.#participant(node));
        return;
      case 'leader':
        this.#participant(node).leads = true;
        this.#count(this.#participant(node), timeNs);
        return;
      case 'membership': {
        const participant = this.#participant(node);
        participant.membership = { ...event, sinceNs: timeNs, line };
        if (participant.leads) this.#count(participant, timeNs);
        return;
      }
      case 'transfer':
        if (event.op === 'start') this.elections++;
        this.#participant(node).transfer =
          event.op === 'start' ? { target: event.target, sinceNs: timeNs, line } : null;
        return;
      default:
        // Says nothing of such changes.
        return;
    }
  }

  quiet(): void {
    this.elections = 0;
  }

  isHandingOver(node: NodeId): boolean {
    return this.#participants[node]?.transfer != null;
  }

  takesPartSince(node: NodeId): number | null {
    const participant = this.#participant(node);
    return participant.takesPart ? participant.joinedNs : null;
  }

  /** Liveness:transfer and Liveness:config. */
  overdue(
    members: Parameters<Plans['overdue']>[0],
    allowed: Allowed,
    quiet: Quiet,
  ): Overdue | null {
    for (const [node, participant] of this.#participants.entries()) {
      if (participant === undefined) continue;
      const commit = members[node]?.commit ?? 0;
      const found =
        overdueTransfer(node, participant, quiet) ??
        overdueChange(node, { ...participant, commit }, allowed, quiet);
      if (found !== null) return found;
    }
    return null;
  }

  #participant(node: NodeId): Participant {
    let participant = this.#participants[node];
    if (participant === undefined) {
      participant = {
        electionTimeoutNs: 0,
        transfer: null,
        membership: null,
        leads: false,
        takesPart: true,
        joinedNs: Number.NEGATIVE_INFINITY,
      };
      this.#participants[node] = participant;
    }
    return participant;
  }

  #restart(participant: Participant, event: Extract<TraceEvent, { kind: 'boot' }>): void {
    this.#retire(participant);
    participant.electionTimeoutNs = (event.raft?.electionTimeoutMs ?? 0) * 1e6;
    participant.membership = null;
  }

  #retire(participant: Participant): void {
    participant.transfer = null;
    participant.leads = false;
  }

  /** A leader has said who takes part. */
  #count({ membership }: Participant, timeNs: Nanos): void {
    for (const [node, participant] of this.#participants.entries()) {
      if (participant === undefined) continue;
      const takesPart =
        membership === null ||
        membership.voters.includes(node) ||
        membership.learners.includes(node) ||
        (membership.oldVoters?.includes(node) ?? false);
      if (takesPart && !participant.takesPart) participant.joinedNs = timeNs;
      participant.takesPart = takesPart;
    }
  }
}

function overdueTransfer(
  node: NodeId,
  { transfer, electionTimeoutNs }: Participant,
  quiet: Quiet,
): Overdue | null {
  if (transfer === null || electionTimeoutNs === 0) return null;
  const { endNs } = quiet;
  const sinceNs = Math.max(transfer.sinceNs, quiet.sinceNs);
  if (endNs - sinceNs <= TRANSFER_TIMEOUTS_MAX * electionTimeoutNs) return null;
  return {
    property: 'Liveness:transfer',
    node,
    because:
      `${nodeName(node)} has been handing its leadership over to ${nodeName(transfer.target)} for ` +
      `${seconds(endNs - sinceNs)} s without a fault, and has neither ended that nor given it up`,
    lines: [transfer.line],
  };
}

function overdueChange(
  node: NodeId,
  { leads, membership, commit }: Participant & { readonly commit: LogIndex },
  { changeNs, positionNs }: Allowed,
  quiet: Quiet,
): Overdue | null {
  if (!leads || membership === null) return null;
  const { oldVoters, index, line } = membership;
  if (oldVoters === null && index <= commit) return null;
  const { endNs } = quiet;
  const sinceNs = Math.max(membership.sinceNs, quiet.sinceNs);
  if (endNs - sinceNs <= changeNs + Math.max(0, index - commit) * positionNs) return null;
  return {
    property: 'Liveness:config',
    node,
    because:
      `${nodeName(node)} leads, and its membership of index ${index} has been ` +
      `${oldVoters === null ? 'uncommitted' : 'a joint one'} for ${seconds(endNs - sinceNs)} s ` +
      'without a fault',
    lines: [line],
  };
}

function seconds(ns: Nanos): string {
  return (ns / 1e9).toFixed(1);
}
