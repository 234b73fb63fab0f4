/** Scenario files: those that are kept beside the systems, and a user's own. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtIn, type Catalogue, systemNamed } from '../catalogue.ts';
import { suggestion, usage } from '../errors.ts';
import { readYamlFile } from '../yaml-file.ts';
import { compileScenario } from './compile.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';

const SYSTEMS = fileURLToPath(new URL('../../systems/', import.meta.url));
const SUFFIX = '.yaml';

/** The scenarios kept beside a system, by name. */
export function scenarioNames(system: string): string[] {
  const folder = join(SYSTEMS, system, 'scenarios');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => basename(file, SUFFIX))
    .sort();
}

/**
 * The scenario that `--scenario` names: one of the system's own, or a file, which is told by a slash
 * or its ending. Throws a usage error with file and field for what is wrong in it.
 */
export function loadScenario(
  system: string,
  name: string,
  catalogue: Catalogue = builtIn,
): Scenario {
  systemNamed(system, catalogue);
  if (/[\\/]|\.ya?ml$/.test(name))
    return readScenario(name, `--scenario ${name}`, system, catalogue);
  const known = scenarioNames(system);
  if (known.includes(name)) {
    const file = join(SYSTEMS, system, 'scenarios', `${name}${SUFFIX}`);
    return readScenario(file, `--scenario ${name}`, system, catalogue);
  }
  const hint = suggestion(name, known, `see: ordeal list scenarios ${system}, or name a file`);
  throw usage(`--scenario: ${system} has no scenario "${name}" (${hint})`);
}

function readScenario(file: string, named: string, system: string, catalogue: Catalogue): Scenario {
  const yaml = readYamlFile(file, named, scenarioSchema, { one: 'field', many: 'fields' });
  const { contents } = yaml;
  if (contents.system !== undefined && contents.system !== system) {
    throw usage(`${named}: is for ${contents.system}, not for ${system}`);
  }
  const name = basename(file).replace(/\.ya?ml$/, '');
  return compileScenario(name, file, systemNamed(system, catalogue), yaml);
}
