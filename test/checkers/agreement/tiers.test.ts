import { expect, test } from 'vitest';
import { TIERS, tierOf } from '../../../checkers/agreement/tiers.ts';

test('what is executed, answered and recovered shows in logs', () => {
  const ofLogs = ['ApplyAgreement', 'ApplyGap', 'PrefixHash', 'Validity', 'AckedApplied'];
  for (const property of [...ofLogs, 'D:AppliedDurable', 'TotalOrder', 'Liveness:leader']) {
    expect(tierOf(property), property).toBe('log');
  }
});

test('votes, promises and certificates are evidence of decisions', () => {
  const ofDecisions = ['J:QuorumCert', 'SafeAt', 'CollisionRule', 'D:VoteDurable', 'EpochUnique'];
  for (const property of [...ofDecisions, 'Agreement', 'LeaderHistoryComplete']) {
    expect(tierOf(property), property).toBe('decision');
  }
});

test('every tier has a name of its own', () => {
  expect(new Set(TIERS).size).toBe(3);
});
