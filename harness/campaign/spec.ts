/** What a campaign is to do: the cells of its matrix, its canaries, and how far it goes. */

import type { RunRequest } from '../config/config.ts';

/** One combination of the matrix: what all its runs have in common. */
export interface Cell {
  /** By which people know it: `raft:lease/append/partition`. */
  readonly name: string;
  /** The system and its variant, whose violations are the same wherever they show: `raft:lease`. */
  readonly subject: string;
  readonly asked: RunRequest;
  /** The strategies that take turns. */
  readonly strategies: readonly string[];
}

/** A planted bug that must be found, or nobody knows whether the night finds anything. */
export interface Canary {
  /** `raft/rf-commit-no-min`. */
  readonly name: string;
  readonly asked: RunRequest;
  /** Of the variants that are asked for, the one that is hunted. */
  readonly id: string;
  readonly strategies: readonly string[];
  /** Runs at most, and seconds of one core. */
  readonly seeds: number;
  readonly budgetS: number;
}

/** A violation that somebody is at work on already. */
export interface Known {
  readonly subject: string;
  /** As a summary prints it: `agreement: ElectionSafety`. */
  readonly signature: string;
  readonly issue: string;
}

/** What a night has to show beyond no violation. */
export interface Thresholds {
  /** Valid runs of every cell, at least. */
  readonly valid: number;
  /** Of the runs of a cell, the share at most that may be unknown. */
  readonly unknown: number;
}

export interface CampaignSpec {
  readonly name: string;
  /** The file, as the user named it, and all that stands in it. */
  readonly file: string;
  readonly source: string;
  /** The first seed of every cell; null where it goes on after the last campaign. */
  readonly firstSeed: number | null;
  /** Of every cell; null where only time limits them. */
  readonly seeds: number | null;
  /** Time for runs, canaries included; null where only seeds limit it. */
  readonly budgetS: number | null;
  /** Times that work is tried again which failed by the machine. */
  readonly retries: number;
  readonly cells: readonly Cell[];
  readonly canaries: readonly Canary[];
  readonly known: readonly Known[];
  readonly thresholds: Thresholds;
}
