/** Which variants `ordeal mutants` hunts: planted bugs and decoys of ours, and those of a user's files. */

import { systems } from '../../systems/index.ts';
import type { System, Variant } from '../../systems/system.ts';
import { builtIn, type Catalogue, protocolNamed } from '../config/catalogue.ts';
import type { RunRequest } from '../config/config.ts';
import { usage } from '../core/errors.ts';
import { withOwnModules } from '../own/modules.ts';
import { loadVariants } from '../own/variants.ts';
import { huntsOf } from '../variants/hunts.ts';
import { applyVariants, builtInVariant, refuseTwins } from '../variants/variants.ts';

/** A system, by what the user called it: its name, or the path of its module. */
export interface NamedSystem {
  readonly asked: string;
  readonly system: System;
}

export interface Chosen extends NamedSystem {
  readonly variant: Variant;
  /** What a run with it is asked for by. */
  readonly request: RunRequest;
}

export interface Choice {
  readonly systems: readonly NamedSystem[];
  readonly chosen: readonly Chosen[];
  readonly catalogue: Catalogue;
}

/** Whether a scripted schedule shows it, and random ones hardly ever do. */
export function isScripted({ kind, expect }: Variant): boolean {
  return kind === 'mutant' && expect?.length === 0;
}

/**
 * Of the systems that are named, or of all: those that `ids` name, those in `files`, or else every
 * one that is built in. Throws a usage error for what is not there, before anything is hunted.
 */
export async function chooseVariants(
  names: readonly string[],
  ids: readonly string[] | undefined,
  files: readonly string[],
): Promise<Choice> {
  let catalogue: Catalogue = builtIn;
  const named: NamedSystem[] = [];
  for (const asked of names.length === 0 ? Object.keys(systems) : new Set(names)) {
    const own = await withOwnModules({ system: asked }, catalogue);
    catalogue = own.catalogue;
    named.push({ asked, system: protocolNamed(own.request.system, catalogue) });
  }
  const own = await ownVariants(names.length === 0 ? [] : named, files, catalogue);
  const isAsked = own.length === 0 || ids !== undefined;
  const chosen = [...(isAsked ? choose(named, ids) : []), ...own];
  return { systems: named, chosen, catalogue };
}

/** The variants of a user's files, refused before any of them is hunted. */
async function ownVariants(
  named: readonly NamedSystem[],
  files: readonly string[],
  catalogue: Catalogue,
): Promise<Chosen[]> {
  if (files.length === 0) return [];
  const [one, ...more] = named;
  if (one === undefined || more.length > 0) {
    throw usage('--rules: say of which system the rules are');
  }
  const { asked, system } = one;
  const chosen: Chosen[] = [];
  for (const file of files) {
    const variants = await loadVariants(file);
    for (const variant of variants) {
      applyVariants(system, [variant]);
      chosen.push({ asked, system, variant, request: { system: asked, rules: [file] } });
    }
    huntsOf(system, variants, catalogue);
  }
  refuseTwins(chosen.map(({ variant }) => variant));
  return chosen;
}

/** Mutants and decoys of these systems, or those that are named. */
function choose(among: readonly NamedSystem[], ids: readonly string[] | undefined): Chosen[] {
  const chosen = (one: NamedSystem, variant: Variant): Chosen => ({
    ...one,
    variant,
    request: { system: one.asked, mutants: [variant.id] },
  });
  if (ids === undefined) {
    return among.flatMap((one) => one.system.variants.map((variant) => chosen(one, variant)));
  }
  return ids.map((id) => {
    const owner =
      among.find(({ system }) => system.variants.some((variant) => variant.id === id)) ??
      among.find(({ system }) => id.startsWith(`${system.name}/`)) ??
      among[0];
    if (owner === undefined) throw new Error('there is no system');
    return chosen(owner, builtInVariant(owner.system, id));
  });
}
