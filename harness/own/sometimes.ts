/** Situations that a user's own part or test names: their shape, and their code under supervision. */

import type { Sometimes } from '../../checkers/sometimes.ts';
import { fieldsOf, isObject } from '../core/guards.ts';
import { exactly, list, needs, object, Shape, words } from '../core/shape.ts';
import { shown } from '../core/shown.ts';
import { Supervision } from './supervision.ts';

const WAYS = ['reported', 'happened', 'watchReports', 'watchOperations'] as const;

const called = needs('a name of letters, digits, dots and dashes', (value) => {
  return typeof value === 'string' && /^[\w.-]+$/.test(value);
});
const fields = needs('an object with a field at least', (value) => {
  return isObject(value) && !Array.isArray(value) && Object.keys(value).length > 0;
});
const method = needs('a function', (value) => typeof value === 'function');

/** A list of situations. */
export const sometimesShape: Shape<readonly Sometimes[]> = list(
  new Shape<Sometimes>((given) => {
    const misfit = object.misfit(given);
    if (misfit !== null) return misfit;
    const ways = WAYS.filter((way) => way in fieldsOf(given));
    const [way] = ways;
    if (way === undefined || ways.length > 1) {
      return { kind: 'wrong', path: [], needed: `one of ${WAYS.join(', ')}, and only one,`, given };
    }
    const how = way === 'reported' || way === 'happened' ? fields : method;
    const shapes = { name: called, describe: words, [way]: how };
    return exactly<Record<string, unknown>>(shapes).misfit(given);
  }),
);

/** The same situations, their code held to its contract; `owner` as in `system x`. */
export function ownSometimes(owner: string, all: readonly Sometimes[]): readonly Sometimes[] {
  return all.map((one) => {
    const supervision = new Supervision(owner, 'it must follow from what it is shown alone');
    const { name, describe } = one;
    if ('watchReports' in one) {
      return {
        name,
        describe,
        watchReports: () => watched(supervision, 'watchReports', () => one.watchReports()),
      };
    }
    if ('watchOperations' in one) {
      return {
        name,
        describe,
        watchOperations: () => watched(supervision, 'watchOperations', () => one.watchOperations()),
      };
    }
    return one;
  });
}

interface Watch<Seen extends readonly unknown[]> {
  sees(...seen: Seen): boolean;
}

function watched<Seen extends readonly unknown[]>(
  supervision: Supervision,
  part: string,
  make: () => Watch<Seen>,
): Watch<Seen> {
  const watch = supervision.call(part, make);
  if (!isObject(watch) || typeof fieldsOf(watch)['sees'] !== 'function') {
    const wrong = `answers ${shown(watch)}: it must be an object with a function sees`;
    throw supervision.misanswer(wrong, part);
  }
  return {
    sees: (...seen) => {
      const answer: unknown = supervision.call('sees', () => watch.sees(...seen));
      if (typeof answer === 'boolean') return answer;
      throw supervision.misanswer(`answers ${shown(answer)}: it must be true or false`, 'sees');
    },
  };
}
