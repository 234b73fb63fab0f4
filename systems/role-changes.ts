/** A node's role is one of a few, and changes only as its protocol has it. */

import { assert } from '../checkers/assert.ts';

/** By role: what a node may become next. */
export type RoleChanges<Role extends string> = Readonly<Record<Role, readonly Role[]>>;

/** Makes a node what it may become; anything else is a mistake of ours, and no rule's. */
export function changeRole<Role extends string>(
  state: { role: Role },
  role: Role,
  changes: RoleChanges<Role>,
): void {
  assert(changes[state.role].includes(role), `a ${state.role} does not become a ${role}`);
  state.role = role;
}
