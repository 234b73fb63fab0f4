/** What another project writes in TypeScript: checked against the package's types, run by Node. */

import {
  checkInParallel,
  explore,
  hunt,
  type RunOptions,
  simulate,
  type TraceChecker,
  type TraceEvent,
  type Variant,
} from 'ordeal';
import { checkLinearizable, History } from 'ordeal/checkers';

const options: RunOptions = { system: 'raft', nodes: 3, timeLimitS: 3, seed: 1, nemesis: ['kill'] };
const kind: 'valid' | 'invalid' | 'unknown' = simulate(options).verdict.kind;

const hasty: Variant = {
  id: 'hasty',
  describe: 'answers before the write is on disk',
  kind: 'variant',
  durability: () => 'unsynced',
};
// @ts-expect-error: which system is not for Ordeal to guess.
export const wrong = () => hunt({ nodes: 3, variants: [hasty] }, 1);

/** Events of every protocol are known by their types, and so are those of a checker's own. */
type Of<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { readonly kind: Kind }>;
export const ballots = (leader: Of<'leader'>, any: Of<'any'>, txn: Of<'propose-txn'>) =>
  leader.term + any.ballot + txn.zxid.epoch;
export const counting: TraceChecker<{ readonly kind: 'counted'; readonly to: number }> = {
  violations: [],
  stats: {},
  isOwn: ({ kind }) => kind === 'counted',
  feed: (event) => event.kind === 'counted' && event.to > 0,
};

const history = new History();
history.push({ time: 0, process: 0, type: 'invoke', f: 'write', value: 1 });
history.push({ time: 9, process: 0, type: 'ok', f: 'write', value: 1 });
const one = checkLinearizable(history, { model: 'register' }).verdict.kind;
const other = (await checkInParallel(history, { model: 'register' }, 2)).verdict.kind;
const explored = (
  await explore('raft', { nodes: 3, timeLimitS: 10, seeds: 2, strategies: ['plain'] })
).verdict.kind;
process.stdout.write([kind, one, other, explored].join(' '));
