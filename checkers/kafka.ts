/**
 * Logs with offsets, as Kafka has them: each key has a log, `send` says at which offset a message is,
 * and a poll from an offset on answers with what stands there, in order and without a gap. After
 * Jepsen's `kafka`; what a poll was asked is part of its answer here, so that each stands for itself.
 */

import {
  type ClientOperation,
  clientOperations,
  identity,
  invalidBy,
  where,
} from './client-operations.ts';
import type { History, Value } from './history.ts';
import { isList } from './value.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** What can be wrong with a log, the worst first. */
const FINDINGS = [
  'lost',
  'phantom',
  'inconsistent',
  'duplicate',
  'reordered',
  'backwards',
  'reorderedSend',
  'unseen',
] as const;

interface Finding {
  readonly kind: (typeof FINDINGS)[number];
  readonly key: string;
  readonly because: string;
  readonly operations: readonly ClientOperation[];
}

/** A message at its offset, and who has told that it is there: whoever sent it, else a poll. */
interface Place {
  readonly offset: number;
  readonly message: Value;
  readonly told: ClientOperation;
}

/** One answer about one key: what stands in its log from an offset on. */
interface Poll {
  readonly operation: ClientOperation;
  readonly from: number;
  readonly pairs: readonly (readonly [offset: number, message: Value])[];
}

interface Log {
  readonly sends: ClientOperation[];
  readonly polls: Poll[];
}

/**
 * `send` has a key and a message, and is answered with an offset. `poll`, and `drain`, which polls a
 * key from its beginning until nothing more comes, are answered with what each request found:
 * `[[key, from, [[offset, message] ...]] ...]`. Messages differ.
 *
 * Violations: a poll that leaves out an offset that has a message (lost); a message that nobody sent,
 * or whose send failed; two messages at one offset, or one at two; offsets within a poll that do not
 * ascend, or that are before what was asked for; sends of one process, one after the other, whose
 * offsets do not ascend; and an acknowledged message that no poll found, not even a `drain` that
 * began after it. Offsets may have gaps, and nothing is said of how soon a message is found.
 */
export function checkKafka(history: History): CheckResult {
  const logs = logsOf(history);
  const findings = [...logs].flatMap(([key, log]) => findingsIn(key, log));
  const stats: Record<string, number> = { sent: 0, polled: 0 };
  for (const { sends, polls } of logs.values()) {
    stats['sent'] = (stats['sent'] ?? 0) + sends.filter(({ type }) => type === 'ok').length;
    stats['polled'] = polls.reduce((sum, { pairs }) => sum + pairs.length, stats['polled'] ?? 0);
  }
  for (const { kind } of findings) stats[kind] = (stats[kind] ?? 0) + 1;
  return { checker: 'kafka', verdict: verdictOf(findings, stats['polled'] ?? 0), stats };
}

function verdictOf(findings: readonly Finding[], polled: number): Verdict {
  const [first] = findings.toSorted((a, b) => FINDINGS.indexOf(a.kind) - FINDINGS.indexOf(b.kind));
  if (first !== undefined) return invalidBy(first.because, first.operations, { key: first.key });
  if (polled === 0) return { kind: 'unknown', because: 'no poll was answered with a message' };
  return { kind: 'valid' };
}

function logsOf(history: History): ReadonlyMap<string, Log> {
  const logs = new Map<string, Log>();
  const log = (key: string): Log => {
    const known = logs.get(key) ?? { sends: [], polls: [] };
    logs.set(key, known);
    return known;
  };
  for (const { key = '', operations } of clientOperations(history)) {
    for (const operation of operations) {
      const { f, type, result } = operation;
      if (f === 'send') log(key).sends.push(operation);
      if ((f !== 'poll' && f !== 'drain') || type !== 'ok' || !isList(result)) continue;
      for (const round of result) {
        const [of, from, pairs] = round as readonly [string, number, Poll['pairs']];
        log(of).polls.push({ operation, from, pairs });
      }
    }
  }
  return logs;
}

function findingsIn(key: string, log: Log): Finding[] {
  const { places, findings } = placesIn(key, log);
  const known = [...places.values()].sort((a, b) => a.offset - b.offset);
  for (const poll of log.polls) findings.push(...findingsOf(key, poll, known));
  return [...findings, ...reorderedSends(key, log), ...unseenIn(key, log)];
}

/** What stands where, and what contradicts itself about that. */
function placesIn(key: string, { sends, polls }: Log) {
  const findings: Finding[] = [];
  const places = new Map<number, Place>();
  const offsets = new Map<Value, Place>();
  const sentBy = new Map(sends.map((send) => [identity(send.argument), send]));
  const add = (place: Place): void => {
    const { offset, message, told } = place;
    const id = identity(message);
    const there = places.get(offset);
    if (there === undefined) places.set(offset, place);
    else if (identity(there.message) !== id) {
      const because =
        `offset ${offset} has two messages: ${show(there.message)} (${where(there.told)}) and ` +
        `${show(message)} (${where(told)})`;
      findings.push({ kind: 'inconsistent', key, because, operations: [there.told, told] });
    }
    const elsewhere = offsets.get(id);
    if (elsewhere === undefined) offsets.set(id, place);
    else if (elsewhere.offset !== offset) {
      const because =
        `the message ${show(message)}, sent once, is at two offsets: ${elsewhere.offset} ` +
        `(${where(elsewhere.told)}) and ${offset} (${where(told)})`;
      findings.push({ kind: 'duplicate', key, because, operations: [elsewhere.told, told] });
    }
  };
  for (const send of sends) {
    if (send.type !== 'ok') continue;
    add({ offset: Number(send.result), message: send.argument, told: send });
  }
  for (const { operation, pairs } of polls) {
    for (const [offset, message] of pairs) {
      const send = sentBy.get(identity(message));
      if (send === undefined || send.type === 'fail') {
        const why = send === undefined ? 'nobody sent' : `was refused (${where(send)})`;
        const because = `the ${operation.f} of ${where(operation)} found ${show(message)} at offset ${offset}, which ${why}`;
        const operations = send === undefined ? [operation] : [send, operation];
        findings.push({ kind: 'phantom', key, because, operations });
      } else add({ offset, message, told: operation });
    }
  }
  return { places, findings };
}

/** What is wrong with one answer, given all that is known to be in the log, by offset. */
function findingsOf(
  key: string,
  { operation, from, pairs }: Poll,
  known: readonly Place[],
): Finding[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const who = `the ${operation.f} of ${where(operation)}`;
  const operations = [operation];
  const back = pairs.findIndex(([offset], at) => at > 0 && offset <= (pairs[at - 1]?.[0] ?? 0));
  if (back > 0) {
    const because = `${who} found offset ${pairs[back]?.[0]} after offset ${pairs[back - 1]?.[0]}`;
    return [{ kind: 'reordered', key, because, operations }];
  }
  if (first[0] < from) {
    const because = `${who} asked for what stands from offset ${from} on, and was given offset ${first[0]}`;
    return [{ kind: 'backwards', key, because, operations }];
  }
  const found = new Set(pairs.map(([offset]) => offset));
  const last = pairs.at(-1)?.[0] ?? from;
  const missing = known
    .slice(firstFrom(known, from), firstFrom(known, last))
    .filter(({ offset }) => !found.has(offset));
  return missing.slice(0, 1).map(({ offset, message, told }) => {
    const proof = told.f === 'send' ? 'acknowledged to' : 'found by the poll of';
    const because =
      `${who} from offset ${from} on found offset ${last} but not ${offset}, where ` +
      `${show(message)} is (${proof} ${where(told)})`;
    return { kind: 'lost', key, because, operations: [told, operation] };
  });
}

/** The place in an ascending list of the first that is at this offset or after it. */
function firstFrom(known: readonly Place[], offset: number): number {
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((known[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function reorderedSends(key: string, { sends }: Log): Finding[] {
  const findings: Finding[] = [];
  const before = new Map<number, ClientOperation>();
  for (const send of sends) {
    if (send.type !== 'ok') continue;
    const last = before.get(send.process);
    before.set(send.process, send);
    if (last === undefined || Number(last.result) < Number(send.result)) continue;
    const because =
      `process ${send.process} sent ${show(last.argument)}, at offset ${show(last.result)}, and then ` +
      `${show(send.argument)}, at offset ${show(send.result)}, which is not after it`;
    findings.push({ kind: 'reorderedSend', key, because, operations: [last, send] });
  }
  return findings;
}

/** What was acknowledged before a last look at the whole log began, and was found by nobody. */
function unseenIn(key: string, { sends, polls }: Log): Finding[] {
  const whole = polls.findLast(
    ({ operation, pairs }) => operation.f === 'drain' && pairs.length === 0,
  );
  if (whole === undefined) return [];
  const { operation } = whole;
  const found = new Set(
    polls.flatMap(({ pairs }) => pairs.map(([, message]) => identity(message))),
  );
  return sends
    .filter(({ type, complete, argument }) => {
      const isBefore = complete !== null && complete < operation.invoke;
      return type === 'ok' && isBefore && !found.has(identity(argument));
    })
    .map((send) => {
      const because =
        `${show(send.argument)}, acknowledged at offset ${show(send.result)} (${where(send)}), was found by no ` +
        `poll, not even by the last one from the beginning (${where(operation)})`;
      return { kind: 'unseen', key, because, operations: [send, operation] };
    });
}

function show(message: Value): string {
  return JSON.stringify(message);
}
