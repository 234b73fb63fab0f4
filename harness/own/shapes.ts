/**
 * What a user's own system, workload or nemesis must look like. Checked when it is loaded: what is
 * wrong is told by its field, before anything is run.
 */

import { models } from '../../checkers/linearizable/index.ts';
import type { Model } from '../../checkers/linearizable/model.ts';
import type { Value } from '../../checkers/value.ts';
import { FAULT_KINDS, type FaultWords, type Nemesis } from '../../nemesis/fault.ts';
import { type OperationName, PROTOCOL_OPERATIONS } from '../../systems/operations.ts';
import { worthDrawing } from '../../systems/option-values.ts';
import type { Options } from '../../systems/protocol.ts';
import type { AnyRuleTable } from '../../systems/rule-table.ts';
import type {
  ClientPatience,
  NodePatience,
  OptionSpec,
  Patience,
  ProtocolSystem,
  Rules,
  SmallWorld,
  Variant,
} from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { isAllowed, SIMULATOR_OPTIONS } from '../config/settings.ts';
import { suggestion } from '../core/errors.ts';
import { fieldsOf, isObject, isOneOf, isWhole } from '../core/guards.ts';
import {
  exactly,
  list,
  type Misfit,
  needs,
  object,
  oneOf,
  optional,
  record,
  Shape,
  setting,
  text,
  truth,
  under,
  words,
} from '../core/shape.ts';
import { sometimesShape } from './sometimes.ts';

export const KINDS = ['systems', 'workloads', 'nemeses'] as const satisfies (keyof Catalogue)[];

export type Kind = (typeof KINDS)[number];

/** Modules bring protocols: a program is named by its own file. */
export type PartOf<PartKind extends Kind> = PartKind extends 'systems'
  ? ProtocolSystem
  : Catalogue[PartKind][string];

interface PartKind<Part> {
  readonly one: string;
  /** Tells an export that is meant to be one of these. */
  readonly mark: string;
  readonly shape: Shape<Part>;
}

/** Code: what it takes and answers shows when it is asked, and is held to then (`parts.ts`). */
function method<Code>(): Shape<Code> {
  return needs<Code>('a function', (value) => typeof value === 'function');
}

const natural = needs('a whole number above 0', (value): value is number =>
  isWhole(value, 1, Number.MAX_SAFE_INTEGER),
);
const milliseconds = needs(
  'a number above 0',
  (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0,
);
const readiness = needs<NonNullable<ProtocolSystem['ready']>>(
  '"one-leader", "nodes-up" or a function',
  (value) => value === 'one-leader' || value === 'nodes-up' || typeof value === 'function',
);
const name = needs(
  'a name of letters, digits, dots and dashes',
  (value): value is string => typeof value === 'string' && /^[\w.-]+$/.test(value),
);
const operations = needs(
  `a list of operations (${PROTOCOL_OPERATIONS.join(', ')})`,
  (value): value is readonly OperationName[] =>
    Array.isArray(value) && value.length > 0 && value.every((f) => isOneOf(f, PROTOCOL_OPERATIONS)),
);

type Of<Default> = Extract<OptionSpec, { readonly default: Default }>;

const whole = needs('a whole number', (value): value is number => Number.isSafeInteger(value));
const regularExpression = needs('a regular expression, as a text', (value): value is string => {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
});
const switchSpec = exactly<Of<boolean>>({ describe: words, default: truth });
const numberSpec = exactly<Of<number>>({
  describe: words,
  default: whole,
  min: whole,
  max: whole,
  below: optional(words),
  worth: optional(list(whole, 1)),
});
const patternSpec = exactly<Extract<OptionSpec, { readonly pattern: string }>>({
  describe: words,
  default: text,
  pattern: regularExpression,
  allowed: words,
  worth: optional(list(text, 1)),
});
const choiceSpec = exactly<Extract<OptionSpec, { readonly choices: readonly string[] }>>({
  describe: words,
  default: text,
  choices: list(text, 1),
});

/** One of the four kinds that `OptionSpec` has, by the type of its default. */
const optionSpec = new Shape<OptionSpec>((value) => {
  const given = fieldsOf(value);
  switch (typeof given['default']) {
    case 'boolean':
      return switchSpec.misfit(value);
    case 'number':
      return numberSpec.misfit(value);
    case 'string':
      return ('pattern' in given ? patternSpec : choiceSpec).misfit(value);
    default:
      return object.misfit(value) ?? under('default', setting.misfit(given['default']));
  }
});
const optionSpecs = record(optionSpec);

const options = new Shape<Readonly<Record<string, OptionSpec>>>((value) => {
  const own = optionSpecs.is(value) ? Object.entries(value) : [];
  const names = own.map(([option]) => option);
  for (const [option, spec] of own) {
    const misfit = misnamed.misfit(option) ?? misfitOfLimits(spec, names);
    if (misfit !== null) return under(option, misfit);
  }
  return optionSpecs.misfit(value);
});

const misnamed = needs(
  'a name of letters, digits, dots and dashes that the simulator has not',
  (option) => name.is(option) && !Object.hasOwn(SIMULATOR_OPTIONS, option),
);

/** What contradicts itself in an option, or names no other one. */
function misfitOfLimits(spec: OptionSpec, names: readonly string[]): Misfit | null {
  const allowed = needs('one that the option allows', (value: unknown) => {
    return setting.is(value) && isAllowed(spec, value);
  });
  const misfit =
    under('default', allowed.misfit(spec.default)) ??
    under('worth', list(allowed).misfit(worthDrawing(spec)));
  if (misfit !== null) return misfit;
  const below = 'min' in spec ? spec.below : undefined;
  if (below === undefined || names.includes(below)) return null;
  const needed = `another option (${suggestion(below, names)})`;
  return { kind: 'wrong', path: ['below'], needed, given: below };
}

/** A table may hold tables: a rule is a function, or an object of them. */
const rules: Shape<Rules> = new Shape((value) => {
  const misfit = object.misfit(value);
  if (misfit !== null) return misfit;
  for (const [rule, one] of Object.entries(fieldsOf(value))) {
    const wrong = (isObject(one) ? rules : method()).misfit(one);
    if (wrong !== null) return under(rule, wrong);
  }
  return null;
});

type RuleLine = AnyRuleTable[string];

const ruleTable = record(
  exactly<RuleLine>({
    says: words,
    answers: exactly<RuleLine['answers']>({ what: words, accepts: method() }),
  }),
);

const model = needs(
  `the name of a model (${Object.keys(models).join(', ')}), or an object with name, functions, initial and step`,
  (value): value is string | Model => {
    if (typeof value === 'string') return Object.hasOwn(models, value);
    const { name: called, functions, initial, step } = fieldsOf(value);
    const isWhole = typeof called === 'string' && Array.isArray(functions);
    return isWhole && typeof initial === 'function' && typeof step === 'function';
  },
);

const clientPatience = exactly<ClientPatience>({ clientMs: milliseconds, hops: natural });
const nodePatience = exactly<NodePatience>({
  option: words,
  every: optional(words),
  hops: natural,
});
const patience = new Shape<Patience>((value) =>
  (Object.hasOwn(fieldsOf(value), 'clientMs') ? clientPatience : nodePatience).misfit(value),
);

const smallWorld = exactly<SmallWorld>({
  set: needs<Options>(
    'an object of settings',
    (value) => isObject(value) && Object.values(fieldsOf(value)).every((one) => setting.is(one)),
  ),
  atMost: optional(record(natural)),
  lost: optional(method()),
  symmetric: optional(method()),
});

const form = exactly<Nemesis['forms'][number]>({ form: words, minNodes: natural });
const NAMED = { name, describe: words };

export const SHAPES: { readonly [Each in Kind]: PartKind<PartOf<Each>> } = {
  systems: {
    one: 'system',
    mark: 'protocol',
    shape: exactly<ProtocolSystem>({
      ...NAMED,
      operations,
      options,
      rules,
      protocol: method(),
      client: method(),
      electionTimeoutMs: milliseconds,
      // Each is checked where it stands, by its file.
      variants: list(needs<Variant>('an object', isObject)),
      optionsFault: optional(method()),
      ruleTable: optional(ruleTable),
      kind: optional(oneOf('protocol')),
      ready: optional(readiness),
      leaderless: optional(truth),
      primaries: optional(method()),
      patience: optional(list(patience)),
      suffices: optional(method()),
      beyond: optional(record(words)),
      usualFaults: optional(list(words)),
      leaderServes: optional(method()),
      inFlight: optional(method()),
      catchesUp: optional(method()),
      restsMs: optional(method()),
      quorum: optional(method()),
      electors: optional(method()),
      disruptible: optional(method()),
      inoperable: optional(method()),
      promise: optional(method()),
      links: optional(oneOf('datagrams', 'connections')),
      small: optional(smallWorld),
      scenarioWords: optional(
        needs<NonNullable<ProtocolSystem['scenarioWords']>>('an object', isObject),
      ),
      traceChecker: optional(method()),
      sometimes: optional(sometimesShape),
    }),
  },
  workloads: {
    one: 'workload',
    mark: 'plan',
    shape: exactly<Workload>({
      ...NAMED,
      operations,
      options,
      model,
      plan: method(),
      settle: method(),
      finalReads: method(),
      judge: optional(method()),
      restS: optional(method()),
      rpc: optional(needs<NonNullable<Workload['rpc']>>('an object', isObject)),
      sometimes: optional(sometimesShape),
      initial: needs<Value>('a value', () => true),
    }),
  },
  nemeses: {
    one: 'nemesis',
    mark: 'forms',
    shape: exactly<Nemesis>({
      ...NAMED,
      needs: oneOf(...FAULT_KINDS),
      usual: optional(truth),
      stays: optional(truth),
      sparesLeaders: optional(truth),
      repeatsRequests: optional(truth),
      harms: optional(oneOf('nobody', 'its-nodes', 'its-links')),
      words: optional(exactly<FaultWords>({ begins: words, ends: words })),
      forms: list(form, 1),
      lagging: optional(form),
      resolve: method(),
    }),
  },
};
