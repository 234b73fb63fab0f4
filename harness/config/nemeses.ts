/** Which nemeses a run has: by name, the usual ones, or all that its system promises to survive. */

import type { Nemesis } from '../../nemesis/fault.ts';
import type { Options } from '../../systems/protocol.ts';
import { beyondOf, type System, whyInoperable } from '../../systems/system.ts';
import { usage } from '../core/errors.ts';
import { BACKENDS, type BackendName, carriesOut, isVirtual } from './backends.ts';
import { type Catalogue, nemesisNamed } from './catalogue.ts';

/** Who chooses the nemeses of a run, and for what. */
interface Choice {
  /** As the user has it. */
  readonly asked: readonly string[] | undefined;
  /** As variants suggest it. */
  readonly hinted: readonly string[] | undefined;
  readonly nodes: number;
  readonly system: System;
  readonly backend: BackendName;
  /** The options of the system. */
  readonly set: Options;
}

/**
 * Names of nemeses, with `none` and `all` spelt out, which is all that the system promises to survive
 * and the backend can carry out; each can do something to so many nodes.
 */
export function nemesisNames(
  { asked, hinted, nodes, system, backend, set }: Choice,
  catalogue: Catalogue,
): readonly string[] {
  const names = asked ?? hinted ?? usualNemeses(catalogue, system);
  const alone = names.find((name) => name === 'all' || name === 'none');
  if (alone !== undefined && names.length > 1) {
    throw usage(`--nemesis ${names.join(',')}: "${alone}" stands alone`);
  }
  if (alone === 'none') return [];
  const all = () =>
    promisedNemeses(system, catalogue, set).filter((name) =>
      carriesOut(BACKENDS[backend], nemesisNamed(name, catalogue).needs),
    );
  const chosen = alone === 'all' ? all() : [...new Set(names)];
  const unfit = chosen.filter((name) => nodesMin(nemesisNamed(name, catalogue)) > nodes);
  // Only what the user named must be carried out; a suggestion may not suit the user's cluster.
  if (alone === undefined && asked !== undefined && unfit[0] !== undefined) {
    const least = nodesMin(nemesisNamed(unfit[0], catalogue));
    throw usage(`--nemesis ${unfit[0]}: needs ${least} nodes or more (--nodes is ${nodes})`);
  }
  const inside = chosen.find(
    (name) => system.kind === 'program' && !isOutside(nemesisNamed(name, catalogue)),
  );
  if (inside !== undefined && isVirtual(backend)) {
    throw usage(
      `--nemesis ${inside}: is nothing that can be done to a program, whose clock and disk are ` +
        'those of this machine',
    );
  }
  const stuck = chosen.find(
    (name) => whyNotDone(system, nemesisNamed(name, catalogue), set) !== null,
  );
  if (stuck !== undefined && asked !== undefined) {
    const why = whyNotDone(system, nemesisNamed(stuck, catalogue), set);
    throw usage(`--nemesis ${stuck}: ${why}`);
  }
  return chosen.filter(
    (name) =>
      !unfit.includes(name) && whyNotDone(system, nemesisNamed(name, catalogue), set) === null,
  );
}

/** The nemeses of a run that names none. */
export function usualNemeses({ nemeses }: Catalogue, system?: System): readonly string[] {
  return Object.entries(nemeses)
    .filter(([, one]) => one.usual !== false && isUsual(system, one))
    .map(([name]) => name);
}

/** Whether it can be done to a process from outside. */
function isOutside({ needs }: Nemesis): boolean {
  return carriesOut(BACKENDS.process, needs);
}

function isUsual(system: System | undefined, { needs }: Nemesis): boolean {
  return system?.usualFaults?.includes(needs) ?? true;
}

/**
 * Those that a system promises to survive, that can be done to it under these options, and that have a
 * form among so many nodes, or any number.
 */
export function promisedNemeses(
  system: System,
  { nemeses }: Catalogue,
  set: Options,
  nodes = Number.POSITIVE_INFINITY,
): readonly string[] {
  return (
    Object.entries(nemeses)
      .filter(([, one]) => whyBeyond(system, one) === null && nodesMin(one) <= nodes)
      .filter(([, one]) => whyNotDone(system, one, set) === null)
      // A program says of no other fault that it survives it: what it forgets with its process, say.
      .filter(([, one]) => system.kind !== 'program' || isUsual(system, one))
      .map(([name]) => name)
  );
}

/** Those of a run that its system does not promise to survive, with the reasons; null where none is. */
export function beyondPromise(
  system: System,
  names: readonly string[],
  catalogue: Catalogue,
): Readonly<Record<string, string>> | null {
  const found = names.flatMap((name) => {
    const why = whyBeyond(system, nemesisNamed(name, catalogue));
    return why === null ? [] : [[name, why] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

/** Why a system does not promise to survive a nemesis; null where it does. */
export function whyBeyond(system: System, { needs }: Nemesis): string | null {
  const beyond = beyondOf(system);
  return Object.hasOwn(beyond, needs) ? (beyond[needs] ?? null) : null;
}

/** Why a nemesis cannot be done to a system under these options; null where it can. */
export function whyNotDone(system: System, { needs }: Nemesis, set: Options): string | null {
  if (system.kind === 'member' && needs === 'clock') {
    return 'clocks of programs of others cannot be set from outside yet';
  }
  return whyInoperable(system, needs, set);
}

/** The smallest cluster in which a nemesis has a form. */
function nodesMin({ forms }: Nemesis): number {
  return Math.min(...forms.map((form) => form.minNodes));
}
