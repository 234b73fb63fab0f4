/** A user's own variants, from the file of `--rules`: whatever is not as it must be is told. */

import { resolve } from 'node:path';
import type { Variant } from '../../systems/system.ts';
import { suggestion, usage } from '../core/errors.ts';
import { fieldsOf, isObject, isOneOf } from '../core/guards.ts';
import { OwnMistake } from '../core/panics.ts';
import { placeOf, readFrom } from '../variants/blame.ts';
import { shown } from '../variants/guard.ts';
import { importOwn } from './import.ts';

/** What is wrong with a value: what it must be and is not, or what is wrong within it. */
type Wrong = { readonly must: string } | { readonly within: string };

type Check = (value: unknown) => Wrong | null;

function needs(must: string, right: (value: unknown) => boolean): Check {
  return (value) => (right(value) ? null : { must });
}

const text = needs('be a text', (value) => typeof value === 'string' && value !== '');
const method = needs('be a function', (value) => typeof value === 'function');
const number = needs('be a number', (value) => typeof value === 'number');
const texts = needs(
  'be a list of texts',
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
);
const settings = needs('be an object of settings by name', isPlain);

function isPlain(value: unknown): value is object {
  return isObject(value) && !Array.isArray(value);
}

function oneOf(...choices: readonly string[]): Check {
  return (value) => {
    if (isOneOf(value, choices)) return null;
    const allowed = choices.map((choice) => `"${choice}"`).join(' or ');
    const hint = typeof value === 'string' ? suggestion(value, choices, '') : '';
    return { must: `be ${allowed}${hint === '' ? '' : ` (${hint})`}` };
  };
}

/** An object with these fields, each of which may be absent. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isPlain(value)) return { must: 'be an object' };
    for (const [key, inner] of Object.entries(value)) {
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
      if (check === undefined) {
        return { within: `has no field "${key}" (${suggestion(key, Object.keys(checks))})` };
      }
      const wrong = inner === undefined ? null : check(inner);
      if (wrong === null) continue;
      return {
        within:
          'must' in wrong
            ? `has ${key}: ${shown(inner)}, which must ${wrong.must}`
            : `has ${key}, which ${wrong.within}`,
      };
    }
    return null;
  };
}

/** What a variant can change; one that changes nothing would test nothing. */
const CHANGES = {
  rules: method,
  effects: method,
  events: method,
  start: method,
  clientEffects: method,
  durability: method,
  disk: fields({ tornTail: oneOf('accept'), rename: oneOf('unsynced') }),
} satisfies Readonly<Partial<Record<keyof Variant, Check>>>;

const FIELDS = {
  id: text,
  describe: text,
  kind: oneOf('mutant', 'decoy', 'variant'),
  ...CHANGES,
  hunt: fields({
    nodes: number,
    nemesis: texts,
    nemesisIntervalS: number,
    timeLimitS: number,
    rate: number,
    workload: text,
    set: settings,
  }),
  source: text,
  expect: texts,
} satisfies Readonly<Record<keyof Variant, Check>>;

/** A user's own module: its exported variants, also those in a list, in the order of their names. */
export async function loadVariants(file: string): Promise<readonly Variant[]> {
  const { source, exported: module } = await importOwn(resolve(file), `--rules ${file}`);
  const exported = Object.values(module).flatMap((one) => (Array.isArray(one) ? one : [one]));
  const variants = [...new Set<unknown>(exported)].filter(isMeantAsVariant);
  const nameless = exported.find(isNamelessVariant);
  if (nameless !== undefined) {
    throw usage(`--rules ${file}: a variant has no field "id" (a text is needed: id: 'mine')`);
  }
  if (variants.length === 0) {
    const changes = Object.keys(CHANGES).join(', ');
    throw usage(
      `--rules ${file}: exports no variant (an object with id, describe, kind, and any of ${changes})`,
    );
  }
  for (const variant of variants) {
    readFrom(variant, file, source);
    checkVariant(variant);
  }
  return variants;
}

/** An object with an id and more than that: whoever wrote it means a variant. */
function isMeantAsVariant(value: unknown): value is Variant {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return 'id' in value && Object.keys(value).length > 1;
}

/** An object that says what kind it is and what it changes, and not what it is called. */
function isNamelessVariant(value: unknown): boolean {
  if (!isObject(value) || 'id' in value) return false;
  const given = fieldsOf(value);
  // Not `start` and `events`, which a protocol may have.
  const changes = ['rules', 'effects', 'clientEffects', 'durability'];
  return (
    isOneOf(given['kind'], ['mutant', 'decoy', 'variant']) ||
    changes.some((name) => typeof given[name] === 'function')
  );
}

/** Throws a `OwnMistake` for what no variant has, or has otherwise. */
export function checkVariant(variant: Variant): void {
  const given = new Map<string, unknown>(Object.entries(variant));
  for (const [name, value] of given) {
    const check: Check | undefined = Object.hasOwn(FIELDS, name)
      ? FIELDS[name as keyof Variant]
      : undefined;
    if (check === undefined) {
      const hint = suggestion(name, Object.keys(FIELDS));
      throw new OwnMistake(placeOf(variant, name), `is no field of a variant (${hint})`);
    }
    const wrong = value === undefined ? null : check(value);
    if (wrong === null) continue;
    const message = 'must' in wrong ? `is ${shown(value)}: it must ${wrong.must}` : wrong.within;
    throw new OwnMistake(placeOf(variant, name), message);
  }
  if (Object.keys(CHANGES).some((name) => variant[name as keyof Variant] !== undefined)) return;
  const changes = Object.keys(CHANGES).join(', ');
  throw new OwnMistake(placeOf(variant, 'id'), `changes nothing (any of ${changes})`);
}
