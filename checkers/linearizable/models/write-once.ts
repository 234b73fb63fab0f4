/** A cell that is written once: consensus. */

import type { Value } from '../../history.ts';
import { type Model, showValue } from '../model.ts';
import { same } from './register.ts';

/**
 * `propose` answers the decided value, which is the first one proposed; `write` succeeds when it is
 * the first, or writes what is there already; `read` answers the value, nil before there is one.
 */
export const writeOnce: Model<Value> = {
  name: 'write-once',
  noun: 'the decision',
  functions: ['propose', 'write', 'read'],
  initial: (value) => value,
  step(state, { f, input, output, outcome }) {
    if (outcome === 'refused') return undefined;
    if (f === 'read') return outcome !== 'ok' || same(state, output) ? state : undefined;
    const next = state ?? input;
    if (outcome === 'unknown') return next;
    return same(next, f === 'propose' ? output : input) ? next : undefined;
  },
  key: showValue,
  readonly: ({ f }) => f === 'read',
  unrecorded: ({ f, input }) => f !== 'read' && input === null,
  describeOperation: (operation, name = '', verb) => {
    const { f, input, output, outcome } = operation;
    const of = name === '' ? '' : `${name} = `;
    if (outcome === 'refused') return `${verb} ${of}${showValue(input)} (refused)`;
    if (outcome === 'unknown') return `${verb} ${of}${showValue(input)} (outcome unknown)`;
    if (f === 'read') return `${verb} ${of}${showValue(output)}`;
    const told = f === 'propose' ? ` (answered: ${showValue(output)})` : '';
    return `${verb} ${of}${showValue(input)}${told}`;
  },
  describeState: showValue,
};
