/**
 * The grammar of the command line is commander's; what it says of a mistake is ours, from what it
 * knows and not from its sentences: one line, and a usage error like any other.
 */

import { Argument, Command, type ErrorOptions, InvalidArgumentError, Option } from 'commander';
import { suggestion, usage } from '../core/errors.ts';

export class CommandLine extends Command {
  /** Its words. */
  readonly #line: readonly string[];

  constructor(name: string | undefined, line: readonly string[]) {
    super(name);
    this.#line = line;
  }

  override createCommand(name?: string): CommandLine {
    return new CommandLine(name, this.#line);
  }

  override error(message: string, { code }: ErrorOptions = {}): never {
    throw usage(this.#mistake(code) ?? message);
  }

  /** Null for what none of our commands can get wrong. */
  #mistake(code: string | undefined): string | null {
    const { args, registeredArguments: expected } = this;
    switch (code) {
      case 'commander.unknownOption': {
        const given = args.find((one) => one.startsWith('-') && one !== '-') ?? '';
        const known = this.options.flatMap(({ long }) => long ?? []);
        return `unknown option '${given}'${hint(given, [...known, '--help'])}`;
      }
      case 'commander.unknownCommand': {
        const [given = ''] = args;
        const known = this.commands.map((command) => command.name());
        return `unknown command '${given}'${hint(given, known)}`;
      }
      case 'commander.missingArgument': {
        const lacking = expected.find((one, at) => one.required && at >= args.length);
        return `missing required argument '${lacking?.name()}'`;
      }
      case 'commander.optionMissingArgument': {
        // An option takes whatever follows it for its argument: it is the last word of all.
        const last = this.#line.at(-1) ?? '';
        const option = this.options.find(({ long, short }) => last === long || last === short);
        return `option '${option?.flags ?? last}' argument missing`;
      }
      case 'commander.excessArguments':
        return (
          `too many arguments for '${this.name()}': ` +
          `${expected.length} expected, ${args.length} given`
        );
      default:
        return null;
    }
  }
}

function hint(given: string, known: readonly string[]): string {
  const told = suggestion(given, known, '');
  return told === '' ? '' : ` (${told})`;
}

/** A word of the command line is not what it must be. */
class Unfit extends InvalidArgumentError {
  override readonly name = 'Unfit';
}

/** For whoever reads a word: `needed` says what is allowed in its place. */
export function unfit(needed: string): Error {
  return new Unfit(needed);
}

/** Reads the argument of an option; `before` is what it came to so far where it is given again. */
type Reader<Value> = (text: string, before: Value) => Value;

/** An option whose argument is read by `read`, which throws `unfit` where it cannot be. */
export function option<Value>(flags: string, describe: string, read: Reader<Value>): Option {
  const made = new Option(flags, describe);
  return made.argParser<Value>((text, before) => readAs(`${made.long}`, text, before, read));
}

/** An option that is one of these words. */
export function choice(flags: string, describe: string, choices: readonly string[]): Option {
  const made = new Option(flags, describe).choices(choices);
  return made.argParser<string>((text, before) =>
    readAs(`${made.long}`, text, before, oneOf(choices)),
  );
}

/** An argument that is one of these words. */
export function argumentOf(name: string, describe: string, choices: readonly string[]): Argument {
  const made = new Argument(name, describe).choices(choices);
  return made.argParser<string>((text, before) =>
    readAs(made.name(), text, before, oneOf(choices)),
  );
}

function oneOf(choices: readonly string[]): Reader<string> {
  return (text) => {
    if (choices.includes(text)) return text;
    throw unfit(suggestion(text, choices));
  };
}

function readAs<Value>(what: string, text: string, before: Value, read: Reader<Value>): Value {
  try {
    return read(text, before);
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    throw usage(`${what}: "${text}" is not allowed (${error.message})`);
  }
}
