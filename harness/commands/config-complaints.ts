/**
 * What is wrong with the options of a file though each is of its kind: names that nobody knows,
 * numbers out of their limits. All of it at once, where only one mistake is told of a command line.
 */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { builtIn, nameFault } from '../config/catalogue.ts';
import { LIMITS, limitFault } from '../config/config.ts';
import { settingFault, settingSpecs } from '../config/settings.ts';
import type { Complaint } from '../config/yaml-file.ts';
import { fileProblem } from '../core/errors.ts';
import { requireFile } from '../core/files.ts';
import { secondsIn } from '../core/quantities.ts';
import { isModulePath } from '../own/modules.ts';
import { variantFault } from '../variants/variants.ts';

/** Whatever is of another kind is the schema's business. */
const loose = z.object({
  system: z.string().optional().catch(undefined),
  workload: z.string().optional().catch(undefined),
  nemesis: z.unknown().optional(),
  mutant: z.unknown().optional(),
  rules: z.unknown().optional(),
  set: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

/** `named`: the system of the command line, for a file that names none. */
export function complaintsAbout(given: unknown, named: string | undefined): Complaint[] {
  const { success, data } = loose.safeParse(given);
  if (!success) return [];
  const complaints = limitsIn(given as Record<string, unknown>);
  const nemeses = namesIn('nemesis', data.nemesis);
  const system = data.system ?? named;
  const complain = (path: Complaint['path'], fault: string | null) => {
    if (fault === null) return;
    complaints.push({ path, at: 'value', message: `${path.join('.')}: ${fault}` });
  };
  const parts = [
    ...namesIn('system', data.system),
    ...namesIn('workload', data.workload),
    ...nemeses,
  ];
  const modules = parts.filter(({ name }) => isModulePath(name));
  for (const { path, name } of [...modules, ...namesIn('rules', data.rules)]) {
    complain(path, moduleFault(name));
  }
  // A module of the user's own may bring whatever the others name.
  if (modules.length > 0 || isModulePath(system ?? '')) return complaints;
  const find = <Item>(
    items: Readonly<Record<string, Item>>,
    path: Complaint['path'],
    name: string | undefined,
  ): Item | null => {
    if (name === undefined) return null;
    const fault = nameFault(items, name);
    complain(path, fault === null ? null : `unknown ${fault}`);
    return fault === null ? (items[name] ?? null) : null;
  };
  const { workload } = data;
  const tested = find(builtIn.systems, ['system'], system);
  const asked = find(builtIn.workloads, ['workload'], workload);
  for (const { path, name } of nemeses) {
    if (name !== 'all' && name !== 'none') find(builtIn.nemeses, path, name);
  }
  if (tested === null) return complaints;
  for (const { path, name } of namesIn('mutant', data.mutant)) {
    complain(path, variantFault(tested, name));
  }
  // Without a workload that is known, one with options of its own may be meant.
  const known = asked ?? (workload === undefined ? servedBy(tested) : null);
  if (known !== null) complaints.push(...settingsIn(data.set ?? {}, tested, known));
  return complaints;
}

/** What keeps a module of the user's from being read, where Ordeal was started; null for nothing. */
function moduleFault(file: string): string | null {
  try {
    requireFile(file);
    readFileSync(file);
    return null;
  } catch (error) {
    return `${file}: ${fileProblem(error)}`;
  }
}

/** The first workload that a system serves, which is its default. */
function servedBy({ operations }: System): Workload | null {
  const all = Object.values(builtIn.workloads);
  return all.find((one) => one.operations.every((f) => operations.includes(f))) ?? null;
}

/** Numbers and times, by the names that they have in a file. */
function limitsIn(given: Record<string, unknown>): Complaint[] {
  return Object.values(LIMITS).flatMap(({ name, ...limit }) => {
    const field = name.slice(2);
    const value = given[field];
    const number = typeof value === 'string' ? secondsIn(value) : value;
    if (typeof number !== 'number') return [];
    const fault = limitFault(number, limit);
    return fault === null ? [] : [{ path: [field], at: 'value', message: `${field}: ${fault}` }];
  });
}

/** Names in a list, or by comma, each with its place. */
function namesIn(field: string, given: unknown): { path: string[]; name: string }[] {
  if (typeof given === 'string') {
    return given.split(',').map((name) => ({ path: [field], name: name.trim() }));
  }
  if (!Array.isArray(given)) return [];
  return given.flatMap((name, at) =>
    typeof name === 'string' ? [{ path: [field, String(at)], name }] : [],
  );
}

function settingsIn(
  set: Readonly<Record<string, unknown>>,
  system: System,
  workload: Workload,
): Complaint[] {
  const specs = settingSpecs(system, workload);
  return Object.entries(set).flatMap(([name, value]): Complaint[] => {
    if (!['string', 'number', 'boolean'].includes(typeof value)) return [];
    const fault = settingFault(specs, system.name, name, value as string | number | boolean);
    if (fault === null) return [];
    const at = Object.hasOwn(specs, name) ? 'value' : 'key';
    return [{ path: ['set', name], at, message: `set.${name}: ${fault}` }];
  });
}
