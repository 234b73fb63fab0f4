/**
 * What a user's own system, workload or nemesis must look like. Checked when it is loaded: what is
 * wrong is told by its field, before anything is run.
 */

import { models } from '../../checkers/linearizable/index.ts';
import { OPERATIONS } from '../../systems/operations.ts';
import { worthDrawing } from '../../systems/option-values.ts';
import type { OptionSpec } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { isAllowed, SIMULATOR_OPTIONS } from '../config/settings.ts';
import { suggestion } from '../core/errors.ts';
import { fieldsOf, isOneOf } from '../core/guards.ts';
import { shown } from '../variants/guard.ts';

/** What is wrong with a value, as `field "x.y" is wrong (... is needed)`; null where nothing is. */
type Check = (value: unknown, field: string) => string | null;

export type Kind = keyof Catalogue;

interface Shape {
  readonly one: string;
  /** Tells an export that is meant to be one of these. */
  readonly mark: string;
  readonly check: Check;
}

function needs(needed: string, right: (value: unknown) => boolean): Check {
  return (value, field) => {
    if (right(value)) return null;
    if (value === undefined) return `field "${field}" is missing (${needed} is needed)`;
    return `field "${field}" is wrong (${needed} is needed, not ${shown(value)})`;
  };
}

const method = needs('a function', (value) => typeof value === 'function');
const words = needs('a text', (value) => typeof value === 'string' && value !== '');
const truth = needs('true or false', (value) => typeof value === 'boolean');
const natural = needs(
  'a whole number above 0',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
);
const milliseconds = needs(
  'a number above 0',
  (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
);
const readiness = needs(
  '"one-leader", "nodes-up" or a function',
  (value) => value === 'one-leader' || value === 'nodes-up' || typeof value === 'function',
);
const object = needs('an object', (value) => typeof value === 'object' && value !== null);
const anything: Check = () => null;
const name = needs(
  'a name of letters, digits, dots and dashes',
  (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
);

function oneOf(...choices: readonly string[]): Check {
  const needed = choices.map((choice) => `"${choice}"`).join(' or ');
  return needs(needed, (value) => isOneOf(value, choices));
}

function optional(check: Check): Check {
  return (value, field) => (value === undefined ? null : check(value, field));
}

function listOf(check: Check, least = 0): Check {
  const list = needs(
    least === 0 ? 'a list' : 'a list with something in it',
    (value) => Array.isArray(value) && value.length >= least,
  );
  return (value, field) =>
    list(value, field) ??
    firstOf((value as unknown[]).map((one, at) => check(one, `${field}[${at}]`)));
}

/** An object with these fields and no others; methods of a class count. */
function shaped(fields: Readonly<Record<string, Check>>): Check {
  return (value, field) => {
    const wrong = object(value, field);
    if (wrong !== null) return wrong;
    const path = (key: string) => (field === '' ? key : `${field}.${key}`);
    const stranger = Object.keys(fieldsOf(value)).find((key) => !Object.hasOwn(fields, key));
    if (stranger !== undefined) {
      return `there is no field "${path(stranger)}" (${suggestion(stranger, Object.keys(fields))})`;
    }
    const given = fieldsOf(value);
    return firstOf(Object.entries(fields).map(([key, check]) => check(given[key], path(key))));
  };
}

function firstOf(wrongs: readonly (string | null)[]): string | null {
  return wrongs.find((wrong) => wrong !== null) ?? null;
}

const operations = needs(
  `a list of operations (${OPERATIONS.join(', ')})`,
  (value) => Array.isArray(value) && value.length > 0 && value.every((f) => OPERATIONS.includes(f)),
);

/** By name, each of them one of the four kinds that `OptionSpec` has. */
const options: Check = (value, field) => {
  const wrong = object(value, field);
  if (wrong !== null) return wrong;
  const specs = Object.entries(fieldsOf(value));
  return firstOf(
    specs.map(([option, spec]) => {
      const path = `${field}.${option}`;
      if (!/^[\w.-]+$/.test(option) || Object.hasOwn(SIMULATOR_OPTIONS, option)) {
        return `field "${path}" is wrong (a name of letters, digits, dots and dashes is needed that the simulator has not)`;
      }
      const names = specs.map(([known]) => known);
      return optionSpec(spec, path) ?? optionLimit(spec as OptionSpec, path, names);
    }),
  );
};

function optionSpec(value: unknown, field: string): string | null {
  const wrong = object(value, field);
  if (wrong !== null) return wrong;
  const given = fieldsOf(value);
  const common = { describe: words };
  switch (typeof given['default']) {
    case 'boolean':
      return shaped({ ...common, default: truth })(value, field);
    case 'number':
      return shaped({
        ...common,
        default: whole,
        min: whole,
        max: whole,
        below: optional(words),
        worth: optional(listOf(whole, 1)),
      })(value, field);
    case 'string':
      return 'pattern' in given
        ? shaped({
            ...common,
            default: text,
            pattern: regularExpression,
            allowed: words,
            worth: optional(listOf(text, 1)),
          })(value, field)
        : shaped({ ...common, default: text, choices: listOf(text, 1) })(value, field);
    default:
      return needs('a number, a text, true or false', () => false)(
        given['default'],
        `${field}.default`,
      );
  }
}

const text = needs('a text', (value) => typeof value === 'string');
const whole = needs('a whole number', Number.isSafeInteger);
const regularExpression = needs('a regular expression, as a text', (value) => {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
});

function optionLimit(spec: OptionSpec, field: string, names: readonly string[]): string | null {
  if (!isAllowed(spec, spec.default)) {
    return `field "${field}.default" is wrong (one that the option allows is needed, not ${shown(spec.default)})`;
  }
  const vain = worthDrawing(spec).find((value) => !isAllowed(spec, value));
  if (vain !== undefined) {
    return `field "${field}.worth" is wrong (values that the option allows are needed, not ${shown(vain)})`;
  }
  const below = 'min' in spec ? spec.below : undefined;
  if (below === undefined || names.includes(below)) return null;
  return `field "${field}.below" is wrong (${suggestion(below, names)})`;
}

/** A table may hold tables: a rule is a function, or an object of them. */
const rules: Check = (value, field) => {
  const wrong = object(value, field);
  if (wrong !== null) return wrong;
  return firstOf(
    Object.entries(fieldsOf(value)).map(([rule, one]) =>
      typeof one === 'object' && one !== null
        ? rules(one, `${field}.${rule}`)
        : method(one, `${field}.${rule}`),
    ),
  );
};

const answerSpec = shaped({ what: words, accepts: method });
const ruleTable: Check = (value, field) => {
  const wrong = object(value, field);
  const line = shaped({ says: words, answers: answerSpec });
  const lines = () =>
    Object.entries(fieldsOf(value)).map(([rule, one]) => line(one, `${field}.${rule}`));
  return wrong ?? firstOf(lines());
};

const model = needs(
  `the name of a model (${Object.keys(models).join(', ')}), or an object with name, functions, initial and step`,
  (value) => {
    if (typeof value === 'string') return Object.hasOwn(models, value);
    const { name: called, functions, initial, step } = fieldsOf(value);
    const isWhole = typeof called === 'string' && Array.isArray(functions);
    return isWhole && typeof initial === 'function' && typeof step === 'function';
  },
);

const patience: Check = (value, field) =>
  Object.hasOwn(fieldsOf(value), 'clientMs')
    ? shaped({ clientMs: milliseconds, hops: natural })(value, field)
    : shaped({ option: words, every: optional(words), hops: natural })(value, field);

const form = shaped({ form: words, minNodes: natural });
const NAMED = { name, describe: words };

export const SHAPES: Readonly<Record<Kind, Shape>> = {
  systems: {
    one: 'system',
    mark: 'protocol',
    check: shaped({
      ...NAMED,
      operations,
      options,
      rules,
      protocol: method,
      client: method,
      electionTimeoutMs: milliseconds,
      // Each is checked where it stands, by its file.
      variants: listOf(object),
      optionsFault: optional(method),
      ruleTable: optional(ruleTable),
      kind: optional(oneOf('protocol')),
      ready: optional(readiness),
      leaderless: optional(truth),
      primaries: optional(method),
      patience: optional(listOf(patience)),
      suffices: optional(method),
      leaderServes: optional(method),
      inFlight: optional(method),
      catchesUp: optional(method),
      restsMs: optional(method),
      electors: optional(method),
      disruptible: optional(method),
      promise: optional(method),
      links: optional(oneOf('datagrams', 'connections')),
      scenarioWords: optional(object),
      traceChecker: optional(method),
    }),
  },
  workloads: {
    one: 'workload',
    mark: 'plan',
    check: shaped({
      ...NAMED,
      operations,
      options,
      model,
      plan: method,
      settle: method,
      finalReads: method,
      judge: optional(method),
      initial: anything,
    }),
  },
  nemeses: {
    one: 'nemesis',
    mark: 'forms',
    check: shaped({
      ...NAMED,
      needs: oneOf('partition', 'kill', 'pause', 'clock'),
      forms: listOf(form, 1),
      lagging: optional(form),
      resolve: method,
    }),
  },
};
