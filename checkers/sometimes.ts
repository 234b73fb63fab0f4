/**
 * Situations that must occur at least once in a campaign: a campaign in which no leader ever lost what it
 * had not committed says little about losing it. That none occurred is never a violation; it says what was
 * not tested. The word is Antithesis'.
 */

import { type History, type HistoryEvent, NEMESIS } from './history.ts';
import type { AnyEvent } from './trace.ts';
import type { Nanos, NodeId } from './units.ts';

/** Fields that an event must have, each with this very value. */
type Fields = Readonly<Record<string, string | number | boolean | null>>;

/** Follows what the nodes of one run report, and may remember it. */
export interface ReportWatch {
  /** Whether the situation is there with this event. Pure, but for what the watch remembers. */
  sees(event: AnyEvent, node: NodeId, timeNs: Nanos): boolean;
}

/** Follows what the clients of one run did and saw, and may remember it. */
export interface OperationWatch {
  sees(event: HistoryEvent): boolean;
}

/** A situation, as data or, where one event does not tell, as a watch that is made anew for each run. */
export type Sometimes = {
  /** Letters, digits, dots and dashes. */
  readonly name: string;
  /** A sentence without its full stop: `a leader with uncommitted entries was deposed`. */
  readonly describe: string;
} & (
  | { /** A node reports such an event. */ readonly reported: Fields }
  | { /** The history has such an event of a client. */ readonly happened: Fields }
  | { watchReports(): ReportWatch }
  | { watchOperations(): OperationWatch }
);

/** Counts, in one run, how often each of some situations was there. */
export class SometimesCounter {
  readonly #times = new Map<string, number>();
  readonly #reports: { readonly name: string; readonly watch: ReportWatch }[] = [];
  readonly #operations: { readonly name: string; readonly watch: OperationWatch }[] = [];

  constructor(all: readonly Sometimes[]) {
    for (const one of all) {
      const { name } = one;
      this.#times.set(name, 0);
      if ('reported' in one) this.#reports.push({ name, watch: having(one.reported) });
      else if ('watchReports' in one) this.#reports.push({ name, watch: one.watchReports() });
      else if ('happened' in one) this.#operations.push({ name, watch: having(one.happened) });
      else this.#operations.push({ name, watch: one.watchOperations() });
    }
  }

  /** To be told of all that nodes report, in order. */
  feed(event: AnyEvent, node: NodeId, timeNs: Nanos): void {
    for (const { name, watch } of this.#reports) {
      if (watch.sees(event, node, timeNs)) this.#count(name);
    }
  }

  /** By name, 0 among them, once the run is over. */
  times(history: History): Readonly<Record<string, number>> {
    for (let index = 0; this.#operations.length > 0 && index < history.length; index++) {
      if (history.process[index] === NEMESIS) continue;
      const event = history.event(index);
      for (const { name, watch } of this.#operations) if (watch.sees(event)) this.#count(name);
    }
    return Object.fromEntries(this.#times);
  }

  #count(name: string): void {
    this.#times.set(name, (this.#times.get(name) ?? 0) + 1);
  }
}

function having(fields: Fields): { sees(event: object): boolean } {
  const wanted = Object.entries(fields);
  return {
    sees: (event) => wanted.every(([field, value]) => Reflect.get(event, field) === value),
  };
}
