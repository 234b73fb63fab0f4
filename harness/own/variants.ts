/** A user's own variants, from the file of `--rules`: whatever is not as it must be is told. */

import { resolve } from 'node:path';
import type { Options } from '../../systems/protocol.ts';
import type { DiskHabits, HuntSettings, Variant } from '../../systems/system.ts';
import { suggestion, usage } from '../core/errors.ts';
import { fieldsOf, isObject, isOneOf } from '../core/guards.ts';
import { OwnMistake } from '../core/panics.ts';
import {
  type AnyField,
  exactly,
  type FieldsOf,
  type Misfit,
  needs,
  type Optional,
  oneOf,
  optional,
  pathText,
  Shape,
  text,
  words,
} from '../core/shape.ts';
import { shown } from '../core/shown.ts';
import { placeOf, readFrom } from '../variants/blame.ts';
import { importOwn } from './import.ts';

const anyNumber = needs('a number', (value) => typeof value === 'number');
const texts = needs(
  'a list of texts',
  (value): value is readonly string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string'),
);
const settings = needs<Options>('an object of settings by name', (value) => {
  return isObject(value) && !Array.isArray(value);
});

/** Code: what it answers is looked at whenever it is asked. */
function method<Code>(): Optional<Code> {
  return optional(needs<Code>('a function', (value) => typeof value === 'function'));
}

const disk = exactly<DiskHabits>({
  tornTail: optional(oneOf('accept')),
  failedSync: optional(oneOf('ignored')),
  noRoom: optional(oneOf('ignored')),
  damage: optional(oneOf('accept')),
  rename: optional(oneOf('unsynced')),
});

const hunt = exactly<HuntSettings>({
  nodes: optional(anyNumber),
  nemesis: optional(texts),
  nemesisIntervalS: optional(anyNumber),
  timeLimitS: optional(anyNumber),
  rate: optional(anyNumber),
  workload: optional(words),
  set: optional(settings),
});

/** What a variant can change; one that changes nothing would test nothing. */
type Change = 'rules' | 'effects' | 'events' | 'start' | 'clientEffects' | 'durability' | 'disk';

const CHANGES: FieldsOf<Pick<Variant, Change>> = {
  rules: method(),
  effects: method(),
  events: method(),
  start: method(),
  clientEffects: method(),
  durability: method(),
  disk: optional(disk),
};

const FIELDS: FieldsOf<Variant> = {
  id: words,
  describe: words,
  kind: oneOf('mutant', 'decoy', 'variant'),
  ...CHANGES,
  hunt: optional(hunt),
  source: optional(text),
  expect: optional(texts),
};
const CHANGING: readonly string[] = Object.keys(CHANGES);
const KNOWN: ReadonlyMap<string, AnyField> = new Map(Object.entries<AnyField>(FIELDS));

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
    const changes = CHANGING.join(', ');
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
  for (const [name, value] of Object.entries(fieldsOf(variant))) {
    const known = KNOWN.get(name);
    if (known === undefined) {
      const hint = suggestion(name, [...KNOWN.keys()]);
      throw new OwnMistake(placeOf(variant, name), `is no field of a variant (${hint})`);
    }
    const shape = known instanceof Shape ? known : known.optional;
    const misfit = value === undefined ? null : shape.misfit(value);
    if (misfit !== null) throw new OwnMistake(placeOf(variant, name), told(misfit));
  }
  if (CHANGING.some((name) => fieldsOf(variant)[name] !== undefined)) return;
  const changes = CHANGING.join(', ');
  throw new OwnMistake(placeOf(variant, 'id'), `changes nothing (any of ${changes})`);
}

/** What is wrong with a field, as the rest of a sentence that begins with its name. */
function told(misfit: Misfit): string {
  const within = pathText(misfit.path);
  if (misfit.kind === 'stranger') {
    return `has no field "${within}" (${suggestion(within, misfit.known)})`;
  }
  const { needed, given, choices } = misfit;
  const hint = typeof given === 'string' ? suggestion(given, choices ?? [], '') : '';
  const must = `must be ${needed}${hint === '' ? '' : ` (${hint})`}`;
  return within === ''
    ? `is ${shown(given)}: it ${must}`
    : `has ${within}: ${shown(given)}, which ${must}`;
}
