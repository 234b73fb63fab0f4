/** The client of replicated logs: when an operation ends, and that it says `fail` only if it may. */

import { describe, expect, test } from 'vitest';
import type { ClientEnv, ClientState } from '../../systems/client.ts';
import type { Operation, Outcome } from '../../systems/operations.ts';
import type { Reply, Request } from '../../systems/protocol.ts';
import { clientRules, sessionClient } from '../../systems/session-client.ts';

const WRITE: Operation = { f: 'write', key: 'x', value: 1 };
const READ: Operation = { f: 'read', key: 'x', value: null };

/** A client whose requests and timers a test looks at and answers by hand. */
class Bench implements ClientEnv {
  readonly client = 4;
  readonly nodes = [0, 1, 2];
  readonly requestsRepeat: boolean;
  readonly sent: { readonly to: number; readonly request: Request }[] = [];
  readonly outcomes: Outcome[] = [];
  timeUs = 0;
  timerAtUs: number | null = null;
  readonly #protocol = sessionClient(clientRules);
  readonly #state: ClientState;

  constructor(requestsRepeat = false) {
    this.requestsRepeat = requestsRepeat;
    this.#state = this.#protocol.start(this);
  }

  nowUs(): number {
    return this.timeUs;
  }

  random(): number {
    return 0;
  }

  send(to: number, request: Request): void {
    this.sent.push({ to, request });
  }

  setTimer(delayUs: number): void {
    this.timerAtUs = this.timeUs + delayUs;
  }

  cancelTimer(): void {
    this.timerAtUs = null;
  }

  complete(outcome: Outcome): void {
    this.outcomes.push(outcome);
  }

  invoke(operation: Operation): void {
    this.#protocol.invoke(this.#state, this, operation);
  }

  /** Answers the latest request. */
  answer(reply: Reply): void {
    const latest = this.last();
    this.#protocol.reply(this.#state, this, latest.to, latest.request.from, reply);
  }

  fire(): void {
    if (this.timerAtUs === null) throw new Error('no timer is set');
    this.timeUs = this.timerAtUs;
    this.timerAtUs = null;
    this.#protocol.timer(this.#state, this);
  }

  last(): { readonly to: number; readonly request: Request } {
    const latest = this.sent.at(-1);
    if (latest === undefined) throw new Error('nothing was sent');
    return latest;
  }
}

/** A client that has session 7 and has sent a write. */
function writing(requestsRepeat = false): Bench {
  const bench = new Bench(requestsRepeat);
  bench.invoke(WRITE);
  bench.answer({ status: 'ok', value: 7, position: 7 });
  return bench;
}

describe('a client', () => {
  test('asks first the node that its number points at', () => {
    const bench = new Bench();
    bench.invoke(READ);
    expect(bench.last().to).toBe(1);
  });

  test('opens a session before it writes, and only once', () => {
    const bench = writing();
    expect(bench.sent[0]?.request.kind).toBe('open');
    expect(bench.last().request).toMatchObject({ kind: 'operation', session: 7, sequence: 1 });
    bench.answer({ status: 'ok', value: null, position: 8 });
    bench.invoke(WRITE);
    expect(bench.last().request).toMatchObject({ kind: 'operation', session: 7, sequence: 2 });
    expect(bench.outcomes).toEqual([{ type: 'ok', value: null, position: 8, node: 1 }]);
  });

  test('reads without a session', () => {
    const bench = new Bench();
    bench.invoke(READ);
    expect(bench.last().request).toMatchObject({ kind: 'operation', session: 0 });
    bench.answer({ status: 'ok', value: 3, position: null });
    expect(bench.outcomes).toEqual([{ type: 'ok', value: 3, node: 1 }]);
  });

  test('follows a redirection at once, and remembers the leader', () => {
    const bench = new Bench();
    bench.invoke(READ);
    bench.answer({ status: 'redirect', leader: 2 });
    expect(bench.last().to).toBe(2);
    bench.answer({ status: 'ok', value: null, position: 1 });
    bench.invoke(READ);
    expect(bench.last().to).toBe(2);
  });

  test('pauses before it asks the next node when nobody is known to lead', () => {
    const bench = new Bench();
    bench.invoke(READ);
    bench.answer({ status: 'redirect', leader: null });
    expect(bench.sent).toHaveLength(1);
    bench.fire();
    expect(bench.last().to).toBe(2);
  });

  test('retries the same command elsewhere after a timeout, and believes its answer', () => {
    const bench = writing();
    bench.fire();
    expect(bench.last()).toMatchObject({ to: 2, request: { session: 7, sequence: 1 } });
    bench.answer({ status: 'ok', value: null, position: 9 });
    expect(bench.outcomes).toMatchObject([{ type: 'ok' }]);
  });

  test('takes no notice of an answer to a request that it has given up', () => {
    const bench = writing();
    const late = bench.last();
    bench.fire();
    bench.sent.push(late);
    bench.answer({ status: 'ok', value: null, position: 9 });
    expect(bench.outcomes).toEqual([]);
  });
});

describe('an operation that is given up', () => {
  test('is info when an attempt of it timed out', () => {
    const bench = writing();
    while (bench.outcomes.length === 0) bench.fire();
    expect(bench.outcomes).toMatchObject([{ type: 'info', error: 'timeout' }]);
    expect(bench.timeUs).toBe(1_000_000);
  });

  test('is info when an attempt ended unknown, whatever later ones say', () => {
    const bench = writing();
    bench.answer({ status: 'unknown', error: 'leadership-lost' });
    bench.fire();
    bench.answer({ status: 'fail', error: 'session' });
    expect(bench.outcomes).toMatchObject([{ type: 'info', error: 'session' }]);
  });

  test('is a failure when it never got beyond redirections', () => {
    const bench = writing();
    while (bench.outcomes.length === 0) {
      bench.answer({ status: 'redirect', leader: null });
      bench.fire();
    }
    expect(bench.outcomes).toMatchObject([{ type: 'fail', error: 'timeout' }]);
  });

  test('is a failure when it only tried to open a session', () => {
    const bench = new Bench();
    bench.invoke(WRITE);
    while (bench.outcomes.length === 0) bench.fire();
    expect(bench.outcomes).toMatchObject([{ type: 'fail' }]);
  });

  test('is a failure when it is a read, which changes nothing', () => {
    const bench = new Bench();
    bench.invoke(READ);
    while (bench.outcomes.length === 0) bench.fire();
    expect(bench.outcomes).toMatchObject([{ type: 'fail' }]);
  });
});

describe('a refusal', () => {
  test('by the state machine is a definite failure', () => {
    const bench = writing();
    bench.fire();
    bench.answer({ status: 'fail', error: 'cas-mismatch' });
    expect(bench.outcomes).toMatchObject([{ type: 'fail', error: 'cas-mismatch' }]);
  });

  test('of the session by a node that cannot tell is unknown, and the next write opens a new one', () => {
    const bench = writing();
    bench.answer({ status: 'unknown', error: 'session' });
    expect(bench.outcomes).toMatchObject([{ type: 'info', error: 'session' }]);
    bench.invoke(WRITE);
    expect(bench.last().request.kind).toBe('open');
  });

  test('of the session makes it open a new one, if nothing can have been executed', () => {
    const bench = writing();
    bench.answer({ status: 'fail', error: 'session' });
    expect(bench.last().request.kind).toBe('open');
    bench.answer({ status: 'ok', value: 20, position: 20 });
    expect(bench.last().request).toMatchObject({ session: 20 });
  });

  test('proves nothing where requests may come twice, unless the state machine says it', () => {
    const refused = writing(true);
    refused.answer({ status: 'fail', error: 'session' });
    expect(refused.outcomes).toMatchObject([{ type: 'info', error: 'session' }]);
    const late = writing(true);
    late.answer({ status: 'redirect', leader: null });
    while (late.outcomes.length === 0) {
      late.fire();
      if (late.timerAtUs !== null) late.answer({ status: 'redirect', leader: null });
    }
    expect(late.outcomes).toMatchObject([{ type: 'info', error: 'timeout' }]);
    const mismatch = writing(true);
    mismatch.answer({ status: 'fail', error: 'cas-mismatch', position: 8 });
    expect(mismatch.outcomes).toMatchObject([{ type: 'fail', error: 'cas-mismatch' }]);
  });
});
