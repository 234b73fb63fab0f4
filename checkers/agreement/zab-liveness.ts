/** Liveness of Zab: its epochs and zxids in the terms and indices of `LivenessObserver`. */

import type { TraceEvent } from '../trace.ts';
import { LivenessObserver } from './liveness.ts';

type Mutable<Kind extends TraceEvent['kind']> = {
  -readonly [Field in keyof Extract<TraceEvent, { kind: Kind }>]: Extract<
    TraceEvent,
    { kind: Kind }
  >[Field];
};

/**
 * A leader reigns from when its epoch is established until it looks for a leader again. What it
 * must commit, and everybody deliver, is its initial history, or at the quiet end all that it had
 * proposed. Positions follow from zxids: the transactions of an epoch stand behind that history.
 */
export class ZabLivenessObserver extends LivenessObserver {
  /** Of the epoch that each server leads or led last: its number, and where it begins. */
  readonly #led: { readonly epoch: number; readonly length: number; leads: boolean }[] = [];
  /** Leaders that gave up since the quiet end: only who has lost its quorum does. */
  #givenUp = 0;
  // Changed in place: one is made for every proposal and commit.
  readonly #append: Mutable<'append'> = {
    kind: 'append',
    index: 0,
    term: 0,
    valueHash: 0,
    previousTerm: 0,
  };
  readonly #commit: Mutable<'commit'> = {
    kind: 'commit',
    index: 0,
    term: 0,
    entryTerm: 0,
    certificate: [],
  };

  /** Not counting those that a leader asked for by giving up. */
  override get electionsAfterQuiet(): number {
    return Math.max(0, super.electionsAfterQuiet - this.#givenUp);
  }

  override quiet(timeNs: number): void {
    this.#givenUp = 0;
    super.quiet(timeNs);
  }

  override feed(event: TraceEvent, node: number, incarnation: number, timeNs: number): void {
    super.feed(this.#translate(event, node), node, incarnation, timeNs);
  }

  #translate(event: TraceEvent, node: number): TraceEvent {
    switch (event.kind) {
      case 'established': {
        const { epoch, length, certificate } = event;
        this.#led[node] = { epoch, length, leads: true };
        return { kind: 'leader', term: epoch, certificate, last: { term: epoch, index: length } };
      }
      case 'looking': {
        const led = this.#led[node];
        if (led?.leads === true) {
          led.leads = false;
          this.#givenUp++;
        }
        const reason = event.spent === true ? 'epoch-spent' : 'looking';
        return { kind: 'step-down', term: led?.epoch ?? 0, reason };
      }
      case 'propose-txn':
        this.#append.index = this.#positionOf(node, event.zxid);
        return this.#append;
      case 'commit-txn':
        if (event.certificate.length === 0) return event;
        this.#commit.index = this.#positionOf(node, event.zxid);
        return this.#commit;
      case 'snapshot-txns': {
        const { op, position, zxid, stateHash } = event;
        return { kind: 'snapshot', op, last: { term: zxid.epoch, index: position }, stateHash };
      }
      default:
        return event;
    }
  }

  #positionOf(node: number, { epoch, counter }: { epoch: number; counter: number }): number {
    const led = this.#led[node];
    if (led === undefined) return 0;
    return epoch === led.epoch ? led.length + counter : led.length;
  }
}
