/**
 * Puts variants over a system: built-in ones by id, a user's own from a file (`variants/load.ts`).
 * Counts how often each part of one was asked, and how often it decided otherwise than what it
 * replaces.
 */

import type { ClientProtocol } from '../../systems/client.ts';
import type { AnyProtocol } from '../../systems/protocol.ts';
import {
  asProtocol,
  type Durability,
  type Rules,
  rulesOf,
  type System,
  type Variant,
} from '../../systems/system.ts';
import { suggestion, usage } from '../core/errors.ts';
import type { ActiveDiskHabits } from '../sim/disk.ts';
import { placeOf } from './blame.ts';
import { filteredClient } from './client-effects.ts';
import { filteredProtocol } from './effects.ts';
import { decided, type Filter, filtersOf } from './filters.ts';
import { type Asker, Guard, trusting } from './guard.ts';
import { replacedRules, replacing, rulesOver } from './rules.ts';
import { type Reach, Tally } from './tally.ts';

/** A system with its variants over it. */
export interface ActiveRules {
  readonly rules: Rules;
  /** Node and client code of the system under the variants, in a run with this seed. */
  protocol(seed: number): AnyProtocol;
  client(seed: number): ClientProtocol;
  /** Null where every record is synced. */
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where disks are used as they should be. */
  readonly disk: ActiveDiskHabits | null;
  /** By `variant: part`, a rule or a field of the variant. */
  readonly reached: Readonly<Record<string, Reach>>;
}

/**
 * Lays the variants over the system, later ones over earlier ones. A variant that is there twice,
 * fails, or replaces what is no rule of the system is a usage error with its file or id.
 */
export function applyVariants(system: System, variants: readonly Variant[]): ActiveRules {
  const tally = new Tally();
  const guard = new Guard(tally);
  const askerOf = (variant: Variant): Asker =>
    system.variants.includes(variant) ? trusting : guard;
  refuseTwins(variants);
  let rules: Rules = rulesOf(system);
  /** The same without counting: asking what would have been decided must not count as a call. */
  let silent: Rules = rulesOf(system);
  for (const variant of variants) {
    const { ruleTable: table } = system;
    const counted = rulesOver(rules, { variant, silent, table, asker: askerOf(variant), tally });
    silent = replacing(silent, replacedRules(variant, silent));
    rules = replacing(rules, counted);
  }
  const filters = (name: Parameters<typeof filtersOf>[0]) =>
    filtersOf(name, variants, askerOf, tally);
  const ofNodes = {
    start: filters('start'),
    events: filters('events'),
    effects: filters('effects'),
  };
  const ofClients = filters('clientEffects');
  return {
    rules,
    protocol: (seed) => filteredProtocol(asProtocol(system).protocol(rules), ofNodes, seed),
    client: (seed) => filteredClient(asProtocol(system).client(rules), ofClients, seed),
    durability: durabilityOf(filters('durability')),
    disk: diskHabitsOf(variants, tally),
    reached: tally.reached,
  };
}

/** What is told of a variant goes by its id: two of one id are a usage error with both places. */
export function refuseTwins(variants: readonly Variant[]): void {
  const known = new Map<string, Variant>();
  for (const variant of variants) {
    const { id } = variant;
    const twin = known.get(id);
    if (twin === variant) throw usage(`variant ${id} is named twice`);
    if (twin !== undefined) {
      throw usage(`two variants are called ${id}: ${homeOf(twin)} and ${homeOf(variant)}`);
    }
    known.set(id, variant);
  }
}

/** Where a variant comes from, for people. */
function homeOf(variant: Variant): string {
  const { file, line } = placeOf(variant, 'id');
  if (file === null) return 'one that is no file of --rules';
  return line === null ? file : `${file}:${line}`;
}

function durabilityOf(filters: readonly Filter[]): ActiveRules['durability'] {
  if (filters.length === 0) return null;
  return (record) => {
    let result: Durability = 'synced';
    // Each is asked, since each is counted.
    for (const filter of filters) {
      if (decided(filter, record, 'synced') === 'unsynced') result = 'unsynced';
    }
    return result;
  };
}

function diskHabitsOf(variants: readonly Variant[], tally: Tally): ActiveDiskHabits | null {
  const changing = variants.filter((variant) => variant.disk !== undefined);
  if (changing.length === 0) return null;
  // Their habits are one: what mattered cannot be told apart.
  const reach: Reach = { calls: 0, changed: 0 };
  for (const variant of changing) tally.reached[`${variant.id}: disk`] = reach;
  return Object.assign({ reach }, ...changing.map((variant) => variant.disk)) as ActiveDiskHabits;
}

/** The built-in variant that `--mutant` names, with or without the system before it. */
export function builtInVariant(system: System, name: string): Variant {
  const variant = findVariant(system, name);
  if (variant !== undefined) return variant;
  throw usage(`--mutant: ${variantFault(system, name)}`);
}

/** What is wrong with the name of a built-in variant; null where there is one. */
export function variantFault(system: System, name: string): string | null {
  if (findVariant(system, name) !== undefined) return null;
  const hint = suggestion(
    idIn(system, name),
    system.variants.map((candidate) => candidate.id),
    `see: ordeal list mutants ${system.name}`,
  );
  return `${system.name} has no mutant "${name}" (${hint})`;
}

function findVariant(system: System, name: string): Variant | undefined {
  const id = idIn(system, name);
  return system.variants.find((candidate) => candidate.id === id);
}

function idIn(system: System, name: string): string {
  return name.startsWith(`${system.name}/`) ? name.slice(system.name.length + 1) : name;
}
