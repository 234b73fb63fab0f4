/**
 * The program that runs one node: `node main.ts CONFIG.json`.
 *
 * Plain `node`, in a container or as a local process; everything it needs is in the configuration
 * file. Its log goes to standard error.
 */

import { pathToFileURL } from 'node:url';
import type { ProtocolSystem } from '../../systems/system.ts';
import { HarnessError, messageOf, usage } from '../core/errors.ts';
import { fieldsOf, isObject } from '../core/guards.ts';
import { leadToUs } from '../own/code.ts';
import { ownSystem } from '../own/system.ts';
import { loadVariants } from '../own/variants.ts';
import { applyVariants, builtInVariant } from '../variants/variants.ts';
import { NODE_EXIT, type NodeConfig, readConfig } from './config.ts';
import { CorruptionError } from './durable-file.ts';
import { runNode } from './node.ts';

async function main(): Promise<void> {
  const path = process.argv[2];
  if (path === undefined) throw usage('usage: node main.ts CONFIG.json');
  const config = readConfig(path);
  leadToUs('kit');
  const system = await loadSystem(config);
  const variants = config.variants.map((id) => builtInVariant(system, id));
  for (const file of config.ruleFiles) variants.push(...(await loadVariants(file)));
  const ids = variants.map(({ id }) => id);
  await runNode(config, system, applyVariants(system, variants), ids, log);
}

async function loadSystem({ system: { name, modules } }: NodeConfig): Promise<ProtocolSystem> {
  for (const file of modules) {
    const own = (await exportsOf(file)).find((value) => isSystem(value, name));
    if (own !== undefined) return ownSystem(own);
  }
  const { systems } = await import('../../systems/index.ts');
  const found: ProtocolSystem | undefined = new Map<string, ProtocolSystem>(
    Object.entries(systems),
  ).get(name);
  if (found === undefined) throw usage(`no system is called "${name}"`);
  return found;
}

/** The controller has loaded the same file: what fails here is something that only it can reach. */
async function exportsOf(file: string): Promise<readonly unknown[]> {
  try {
    const exported: unknown = await import(pathToFileURL(file).href);
    return Object.values(fieldsOf(exported));
  } catch (error) {
    throw usage(`${file} cannot be loaded in a container: ${messageOf(error)}`);
  }
}

/** Not a workload or nemesis of the same name. The controller has looked at it in full. */
function isSystem(value: unknown, name: string): value is ProtocolSystem {
  return isObject(value) && 'protocol' in value && fieldsOf(value)['name'] === name;
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function exitStatus(error: unknown): number {
  if (error instanceof CorruptionError) return NODE_EXIT.corrupt;
  if (error instanceof HarnessError || error instanceof TypeError) return NODE_EXIT.usage;
  return NODE_EXIT.environment;
}

process.on('SIGTERM', () => {
  log('SIGTERM: stopping');
  process.exit(0);
});
main().catch((error: unknown) => {
  const status = exitStatus(error);
  // Where the machine failed, the place in the code may say why; a mistake speaks for itself.
  const known = error instanceof Error && status !== NODE_EXIT.environment;
  log(known ? error.message : describe(error));
  process.exit(status);
});
