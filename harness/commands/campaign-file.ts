/** Reads the file of a campaign: all that is wrong in it is told at once, before anything is run. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { CampaignSpec, Canary, Cell } from '../campaign/spec.ts';
import type { RunRequest } from '../config/config.ts';
import { type Complaint, readYamlFile, type YamlFile } from '../config/yaml-file.ts';
import { HarnessError, suggestion, usage } from '../core/errors.ts';
import { strategiesFor } from '../explore/strategies/index.ts';
import { Explored } from '../explore/trial.ts';
import { signatureText } from '../judge/signature.ts';
import { type CampaignFile, campaignSchema } from './campaign-schema.ts';
import { complaintsAbout } from './config-complaints.ts';
import { listOf } from './config-file.ts';
import { chooseVariants, isScripted } from './mutants-chosen.ts';
import type { SearchFlags } from './search-options.ts';

type Entry = CampaignFile['matrix'][number];
type Variant = NonNullable<Entry['variants']>[number];
type Path = readonly (string | number)[];

/** A combination of an entry, and where in the file its parts stand. */
interface Combination {
  readonly asked: RunRequest;
  readonly name: string;
  readonly subject: string;
  readonly at: number;
}

const CANARY = { seeds: 200, budgetS: 60 } as const;

export async function readCampaignFile(file: string): Promise<CampaignSpec> {
  const words = { one: 'field', many: 'fields' };
  const read = readYamlFile(file, file, campaignSchema, words, complaints);
  const { contents } = read;
  const wrong: string[] = [];
  /** What making something throws is told with the place of what it is made from. */
  const placed = async <Made>(path: Path, make: () => Promise<Made>): Promise<Made | null> => {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      wrong.push(read.problem(path, error.message).message);
      return null;
    }
  };
  const combined = contents.matrix.flatMap((entry, at) => combinationsOf(entry, at));
  const cells: Cell[] = [];
  for (const { asked, name, subject, at } of combined) {
    const cell = await placed(['matrix', at], async (): Promise<Cell> => {
      if (cells.some((one) => one.name === name)) throw usage(`${name} is there twice`);
      const { ground } = await Explored.of(asked);
      const strategies = strategiesFor(ground, contents.strategies, 'strategies');
      return { name, subject, asked, strategies };
    });
    if (cell !== null) cells.push(cell);
  }
  const canaries: Canary[] = [];
  for (const [at, canary] of (contents.canaries ?? []).entries()) {
    const chosen = await placed(['canaries', at], () => canariesOf(canary, contents));
    canaries.push(...(chosen ?? []));
  }
  wrong.push(...strangersIn(contents, combined, read));
  if (wrong.length > 0) throw usage([...new Set(wrong)].join('\n'));
  const { thresholds, budget = null } = contents;
  return {
    name: contents.name ?? basename(file).replace(/\.ya?ml$/, ''),
    file,
    source: readFileSync(file, 'utf8'),
    firstSeed: contents.seed ?? null,
    seeds: contents.seeds ?? null,
    budgetS: budget,
    retries: contents.retries ?? 2,
    cells,
    canaries,
    known: (contents.known ?? []).map(({ system, ...rest }) => ({ subject: system, ...rest })),
    thresholds: { valid: thresholds?.valid ?? 1, unknown: thresholds?.unknown ?? 0.5 },
  };
}

/** How far it goes: flags over the file, and so many seeds where neither says. */
export function limited(
  spec: CampaignSpec,
  { budget, seeds }: Pick<SearchFlags, 'budget' | 'seeds'>,
): CampaignSpec {
  const budgetS = budget ?? spec.budgetS;
  return { ...spec, budgetS, seeds: seeds ?? spec.seeds ?? (budgetS === null ? SEEDS : null) };
}

/** Of each cell, where neither seeds nor time limit it. */
const SEEDS = 100;

function combinationsOf(entry: Entry, at: number): Combination[] {
  const { system, variants = [{}], workload, nemesis, backend: _, ...common } = entry;
  const { 'time-limit': timeLimitS, 'nemesis-interval': nemesisIntervalS, ...sized } = common;
  const limits = {
    ...sized,
    ...(timeLimitS === undefined ? {} : { timeLimitS }),
    ...(nemesisIntervalS === undefined ? {} : { nemesisIntervalS }),
  };
  const sizes = Object.entries(common).map(([name, value]) => `${name}=${value}`);
  const combinations: Combination[] = [];
  for (const tested of many(system)) {
    for (const variant of variants) {
      const subject = [tested, ...variantName(variant)].join(':');
      for (const load of many(workload)) {
        for (const faults of many(nemesis)) {
          const named = faults === undefined ? undefined : listOf(faults);
          const asked: RunRequest = {
            ...limits,
            system: String(tested),
            ...(load === undefined ? {} : { workload: load }),
            ...(named === undefined ? {} : { nemesis: named }),
            ...(variant.rules === undefined ? {} : { rules: listOf(variant.rules) }),
            ...(variant.set === undefined ? {} : { set: variant.set }),
          };
          const parts = [subject, load, named?.join('+'), ...sizes];
          const name = parts.filter((part) => part !== undefined).join('/');
          combinations.push({ asked, name, subject, at });
        }
      }
    }
  }
  return combinations;
}

/** What is listed, or alone; nothing where it is absent, and drawn. */
function many<Item>(given: Item | readonly Item[] | undefined): readonly (Item | undefined)[] {
  return Array.isArray(given) ? given : [given as Item | undefined];
}

/** What tells a variant from the system as it is; none for that. */
function variantName({ name, rules = [], set = {} }: Variant): readonly string[] {
  if (name !== undefined) return [name];
  const files = listOf(rules).map((path) => basename(path).replace(/\.[jt]s$/, ''));
  const parts = [...files, ...Object.entries(set).map(([option, value]) => `${option}=${value}`)];
  return parts.length === 0 ? [] : [parts.join(',')];
}

async function canariesOf(
  { system, mutant, rules, seeds, budget }: NonNullable<CampaignFile['canaries']>[number],
  { strategies }: CampaignFile,
): Promise<readonly Canary[]> {
  const ids = mutant === undefined || mutant === 'all' ? undefined : listOf(mutant);
  const { chosen } = await chooseVariants([system], ids, rules === undefined ? [] : listOf(rules));
  const planted = chosen.filter(({ variant }) =>
    ids === undefined ? variant.kind !== 'decoy' && !isScripted(variant) : true,
  );
  const unfit = planted.find(({ variant }) => variant.kind === 'decoy' || isScripted(variant));
  if (unfit !== undefined) {
    const why = unfit.variant.kind === 'decoy' ? 'is harmless' : 'is shown by a script alone';
    throw usage(`${unfit.variant.id} ${why}, and no canary`);
  }
  if (planted.length === 0) throw usage(`${system} has no planted bugs`);
  return Promise.all(
    planted.map(async ({ system: tested, variant, request }): Promise<Canary> => {
      const { ground } = await Explored.of(request, variant.id);
      return {
        name: `${tested.name}/${variant.id}`,
        asked: request,
        id: variant.id,
        strategies: strategiesFor(ground, strategies, 'strategies'),
        seeds: seeds ?? CANARY.seeds,
        budgetS: budget ?? CANARY.budgetS,
      };
    }),
  );
}

/** Entries of `known` that no run could ever match. */
function strangersIn(
  { known = [] }: CampaignFile,
  combined: readonly Combination[],
  file: YamlFile<CampaignFile>,
): readonly string[] {
  const subjects = [...new Set(combined.map(({ subject }) => subject))];
  return known.flatMap(({ system, signature }, at) => {
    const wrong: string[] = [];
    const complain = (field: string, message: string) =>
      wrong.push(file.problem(['known', at, field], message).message);
    if (!subjects.includes(system)) {
      complain('system', `"${system}" is not in the matrix (${suggestion(system, subjects)})`);
    }
    const [checker = '', property = checker] = signature.split(': ');
    if (signatureText({ checker, property }) !== signature) {
      complain('signature', 'a checker and a property are needed: agreement: ElectionSafety');
    }
    return wrong;
  });
}

/** What no schema can tell: names that nobody knows, numbers out of their limits. */
function complaints(given: unknown): Complaint[] {
  const all = [...entriesIn(given, 'matrix'), ...entriesIn(given, 'canaries')].flatMap(
    ({ path, entry }) => optionsIn(entry).flatMap((one) => complaintsOf(one, path)),
  );
  return [...new Map(all.map((one) => [`${one.path.join('.')} ${one.message}`, one])).values()];
}

type Fields = Readonly<Record<string, unknown>>;

function entriesIn(given: unknown, field: string): { path: string[]; entry: Fields }[] {
  const list = isFields(given) ? given[field] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry, at) =>
    isFields(entry) ? [{ path: [field, String(at)], entry }] : [],
  );
}

function isFields(given: unknown): given is Fields {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** Options as a run has them, and where each stands in the entry. */
interface Placed {
  readonly options: Fields;
  readonly places: Readonly<Record<string, readonly string[]>>;
}

/** Every combination of an entry, so far as it can be read: each part with its place. */
function optionsIn(entry: Fields): Placed[] {
  const { variants, nemesis, mutant, ...rest } = entry;
  let combined: Placed[] = [{ options: rest, places: {} }];
  const choose = (field: string, value: unknown) => {
    if (!Array.isArray(value)) return;
    combined = combined.flatMap(({ options, places }) =>
      value.map((item, at) => ({
        options: { ...options, [field]: item },
        places: { ...places, [field]: [field, String(at)] },
      })),
    );
  };
  choose('system', rest['system']);
  choose('workload', rest['workload']);
  if (nemesis !== undefined) {
    if (Array.isArray(nemesis)) choose('nemesis', nemesis);
    else combined = combined.map((one) => ({ ...one, options: { ...one.options, nemesis } }));
  }
  if (mutant !== undefined && mutant !== 'all') {
    combined = combined.map((one) => ({ ...one, options: { ...one.options, mutant } }));
  }
  if (!Array.isArray(variants)) return combined;
  return combined.flatMap(({ options, places }) =>
    variants.filter(isFields).map((variant, at) => ({
      options: { ...options, rules: variant['rules'], set: variant['set'] },
      places: {
        ...places,
        rules: ['variants', String(at), 'rules'],
        set: ['variants', String(at), 'set'],
      },
    })),
  );
}

/** The complaints about a run's options, each at its place in the file. */
function complaintsOf({ options, places }: Placed, path: readonly string[]): Complaint[] {
  return complaintsAbout(options, undefined).map((one) => {
    const [field = '', ...further] = one.path;
    const whole = [...path, ...(places[field] ?? [field]), ...further];
    const said = one.message.slice(one.path.join('.').length);
    return { ...one, path: whole, message: `${whole.join('.')}${said}` };
  });
}
