/** A checker of a user's own system, held to what a checker is. */

import type { TraceChecker, Violation } from '../../checkers/trace.ts';
import { fieldsOf, isObject, isWhole } from '../core/guards.ts';
import { shown } from '../core/shown.ts';
import { Supervision } from './supervision.ts';

/** Throws `OwnMistake` where what is made is no checker, and later where it reports no violation. */
export function ownTraceChecker(system: string, make: () => unknown): TraceChecker {
  const supervision = new Supervision(`system ${system}`, 'it must follow from the trace alone');
  const checker = supervision.call('traceChecker', make);
  const wrong = wrongInChecker(checker);
  if (wrong !== null) {
    throw supervision.misanswer(`answers ${shown(checker)}: ${wrong}`, 'traceChecker');
  }
  const own = checker as TraceChecker;
  /** So many have been looked at. */
  let known = 0;
  return {
    ...(own.isOwn === undefined
      ? {}
      : { isOwn: (event) => supervision.call('isOwn', () => own.isOwn?.(event)) === true }),
    feed: (event, node, incarnation, timeNs) =>
      supervision.call('feed', () => own.feed(event, node, incarnation, timeNs)),
    get violations() {
      const { violations } = own;
      for (; known < violations.length; known++) {
        const violation: unknown = violations[known];
        const wrongHere = wrongInViolation(violation);
        if (wrongHere === null) continue;
        throw supervision.misanswer(`has ${shown(violation)}: ${wrongHere}`, 'violations');
      }
      return violations;
    },
    get stats() {
      return own.stats;
    },
  };
}

function wrongInChecker(checker: unknown): string | null {
  if (!isObject(checker)) return 'it must be a checker';
  const { feed, violations, stats, isOwn } = fieldsOf(checker);
  if (typeof feed !== 'function') return 'feed must be a function';
  if (!Array.isArray(violations)) return 'violations must be a list';
  if (!isObject(stats)) return 'stats must be an object';
  return isOwn === undefined || typeof isOwn === 'function' ? null : 'isOwn must be a function';
}

function wrongInViolation(violation: unknown): string | null {
  const { property, because, told, lines } = fieldsOf(violation) as Partial<
    Record<keyof Violation, unknown>
  >;
  if (typeof property !== 'string') return 'property must be a text';
  if (typeof because !== 'string') return 'because must be a text';
  if (told !== undefined && typeof told !== 'string') return 'told must be a text';
  const areLines =
    Array.isArray(lines) && lines.every((line) => isWhole(line, 0, Number.POSITIVE_INFINITY));
  return areLines ? null : 'lines must be a list of whole numbers';
}
