/**
 * The program that runs one node: `node main.ts CONFIG.json`.
 *
 * Plain `node`, in a container or as a local process; everything it needs is in the configuration
 * file. Its log goes to standard error.
 */

import { pathToFileURL } from 'node:url';
import type { System } from '../../systems/system.ts';
import { HarnessError, usage } from '../errors.ts';
import { loadVariants } from '../variants/load.ts';
import { applyVariants, builtInVariant } from '../variants.ts';
import { NODE_EXIT, type NodeConfig, readConfig } from './config.ts';
import { CorruptionError } from './durable-file.ts';
import { runNode } from './node.ts';

async function main(): Promise<void> {
  const path = process.argv[2];
  if (path === undefined) throw usage('usage: node main.ts CONFIG.json');
  const config = readConfig(path);
  const system = await loadSystem(config);
  const variants = config.variants.map((id) => builtInVariant(system, id));
  for (const file of config.ruleFiles) variants.push(...(await loadVariants(file)));
  const ids = variants.map(({ id }) => id);
  await runNode(config, system, applyVariants(system, variants), ids, log);
}

async function loadSystem({ system }: NodeConfig): Promise<System> {
  if ('module' in system) {
    const module = (await import(pathToFileURL(system.module).href)) as { system: System };
    return module.system;
  }
  const { systems } = await import('../../systems/index.ts');
  const found: System | undefined = new Map<string, System>(Object.entries(systems)).get(
    system.name,
  );
  if (found === undefined) throw usage(`no system is called "${system.name}"`);
  return found;
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
