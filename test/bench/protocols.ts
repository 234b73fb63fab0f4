/**
 * `npm run bench:protocols`: messages, syncs and round trips of an operation, of every system and
 * each of its ways to read and to learn. Counts, not times: the same on every machine.
 */

import { systems } from '../../systems/index.ts';
import { costOf, waysOf } from '../systems/costs.ts';

const head = ['system', 'operation', 'messages', 'syncs', 'round trips'];
const rows = Object.values(systems).flatMap((system) =>
  waysOf(system).flatMap((way) => {
    const label = Object.entries(way).map(([name, value]) => `${name}=${value}`);
    return (['write', 'read'] as const).map((kind) => {
      const { messages, syncs, roundTrips } = costOf(system, way, kind);
      const figures = [messages, syncs, roundTrips].map((figure) => figure.toFixed(1));
      return [[system.name, ...label].join(' '), kind, ...figures];
    });
  }),
);
const widths = head.map((name, at) =>
  Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
);
for (const row of [head, ...rows]) {
  console.log(
    row
      .map((cell, at) => cell.padEnd(widths[at] as number))
      .join('  ')
      .trimEnd(),
  );
}
