/** What every part of a scenario file is read with: the names of nodes, roles and requests. */

import type { NodeId } from '../../checkers/units.ts';
import type { System } from '../../systems/system.ts';
import { suggestion } from '../core/errors.ts';
import { DISCONNECTED } from './links.ts';
import type { Filter, Named, Path, Scenario } from './scenario.ts';
import type { RawFilter } from './schema.ts';

/** What stands beside names of nodes where something is expected. */
export const RESERVED = ['all', 'answers', 'in-flight', 'delivered', 'broken'] as const;

export class Names {
  readonly nodes: readonly string[];
  readonly all: ReadonlyMap<string, number>;
  readonly #problem: Scenario['problem'];

  constructor(
    nodes: readonly string[],
    roles: Readonly<Record<string, string>>,
    problem: Scenario['problem'],
    path: Path,
  ) {
    const all = new Map<string, number>();
    const add = (name: string, node: NodeId, at: Path) => {
      if ((RESERVED as readonly string[]).includes(name)) {
        throw problem(at, `"${name}" is a word of scenarios: it cannot name a node`);
      }
      if (all.has(name)) throw problem(at, `"${name}" names a node already`);
      all.set(name, node);
    };
    for (const [node, name] of nodes.entries()) add(name, node, ['nodes', node]);
    this.nodes = nodes;
    this.all = all;
    this.#problem = problem;
    for (const [role, name] of Object.entries(roles)) {
      const at = [...path, 'roles', role];
      add(role, this.node(name, at).node, at);
    }
  }

  node(name: string, path: Path): Named {
    const node = this.all.get(name);
    if (node !== undefined) return { node, name };
    throw this.#problem(
      path,
      `no node is called "${name}" (${suggestion(name, [...this.all.keys()])})`,
    );
  }

  /** One name or several; `all` is every node. */
  list(names: string | readonly string[], path: Path): Named[] {
    const given = typeof names === 'string' ? [names] : names;
    if (given.length === 1 && given[0] === 'all') {
      return this.nodes.map((name, node) => ({ name, node }));
    }
    return given.map((name) => this.node(name, path));
  }
}

/** What every part of a file is read with. */
export interface Reading {
  readonly system: System;
  readonly names: Names;
  /** Names of requests and sessions, as they come up in the order of the file. */
  readonly requests: Set<string>;
  problem: Scenario['problem'];
}

export function compileFilter(reading: Reading, raw: RawFilter, path: Path): Filter {
  const { names } = reading;
  const list = (nodes: RawFilter['from'], field: string) =>
    nodes === undefined ? null : names.list(nodes, [...path, field]);
  for (const kind of [raw.kind ?? []].flat()) checkKind(reading, kind, [...path, 'kind']);
  return {
    kinds: raw.kind === undefined ? null : [raw.kind].flat(),
    from: list(raw.from, 'from'),
    to: list(raw.to, 'to'),
    among: list(raw.among, 'among'),
    fields: raw.with ?? null,
    not: raw.not === undefined ? null : compileFilter(reading, raw.not, [...path, 'not']),
    first: raw.first ?? null,
  };
}

/** A kind that is misspelt would be a filter that nothing passes, and nobody would notice. */
export function checkKind({ system, problem }: Reading, kind: string, path: Path): void {
  if (system.scenarioWords === undefined) return;
  const known = [...Object.keys(system.scenarioWords.kinds), ...connectionKinds(system)];
  if (known.includes(kind)) return;
  const hint = suggestion(kind, known);
  throw problem(path, `${system.name} has no messages of kind "${kind}" (${hint})`);
}

function connectionKinds(system: System): string[] {
  return system.links === 'connections' ? [DISCONNECTED] : [];
}

/** A name stands for one request; of one that is repeated, for the last time. */
export function nameRequest({ requests, problem }: Reading, name: string, path: Path): void {
  if (requests.has(name)) throw problem(path, `"${name}" names a request already`);
  requests.add(name);
}

export function checkRequest({ requests, problem }: Reading, name: string, path: Path): void {
  if (requests.has(name)) return;
  const hint = requests.size === 0 ? 'none has a name so far' : suggestion(name, [...requests]);
  throw problem(path, `no request is called "${name}" (${hint})`);
}
