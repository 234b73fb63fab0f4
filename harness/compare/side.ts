/**
 * What a side of a comparison is called on the command line, and what that stands for:
 * `raft`, `raft@main`, `raft:reads=lease`, `raft:mutant=rf-x`, `./my-system.ts@HEAD~3:rules=./mine.ts`.
 */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Options } from '../../systems/protocol.ts';
import { builtIn, nameFault } from '../config/catalogue.ts';
import {
  type Checkout,
  type Commit,
  checkedOut,
  commitNamed,
  placeIn,
  repositoryAround,
} from '../core/checkout.ts';
import { usage } from '../core/errors.ts';
import { REPOSITORY } from '../own/code.ts';
import { isModulePath } from '../own/modules.ts';

/** A side as it is written. */
export interface SideSpec {
  readonly text: string;
  /** A name, or the path of a module. */
  readonly system: string;
  /** Null for the files as they lie there. */
  readonly revision: string | null;
  readonly mutants: readonly string[];
  readonly rules: readonly string[];
  readonly set: Options;
}

/** A side as it is run. Plain data: threads load it by themselves. */
export interface SideAsked extends SideSpec {
  /** The module to load in place of `system`: that of the revision. */
  readonly file: string | null;
  readonly commit: Commit | null;
  /** The folder in which the revision was checked out. */
  readonly directory: string | null;
}

/** The module's extension ends its path; a revision may have slashes and a second `@`. */
const MODULE = /^(.+?\.[cm]?[jt]s)(?:@(.*))?$/;
const NAME = /^([^@]*)(?:@(.*))?$/s;

/** `named` is what the side is called where it has a mistake: `A`, `B`. Throws a usage error. */
export function sideSpec(text: string, named: string): SideSpec {
  const at = text.indexOf(':');
  const head = at < 0 ? text : text.slice(0, at);
  // A revision may have slashes as well.
  const [first = ''] = head.split('@');
  const [, system = '', revision = null] = (isModulePath(first) ? MODULE : NAME).exec(head) ?? [];
  if (system === '') throw usage(`${named}: "${text}" names no system (as in: raft, raft@main)`);
  if (revision === '') throw usage(`${named}: "${text}" names no revision after the @`);
  return { text, system, revision, ...settingsIn(at < 0 ? null : text.slice(at + 1), named) };
}

function settingsIn(
  text: string | null,
  named: string,
): Pick<SideSpec, 'mutants' | 'rules' | 'set'> {
  const set: Record<string, string> = {};
  const mutants: string[] = [];
  const rules: string[] = [];
  for (const part of text === null ? [] : text.split(',')) {
    const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(part.trim()) ?? [];
    if (name === '') {
      throw usage(
        `${named}: "${part}" is no setting (name=value is needed, as in: raft:reads=lease, ` +
          'raft:mutant=ID, raft:rules=FILE)',
      );
    }
    if (name === 'mutant') mutants.push(value);
    else if (name === 'rules') rules.push(value);
    else set[name] = value;
  }
  return { mutants, rules, set };
}

/** The side with its revision checked out, where it has one. */
export function checkOutSide(spec: SideSpec, named: string): SideAsked & Partial<Disposable> {
  const { system, revision } = spec;
  const isModule = isModulePath(system);
  const fault = isModule ? null : nameFault(builtIn.systems, system);
  if (fault !== null) throw usage(`${named}: unknown system ${fault}`);
  if (revision === null) return { ...spec, file: null, commit: null, directory: null };
  const what = `${named}: ${spec.text}`;
  const checkout = isModule
    ? moduleAt(resolve(system), revision, what)
    : builtInAt(system, revision, what);
  const { file, directory, id, subject } = checkout;
  const dispose = () => checkout[Symbol.dispose]();
  return { ...spec, file, directory, commit: { id, subject }, [Symbol.dispose]: dispose };
}

function builtInAt(system: string, revision: string, what: string): Checkout & { file: string } {
  // Of a repository of the user's, Ordeal may be a part that is installed.
  if (!existsSync(join(REPOSITORY, '.git'))) {
    throw usage(`${what}: this Ordeal is no git checkout: it has no revisions of its systems`);
  }
  return fileAt(REPOSITORY, `systems/${system}/index.ts`, revision, what);
}

function moduleAt(file: string, revision: string, what: string): Checkout & { file: string } {
  const folder = dirname(file);
  if (!existsSync(folder)) throw usage(`${what}: no such folder: ${folder}`);
  const repository = repositoryAround(folder);
  if (repository === null) throw usage(`${what}: ${folder} lies in no git repository`);
  return fileAt(repository, placeIn(repository, file), revision, what);
}

/** One file of a revision, in all of it. */
export function fileAt(
  repository: string,
  place: string,
  revision: string,
  what: string,
): Checkout & { file: string } {
  const checkout = checkedOut(repository, commitNamed(repository, revision, what));
  const file = join(checkout.directory, place);
  if (existsSync(file)) return { ...checkout, file };
  checkout[Symbol.dispose]();
  throw usage(`${what}: revision "${revision}" has no file ${place}`);
}
