/**
 * How often the variants in a node were asked and decided otherwise, over all of its lives: a file
 * in the logs of the run that follows the counters closely, so that a kill loses little.
 */

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { infrastructure } from '../core/errors.ts';
import { count, fields, record } from '../core/shape.ts';
import { addReach, type Reach } from '../variants/tally.ts';

type Reached = Readonly<Record<string, Readonly<Reach>>>;

const reached = record(fields<Readonly<Reach>>({ calls: count, changed: count }));

const SUFFIX = '.reached.json';
const WRITE_MS = 200;

export class ReachFile {
  readonly #path: string;
  readonly #now: Reached;
  /** What earlier lives of the node came to. */
  readonly #before: Reached;
  #written = '';

  /** `now` is what this life counts in; `name` is the node's. */
  constructor(directory: string, name: string, now: Reached) {
    this.#path = join(directory, `${name}${SUFFIX}`);
    this.#now = now;
    this.#before = existsSync(this.#path) ? read(this.#path) : {};
  }

  /** Writes from now on; without variants there is nothing to write. */
  follow(): void {
    if (Object.keys(this.#now).length > 0) setInterval(() => this.write(), WRITE_MS).unref();
  }

  /** Replaces the file where anything was asked since: a kill leaves the old one or the new. */
  write(): void {
    const sum: Record<string, Reach> = {};
    for (const part of [this.#before, this.#now]) addReach(sum, part);
    const text = JSON.stringify(sum);
    if (text === this.#written || text === '{}') return;
    this.#written = text;
    const temporary = `${this.#path}.tmp`;
    writeFileSync(temporary, text);
    renameSync(temporary, this.#path);
  }
}

/** The counts of all nodes together. */
export function readReached(directory: string): Reached {
  const sum: Record<string, Reach> = {};
  for (const name of readdirSync(directory)) {
    if (name.endsWith(SUFFIX)) addReach(sum, read(join(directory, name)));
  }
  return sum;
}

function read(path: string): Reached {
  const text = readFileSync(path, 'utf8');
  return reached.fromJson(text, (wrong) => infrastructure(`${path}: damaged (${wrong})`));
}
