/** The register of `abd-register.ts` for backends whose nodes report nothing that could be judged. */

import type { System } from '../../systems/system.ts';
import { abdRegister } from './abd-register.ts';

export { readsAndWrites } from './abd-register.ts';

export const untracedRegister: System = { ...abdRegister, name: 'untraced-register' };
Reflect.deleteProperty(untracedRegister, 'traceChecker');
