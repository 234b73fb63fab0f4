/** `ordeal check`: judges recorded histories, and stored runs again. */

import type { Command } from 'commander';
import type { Value } from '../../checkers/history.ts';
import type { Budget } from '../../checkers/linearizable/index.ts';
import { mapOf } from '../../checkers/value.ts';
import { CHECKERS, MODEL_NAMES } from '../check/checkers.ts';
import { wrap } from '../check/output.ts';
import type { PathFlags } from '../check/path.ts';
import { checkAll } from '../check/paths.ts';
import { FORMAT_NAMES } from '../formats/index.ts';
import { choice, option, unfit } from './command-line.ts';

const COLUMNS = 80;

const HELP = `
A history is judged by what its object promises (--model). The directory of a
stored run is judged again by all its checkers; the new verdict is written
beside the first one, which stays.

Where answers carry positions (log indices, revisions, zxids), the order that
they claim is tried first. It is checked, never trusted: it can prove a history
linearizable, and when it is wrong, that is noted and the answers alone decide.

Models:
${wrap(MODEL_NAMES.join(', '), COLUMNS, 2).join('\n')}
Checkers:
${CHECKERS.map(([name, describe]) => `  ${name.padEnd(20)}${describe}`).join('\n')}
Several checkers, --checker a,b, are asked one after the other; a model beside
checkers that need none adds its own (--model queue --checker total-queue).
Without --checker: transactional for list-append and rw-register, set for a set
that is only added to and read, the checker of that name for bank, set-full,
queue, total-queue, unique-ids and long-fork, linearizable for the rest.

Histories may be packed with gzip or zstd. In transactions, a value that nobody
wrote may have been there before the test where one state of its key accounts
for all reads; with --initial empty it is a violation.

A history is refused, with file and line, where it cannot be one: a completion
without an invocation, two open operations of a process, an unknown function,
text that ends too early. An empty file is unknown. With several files, one that
is refused does not stop the others, and the status is the first of 1, 70, 3,
64, 2, 0 that occurred.

Examples:
  ordeal check history.edn --model cas-register --initial 0
  ordeal check etcd/*.log --model cas-register --failed-cas observed --json
  ordeal check append.edn --model list-append --level snapshot-isolation
  ordeal check history.jsonl --checker strongest
  ordeal check store/latest`;

export function registerCheck(program: Command, done: (status: number) => void): void {
  program
    .command('check')
    .description('judge recorded histories, or a stored run again')
    .argument('<path...>', 'histories, directories of stored runs, or - for standard input')
    .option('--model <name>', 'what the object promises (see below)')
    .addOption(
      choice(
        '--format <name>',
        'format of the histories (default: told from the content)',
        FORMAT_NAMES,
      ),
    )
    .addOption(
      option(
        '--initial <value>',
        'what it holds at first, as JSON; of a bank, the total; "empty": nothing (transactions: default unknown)',
        value,
      ),
    )
    .addOption(
      choice(
        '--failed-cas <meaning>',
        'a failed compare-and-set: an answer, or as if it was never asked (default: absent)',
        ['observed', 'absent'],
      ),
    )
    .addOption(
      choice(
        '--nil-reads <meaning>',
        'a read of nil: an answer, or none (default: silent for jepsen-edn, as Knossos has it)',
        ['observed', 'silent'],
      ),
    )
    .option('--level <name>', 'isolation level to keep (default: strict-serializable)')
    .addOption(
      option('--checker <names>', 'judge by this checker (see below), or by several: a,b', names),
    )
    .addOption(
      choice('--workload <name>', 'transactions of which kind, for --checker transactional', [
        'list-append',
        'rw-register',
      ]),
    )
    .addOption(
      option(
        '--budget <amount>',
        'what a search may take before it says unknown: configurations, or memory as 2GB; both with a comma',
        budget,
      ),
    )
    .addOption(
      option('--staleness-versions <n>', 'versions that a read may be behind (promises)', bound),
    )
    .addOption(
      option('--staleness-ms <n>', 'milliseconds that a read may be behind (promises)', bound),
    )
    .addOption(
      choice(
        '--witness <evidence>',
        'an order to try before any search: by positions in the answers, or none (default: positions)',
        ['positions', 'off'],
      ),
    )
    .addOption(
      choice(
        '--position-scope <what>',
        'positions count for each key, as offsets do, or for all, as revisions do (default: key)',
        ['key', 'all'],
      ),
    )
    .addOption(
      option('--threads <n>', 'threads for keys that need long searches (default: cores)', threads),
    )
    .option('--independent', 'values in jepsen-edn are pairs [key value] (default: told from them)')
    .option('--no-independent', 'they are not')
    .option('--json', 'one line of JSON for each path on stdout')
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], flags: PathFlags) => {
      done(await checkAll(paths, flags));
    });
}

/** JSON, or a text as it stands; `nil` is Jepsen's word for null. */
function value(text: string): Value {
  if (text === 'nil') return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    if (!/^\s*[{["]/.test(text)) return text;
    throw unfit('it begins like JSON, but is none');
  }
  return fromJson(json);
}

/** Objects by content, as those of a history are. */
function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== 'object' || json === null) return json as Value;
  return mapOf(Object.entries(json).map(([name, item]) => [name, fromJson(item)]));
}

function bound(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw unfit('a number from 0 up is needed');
}

/** More threads than this are a slip of the hand. */
const THREADS_MAX = 256;

function threads(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= THREADS_MAX) return number;
  throw unfit(`a whole number of threads 1 to ${THREADS_MAX} is needed`);
}

/** Names with commas between, from every time that the option is given. */
function names(text: string, before: string | undefined): string {
  return before === undefined ? text : `${before},${text}`;
}

const UNITS: Readonly<Record<string, number>> = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** `100000`, `2GB`, or both: `100000,2GB`. */
function budget(text: string, before: Budget | undefined): Budget {
  let found: Budget = before ?? {};
  for (const part of text.split(',')) {
    const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*(KB|MB|GB)?\s*$/i.exec(part) ?? [];
    const amount = Number(digits) * (unit === undefined ? 1 : (UNITS[unit.toUpperCase()] ?? 1));
    const isWhole = unit !== undefined || Number.isSafeInteger(amount);
    if (digits === undefined || !(amount > 0) || !isWhole) {
      throw unfit('a whole number of steps above 0, or memory such as 2GB, is needed');
    }
    found =
      unit === undefined
        ? { ...found, steps: amount }
        : { ...found, memoryBytes: Math.floor(amount) };
  }
  return found;
}
