/** Assertions for pure code: `node:assert` is a `node:` import, which pure folders may not have. */

/**
 * Throws when `condition` is false: a bug in Ordeal, never a finding about the system. So small that
 * the engine puts it in the place of every call (V8 does so below 27 bytes of bytecode).
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) fail(message);
}

function fail(message: string): never {
  throw new Error(`assertion failed: ${message}`);
}
