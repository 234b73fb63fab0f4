/** What a search is of: a system with its variants, in a world of stated bounds. */

import { hasTraceChecker, panicChecker, traceChecker } from '../../checkers/agreement/index.ts';
import type { TraceChecker } from '../../checkers/trace.ts';
import type { Options } from '../../systems/protocol.ts';
import { promiseOf, type System, type Variant } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { keptBeside } from '../variants/effects.ts';
import { type ActiveRules, applyVariants } from '../variants/variants.ts';
import { Clients } from './clients.ts';
import { Ghosts } from './ghosts.ts';
import { Datagrams, Streams } from './links.ts';
import { ModelNode, type ModelNodeSpec } from './model-node.ts';
import { Nodes } from './nodes.ts';
import { layoutOf } from './row.ts';
import { Symmetry } from './symmetry.ts';
import { type Bounds, World, type WorldParts } from './world.ts';

export interface Model {
  readonly system: System;
  readonly variants: readonly Variant[];
  readonly workload: Workload;
  /** Resolved. */
  readonly options: Options;
  readonly bounds: Bounds;
  /** Where it begins: when all nodes have started, or once the cluster is ready for clients. */
  readonly from: 'start' | 'ready';
  /** Whether nodes that differ in their names alone are folded. */
  readonly folds: boolean;
}

/** Draws of variants come from it; nothing else is drawn. */
const SEED = 1;

/** Everything that one search needs. */
export interface Modelled {
  readonly model: Model;
  readonly world: World;
  /** What the world is made of. */
  readonly parts: WorldParts;
  readonly nodes: Nodes;
  readonly clients: Clients;
  readonly ghosts: Ghosts;
  /** How often each part of a variant was asked by the search, and decided otherwise. */
  readonly reached: ActiveRules['reached'];
  /** Checkers that have heard of nothing yet. */
  readonly checkers: () => readonly TraceChecker[];
  /** A node for moves that are made again, which shares nothing with the search. */
  readonly freshNode: () => ModelNode;
}

export function modelled(model: Model): Modelled {
  const { system, options, workload, bounds } = model;
  const active = applyVariants(system, model.variants);
  const searched = nodeSpecOf(model, active);
  const { protocol } = searched;
  const lost = lostIn(model);
  const nodes = new Nodes(
    searched,
    (state) => keptBeside(protocol, state),
    (message) => lost.length > 0 && lost.includes(protocol.messageKind(message)),
  );
  const clients = new Clients({
    workload,
    operations: bounds.operations,
    isJudged: isJudged(system, options, workload),
  });
  const layout = layoutOf(bounds.nodes);
  const checkers = () => checkersOf(system);
  const ghosts = new Ghosts(bounds.nodes, (report) => nodes.report(report), checkers);
  const links = system.links === 'connections' ? new Streams(layout, nodes) : new Datagrams(layout);
  const symmetry = isFolded(model) ? new Symmetry(layout, nodes) : null;
  const parts = { bounds, layout, nodes, clients, ghosts, links, symmetry, from: model.from };
  const world = new World(parts);
  const freshNode = () => new ModelNode(nodeSpecOf(model, applyVariants(system, model.variants)));
  const { reached } = active;
  return { model, world, parts, nodes, clients, ghosts, reached, checkers, freshNode };
}

/** The settings of a small world of this system, for variants that suggest these. */
export function smallSettings({ small, options }: System, suggested: Options): Options {
  const known = Object.entries({ ...small?.set, ...suggested }).filter(([name]) =>
    Object.hasOwn(options, name),
  );
  return Object.fromEntries(
    known.map(([name, value]) => {
      const most = small?.atMost?.[name];
      const isLowered = most !== undefined && typeof value === 'number' && name in suggested;
      return [name, isLowered ? Math.min(value, most) : value];
    }),
  );
}

/** Whether nodes that differ in nothing but their names are folded. */
export function isFolded({ system, options, folds }: Model): boolean {
  return folds && system.links !== 'connections' && system.small?.symmetric?.(options) === true;
}

/** Kinds of messages that are never delivered. */
export function lostIn({ system, options }: Pick<Model, 'system' | 'options'>): readonly string[] {
  return system.small?.lost?.(options) ?? [];
}

/** Whether what clients see is judged: only where linearizability is promised, and the workload asks for it. */
export function isJudged(system: System, options: Options, workload: Workload): boolean {
  return promiseOf(system, options) === 'linearizable' && workload.judge === undefined;
}

function nodeSpecOf({ variants, options, bounds }: Model, active: ActiveRules): ModelNodeSpec {
  return {
    protocol: active.protocol(SEED),
    options,
    members: Array.from({ length: bounds.nodes }, (_, node) => node),
    variants: variants.map(({ id }) => id),
    durability: active.durability,
    diskHabits: active.disk,
  };
}

/** The system's own checker or that of its protocol, and one for what ends a node. */
function checkersOf(system: System): TraceChecker[] {
  const own = system.traceChecker?.();
  if (own !== undefined) return [own, panicChecker()];
  return hasTraceChecker(system.name) ? [traceChecker(system.name)] : [panicChecker()];
}
