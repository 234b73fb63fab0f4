/**
 * Isolation levels, which anomalies each forbids, and which anomalies imply which.
 *
 * After Adya, "Weak Consistency" (1999); Bailis et al., "Highly Available Transactions" (2013);
 * Cerone, Bernardi and Gotsman, "A Framework for Transactional Consistency Models with Atomic
 * Visibility" (2015); and the lattice at jepsen.io/consistency, so that verdicts at a level compare
 * with Elle's. Reads here are of items, never of predicates: G2 in general (phantoms) cannot be
 * seen, and G2-item stands for it.
 */

import { type AnomalyKind, type CycleKind, isCycle, isOrdered, partsOf } from './anomalies.ts';

interface LevelRow {
  /** Levels that hold wherever this one holds, the nearest. */
  readonly above: readonly string[];
  /** Anomalies that this level forbids and those do not. */
  readonly forbids: readonly AnomalyKind[];
}

const LATTICE = {
  'read-uncommitted': {
    above: [],
    forbids: ['G0', 'duplicate-elements', 'cyclic-versions', 'garbage-read', 'wrong-answer'],
  },
  'read-committed': { above: ['read-uncommitted'], forbids: ['G1a', 'G1b', 'G1c'] },
  'monotonic-atomic-view': { above: ['read-committed'], forbids: ['non-monotonic-view'] },
  'read-atomic': {
    above: ['monotonic-atomic-view'],
    forbids: ['internal', 'future-read', 'fractured-read'],
  },
  'causal-cerone': { above: ['read-atomic'], forbids: [] },
  prefix: { above: ['causal-cerone'], forbids: [] },
  rola: { above: ['read-atomic'], forbids: ['lost-update'] },
  'parallel-snapshot-isolation': { above: ['causal-cerone', 'rola'], forbids: [] },
  'cursor-stability': { above: ['read-committed'], forbids: ['lost-update'] },
  'monotonic-view': { above: ['read-committed'], forbids: [] },
  'monotonic-snapshot-read': { above: ['read-committed'], forbids: [] },
  'consistent-view': { above: ['cursor-stability', 'monotonic-view'], forbids: ['G-single-item'] },
  'forward-consistent-view': { above: ['consistent-view'], forbids: [] },
  'update-serializable': { above: ['forward-consistent-view'], forbids: [] },
  'repeatable-read': {
    above: ['cursor-stability', 'monotonic-atomic-view'],
    forbids: ['G2-item'],
  },
  'snapshot-isolation': {
    above: [
      'forward-consistent-view',
      'monotonic-snapshot-read',
      'parallel-snapshot-isolation',
      'prefix',
    ],
    forbids: ['G-nonadjacent-item'],
  },
  serializable: {
    above: ['repeatable-read', 'snapshot-isolation', 'update-serializable'],
    forbids: ['no-serial-order'],
  },
  causal: { above: ['causal-cerone'], forbids: ['causality-violation-process'] },
  'strong-session-read-uncommitted': { above: ['read-uncommitted'], forbids: ['G0-process'] },
  'strong-session-read-committed': {
    above: ['read-committed', 'strong-session-read-uncommitted'],
    forbids: ['G1c-process'],
  },
  'strong-session-snapshot-isolation': {
    above: ['snapshot-isolation', 'strong-session-read-committed', 'causal'],
    forbids: ['G-nonadjacent-item-process'],
  },
  'strong-session-serializable': {
    above: ['serializable', 'strong-session-snapshot-isolation'],
    forbids: ['G2-item-process'],
  },
  'strong-read-uncommitted': {
    above: ['strong-session-read-uncommitted'],
    forbids: ['G0-realtime'],
  },
  'strong-read-committed': {
    above: ['strong-session-read-committed', 'strong-read-uncommitted'],
    forbids: ['G1c-realtime'],
  },
  'strong-snapshot-isolation': {
    above: ['strong-session-snapshot-isolation', 'strong-read-committed'],
    forbids: ['G-nonadjacent-item-realtime'],
  },
  'strict-serializable': {
    above: ['strong-session-serializable', 'strong-snapshot-isolation'],
    forbids: ['G2-item-realtime', 'no-serial-order-realtime'],
  },
} as const satisfies Record<string, LevelRow>;

export type Level = keyof typeof LATTICE;

/** All levels, the weaker before the stronger. */
export const LEVELS: readonly Level[] = Object.keys(LATTICE).filter(isLevel);

function isLevel(name: string): name is Level {
  return Object.hasOwn(LATTICE, name);
}

const ALIASES: Readonly<Record<string, Level>> = {
  ru: 'read-uncommitted',
  rc: 'read-committed',
  ra: 'read-atomic',
  rr: 'repeatable-read',
  si: 'snapshot-isolation',
  psi: 'parallel-snapshot-isolation',
  ser: 'serializable',
  sser: 'strict-serializable',
  'pl-1': 'read-uncommitted',
  'pl-2': 'read-committed',
  'pl-cs': 'cursor-stability',
  'pl-2l': 'monotonic-view',
  'pl-msr': 'monotonic-snapshot-read',
  'pl-2+': 'consistent-view',
  'pl-fcv': 'forward-consistent-view',
  'pl-2.99': 'repeatable-read',
  'pl-si': 'snapshot-isolation',
  'pl-3u': 'update-serializable',
  'pl-3': 'serializable',
  'pl-ss': 'strict-serializable',
  'conflict-serializable': 'serializable',
  'strong-serializable': 'strict-serializable',
  'strong-session-pl-1': 'strong-session-read-uncommitted',
  'strong-session-pl-2': 'strong-session-read-committed',
  'strong-pl-1': 'strong-read-uncommitted',
  'strong-pl-2': 'strong-read-committed',
};

/** The level of that name, in Adya's or in common words; null when there is none. */
export function findLevel(name: string): Level | null {
  const lower = name.toLowerCase();
  return isLevel(lower) ? lower : (ALIASES[lower] ?? null);
}

/** What an anomaly is a case of. */
const IMPLIES: Partial<Record<AnomalyKind, readonly AnomalyKind[]>> = {
  'incompatible-order': ['G1a'],
  'dirty-update': ['G1a'],
  // Whichever of the two values was there first: its reader missed the other, and saw it.
  'unrepeatable-read': ['G-single-item'],
  'future-read': ['G1c'],
  'lost-update': ['G2-item'],
  'no-serial-order': ['no-serial-order-realtime'],
  'non-monotonic-view': ['fractured-read'],
  'fractured-read': ['causality-violation-process'],
};

const WEAKER_CYCLE: Readonly<Record<CycleKind, readonly CycleKind[]>> = {
  G0: ['G1c'],
  G1c: [],
  'G-single-item': ['G-nonadjacent-item'],
  'G-nonadjacent-item': ['G2-item'],
  'G2-item': [],
};

/** The anomaly itself and all that it is a case of. */
export function implied(kind: AnomalyKind): ReadonlySet<AnomalyKind> {
  const all = new Set<AnomalyKind>([kind]);
  for (const each of all) {
    for (const next of IMPLIES[each] ?? []) all.add(next);
    for (const next of impliedCycles(each)) all.add(next);
  }
  return all;
}

/** A cycle is also one per process, and that one in real time: processes do one thing at a time. */
function impliedCycles(kind: AnomalyKind): AnomalyKind[] {
  const { base, order } = partsOf(kind);
  if (!isCycle(base)) return [];
  const wider = WEAKER_CYCLE[base].map((next): AnomalyKind => `${next}${order}`);
  if (order === '') wider.push(`${base}-process`);
  if (order === '-process') wider.push(`${base}-realtime`);
  return wider;
}

/** The level and all weaker ones. */
function withWeaker(level: Level): ReadonlySet<Level> {
  const all = new Set<Level>([level]);
  for (const each of all) for (const next of LATTICE[each].above) all.add(next);
  return all;
}

/** Whether it promises something of the order of processes or of real time. */
export function promisesOrder(level: Level): boolean {
  return [...withWeaker(level)].some((each) => LATTICE[each].forbids.some(isOrdered));
}

/** Whether an anomaly of that kind rules out the level. */
export function violates(kind: AnomalyKind, level: Level): boolean {
  const kinds = implied(kind);
  for (const weaker of withWeaker(level)) {
    const forbids: readonly AnomalyKind[] = LATTICE[weaker].forbids;
    if (forbids.some((forbidden) => kinds.has(forbidden))) return true;
  }
  return false;
}

/**
 * Levels that forbid more than is looked for (G-update, G-monotonic, long forks ...): when one of
 * them is violated that is certain, but they are never named as the strongest that holds.
 */
const PARTLY_CHECKED: ReadonlySet<Level> = new Set<Level>([
  'causal-cerone',
  'prefix',
  'parallel-snapshot-isolation',
  'monotonic-view',
  'monotonic-snapshot-read',
  'forward-consistent-view',
  'update-serializable',
]);

export interface Boundary {
  /** The strongest levels that none of the anomalies rules out; several when they do not compare. */
  readonly strongest: readonly Level[];
  /** The weakest levels that are ruled out. */
  readonly weakestViolated: readonly Level[];
}

/** Where the line runs between the levels that hold and those that do not. */
export function boundary(kinds: Iterable<AnomalyKind>): Boundary {
  const found = [...kinds];
  const violated = LEVELS.filter((level) => found.some((kind) => violates(kind, level)));
  const holding = LEVELS.filter((level) => !violated.includes(level) && !PARTLY_CHECKED.has(level));
  return {
    strongest: holding.filter(
      (level) => !holding.some((other) => other !== level && withWeaker(other).has(level)),
    ),
    weakestViolated: violated.filter(
      (level) => !violated.some((other) => other !== level && withWeaker(level).has(other)),
    ),
  };
}
