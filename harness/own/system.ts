/** A user's own system under supervision: its node and client code, and what it says of its views. */

import type { Leadership, Views } from '../../systems/leadership.ts';
import type { System } from '../../systems/system.ts';
import { shown } from '../core/shown.ts';
import { ownClient } from './client.ts';
import { OwnNode } from './node.ts';
import { Supervision } from './supervision.ts';

export function ownSystem(system: System): System {
  const own: Pick<System, 'protocol' | 'client'> & Leadership = {
    protocol: (rules) => new OwnNode(system.name, rules, (table) => system.protocol(table)),
    client: (rules) => ownClient(system.name, system.client(rules)),
    ...ownLeadership(system),
  };
  // Not a copy: the methods of a class are no fields of their own.
  return Object.assign(Object.create(system) as System, own);
}

function ownLeadership(system: System): Leadership {
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
      throw supervision.mistake(`answers ${shown(answer)}: it must be true or false`, 'ready');
    };
  }
  if (system.primaries !== undefined) {
    own.primaries = (views) => {
      const answer: unknown = supervision.call('primaries', () => system.primaries?.(views));
      if (isNodesOf(views, answer)) return answer;
      const needed = `it must be a list of nodes, 0 to ${views.length - 1}`;
      throw supervision.mistake(`answers ${shown(answer)}: ${needed}`, 'primaries');
    };
  }
  return own;
}

function isNodesOf(views: Views, answer: unknown): answer is readonly number[] {
  const isNode = (node: unknown) => Number.isInteger(node) && views[Number(node)] !== undefined;
  return Array.isArray(answer) && answer.every(isNode);
}
