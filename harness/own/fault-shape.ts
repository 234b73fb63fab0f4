/** What a nemesis of a user's answers, held to what a fault of its kind must look like. */

import { fieldsOf, isObject, isOneOf, isWhole } from '../core/guards.ts';

/** Which of several things a fault does, by kind and field. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  clock: { mode: ['bump', 'strobe', 'drift'] },
  restarts: { how: ['kill', 'stop'] },
  links: { effect: ['cut', 'slow', 'lossy', 'hold'] },
  messages: { how: ['drop', 'duplicate', 'hold'] },
  priorities: { chains: ['links', 'kinds', 'both'] },
  'power-loss': { keeps: ['all-lost', 'torn', 'partial'] },
  'failing-disk': { how: ['sync-fails', 'full'] },
  'lost-disk': { how: ['wiped', 'stale'] },
};

/** Its whole numbers; all but those of clocks are from 0. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  clock: ['offsetMs', 'periodMs', 'ratePpm'],
  restarts: ['downMs', 'upMs'],
  links: ['onMs', 'offMs', 'delayMs', 'ppm'],
  messages: ['pick', 'count', 'delayMs'],
  priorities: ['pick', 'levels', 'delayMs', 'everyMs'],
  'slow-disk': ['delayMs'],
  'bit-rot': ['place'],
  'client-links': ['lossPpm', 'duplicatePpm', 'latePpm', 'delayMs'],
};

/** Those of them that are parts of a million. */
const PARTS: ReadonlySet<string> = new Set(['ppm', 'lossPpm', 'duplicatePpm', 'latePpm']);
const MILLION = 1_000_000;

/** What is wrong with an answer of a nemesis that needs this kind; null where nothing is. */
export function wrongInFault(fault: unknown, needs: string, nodes: number): string | null {
  if (!isObject(fault)) return 'it must be a fault, or null';
  const fields = fieldsOf(fault);
  if (fields['kind'] !== needs) return `kind must be ${needs}, which it needs`;
  return (
    wrongInTargets(fields, needs, nodes) ??
    wrongInChoices(fields, needs) ??
    wrongInNumbers(fields, needs)
  );
}

function wrongInTargets(
  fields: Readonly<Record<string, unknown>>,
  kind: string,
  nodes: number,
): string | null {
  const isNode = (node: unknown) => isWhole(node, 0, nodes);
  const allowed = `(0 to ${nodes - 1})`;
  if (kind === 'partition' || kind === 'links') {
    const { cuts, shape } = fields;
    const isCut = (cut: unknown) => {
      const { from, to } = fieldsOf(cut);
      return isNode(from) && isNode(to) && from !== to;
    };
    if (kind === 'partition' && typeof shape !== 'string') return 'shape must be a text';
    if (Array.isArray(cuts) && cuts.length > 0 && cuts.every(isCut)) return null;
    return `cuts must be a list of { from, to }, two nodes each ${allowed}`;
  }
  if (kind === 'priorities') return null;
  if (kind === 'restarts') {
    const { groups } = fields;
    const isGroup = (group: unknown) =>
      Array.isArray(group) && group.length > 0 && group.every(isNode);
    if (!Array.isArray(groups) || groups.length === 0 || !groups.every(isGroup)) {
      return `groups must be a list of lists of nodes ${allowed}`;
    }
    const all = groups.flat();
    return new Set(all).size < all.length ? 'groups must name each node once' : null;
  }
  const { nodes: targets } = fields;
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every(isNode)) {
    return `nodes must be a list of nodes ${allowed}`;
  }
  return new Set(targets).size < targets.length ? 'nodes must name each node once' : null;
}

function wrongInChoices(fields: Readonly<Record<string, unknown>>, kind: string): string | null {
  for (const [field, choices] of Object.entries(CHOICES[kind] ?? {})) {
    if (!isOneOf(fields[field], choices)) return `${field} must be one of ${choices.join(', ')}`;
  }
  return null;
}

function wrongInNumbers(fields: Readonly<Record<string, unknown>>, kind: string): string | null {
  const isPositive = (field: string) => isWhole(fields[field], 1, Number.MAX_SAFE_INTEGER);
  for (const field of NUMBERS[kind] ?? []) {
    if (!Number.isInteger(fields[field])) return `${field} must be a whole number`;
    if (kind === 'clock') continue;
    const most = PARTS.has(field) ? MILLION : Number.MAX_SAFE_INTEGER - 1;
    if (!isWhole(fields[field], 0, most + 1)) return `${field} must be from 0 to ${most}`;
  }
  if (kind === 'clock' && fields['mode'] === 'strobe' && !isPositive('periodMs')) {
    return 'periodMs must be above 0';
  }
  // What comes and goes takes time both ways: else it would do so for ever at one moment.
  if (kind === 'links' && fields['offMs'] !== 0 && !isPositive('onMs'))
    return 'onMs must be above 0';
  if (kind === 'priorities' && !isPositive('levels')) return 'levels must be above 0';
  if (kind === 'restarts' && !isPositive('downMs')) return 'downMs must be above 0';
  return null;
}
