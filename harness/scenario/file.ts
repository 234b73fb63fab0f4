/** Scenario files: those that are kept beside the systems, and a user's own. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from '../../systems/system.ts';
import { builtIn, systemNamed } from '../config/catalogue.ts';
import { readYamlFile } from '../config/yaml-file.ts';
import { suggestion, usage } from '../core/errors.ts';
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
export function loadScenario(system: System | string, name: string): Scenario {
  const tested = typeof system === 'string' ? systemNamed(system, builtIn) : system;
  const named = `--scenario ${name}`;
  if (/[\\/]|\.ya?ml$/.test(name)) return readScenarioFile(name, named, tested);
  const known = scenarioNames(tested.name);
  if (known.includes(name)) {
    return readScenarioFile(
      join(SYSTEMS, tested.name, 'scenarios', `${name}${SUFFIX}`),
      named,
      tested,
    );
  }
  const other = Object.keys(builtIn.systems).find((one) => scenarioNames(one).includes(name));
  const hint =
    other === undefined
      ? suggestion(name, known, `see: ordeal list scenarios ${tested.name}, or name a file`)
      : `${other} has one`;
  throw usage(`--scenario: ${tested.name} has no scenario "${name}" (${hint})`);
}

/** Reads a file for a system; `named` begins the message where it cannot be read. */
export function readScenarioFile(file: string, named: string, system: System): Scenario {
  const yaml = readYamlFile(file, named, scenarioSchema, { one: 'field', many: 'fields' });
  const { contents } = yaml;
  if (contents.system !== undefined && contents.system !== system.name) {
    throw usage(`${named}: is for ${contents.system}, not for ${system.name}`);
  }
  const name = basename(file).replace(/\.ya?ml$/, '');
  return compileScenario(name, file, system, yaml);
}
