/** Lays a variant's rules over those in force, and counts how they decide. */

import type { AnyRuleTable } from '../../systems/rule-table.ts';
import type { Rules, Variant } from '../../systems/system.ts';
import { messageOf, suggestion } from '../core/errors.ts';
import { OwnMistake } from '../core/panics.ts';
import { shown } from '../core/shown.ts';
import { placeOf } from './blame.ts';
import { type AnyFunction, type Asker, type Part, sameAnswer } from './guard.ts';
import type { Reach, Tally } from './tally.ts';

type Group = Readonly<Record<string, unknown>>;

/** What a variant is laid over, and how. */
interface Ground {
  readonly variant: Variant;
  /** The same rules without anybody counting: what would have been decided without the variant. */
  readonly silent: Rules;
  readonly table: AnyRuleTable | undefined;
  readonly asker: Asker;
  readonly tally: Tally;
}

/**
 * The rules of a variant over `base`, those that it replaces alone. Throws a `OwnMistake` for
 * what is no rule of the system, or no function.
 */
export function rulesOver(base: Rules, ground: Ground): Rules {
  return laid(ground, '', ground.silent as Group, replacedRules(ground.variant, base) as Group);
}

/** The rules that a variant replaces; one that means to and replaces none would test nothing. */
export function replacedRules(variant: Variant, base: Rules): Rules {
  if (variant.rules === undefined) return {};
  let replaced: unknown;
  try {
    replaced = variant.rules(base);
  } catch (error) {
    throw new OwnMistake(placeOf(variant, 'rules'), `fails: ${messageOf(error)}`);
  }
  const isTable = typeof replaced === 'object' && replaced !== null;
  if (isTable && Object.keys(replaced as object).length > 0) return replaced as Rules;
  throw new OwnMistake(placeOf(variant, 'rules'), `answers ${shown(replaced)}, and no rule`);
}

/** The rules of a table, or of a group of rules within one. */
function laid(ground: Ground, prefix: string, silent: Group, replaced: Group): Group {
  return Object.fromEntries(
    Object.entries(replaced).map(([key, rule]) => {
      const name = `${prefix}${key}`;
      const wrong = (message: string) => new OwnMistake(placeOf(ground.variant, name), message);
      if (!Object.hasOwn(silent, key)) {
        throw wrong(`is no rule of the system (${suggestion(key, Object.keys(silent))})`);
      }
      const original = silent[key];
      if (isGroup(original) && isGroup(rule)) {
        return [key, { ...original, ...laid(ground, `${name}.`, original, rule) }];
      }
      if (typeof rule !== 'function') throw wrong(`is ${shown(rule)}: it must be a function`);
      const part = { variant: ground.variant, name, answers: ground.table?.[name]?.answers };
      const { asker, tally, variant } = ground;
      const counted = { part, asker, tally, reach: tally.of(variant, name), self: replaced };
      return [key, counting(counted, original as AnyFunction, rule as AnyFunction)];
    }),
  );
}

/** A table with some of its rules replaced, also within its groups; nobody counts. */
export function replacing(base: Rules, replaced: Rules): Rules {
  const before = base as Group;
  const replacements = Object.entries(replaced).map(([key, rule]) => {
    const original = before[key];
    return [key, isGroup(original) && isGroup(rule) ? replacing(original, rule) : rule];
  });
  return { ...base, ...Object.fromEntries(replacements) };
}

interface Counted {
  readonly part: Part;
  readonly asker: Asker;
  readonly tally: Tally;
  readonly reach: Reach;
  /** What a rule that is a method is called on. */
  readonly self: unknown;
}

function counting(counted: Counted, original: AnyFunction, rule: AnyFunction): AnyFunction {
  const { part, asker, tally, reach, self } = counted;
  return (...parameters) => {
    tally.asked(reach);
    const answer = asker.ask(part, rule, self, parameters);
    const replaced = askReplaced(original, parameters);
    if (sameAnswer(answer, replaced)) tally.asBefore(reach);
    return followed(counted, replaced, answer);
  };
}

/** What would have been decided; a rule that would have failed would have decided otherwise. */
function askReplaced(original: AnyFunction, parameters: readonly unknown[]): unknown {
  try {
    return original(...parameters);
  } catch (error) {
    return error;
  }
}

/** Functions in an answer are rules as well: they are asked under the name of the rule. */
function followed(counted: Counted, replaced: unknown, answer: unknown): unknown {
  const inner: Counted = {
    ...counted,
    part: { ...counted.part, answers: undefined },
    self: answer,
  };
  if (typeof answer === 'function') {
    const before = typeof replaced === 'function' ? (replaced as AnyFunction) : () => undefined;
    return counting(inner, before, answer as AnyFunction);
  }
  if (!isGroup(answer) || !Object.values(answer).some((one) => typeof one === 'function')) {
    return answer;
  }
  const originals: Group = isGroup(replaced) ? replaced : {};
  return Object.fromEntries(
    Object.entries(answer).map(([key, one]) => [
      key,
      typeof one === 'function' ? followed(inner, originals[key], one) : one,
    ]),
  );
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
