/**
 * Columns of numbers, in which hot code keeps what would be objects elsewhere. They are typed arrays
 * with a `get`, whose answer is a number, where that of an index may be nothing: whoever gets has
 * made sure that the place is there. It costs nothing (one class has one kind of elements, so V8
 * inlines it), and a column is shared and written as any typed array is.
 */

/** 32-bit integers. */
export class IntColumn extends Int32Array {
  /** What is made of each of the values, in order. */
  static collect<Value>(
    values: Iterable<Value>,
    make: (value: Value, at: number) => number,
  ): IntColumn {
    return IntColumn.over(IntColumn.from(values, make));
  }

  /** The same numbers: what comes from another thread is no column. */
  static over({ buffer, byteOffset, length }: Int32Array): IntColumn {
    return new IntColumn(buffer as ArrayBuffer, byteOffset, length);
  }

  get(at: number): number {
    return this[at] as number;
  }

  /** A copy with room for so many, the further ones 0. */
  grown(length: number): IntColumn {
    const grown = new IntColumn(length);
    grown.set(this);
    return grown;
  }

  /** As of every typed array, from a place to another one; a third of the time. */
  override subarray(from = 0, to = this.length): IntColumn {
    return new IntColumn(this.buffer, this.byteOffset + 4 * from, to - from);
  }

  override slice(from?: number, to?: number): IntColumn {
    return super.slice(from, to) as IntColumn;
  }

  override map(make: (value: number, at: number, all: this) => number): IntColumn {
    return super.map(make) as IntColumn;
  }
}

/** 64-bit floating-point numbers: times, and integers beyond 32 bits. */
export class FloatColumn extends Float64Array {
  /** What is made of each of the values, in order. */
  static collect<Value>(
    values: Iterable<Value>,
    make: (value: Value, at: number) => number,
  ): FloatColumn {
    return FloatColumn.over(FloatColumn.from(values, make));
  }

  /** The same numbers: what comes from another thread is no column. */
  static over({ buffer, byteOffset, length }: Float64Array): FloatColumn {
    return new FloatColumn(buffer as ArrayBuffer, byteOffset, length);
  }

  get(at: number): number {
    return this[at] as number;
  }

  /** A copy with room for so many, the further ones 0. */
  grown(length: number): FloatColumn {
    const grown = new FloatColumn(length);
    grown.set(this);
    return grown;
  }

  override slice(from?: number, to?: number): FloatColumn {
    return super.slice(from, to) as FloatColumn;
  }
}

/** Small numbers and flags. */
export class ByteColumn extends Uint8Array {
  /** The same numbers: what comes from another thread is no column. */
  static over({ buffer, byteOffset, length }: Uint8Array): ByteColumn {
    return new ByteColumn(buffer as ArrayBuffer, byteOffset, length);
  }

  get(at: number): number {
    return this[at] as number;
  }

  /** A copy with room for so many, the further ones 0. */
  grown(length: number): ByteColumn {
    const grown = new ByteColumn(length);
    grown.set(this);
    return grown;
  }

  override subarray(from?: number, to?: number): ByteColumn {
    return super.subarray(from, to) as ByteColumn;
  }
}
