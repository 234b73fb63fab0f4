import { describe, expect, test } from 'vitest';
import { findLevel, LEVELS } from '../../../checkers/transactional/index.ts';
import { boundary, implied, violates } from '../../../checkers/transactional/levels.ts';

describe('levels', () => {
  test.each([
    ['PL-3', 'serializable'],
    ['pl-ss', 'strict-serializable'],
    ['Snapshot-Isolation', 'snapshot-isolation'],
    ['strong-serializable', 'strict-serializable'],
    ['eventual', null],
    ['toString', null],
  ])('the name %s means %s', (name, level) => {
    expect(findLevel(name)).toBe(level);
  });

  test('without anomalies the strongest level holds, and it alone is named', () => {
    expect(boundary([])).toEqual({ strongest: ['strict-serializable'], weakestViolated: [] });
  });

  test('write skew rules out repeatable read and leaves strong snapshot isolation', () => {
    expect(boundary(['G2-item'])).toEqual({
      strongest: ['strong-snapshot-isolation'],
      weakestViolated: ['repeatable-read'],
    });
  });

  test('a write cycle rules out every level', () => {
    expect(LEVELS.filter((level) => !violates('G0', level))).toEqual([]);
  });

  test('an anomaly that only real time shows leaves serializability', () => {
    expect(violates('G-single-item-realtime', 'strong-session-serializable')).toBe(false);
    expect(violates('G-single-item-realtime', 'strict-serializable')).toBe(true);
  });

  test('every cycle is also one per process and in real time', () => {
    expect([...implied('G0')]).toEqual(
      expect.arrayContaining(['G1c', 'G0-process', 'G0-realtime', 'G1c-process', 'G1c-realtime']),
    );
    expect([...implied('G0-realtime')]).toEqual(['G0-realtime', 'G1c-realtime']);
  });
});
