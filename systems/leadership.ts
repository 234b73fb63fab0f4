/** When a system is ready for load, and at which nodes faults are aimed: by its own word, or as usual. */

import type { NodeId } from '../checkers/units.ts';
import type { NodeView } from './protocol.ts';

/** What each node says of itself, by its number; null where it is down or does not answer. */
export type Views = readonly (NodeView | null)[];

/**
 * When the load may begin. `one-leader`: every node answers, and all name the same leader;
 * `nodes-up`: every node answers; or whatever the system makes of the views.
 */
export type Readiness = 'one-leader' | 'nodes-up' | ((views: Views) => boolean);

/** What a system of any kind says of it. */
export interface Leadership {
  /** `one-leader` where absent. */
  readonly ready?: Readiness;
  /** Nobody leads; the same as `ready: 'nodes-up'` where that says nothing else. */
  readonly leaderless?: boolean;
  /**
   * Nodes that are more than others at the moment, most important first: faults aimed at the leader
   * hit the first one, and nobody where there is none. Where absent, the node that takes itself for
   * the leader in the highest term.
   */
  primaries?(views: Views): readonly number[];
}

export function readinessOf({ ready, leaderless }: Leadership): Readiness {
  return ready ?? (leaderless === true ? 'nodes-up' : 'one-leader');
}

/** Whether a cluster goes on without anybody who leads: a fault that is meant for one may hit any node. */
export function isLeaderless(system: Leadership): boolean {
  const isSaid = system.leaderless === true || readinessOf(system) === 'nodes-up';
  return isSaid && system.primaries === undefined;
}

/** Whether the load may begin. */
export function isReady(system: Leadership, views: Views): boolean {
  const readiness = readinessOf(system);
  if (typeof readiness === 'function') return readiness(views);
  if (readiness === 'nodes-up') return views.every((view) => view !== null);
  const leader = views[0]?.leader ?? null;
  return leader !== null && views.every((view) => view?.leader === leader);
}

/** At whom faults are aimed that are meant for the leader; null where there is nobody. */
export function primaryOf(system: Leadership, views: Views): number | null {
  const primaries =
    system.primaries?.(views) ?? leadersAmong(views, (view, node) => view.leader === node);
  return primaries[0] ?? null;
}

/** For `primaries`: the nodes that lead, that of the highest term first. */
export function leadersAmong(
  views: Views,
  leads: (view: NodeView, node: NodeId) => boolean,
): readonly number[] {
  const leading = views.flatMap((view, node) => {
    return view !== null && leads(view, node) ? [{ node, term: view.term }] : [];
  });
  return leading.sort((a, b) => b.term - a.term).map(({ node }) => node);
}
