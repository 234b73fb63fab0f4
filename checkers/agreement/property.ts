/** What a property of a trace is, and on which evidence it rests. */

/**
 * Three tiers of evidence (`README.md` says why there are three). `client`: the clients' history alone
 * shows it (black box). `log`: what nodes executed, answered, recovered and converged to shows it
 * (grey box). `decision`: only the evidence of their decisions does, certificates and claims (white
 * box). Agreement over votes is of the last: what is chosen, no node knows by itself.
 */
export const TIERS = ['client', 'log', 'decision'] as const;

export type Tier = (typeof TIERS)[number];

/** One property: a checker that reports it says the formula, this says the rest. */
export interface Property {
  readonly tier: Tier;
  /** The paper that asks for it; `practice` where none does. */
  readonly source: string;
  /** What holds where nothing is wrong, for the page in this folder. */
  readonly holds: string;
  /**
   * What a person is told first when it is broken: without indices, terms and names of ours, and
   * true of every way to break it. `who` is the node whose step shows it.
   */
  readonly broken: (who: string) => string;
}

export type Properties = Readonly<Record<string, Property>>;
