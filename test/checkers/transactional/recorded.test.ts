import { existsSync, readFileSync } from 'node:fs';
import { parseEDNString } from 'edn-data';
import { describe, expect, test } from 'vitest';
import { checkBank } from '../../../checkers/bank.ts';
import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { checkSet } from '../../../checkers/set.ts';
import { checkSetFull } from '../../../checkers/set-full.ts';
import {
  checkTransactions,
  type TransactionWorkload,
} from '../../../checkers/transactional/index.ts';
import type { CheckResult } from '../../../checkers/verdict.ts';

const DATA = new URL('../../../../shared/data/', import.meta.url);

interface Recorded {
  readonly file: string;
  readonly model: string;
  readonly level?: string;
  readonly valid: boolean;
  readonly anomalies?: readonly string[];
}

describe.skipIf(!existsSync(DATA))('recorded histories of others (needs ../shared)', () => {
  const files = existsSync(DATA)
    ? (JSON.parse(readFileSync(new URL('manifest.json', DATA), 'utf8')) as Recorded[])
    : [];
  const transactional = files.filter(({ file }) => file.startsWith('transactional/'));

  test.each(transactional)('$file gives the recorded verdict', (recorded) => {
    const history = load(readFileSync(new URL(recorded.file, DATA), 'utf8'));
    const result = check(history, recorded);
    expect(result.verdict.kind).toBe(recorded.valid ? 'valid' : 'invalid');
    for (const anomaly of recorded.anomalies ?? []) {
      expect('counts' in result && [...result.counts.keys()]).toContain(anomaly);
    }
  });
});

function check(
  history: History,
  { model, level }: Recorded,
): CheckResult | ReturnType<typeof checkTransactions> {
  switch (model) {
    case 'bank':
      return checkBank(history);
    case 'set':
      return checkSet(history);
    case 'set-full':
      return checkSetFull(history);
    default:
      return checkTransactions(history, {
        workload: model as TransactionWorkload,
        ...(level === undefined ? {} : { level }),
      });
  }
}

/** A Jepsen history: maps one after the other, in a vector or not, with comment lines. */
function load(text: string): History {
  const bare = text
    .split('\n')
    .filter((line) => !line.startsWith(';'))
    .join('\n')
    .trim();
  const maps = parseEDNString(bare.startsWith('[') ? bare : `[${bare}]`, {
    mapAs: 'map',
    listAs: 'array',
    keywordAs: 'string',
  }) as unknown as Map<string, unknown>[];
  return History.from(
    maps.map(
      (map): NewEvent => ({
        time: Number(map.get('time') ?? 0),
        type: map.get('type') as NewEvent['type'],
        process: map.get('process') as number,
        f: (map.get('f') as string | undefined) ?? 'txn',
        value: toValue(map.get('value')),
      }),
    ),
  );
}

/** A map becomes a list of pairs. */
function toValue(edn: unknown): Value {
  if (edn instanceof Map) return [...edn].map(([key, value]) => [toValue(key), toValue(value)]);
  if (Array.isArray(edn)) return edn.map(toValue);
  return (edn ?? null) as Value;
}
