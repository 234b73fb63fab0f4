/** What waits behind a barrier, and what does not: the one rule that no host may have otherwise. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../checkers/trace.ts';
import { DataCopying } from '../../../harness/core/copying.ts';
import { Outbox, type Outlet } from '../../../harness/core/outbox.ts';

/** An effect, told as text: what leaves is compared with what was put in. */
type Step =
  | { readonly kind: 'send'; readonly to: number }
  | { readonly kind: 'reply'; readonly client: number }
  | { readonly kind: 'trace'; readonly askedAt: number }
  | { readonly kind: 'barrier' }
  | { readonly kind: 'sync'; readonly share: number }
  | { readonly kind: 'drop'; readonly to: number }
  | { readonly kind: 'clear' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send'), to: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reply'), client: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('trace'), askedAt: fc.nat(99) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('barrier') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('sync'),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop'), to: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear') }) },
) as fc.Arbitrary<Step>;

/** An effect that waits, and for how many writes. */
interface Waiting {
  readonly text: string;
  readonly to: number | null;
  readonly needs: number;
}

/** A node in front of an outbox, and beside it the plainest possible list of what must wait. */
class Node {
  readonly left: string[] = [];
  readonly outbox = new Outbox();
  readonly outlet: Outlet = {
    send: (to, message) => this.left.push(`send ${to} ${String(message)}`),
    reply: (client, id, reply) => this.left.push(`reply ${client} ${id} ${reply.status}`),
    trace: (event, askedAt) => this.left.push(`trace ${event.kind} ${askedAt}`),
  };
  readonly expected: string[] = [];
  waiting: Waiting[] = [];
  written = 0;
  durable = 0;
  #number = 0;

  take(one: Step): void {
    const number = this.#number++;
    switch (one.kind) {
      case 'send':
        this.#asked({ text: `send ${one.to} ${number}`, to: one.to }, () =>
          this.outbox.send(one.to, number),
        );
        break;
      case 'reply':
        this.#asked({ text: `reply ${one.client} ${number} redirect`, to: null }, () =>
          this.outbox.reply(
            { client: one.client, id: number },
            { status: 'redirect', leader: null },
          ),
        );
        break;
      case 'trace':
        this.#asked({ text: `trace crash ${one.askedAt}`, to: null }, () =>
          this.outbox.trace({ kind: 'crash' } as TraceEvent, one.askedAt),
        );
        break;
      case 'barrier':
        this.written++;
        this.outbox.barrier(this.written);
        break;
      case 'sync':
        this.durable += Math.round(one.share * (this.written - this.durable));
        this.#release();
        break;
      case 'drop':
        this.outbox.dropSendsTo(one.to);
        this.waiting = this.waiting.filter(({ to }) => to !== one.to);
        break;
      case 'clear':
        this.outbox.clear();
        this.waiting = [];
        this.written = this.durable;
    }
  }

  #asked(effect: Omit<Waiting, 'needs'>, hold: () => void): void {
    hold();
    this.waiting.push({ ...effect, needs: this.written });
  }

  #release(): void {
    this.outbox.release(this.durable, this.outlet);
    // In order: whatever waits for more holds back all that is behind it, which waits for no less.
    const free = this.waiting.filter(({ needs }) => needs <= this.durable);
    this.waiting = this.waiting.filter(({ needs }) => needs > this.durable);
    this.expected.push(...free.map(({ text }) => text));
  }
}

const steps = fc.array(step, { maxLength: 80 });

describe('an effect', () => {
  test('leaves once, in order, as soon as all that was written before it is durable', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const node = new Node();
        for (const one of taken) {
          node.take(one);
          expect(node.left).toEqual(node.expected);
        }
      }),
    );
  });

  test('is never let out by a crash, and waits for what is written after it in no case', () => {
    const node = new Node();
    node.outbox.send(1, 'before');
    node.outbox.barrier(1);
    node.outbox.send(1, 'after');
    node.outbox.release(0, node.outlet);
    expect(node.left).toEqual(['send 1 before']);
    expect(node.outbox.isHolding).toBe(true);
    node.outbox.clear();
    expect(node.outbox.isHolding).toBe(false);
    node.outbox.release(1, node.outlet);
    expect(node.left).toEqual(['send 1 before']);
  });
});

test('an outbox holds as long as a barrier stands, also where nothing waits behind it', () => {
  const { outbox, outlet } = new Node();
  expect(outbox.isHolding).toBe(false);
  outbox.barrier(3);
  outbox.release(2, outlet);
  expect(outbox.isHolding).toBe(true);
  outbox.release(3, outlet);
  expect(outbox.isHolding).toBe(false);
});

test('a copy lets out what its original does, and neither takes it from the other', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const node = new Node();
      for (const one of taken) node.take(one);
      const copy = new Node();
      copy.outbox.copyFrom(node.outbox, new DataCopying(1));
      const before = node.left.length;
      copy.outbox.release(node.written, copy.outlet);
      expect(copy.outbox.isHolding).toBe(false);
      node.outbox.release(node.written, node.outlet);
      expect(copy.left).toEqual(node.left.slice(before));
    }),
  );
});
