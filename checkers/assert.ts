/** Assertions for pure code: `node:assert` is a `node:` import, which pure folders may not have. */

/** Throws when `condition` is false: a bug in Ordeal, never a finding about the system. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
