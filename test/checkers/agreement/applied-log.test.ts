import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AppliedLog,
  type LogNames,
  type Replica,
} from '../../../checkers/agreement/applied-log.ts';
import { Findings } from '../../../checkers/agreement/findings.ts';

/** A log that several nodes execute; every call is one line. */
class Executed {
  readonly findings = new Findings();
  readonly log: AppliedLog;
  readonly #replicas: Replica[] = [0, 1, 2].map((node) => ({ node, applied: 0, appliedLine: -1 }));

  constructor(names: Partial<LogNames> = {}) {
    this.log = new AppliedLog(this.findings, names);
  }

  replica(node: number): Replica {
    return this.#replicas[node] as Replica;
  }

  apply(node: number, position: number, id = 'noop', more: { duplicate?: boolean } = {}): this {
    this.findings.next(0);
    this.log.apply(
      { kind: 'apply', position, id, valueHash: position, stateHash: position, ...more },
      this.replica(node),
    );
    return this;
  }

  /** One node executes these, from position 1 on. */
  run(...ids: readonly string[]): this {
    for (const [at, id] of ids.entries()) this.apply(0, at + 1, id);
    return this;
  }

  ok(node: number, position: number, command?: string): this {
    this.findings.next(0);
    this.log.reply(
      {
        kind: 'reply',
        client: 9,
        id: 1,
        status: 'ok',
        position,
        ...(command === undefined ? {} : { command }),
      },
      this.replica(node),
    );
    return this;
  }

  get broken(): string[] {
    return this.findings.violations.map(({ property }) => property);
  }
}

describe('the order of a session', () => {
  const ordered = () => new Executed({ clientOrder: 'FifoClientOrder' });

  test('is that of the positions, whoever told of them first', () => {
    // n1 executed positions 1 and 2 and went down before it could say so; n2 says so later.
    const trace = ordered();
    trace.log.recover(2);
    trace.replica(0).applied = 2;
    trace.apply(0, 3, '1:2').apply(1, 1, 'open').apply(1, 2, '1:1').apply(1, 3, '1:2');
    expect(trace.broken).toEqual([]);
  });

  test('is broken by a later number that stood before, told late', () => {
    const trace = ordered();
    trace.log.recover(2);
    trace.replica(0).applied = 2;
    trace.apply(0, 3, '1:2').apply(1, 1, 'open').apply(1, 2, '1:3');
    expect(trace.broken).toEqual(['FifoClientOrder']);
  });
});

describe('the sessions opened', () => {
  test('are counted once each, however many nodes execute the opening', () => {
    const executed = new Executed().run('open', '1:1', 'noop', 'open');
    executed.apply(1, 1, 'open').apply(2, 1, 'open');
    expect(executed.log.sessions).toBe(2);
  });
});

describe('an answer', () => {
  test('for what was executed there is right, whoever executed it first', () => {
    const log = new Executed().run('open', '1:1', '1:2').apply(1, 1, 'open').apply(1, 2, '1:1');
    expect(log.ok(0, 2, '1:1').ok(1, 2, '1:1').ok(0, 3).broken).toEqual([]);
  });

  test('for more than was executed breaks AckedApplied', () => {
    expect(new Executed().run('open', '1:1').ok(0, 3, '1:2').broken).toEqual(['AckedApplied']);
  });

  test('for a position that another command has taken breaks AckedApplied', () => {
    const log = () => new Executed().run('open', 'open', '1:1', 'noop');
    expect(log().ok(0, 3, '2:1').broken).toEqual(['AckedApplied']);
    expect(log().ok(0, 4, '1:1').broken).toEqual(['AckedApplied']);
  });

  test('to a repetition names the position of the first execution', () => {
    const log = new Executed().run('open', '1:1').apply(0, 3, '1:1', { duplicate: true });
    expect(log.ok(0, 2, '1:1').broken).toEqual([]);
  });
});

describe('a command', () => {
  test('of a session that was never opened breaks Validity', () => {
    expect(new Executed().run('noop', '1:1').broken).toEqual(['Validity']);
    expect(new Executed().run('open', '1:1').broken).toEqual([]);
  });

  test('of a session whose opening no line tells of is not doubted', () => {
    const log = new Executed();
    log.replica(0).applied = 5;
    log.log.recover(5);
    expect(log.apply(0, 6, '3:1').broken).toEqual([]);
  });

  test('without a session may be executed as often as it is sent', () => {
    expect(new Executed().run('write', 'write', '0:1', '0:1').broken).toEqual([]);
  });

  test("out of its session's order breaks what the protocol calls that, if it promises it", () => {
    const promised = new Executed({ clientOrder: 'FifoClientOrder' });
    expect(promised.run('open', '1:2', '1:1').broken).toEqual(['FifoClientOrder']);
    expect(new Executed().run('open', '1:2', '1:1').broken).toEqual([]);
  });
});

describe('the log as a whole', () => {
  test('is as many nodes execute it, in any interleaving and with restarts', () => {
    const step = fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const log = new Executed();
        for (const [node, kind] of steps) {
          const replica = log.replica(node);
          // A restart goes back to a snapshot, and executes again what is behind it.
          if (kind === 0) replica.applied = Math.floor(replica.applied / 2);
          else
            log.apply(
              node,
              replica.applied + 1,
              replica.applied === 0 ? 'open' : `1:${replica.applied}`,
            );
        }
        expect(log.broken).toEqual([]);
      }),
    );
  });

  test('keeps what it must when it grows and when it forgets', () => {
    const log = new Executed();
    for (let position = 1; position <= 5000; position++) {
      log.apply(0, position, position === 1 ? 'open' : `1:${position}`);
    }
    log.ok(0, 4000, '1:4000').log.retire(3000);
    expect(log.ok(0, 10, '7:7').ok(0, 4999, '1:4999').broken).toEqual([]);
    expect(log.ok(0, 4999, '1:4998').broken).toEqual(['AckedApplied']);
  });
});
