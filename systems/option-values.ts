/** Reads the options that `--set` takes against their specification. */

import type { Options } from './protocol.ts';
import type { OptionSpec } from './system.ts';

/** The values that a specification allows: one of its choices, a boolean, a text or a number. */
type ValueOf<Spec extends OptionSpec> = Spec extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Spec['default'] extends boolean
    ? boolean
    : Spec['default'] extends string
      ? string
      : number;

/** All options of a specification by name, each with the type of its default. */
export type OptionValues<Specs extends Readonly<Record<string, OptionSpec>>> = {
  readonly [Name in keyof Specs]: ValueOf<Specs[Name]>;
};

/**
 * Resolves options: what is not given has its default. The harness has checked names, types and
 * ranges where the user gave them; throws `TypeError` for a value of another type, which is a bug.
 */
export function optionValues<Specs extends Readonly<Record<string, OptionSpec>>>(
  specs: Specs,
  options: Options,
): OptionValues<Specs> {
  const values = Object.entries(specs).map(([name, spec]) => {
    const value = options[name] ?? spec.default;
    if (typeof value !== typeof spec.default) {
      throw new TypeError(`option ${name} must be a ${typeof spec.default}`);
    }
    if ('choices' in spec && !spec.choices.includes(String(value))) {
      throw new TypeError(`option ${name} must be one of ${spec.choices.join(', ')}`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(values) as OptionValues<Specs>;
}

/** The values of an option that are worth drawing where settings are drawn; none keeps the default. */
export function worthDrawing(spec: OptionSpec): readonly Options[string][] {
  if ('choices' in spec) return spec.choices;
  return 'min' in spec || 'pattern' in spec ? (spec.worth ?? []) : [true, false];
}
