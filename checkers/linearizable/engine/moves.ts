/**
 * What may come next, as one number: 0 is the operation whose return is next, then come the other
 * open ones by slot, then the groups of equal unanswered ones. They are tried in this order.
 */
export class Moves {
  /** Above every move. */
  readonly end: number;
  readonly #slots: number;

  constructor(slots: number, groups: number) {
    this.#slots = slots;
    this.end = 1 + slots + groups;
  }

  isReturn(move: number): boolean {
    return move === 0;
  }

  /** Of an open operation that returns later; -1 for the return. */
  slotOf(move: number): number {
    return move - 1;
  }

  isUnanswered(move: number): boolean {
    return move > this.#slots;
  }

  groupOf(move: number): number {
    return move - this.#slots - 1;
  }
}
