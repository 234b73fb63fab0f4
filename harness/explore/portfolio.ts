/**
 * Which strategy is tried next. Each is due a share of the work: what it has found for what it has
 * cost, and a least share that none goes below, since what found nothing so far may find what
 * nothing else does. Whichever is furthest behind its share is next. The cost is counted in events
 * of the simulator, which take the same time on one machine whoever draws them, so that the same
 * outcomes lead to the same choices.
 */

/** Of the work, for all strategies alike. */
const LEAST_SHARE = 0.2;
/** So much work without a find weighs as much as one find: nobody is written off for bad luck. */
const PRIOR_EVENTS = 1_000_000;
/** What a run costs until one is known. */
const RUN_EVENTS = 100_000;

interface Account {
  runs: number;
  events: number;
  underWay: number;
  /** Finds, of which the n-th of a kind counts as one n-th. */
  finds: number;
}

export class Portfolio {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #seen = new Map<string, number>();

  constructor(strategies: readonly string[]) {
    const account = () => ({ runs: 0, events: 0, underWay: 0, finds: 0 });
    this.#accounts = new Map(strategies.map((name) => [name, account()]));
  }

  /** The strategy of the next run, which is under way from then on until it is `told`. */
  next(): string {
    const shares = this.shares();
    const costs = new Map([...this.#accounts].map(([name, one]) => [name, costOf(one)]));
    const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
    const behind = ([name]: readonly [string, unknown]) =>
      (shares.get(name) ?? 0) * total - (costs.get(name) ?? 0);
    let chosen = [...this.#accounts][0];
    for (const one of this.#accounts) {
      if (chosen === undefined || behind(one) > behind(chosen)) chosen = one;
    }
    if (chosen === undefined) throw new Error('a portfolio is of one strategy at least');
    chosen[1].underWay++;
    return chosen[0];
  }

  /** What a run came to: its cost, and the kinds of violation that it showed. */
  told(strategy: string, events: number, kinds: readonly string[]): void {
    const account = this.#accounts.get(strategy);
    if (account === undefined) throw new Error(`no strategy ${strategy}`);
    account.underWay--;
    account.runs++;
    account.events += events;
    let find = 0;
    for (const kind of kinds) {
      const times = (this.#seen.get(kind) ?? 0) + 1;
      this.#seen.set(kind, times);
      find = Math.max(find, 1 / times);
    }
    account.finds += find;
  }

  /** By name, what part of the work each is due; they come to 1. */
  shares(): ReadonlyMap<string, number> {
    const rates = [...this.#accounts].map(([name, { finds, events }]) => {
      return [name, (finds + 1) / (events + PRIOR_EVENTS)] as const;
    });
    const sum = rates.reduce((total, [, rate]) => total + rate, 0);
    const least = LEAST_SHARE / rates.length;
    return new Map(rates.map(([name, rate]) => [name, least + (1 - LEAST_SHARE) * (rate / sum)]));
  }
}

/** In events, with those of the runs that are under way as it seems they will be. */
function costOf({ runs, events, underWay }: Account): number {
  return events + underWay * (runs === 0 ? RUN_EVENTS : events / runs);
}
