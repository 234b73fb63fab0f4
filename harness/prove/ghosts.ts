/**
 * What nodes have reported so far, beside the state of the cluster: an invariant is about claims of the
 * past, too (whoever has voted and crashed has voted). Two ways that lead to the same state count as
 * one only if every node has claimed the same, in the same order, on both. On what grounds it did (whose votes
 * and promises it counted) is judged when it does, and forgotten. A round of confirmations begins at a
 * moment: nobody's earlier word counts for it, so what all had claimed by then is part of it.
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { TraceChecker } from '../../checkers/trace.ts';
import type { Report } from './nodes.ts';
import { numberOfPair, PairMap } from './pair-map.ts';

/** What comes of a report that breaks an invariant. */
export const BROKEN = -2;

/** What becomes of what was reported so far when somebody reports more. */
export interface Reports {
  after(ghost: number, report: number): number;
}

export class Ghosts implements Reports {
  readonly #nodes: number;
  readonly #reportOf: (report: number) => Report;
  readonly #checkers: () => readonly TraceChecker[];
  /** By ghost: the one before it, and the report that it ends with: one of the ways in which it came about. */
  readonly #before: number[] = [-1];
  readonly #last: number[] = [-1];
  /** By ghost: the number of what each node has reported. */
  readonly #told: (readonly number[])[];
  readonly #next = new PairMap();
  /** What a node has told, after what it told before; and what several have, one after the other. */
  readonly #tellings = new PairMap();
  readonly #pairs = new PairMap();
  /** The same of a telling that goes by what all had told before. */
  readonly #moments = new PairMap();
  readonly #byTold = new Map<number, number>();
  #tellingsCount = 1;
  #pairsCount = 0;
  /** How many reports were judged, each behind what had been reported before. */
  judged = 0;

  constructor(
    nodes: number,
    reportOf: (report: number) => Report,
    checkers: () => readonly TraceChecker[],
  ) {
    this.#nodes = nodes;
    this.#reportOf = reportOf;
    this.#checkers = checkers;
    const nothing = Array.from({ length: nodes }, () => 0);
    this.#told = [nothing];
    this.#byTold.set(this.#numberOf(nothing), 0);
  }

  get count(): number {
    return this.#before.length;
  }

  /** What has been reported after this report; `BROKEN` where that breaks an invariant. */
  after(ghost: number, report: number): number {
    const known = this.#next.get(ghost, report);
    if (known === -1) return this.#judge(ghost, report);
    return known === BROKEN_STORED ? BROKEN : known;
  }

  /** The reports of one of the ways to this ghost, in order. */
  reportsOf(ghost: number): Report[] {
    const reports: Report[] = [];
    for (let at = ghost; at > 0; at = itemAt(this.#before, at)) {
      reports.push(this.#reportOf(itemAt(this.#last, at)));
    }
    return reports.reverse();
  }

  #judge(ghost: number, report: number): number {
    this.judged++;
    const found = this.#isBroken(ghost, report) ? BROKEN : this.#ghostAfter(ghost, report);
    this.#next.set(ghost, report, found === BROKEN ? BROKEN_STORED : found);
    return found;
  }

  #ghostAfter(ghost: number, report: number): number {
    const { node, claim, isMoment } = this.#reportOf(report);
    const before = itemAt(this.#told, ghost);
    const next = () => this.#tellingsCount++;
    const telling = numberOfPair(this.#tellings, itemAt(before, node), claim, next);
    const told = [...before];
    told[node] = isMoment
      ? numberOfPair(this.#moments, telling, this.#numberOf(before), next)
      : telling;
    const key = this.#numberOf(told);
    const known = this.#byTold.get(key);
    if (known !== undefined) return known;
    const number = this.#before.push(ghost) - 1;
    this.#last.push(report);
    this.#told.push(told);
    this.#byTold.set(key, number);
    return number;
  }

  /** One number for what each node has told: that of a pair of a pair of a pair. */
  #numberOf(told: readonly number[]): number {
    let number = itemAt(told, 0);
    for (let node = 1; node < this.#nodes; node++) {
      number = numberOfPair(this.#pairs, number, itemAt(told, node) * this.#nodes + node, () => {
        return this.#pairsCount++;
      });
    }
    return number;
  }

  #isBroken(ghost: number, report: number): boolean {
    const checkers = this.#checkers();
    const feed = ({ node, incarnation, events }: Report): void => {
      for (const event of events) {
        // No time passes between events: what is owed by a clock is not judged.
        for (const checker of checkers) checker.feed(event, node, incarnation, 0);
      }
    };
    for (const before of this.reportsOf(ghost)) feed(before);
    feed(this.#reportOf(report));
    return checkers.some(({ violations }) => violations.length > 0);
  }
}

/** Ghosts are from 0 on, and so must be what is stored of them. */
const BROKEN_STORED = 2 ** 31 - 1;
