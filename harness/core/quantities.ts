/** Quantities as people write them: times with units, clients by node. */

/** `2n`: so many for each node. */
export type PerNode = `${number}n`;

const SECONDS = { ms: 1e-3, s: 1, m: 60, h: 3600 } as const;

/** `60`, `60s`, `1.5m`, `500ms` or `1h` in seconds; null for what is no time. */
export function secondsIn(text: string): number | null {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  return number === undefined ? null : Number(number) * SECONDS[unit as keyof typeof SECONDS];
}

/** A plain number, or one for each node; null for what is neither. */
export function clientsIn(text: string): number | PerNode | null {
  const [, number, perNode] = /^(\d+(?:\.\d+)?)(n?)$/.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  return perNode === 'n' ? `${Number(number)}n` : Number(number);
}

/** How many clients that is on a cluster of this size. */
export function clientsOf(concurrency: number | PerNode, nodes: number): number {
  return typeof concurrency === 'number'
    ? concurrency
    : Math.ceil(Number(concurrency.slice(0, -1)) * nodes);
}
