/** From what a user asked for to a run that can be made: modules loaded, settings resolved. */

import { resolve } from 'node:path';
import { builtIn, type Catalogue, systemNamed } from '../config/catalogue.ts';
import { type RunRequest, resolveConfig } from '../config/config.ts';
import { withOwnModules } from '../own/modules.ts';
import { fromHere } from '../own/paths.ts';
import { loadVariants } from '../own/variants.ts';
import { huntsOf } from '../variants/hunts.ts';
import { applyVariants, builtInVariant } from '../variants/variants.ts';
import type { PreparedRun } from './prepared.ts';

/** Resolves configuration and variants; nothing has been started yet when this throws. */
export async function prepare(
  request: RunRequest,
  base: Catalogue = builtIn,
): Promise<PreparedRun> {
  const { request: named, catalogue } = await withOwnModules(request, base);
  const system = systemNamed(named.system, catalogue);
  const planted = (request.mutants ?? []).map((name) => builtInVariant(system, name));
  const files = (request.rules ?? []).map((file) => resolve(file));
  const own = (await Promise.all(files.map((file) => loadVariants(file)))).flat();
  const variants = [...planted, ...own];
  // Refuses what does not fit the system before anything is started.
  applyVariants(system, variants);
  const hunts = huntsOf(system, variants, catalogue);
  // The command that is told keeps the user's paths; the configuration has names.
  const rules = files.length > 0 ? { rules: files.map(fromHere) } : {};
  const config = resolveConfig({ ...named, ...rules }, hunts, drawSeed, catalogue);
  return { request, config, variants, catalogue, byValue: [] };
}

function drawSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
