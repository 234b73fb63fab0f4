/** A scenario as it is played: nodes by number, every name of the file resolved and known. */

import type { Value } from '../../checkers/history.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Operation } from '../../systems/operations.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import type { HarnessError } from '../core/errors.ts';

/** Where something stands in the file, for complaints. */
export type Path = readonly (string | number)[];

export interface Scenario {
  /** How it is called on the command line. */
  readonly name: string;
  readonly file: string;
  readonly title: string;
  readonly system: System;
  readonly source: string | null;
  readonly about: string | null;
  readonly seed: number;
  /** Statements of `SCENARIOS.md` that it shows, those of its claims included. */
  readonly rows: readonly number[];
  readonly cases: readonly Case[];
  problem(path: Path, message: string): HarnessError;
}

/** What a play starts from. */
export interface Circumstances {
  /** Names of the nodes, by node. */
  readonly nodes: readonly string[];
  /** Every name, roles included, with its node. */
  readonly names: ReadonlyMap<string, number>;
  readonly options: Options;
  readonly variants: readonly string[];
  /** Durable records by node. */
  readonly disks: readonly (readonly unknown[])[];
  readonly down: readonly number[];
}

/** One play of the paper's rules, and the claims that are played beside it. */
export interface Case extends Circumstances {
  /** Null where the scenario has but one. */
  readonly title: string | null;
  readonly path: Path;
  readonly steps: readonly Step[];
  readonly expect: readonly Expectation[];
  readonly claims: readonly Claim[];
}

/** A statement that is wrong, or one that looks wrong and is not, as variants of the rules. */
export interface Claim {
  readonly path: Path;
  readonly row: number | null;
  readonly says: string;
  readonly variants: readonly string[];
  readonly options: Options;
  readonly afterwards: readonly Step[];
  /** Properties that it breaks; none if that is empty; null where that is not the point. */
  readonly breaks: readonly string[] | null;
  readonly expect: readonly Expectation[];
}

export interface Step {
  readonly path: Path;
  /** In the file's own words; null for a generated sentence. */
  readonly say: string | null;
  readonly action: Action;
  readonly expect: readonly Expectation[];
}

/** A node as a step calls it. */
export interface Named {
  readonly node: NodeId;
  readonly name: string;
}

export interface Filter {
  readonly kinds: readonly string[] | null;
  readonly from: readonly Named[] | null;
  readonly to: readonly Named[] | null;
  readonly among: readonly Named[] | null;
  readonly fields: Readonly<Record<string, unknown>> | null;
  readonly not: Filter | null;
  readonly first: number | null;
}

export type Action =
  | {
      readonly do: 'request';
      readonly at: Named;
      readonly request: string | null;
      readonly operation: Operation;
      readonly session: string | null;
    }
  | { readonly do: 'open'; readonly at: Named; readonly request: string }
  | { readonly do: 'retry'; readonly at: Named; readonly of: string }
  | {
      readonly do: 'deliver' | 'settle' | 'drop' | 'duplicate' | 'hold' | 'release';
      readonly filter: Filter;
    }
  | {
      readonly do: 'fire';
      readonly at: Named;
      readonly timer: number;
      readonly timerName: string;
    }
  | { readonly do: 'crash' | 'start' | 'restart' | 'isolate'; readonly nodes: readonly Named[] }
  | { readonly do: 'partition'; readonly groups: readonly (readonly Named[])[] }
  | { readonly do: 'heal' | 'forget' }
  | { readonly do: 'disconnect'; readonly nodes: readonly [Named, Named] }
  | { readonly do: 'wait'; readonly forUs: Micros }
  | {
      readonly do: 'run';
      readonly forUs: Micros;
      readonly until: readonly Expectation[] | null;
      readonly only: Filter;
    }
  | {
      readonly do: 'repeat';
      readonly times: number;
      readonly steps: readonly Step[];
      readonly until: readonly Expectation[] | null;
    }
  | { readonly do: 'note'; readonly text: string };

/** What a value must be. */
export interface Test {
  readonly relation: 'is' | 'not' | 'at-least' | 'at-most' | 'one-of' | 'has';
  readonly value: unknown;
}

/** How a request must have been answered; `none`: not at all so far. */
export type AnswerTest =
  | { readonly status: 'none' | 'ok' | 'unknown' | 'fail' | 'redirect' }
  | { readonly status: 'ok'; readonly value: Value }
  | { readonly status: 'redirect'; readonly to: Named };

export type Expectation = { readonly path: Path } & (
  | {
      readonly about: 'fact';
      /** Null for every node that is up. */
      readonly node: Named | null;
      readonly fact: string;
      readonly test: Test;
    }
  | { readonly about: 'up'; readonly node: Named; readonly up: boolean }
  | { readonly about: 'answer'; readonly request: string; readonly test: AnswerTest }
  /** `count` null: at least one. */
  | { readonly about: 'in-flight'; readonly filter: Filter; readonly count: number | null }
  | { readonly about: 'delivered'; readonly kind: string; readonly test: Test }
  /** Empty: none at all. */
  | { readonly about: 'broken'; readonly properties: readonly string[] }
);
