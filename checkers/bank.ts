/** Bank: transfers move money between accounts, so that every read must find the same total. */

import {
  type ClientOperation,
  clientOperations,
  identity,
  invalidBy,
  someOf,
  where,
} from './client-operations.ts';
import { exactTotal } from './decimals.ts';
import type { History, Value } from './history.ts';
import { elementsOf, entriesOf, isList, isMap } from './value.ts';
import type { CheckResult, Verdict } from './verdict.ts';

export interface BankOptions {
  /** What all accounts hold together. Default: what the first complete read found. */
  readonly total?: number;
  /** The accounts that there are: others are violations. Default: any. */
  readonly accounts?: readonly Value[];
  /** Default false. */
  readonly allowNegative?: boolean;
}

interface Rules {
  readonly total: number;
  readonly accounts: ReadonlySet<Value> | undefined;
  /** Those of the first read, to say what is missing where the total is wrong. */
  readonly first: ReadonlySet<Value>;
  readonly allowNegative: boolean;
}

type Balances = readonly (readonly [Value, number | null])[];

/**
 * Judges reads of all accounts: as a map, a list of pairs
 * `[account, balance]`, or of balances alone. A
 * wrong total, a nil or negative balance, and an account that there is not are violations. As in
 * Jepsen, one that is missing is none as long as the total is right: some systems delete accounts
 * that are empty.
 */
export function checkBank(history: History, options: BankOptions = {}): CheckResult {
  const reads = clientOperations(history)
    .flatMap(({ operations }) => operations)
    .filter(({ f, type }) => f === 'read' && type === 'ok');
  const stats = { reads: reads.length };
  const answer = (verdict: Verdict): CheckResult => ({ checker: 'bank', verdict, stats });
  const [first] = reads;
  if (first === undefined) {
    return answer({ kind: 'unknown', because: 'no read of the accounts succeeded' });
  }
  const initial = toBalances(first.result);
  if (initial === null) return answer(malformed(first));
  const total = options.total ?? sumOf(initial);
  if (total === undefined) return answer(inexact(first));
  const rules: Rules = {
    total,
    accounts: options.accounts === undefined ? undefined : new Set(options.accounts.map(identity)),
    first: new Set(initial.map(([account]) => identity(account))),
    allowNegative: options.allowNegative ?? false,
  };
  for (const read of reads) {
    const balances = toBalances(read.result);
    if (balances === null) return answer(malformed(read));
    if (sumOf(balances) === undefined) return answer(inexact(read));
    const problem = wrong(balances, rules);
    if (problem !== null) {
      const because = `the read of ${where(read)} ${problem}`;
      return answer(invalidBy(because, read === first ? [read] : [first, read]));
    }
  }
  return answer(
    options.total === undefined
      ? { kind: 'valid', note: `the total, ${rules.total}, is that of the first read` }
      : { kind: 'valid' },
  );
}

function malformed(read: ClientOperation): Verdict {
  const because =
    `event ${read.complete}: expected a list of [account, balance], got ` +
    `${JSON.stringify(read.result)}`;
  return { kind: 'unknown', because };
}

function inexact(read: ClientOperation): Verdict {
  const because = `the balances that the read of ${where(read)} found have no exact sum`;
  return { kind: 'unknown', because };
}

function sumOf(balances: Balances): number | undefined {
  return exactTotal(balances.map(([, balance]) => balance ?? 0));
}

function toBalances(value: Value): Balances | null {
  const listed = elementsOf(value);
  if (listed === null && !isMap(value)) return null;
  const balances: [Value, number | null][] = [];
  for (const [at, entry] of isMap(value) ? entriesOf(value) : (listed ?? []).entries()) {
    const isPair = isList(entry) && !isMap(value);
    const account = isPair ? (entry[0] ?? null) : at;
    const balance = isPair ? (entry[1] ?? null) : entry;
    if (balance !== null && typeof balance !== 'number') return null;
    balances.push([account, balance]);
  }
  return balances;
}

/** What is wrong with a read, as the rest of a sentence; null when nothing is. */
function wrong(balances: Balances, rules: Rules): string | null {
  const { total, accounts, first, allowNegative } = rules;
  const unknown = balances.filter(([account]) => accounts?.has(identity(account)) === false);
  if (unknown.length > 0) {
    return `found accounts that do not exist: ${someOf(unknown.map(([account]) => account))}`;
  }
  const seen = new Set(balances.map(([account]) => identity(account)));
  if (seen.size < balances.length) return 'found an account twice';
  const empty = balances.filter(([, balance]) => balance === null);
  if (empty.length > 0) {
    return `found no balance in the accounts ${someOf(empty.map(([account]) => account))}`;
  }
  const sum = sumOf(balances) ?? total;
  if (sum !== total) {
    const difference = Math.abs(sum - total);
    const missing = [...(accounts ?? first)].filter((account) => !seen.has(account));
    return (
      `found ${sum} in all accounts together instead of ${total}: ${difference} ` +
      `${sum < total ? 'vanished' : 'appeared from nowhere'}` +
      (missing.length === 0 ? '' : `, and did not find the accounts ${someOf(missing)}`)
    );
  }
  const negative = balances.filter(([, balance]) => (balance ?? 0) < 0);
  if (!allowNegative && negative.length > 0) {
    const [account, balance] = negative[0] as readonly [Value, number];
    return `found account ${JSON.stringify(account)} overdrawn, at ${balance}`;
  }
  return null;
}
