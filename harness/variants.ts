/**
 * Puts variants over a system's rules: built-in ones by id, a user's own from a file. Counts how
 * often a replaced rule was asked, and how often it decided otherwise than the rule it replaces.
 */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Durability, Rules, System, Variant } from '../systems/system.ts';
import { fileProblem, messageOf, suggestion, usage } from './errors.ts';
import type { ActiveDiskHabits } from './sim/disk.ts';

/** How often a changed rule was reached: tells a weak schedule from a weak checker. */
export interface Reach {
  calls: number;
  /** Times that the answer differed from that of the rule replaced. */
  changed: number;
}

/** A system's rules with its variants over them. */
export interface ActiveRules {
  readonly rules: Rules;
  /** Null where every record is synced. */
  readonly durability: ((record: unknown) => Durability) | null;
  /** Null where disks are used as they should be. */
  readonly disk: ActiveDiskHabits | null;
  /** By `variant: rule`. */
  readonly reached: Readonly<Record<string, Reach>>;
}

/**
 * Lays the variants over the system's rules, later ones over earlier ones. A variant that is there
 * twice, fails, or replaces what is no rule of the system is a usage error with its id.
 */
export function applyVariants(system: System, variants: readonly Variant[]): ActiveRules {
  const reached: Record<string, Reach> = {};
  const ids = new Set<string>();
  let rules: Rules = system.rules;
  /** The same without counting: asking what would have been decided must not count as a call. */
  let silent: Rules = system.rules;
  for (const variant of variants) {
    if (ids.has(variant.id)) throw usage(`variant ${variant.id} is named twice`);
    ids.add(variant.id);
    rules = { ...rules, ...counted(variant.id, silent, replacedRules(variant, rules), reached) };
    silent = { ...silent, ...replacedRules(variant, silent) };
  }
  const durability = durabilityOf(variants, reached);
  return { rules, durability, disk: diskHabitsOf(variants, reached), reached };
}

/** The rules that a variant replaces; one that means to and replaces none would test nothing. */
function replacedRules(variant: Variant, base: Rules): Rules {
  if (variant.rules === undefined) return {};
  let replaced: unknown;
  try {
    replaced = variant.rules(base);
  } catch (error) {
    throw usage(`variant ${variant.id}: its rules() fails (${messageOf(error)})`);
  }
  if (typeof replaced === 'object' && replaced !== null && Object.keys(replaced).length > 0) {
    return replaced;
  }
  throw usage(`variant ${variant.id}: its rules() returns no rule`);
}

type AnyFunction = (...parameters: unknown[]) => unknown;

function counted(
  id: string,
  base: Rules,
  replaced: Rules,
  reached: Record<string, Reach>,
): Record<string, unknown> {
  const before = new Map<string, unknown>(Object.entries(base));
  return Object.fromEntries(
    Object.entries(replaced).map(([name, rule]) => {
      const original = before.get(name);
      if (typeof original !== 'function' || typeof rule !== 'function') {
        throw usage(`variant ${id} replaces "${name}", which is not a rule of this system`);
      }
      const reach: Reach = { calls: 0, changed: 0 };
      reached[`${id}: ${name}`] = reach;
      return [name, counting(reach, original as AnyFunction, rule as AnyFunction)];
    }),
  );
}

function counting(reach: Reach, original: AnyFunction, rule: AnyFunction): AnyFunction {
  return (...parameters) => {
    reach.calls++;
    const answer = rule(...parameters);
    if (!isDeepStrictEqual(answer, original(...parameters))) reach.changed++;
    return answer;
  };
}

function durabilityOf(
  variants: readonly Variant[],
  reached: Record<string, Reach>,
): ((record: unknown) => Durability) | null {
  const changing = variants.filter((variant) => variant.durability !== undefined);
  if (changing.length === 0) return null;
  for (const variant of changing) reached[`${variant.id}: durability`] = { calls: 0, changed: 0 };
  return (record) => {
    let result: Durability = 'synced';
    for (const variant of changing) {
      const reach = reached[`${variant.id}: durability`] as Reach;
      reach.calls++;
      if (variant.durability?.(record) !== 'unsynced') continue;
      reach.changed++;
      result = 'unsynced';
    }
    return result;
  };
}

function diskHabitsOf(
  variants: readonly Variant[],
  reached: Record<string, Reach>,
): ActiveDiskHabits | null {
  const changing = variants.filter((variant) => variant.disk !== undefined);
  if (changing.length === 0) return null;
  const reach: Reach = { calls: 0, changed: 0 };
  for (const variant of changing) reached[`${variant.id}: disk`] = reach;
  return Object.assign({ reach }, ...changing.map((variant) => variant.disk)) as ActiveDiskHabits;
}

/** The built-in variant that `--mutant` names, with or without the system before it. */
export function builtInVariant(system: System, name: string): Variant {
  const id = name.startsWith(`${system.name}/`) ? name.slice(system.name.length + 1) : name;
  const variant = system.variants.find((candidate) => candidate.id === id);
  if (variant !== undefined) return variant;
  const hint = suggestion(
    id,
    system.variants.map((candidate) => candidate.id),
    `see: ordeal list mutants ${system.name}`,
  );
  throw usage(`--mutant: ${system.name} has no mutant "${name}" (${hint})`);
}

/** A user's own module: its exported variants, in the order of their names. */
export async function loadVariants(file: string): Promise<readonly Variant[]> {
  let module: Record<string, unknown>;
  try {
    // Import says less about a path that is wrong.
    readFileSync(file);
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw usage(`--rules ${file}: ${fileProblem(error)}`);
  }
  const variants = Object.values(module).filter(isVariant);
  if (variants.length > 0) return variants;
  throw usage(`--rules ${file}: exports no variant (an object with id, describe, kind and rules)`);
}

function isVariant(value: unknown): value is Variant {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Record<keyof Variant, unknown>>;
  const changes = candidate.rules ?? candidate.durability;
  const disk = typeof candidate.disk === 'object';
  return typeof candidate.id === 'string' && (disk || typeof changes === 'function');
}
