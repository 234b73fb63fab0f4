/** Lines out of the pieces in which a pipe brings them. */

/** No message is as long as that: a program that writes no line end floods. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

export class Lines {
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: () => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(onLine: (line: string) => void, onTooLong: () => void) {
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  /** What is not ended yet waits for more; at the end of the pipe it is torn, and is dropped. */
  push(piece: Buffer): void {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      this.#pieces.push(piece.subarray(from, end));
      const line = Buffer.concat(this.#pieces).toString('utf8');
      this.#pieces = [];
      this.#bytes = 0;
      from = end + 1;
      if (line.trim() !== '') this.#onLine(line);
    }
    if (from === piece.length) return;
    this.#pieces.push(piece.subarray(from));
    this.#bytes += piece.length - from;
    if (this.#bytes > LINE_BYTES_MAX) this.#onTooLong();
  }

  /** What came after the last line end. */
  get rest(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}
