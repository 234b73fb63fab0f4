/** Leases are exclusive by real time, whatever clocks say; and cover reads by their holder's own. */

import { describe, expect, test } from 'vitest';
import { Findings } from '../../../../checkers/agreement/findings.ts';
import { Leases } from '../../../../checkers/agreement/raft/exclusive-leases.ts';
import { recovered, TraceWriter } from './trace.ts';

const MS = 1_000_000;

/** What is found when n1 claims a lease of term 1 at 100 ms and n2 is elected in term 2. */
function found(remainingMs: number, electedMs: number, isToldFirst = true): string[] {
  const findings = new Findings();
  const leases = new Leases(findings);
  const remainingUs = remainingMs * 1000;
  const claim = { kind: 'lease-held', term: 1, remainingUs, certificate: [0, 1] } as const;
  const say = () => leases.claim(0, { ...claim, heldNs: 7 * MS }, 107 * MS);
  if (isToldFirst) say();
  leases.elected(1, 2, electedMs * MS);
  if (!isToldFirst) say();
  return findings.violations.map(({ because }) => because);
}

describe('an election of somebody else', () => {
  test('while a lease lasts breaks it, whichever is told first', () => {
    for (const isToldFirst of [true, false]) {
      expect(found(110, 150, isToldFirst)).toEqual([
        'n2 was elected in term 2 although n1 had a lease as leader of term 1 for 50 ms more',
      ]);
    }
  });

  test('before a lease that is claimed all the same breaks it', () => {
    expect(found(110, 50, false)).toHaveLength(1);
  });

  test("once a lease is over by the fastest clock of its holder's breaks nothing", () => {
    // 110 ms by a clock that runs 10 % fast are 100 ms.
    expect(found(110, 200)).toEqual([]);
    expect(found(110, 199)).toHaveLength(1);
  });

  test('breaks nothing where there is no lease, or where it has ended', () => {
    expect(found(0, 150)).toEqual([]);
    const findings = new Findings();
    const leases = new Leases(findings);
    const claim = { kind: 'lease-held', term: 1, certificate: [], heldNs: 0 } as const;
    leases.claim(0, { ...claim, remainingUs: 110_000 }, 100 * MS);
    leases.claim(0, { ...claim, remainingUs: 0 }, 100 * MS);
    leases.elected(1, 2, 150 * MS);
    expect(findings.violations).toEqual([]);
  });

  test.each([
    ['in a later term', (leases: Leases) => leases.entered(0, 2)],
    ['a follower again', (leases: Leases) => leases.steppedDown(0)],
  ])('breaks nothing once the holder is %s: it has given its lease up', (_, giveUp) => {
    const findings = new Findings();
    const leases = new Leases(findings);
    const claim = { kind: 'lease-held', term: 1, certificate: [], heldNs: 0 } as const;
    leases.claim(0, { ...claim, remainingUs: 110_000 }, 100 * MS);
    giveUp(leases);
    leases.elected(1, 2, 150 * MS);
    expect(findings.violations).toEqual([]);
  });

  test('in an earlier term, or of the holder itself, breaks nothing', () => {
    const findings = new Findings();
    const leases = new Leases(findings);
    const claim = { kind: 'lease-held', term: 3, certificate: [], heldNs: 0 } as const;
    leases.claim(0, { ...claim, remainingUs: 110_000 }, 100 * MS);
    leases.elected(1, 2, 150 * MS);
    leases.elected(0, 4, 150 * MS);
    expect(findings.violations).toEqual([]);
  });

  test('is not judged by a claim whose time nobody has filled in', () => {
    const findings = new Findings();
    const leases = new Leases(findings);
    const claim = { kind: 'lease-held', term: 1, remainingUs: 110_000, certificate: [] } as const;
    leases.claim(0, { ...claim, heldNs: null }, 100 * MS);
    leases.elected(1, 2, 150 * MS);
    expect(findings.violations).toEqual([]);
  });
});

/** A leader of term 1 of three nodes, whose followers keep to it for 100 ms by clocks that differ by a tenth. */
function led(): TraceWriter {
  const trace = new TraceWriter(3);
  const lease = { us: 110_000, driftPpm: 100_000 };
  for (const node of trace.nodes) trace.boot(node, recovered(0), { lease });
  trace.elect(0, 1, [0, 1]).append(0, [1, 1], 0).append(1, [1, 1], 0);
  return trace.commit(0, [1, 1], 1, [0, 1]).apply(0, [1, 1]);
}

describe("Raft's leases", () => {
  const held = { kind: 'lease-held', term: 1, certificate: [0, 1], heldNs: 0 } as const;
  const read = {
    kind: 'read-cert',
    mode: 'lease',
    term: 1,
    readPosition: 1,
    applied: 1,
    round: 1,
    acks: [{ node: 1, round: 1 }],
  } as const;

  test('last from when they were asked for, by the slowest clock of those who keep to them', () => {
    const sound = led().event(0, { ...held, ageUs: 20_000, remainingUs: 80_000 });
    expect(sound.broken()).toEqual([]);
    const long = led().event(0, { ...held, ageUs: 20_000, remainingUs: 90_000 });
    expect(long.broken()).toEqual(['J:LeaseCert']);
  });

  test('cover reads until they end, by the clock of their holder', () => {
    const holding = () => led().event(0, { ...held, ageUs: 20_000, remainingUs: 80_000 });
    expect(
      holding()
        .event(0, { ...read, ageUs: 99_000 })
        .broken(),
    ).toEqual([]);
    const late = holding().event(0, { ...read, ageUs: 150_000 });
    expect(late.violation('J:ReadCert')).toMatchObject({
      told: 'n1 answered a read on a lease that it did not hold',
      because:
        'n1 served a read at index 1 in term 1 although it goes by a lease for 150 ms from when it ' +
        'asked for it, and those who granted it keep to it for 100 ms of its clock at most',
    });
  });

  test('cover no read of who has said since that it has none, nor of who never had one', () => {
    const given = led()
      .event(0, { ...held, ageUs: 20_000, remainingUs: 80_000 })
      .event(0, { ...held, ageUs: 30_000, remainingUs: 0 })
      .event(0, { ...read, ageUs: 40_000 });
    expect(given.broken()).toEqual(['J:ReadCert']);
    const earlier = { ...held, term: 0, ageUs: 20_000, remainingUs: 80_000 };
    const never = led()
      .event(0, earlier)
      .event(0, { ...read, ageUs: 40_000 });
    expect(never.broken()).toEqual(['J:ReadCert']);
  });

  const lease = { kind: 'lease-held', term: 1, remainingUs: 1000, heldNs: 0 } as const;

  test('rest on the word of a quorum', () => {
    const sound = { ...lease, certificate: [0, 1] };
    expect(TraceWriter.steady().event(0, sound).broken()).toEqual([]);
    const alone = { ...lease, certificate: [0] };
    expect(TraceWriter.steady().event(0, alone).broken()).toEqual(['J:QuorumCert']);
  });

  test('are broken by whoever is elected in the meantime', () => {
    const trace = TraceWriter.steady().event(0, { ...lease, certificate: [0, 1] });
    expect(trace.elect(1, 2, [1, 2], [1, 1]).broken()).toEqual(['LeaseExclusive']);
  });
});
