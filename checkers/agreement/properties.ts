/**
 * Everything that a trace can break: the one registry of its properties, by the names of the
 * literature. A new property is one entry; the page in this folder is written from these.
 */

import { COMMON } from './common-properties.ts';
import { PAXOS } from './paxos/properties.ts';
import type { Property, Tier } from './property.ts';
import { RAFT } from './raft/properties.ts';
import { ZAB } from './zab/properties.ts';

/** By section of the page. */
export const SECTIONS = {
  'Every replicated log': COMMON,
  'Basic Paxos, Multi-Paxos, Fast Paxos': PAXOS,
  Raft: RAFT,
  Zab: ZAB,
} as const;

export const PROPERTIES = { ...COMMON, ...PAXOS, ...RAFT, ...ZAB } as const;

/** The name of a property that a checker may report. */
export type PropertyName = keyof typeof PROPERTIES;

/** What is known of a property by its name; null for one that a system's own checker brings. */
export function propertyNamed(name: string): Property | null {
  return Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name as PropertyName] : null;
}

/** The tier of a property of a trace; what is not known rests on evidence of its own. */
export function tierOf(name: string): Tier {
  return propertyNamed(name)?.tier ?? 'decision';
}
