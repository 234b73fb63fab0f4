/**
 * Watches of a store whose changes have revisions, as etcd promises them ("watch API guarantees"):
 * ordered, unique, complete up to the last revision that they were told of, resumable, nothing from
 * before where they begin and nothing that nobody wrote, and notifications of progress after all that
 * they cover. Watchers at several members that start at the beginning show that their logs agree.
 *
 * What a watch has not heard yet is no failure: only what it must have heard before what it did hear.
 */

import { identity, invalidBy, where } from '../client-operations.ts';
import type { History } from '../history.ts';
import { isList, type Value } from '../value.ts';
import type { CheckResult, Verdict } from '../verdict.ts';
import { type Change, isChange, reached } from './heard.ts';
import { changesOf, type Known, Log } from './log.ts';
import { operationsOf, type Watch, type WatchOperation, watchesOf } from './operations.ts';

/** What can be wrong, most telling first. */
const PROPERTIES = [
  'WatchAgreement',
  'WatchOrigin',
  'WatchStart',
  'WatchOrder',
  'WatchComplete',
  'WatchProgress',
  'WatchPrevious',
  'MemberAgreement',
] as const;
type Property = (typeof PROPERTIES)[number];

interface Finding {
  readonly because: string;
  readonly operations: readonly WatchOperation[];
}

/** Judges the watches of a history; all its changes must be in it, and each value written once. */
export function checkWatches(history: History): CheckResult {
  const operations = operationsOf(history);
  const watches = watchesOf(operations);
  if (typeof watches === 'string') return answer({ kind: 'unknown', because: watches });
  const check = new Check(operations, watches);
  const { findings, log } = check;
  const told = watches.reduce((sum, { heard }) => sum + heard.length, 0);
  const confirmed = Math.max(0, ...watches.map(({ heard }) => reached(heard)));
  const stats = { watches: watches.length, told, revisions: log.size, confirmed, last: log.last };
  const broken = PROPERTIES.filter((property) => findings.has(property));
  const [first] = broken;
  const finding = first === undefined ? undefined : findings.get(first);
  if (first !== undefined && finding !== undefined) {
    const others = broken.slice(1).map((property) => findings.get(property)?.because ?? '');
    const sentences = others.map((because) => `Besides, ${because}.`);
    const verdict = invalidBy(finding.because, finding.operations, { key: undefined, sentences });
    if (verdict.kind !== 'invalid') throw new Error('what was found is invalid');
    return answer({ ...verdict, property: first, properties: broken }, stats);
  }
  if (told === 0) return answer({ kind: 'unknown', because: 'no watch was told anything' }, stats);
  return answer({ kind: 'valid' }, stats);
}

function answer(verdict: Verdict, stats: Record<string, number> = {}): CheckResult {
  return { checker: 'watch', verdict, stats };
}

class Check {
  readonly log = new Log();
  readonly findings = new Map<Property, Finding>();
  /** Who may have written a value to a key, or deleted the key. */
  readonly #writers = new Map<string, WatchOperation[]>();
  /** Which operation was acknowledged at a revision. */
  readonly #owners = new Map<number, WatchOperation>();

  constructor(operations: readonly WatchOperation[], watches: readonly Watch[]) {
    for (const operation of operations) this.#learn(operation);
    for (const watch of watches) this.#alone(watch);
    for (const watch of watches) this.#agreement(watch);
    // Only now all that is known is known.
    for (const watch of watches) this.#complete(watch);
    for (const watch of watches) this.#previous(watch);
    this.#digests(operations);
  }

  #learn(operation: WatchOperation): void {
    const { type, position } = operation;
    if (type === 'fail') return;
    for (const { key, value } of changesOf(operation)) {
      const writers = this.#writers.get(placeOf(key, value)) ?? [];
      writers.push(operation);
      this.#writers.set(placeOf(key, value), writers);
      if (type !== 'ok' || position === null) continue;
      this.#owners.set(position, operation);
      this.#know({
        key,
        revision: position,
        from: operation,
        ...(value === undefined ? {} : { value }),
      });
    }
  }

  #know(known: Known): void {
    const other = this.log.add(known);
    if (other === null) return;
    this.#find('WatchAgreement', [other.from, known.from], () => {
      const said = `${nameOf(other.from)} says that it was ${changeText(other)}`;
      return `at revision ${known.revision}, ${nameOf(known.from)} says that ${changeText(known)} happened, and ${said}`;
    });
  }

  /** What is wrong with a watch whatever others know. */
  #alone({ operation, from, heard }: Watch): void {
    let last = from - 1;
    let keys = new Set<string>();
    for (const one of heard) {
      if (!isChange(one)) continue;
      const [, key, revision] = one;
      if (revision < from) {
        this.#find('WatchStart', [operation], () => {
          return `${nameOf(operation)}, which began at revision ${from}, was told of ${textOfChange(one)} at revision ${revision}, from before that`;
        });
      } else if (revision < last || (revision === last && keys.has(key))) {
        this.#find('WatchOrder', [operation], () => {
          const how = revision < last ? `after revision ${last}` : 'twice';
          return `${nameOf(operation)} was told of ${textOfChange(one)} at revision ${revision} ${how}`;
        });
      }
      if (revision > last) keys = new Set();
      last = Math.max(last, revision);
      keys.add(key);
      this.#origin(operation, one);
    }
  }

  /** Somebody must have asked for it, before the watch had ended. */
  #origin(watch: WatchOperation, change: Change): void {
    const value = newValue(change);
    const writers = this.#writers.get(placeOf(change[1], value)) ?? [];
    if (writers.some(({ invoke }) => invoke < (watch.complete ?? Number.POSITIVE_INFINITY))) return;
    this.#find('WatchOrigin', [watch, ...writers.slice(0, 1)], () => {
      const asked = writers.length === 0 ? 'nobody had asked for' : 'nobody had asked for yet';
      return `${nameOf(watch)} was told of ${textOfChange(change)}, which ${asked}`;
    });
  }

  /** Whatever anybody is told of a revision is the same, and what its client was answered. */
  #agreement({ operation, heard }: Watch): void {
    for (const one of heard) {
      if (!isChange(one)) continue;
      const [, key, revision] = one;
      const value = newValue(one);
      this.#know({ key, revision, from: operation, ...(value === undefined ? {} : { value }) });
      const owner = this.#owners.get(revision);
      if (owner === undefined) continue;
      const place = placeOf(key, value);
      if (changesOf(owner).some((change) => placeOf(change.key, change.value) === place)) continue;
      this.#find('WatchAgreement', [owner, operation], () => {
        return `${nameOf(operation)} was told of ${textOfChange(one)} at revision ${revision}, at which ${nameOf(owner)} took effect`;
      });
    }
  }

  /** Nothing is left out below what a watch was told of, or below what it was told to be done with. */
  #complete({ operation, from, heard }: Watch): void {
    const told = new Set<string>();
    let last = from - 1;
    let covered = from - 1;
    for (const one of heard) {
      if (one[0] === 'progress') {
        const [, revision] = one;
        const missing = this.#missing(told, Math.max(from, covered + 1), revision);
        covered = Math.max(covered, revision);
        if (missing === null) continue;
        this.#find('WatchProgress', [missing.from, operation], () => {
          return `${nameOf(operation)}, which began at revision ${from}, was told that it had come to revision ${revision}, and not yet of ${changeText(missing)} at revision ${missing.revision}`;
        });
      }
      if (!isChange(one)) continue;
      told.add(`${one[2]} ${one[1]}`);
      last = Math.max(last, one[2]);
    }
    const missing = this.#missing(told, from, last);
    if (missing === null) return;
    this.#find('WatchComplete', [missing.from, operation], () => {
      return `${nameOf(operation)}, which began at revision ${from}, was told of revision ${last} and never of ${changeText(missing)} at revision ${missing.revision}`;
    });
  }

  #missing(told: ReadonlySet<string>, from: number, to: number): Known | null {
    for (const known of this.log.between(from, to)) {
      if (!told.has(`${known.revision} ${known.key}`)) return known;
    }
    return null;
  }

  /** What a key is said to have held before is what the changes known of it say. */
  #previous({ operation, heard }: Watch): void {
    for (const one of heard) {
      if (!isChange(one)) continue;
      const [, key, revision] = one;
      const before = this.log.before(key, revision);
      const wrong = previousFault(one, before, this.#mayBeDeleted(key));
      if (wrong === null) continue;
      const others = before === null ? [] : [before.from];
      this.#find('WatchPrevious', [...others, operation], () => {
        return `${nameOf(operation)} was told of ${textOfChange(one)} at revision ${revision}, ${wrong}`;
      });
    }
  }

  /** Whether there may have been a delete of a key that nobody knows the place of. */
  #mayBeDeleted(key: string): boolean {
    return (this.#writers.get(placeOf(key, undefined)) ?? []).some(({ type }) => type !== 'ok');
  }

  /** Members that say they stand at one revision have the same. */
  #digests(operations: readonly WatchOperation[]): void {
    const seen = new Map<Value, { digest: Value; operation: WatchOperation }>();
    for (const operation of operations) {
      if (operation.f !== 'hash' || operation.type !== 'ok' || !isList(operation.result)) continue;
      const [revision = null, digest = null] = operation.result;
      const other = seen.get(revision);
      if (other === undefined) seen.set(revision, { digest, operation });
      else if (other.digest !== digest) {
        this.#find('MemberAgreement', [other.operation, operation], () => {
          const said = (of: WatchOperation, its: Value) =>
            `${of.key} (digest ${JSON.stringify(its)})`;
          const both = `${said(other.operation, other.digest)} and ${said(operation, digest)}`;
          return `${both} stand at revision ${JSON.stringify(revision)} and do not have the same`;
        });
      }
    }
  }

  /** The first of each property counts. */
  #find(property: Property, operations: readonly WatchOperation[], because: () => string): void {
    if (this.findings.has(property)) return;
    this.findings.set(property, { because: because(), operations });
  }
}

/** What is wrong with what a change says of the one before it; null for nothing. */
function previousFault(change: Change, before: Known | null, mayBeDeleted: boolean): string | null {
  const previous = change[0] === 'put' ? change[5] : change[3];
  if (change[0] === 'put') {
    const version = previous === null ? 1 : previous[2] + 1;
    if (change[4] !== version)
      return `as version ${change[4]} of the key, which must be ${version}`;
  }
  if (previous === null) {
    if (before === null || before.value === undefined || mayBeDeleted) return null;
    return `before which there had been nothing, though ${changeText(before)} had happened at revision ${before.revision}`;
  }
  const [value, revision] = previous;
  if (revision >= change[2]) return `before which it had held what came at revision ${revision}`;
  if (before === null || revision > before.revision) return null;
  if (revision === before.revision && before.value !== undefined) {
    if (identity(before.value) === identity(value)) return null;
  }
  return `before which it had held ${JSON.stringify(value)} of revision ${revision}, though ${changeText(before)} had happened at revision ${before.revision}`;
}

function newValue(change: Change): Value | undefined {
  return change[0] === 'put' ? change[3] : undefined;
}

function placeOf(key: string, value: Value | undefined): string {
  return value === undefined ? `delete ${key}` : `put ${key} = ${JSON.stringify(value)}`;
}

function changeText({ key, value }: { readonly key: string; readonly value?: Value }): string {
  return value === undefined ? `the delete of ${key}` : `${key} = ${JSON.stringify(value)}`;
}

function textOfChange(change: Change): string {
  const value = newValue(change);
  return changeText({ key: change[1], ...(value === undefined ? {} : { value }) });
}

function nameOf(operation: WatchOperation): string {
  const { f, key } = operation;
  const what = f === 'watch' ? `watcher ${key}` : key === '' ? `the ${f}` : `the ${f} of ${key}`;
  return `${what} (${where(operation)})`;
}
