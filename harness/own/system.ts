/** A user's own system under supervision: its node and client code, and what it says of itself. */

import type { Leadership, Views } from '../../systems/leadership.ts';
import type { ProtocolSystem } from '../../systems/system.ts';
import { fieldsOf, isWhole } from '../core/guards.ts';
import { shown } from '../core/shown.ts';
import { ownClient } from './client.ts';
import { OwnNode } from './node.ts';
import { ownSometimes } from './sometimes.ts';
import { Supervision } from './supervision.ts';
import { ownTraceChecker } from './trace-checker.ts';

export function ownSystem(system: ProtocolSystem): ProtocolSystem {
  const own: Partial<ProtocolSystem> = {
    protocol: (rules) => new OwnNode(system.name, rules, (table) => system.protocol(table)),
    client: (rules) => ownClient(system.name, system.client(rules)),
    ...ownLeadership(system),
    ...ownStatements(system),
    ...(system.traceChecker === undefined
      ? {}
      : { traceChecker: () => ownTraceChecker(system.name, () => system.traceChecker?.()) }),
    ...(system.sometimes === undefined
      ? {}
      : { sometimes: ownSometimes(`system ${system.name}`, system.sometimes) }),
  };
  // Not a copy: the methods of a class are no fields of their own.
  return Object.assign(Object.create(system) as ProtocolSystem, own);
}

function ownLeadership(system: ProtocolSystem): Leadership {
  const supervision = new Supervision(
    `system ${system.name}`,
    'it must follow from the views alone',
  );
  const { ready } = system;
  const own: { -readonly [Field in keyof Leadership]: Leadership[Field] } = {};
  if (typeof ready === 'function') {
    own.ready = (views) => {
      const answer: unknown = supervision.call('ready', () => ready.call(system, views));
      if (typeof answer === 'boolean') return answer;
      throw supervision.misanswer(`answers ${shown(answer)}: it must be true or false`, 'ready');
    };
  }
  if (system.primaries !== undefined) {
    own.primaries = (views) => {
      const answer: unknown = supervision.call('primaries', () => system.primaries?.(views));
      if (isNodesOf(views, answer)) return answer;
      const needed = `it must be a list of nodes, 0 to ${views.length - 1}`;
      throw supervision.misanswer(`answers ${shown(answer)}: ${needed}`, 'primaries');
    };
  }
  return own;
}

function isNodesOf(views: Views, answer: unknown): answer is readonly number[] {
  const isNode = (node: unknown) => Number.isInteger(node) && views[Number(node)] !== undefined;
  return Array.isArray(answer) && answer.every(isNode);
}

interface Statement {
  /** For people, to be read after "must be". */
  readonly what: string;
  accepts(answer: unknown): boolean;
}

/** What a system says of itself under given options. */
const STATEMENTS: Partial<Record<keyof ProtocolSystem, Statement>> = {
  suffices: { what: 'true or false', accepts: (answer) => typeof answer === 'boolean' },
  leaderServes: { what: 'a number above 0', accepts: isPositive },
  inFlight: { what: 'a number above 0', accepts: isPositive },
  catchesUp: {
    what: 'an object with numbers above 0 as `leader` and `follower`',
    accepts: (answer) => {
      const { leader, follower } = fieldsOf(answer);
      return isPositive(leader) && isPositive(follower);
    },
  },
  restsMs: {
    what: 'milliseconds from 0 on',
    accepts: (answer) => Number.isFinite(answer) && Number(answer) >= 0,
  },
  electors: {
    what: 'a number of nodes',
    accepts: (answer) => isWhole(answer, 0, Number.POSITIVE_INFINITY),
  },
  disruptible: { what: 'a text or null', accepts: isTextOrNull },
  inoperable: { what: 'a text or null', accepts: isTextOrNull },
  optionsFault: { what: 'a text or null', accepts: isTextOrNull },
  promise: {
    what: '"linearizable" or "ordered-sequential"',
    accepts: (answer) => answer === 'linearizable' || answer === 'ordered-sequential',
  },
};

function ownStatements(system: ProtocolSystem): Partial<ProtocolSystem> {
  const supervision = new Supervision(
    `system ${system.name}`,
    'it must follow from what it is handed alone',
  );
  const held = Object.entries(STATEMENTS).flatMap(([part, statement]) => {
    const method: unknown = Reflect.get(system, part);
    if (typeof method !== 'function') return [];
    const ask = (...given: readonly unknown[]) => {
      const answer = supervision.call(part, () => Reflect.apply(method, system, given) as unknown);
      if (statement.accepts(answer)) return answer;
      throw supervision.misanswer(`answers ${shown(answer)}: it must be ${statement.what}`, part);
    };
    return [[part, ask]];
  });
  return Object.fromEntries(held) as Partial<ProtocolSystem>;
}

/** Infinity as well: there is no limit, then. */
function isPositive(answer: unknown): boolean {
  return typeof answer === 'number' && answer > 0;
}

function isTextOrNull(answer: unknown): boolean {
  return answer === null || typeof answer === 'string';
}
