import { expect, test } from 'vitest';
import { measureRows } from '../../../harness/report/measures.ts';
import { NBSP } from '../../../harness/report/text.ts';
import type { TimedCheck } from '../../../harness/store/format.ts';

function check(checker: string, stats: Record<string, number>): TimedCheck {
  return { checker, verdict: { kind: 'valid' }, stats, seconds: 0 };
}

const CHECKS = [
  check('stats', { p50Ns: 2_000_000, p99Ns: 30_000_000, maxNs: 1_500_000_000 }),
  check('set-full', { stable_p50_ms: 0, stable_p99_ms: 400, stable_max_ms: 2000 }),
];

test('a run of programs is measured by messages, latency, and how soon every read has all', () => {
  const backend = { messagesPerOperationBetweenNodes: '3.20', messagesPerOperation: '5.20' };
  const rows = measureRows({ backend }, CHECKS);
  expect(rows.map(([name, text]) => [name, text.replaceAll(NBSP, ' ')])).toEqual([
    ['messages an operation', '3.20 between nodes and services, 5.20 in all'],
    ['latency', 'half within 2.0 ms, 99 % within 30.0 ms, all within 1.50 s'],
    ['convergence', 'half within 0 s, 99 % within 0.40 s, all within 2.00 s'],
  ]);
});

test('what no set converges in has no such row, and no other run is measured so', () => {
  const backend = { messagesPerOperationBetweenNodes: '0.00', messagesPerOperation: '2.00' };
  const names = measureRows({ backend }, CHECKS.slice(0, 1)).map(([name]) => name);
  expect(names).toEqual(['messages an operation', 'latency']);
  expect(measureRows({ backend: {} }, CHECKS)).toEqual([]);
});
