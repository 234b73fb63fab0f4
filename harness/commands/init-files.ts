/** What `ordeal init` writes into a project: a campaign, a workflow, and a system to begin with. */

export const CAMPAIGN = `# yaml-language-server: $schema=campaign.schema.json
# Runs with: npx ordeal campaign ordeal/campaign.yaml
name: nightly
seeds: 40 # runs of each cell; or budget: 30m
strategies: [plain, swarm]
matrix:
  - system: ./ordeal/primary-store.ts
    workload: register
    nemesis: [all, kill]
    time-limit: 20s
canaries: # planted bugs: a night that misses one is red
  - { system: ./ordeal/primary-store.ts, mutant: answers-first }
thresholds: { valid: 10, unknown: 60% }
# known:
#   - { system: ./ordeal/primary-store.ts, signature: linearizable, issue: https://... }
`;

export const WORKFLOW = `name: ordeal
on:
  schedule: [{ cron: '17 2 * * *' }]
  workflow_dispatch:
jobs:
  shard:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix: { shard: [1, 2, 3, 4] }
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm ci
      # A run that is started again has the same seeds. What a shard finds, merge tells.
      - run: >
          npx ordeal campaign ordeal/campaign.yaml --shard \${{ matrix.shard }}/4
          --seed \${{ github.run_number }}000000 --store shard || [ $? -lt 64 ]
      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: 'shard-\${{ matrix.shard }}', path: shard }
  merge:
    needs: shard
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm ci
      - uses: actions/download-artifact@v4
        with: { pattern: 'shard-*', path: shards }
      - run: npx ordeal merge shards/*/*-campaign-nightly
      - run: cat store/*-campaign-nightly/'summary.md' >> "$GITHUB_STEP_SUMMARY"
        if: always()
      - uses: actions/upload-artifact@v4
        if: always()
        with: { name: campaign, path: store }
`;

export const SYSTEM = `/** A store with one primary, which writes before it answers; in its place comes your own protocol. */

import {
  type AnyProtocol,
  clientRules,
  kv,
  type Protocol,
  type System,
  sessionClient,
  type Variant,
} from 'ordeal';

/** The durable record: a command, at its position in the primary's log. */
interface Executed {
  readonly position: number;
  readonly command: kv.Command;
}

interface PrimaryState {
  readonly store: kv.KvState;
  position: number;
}

const PRIMARY = 0;
const machine = new kv.KvMachine(kv.kvRules, {
  sessionTimeoutUs: Number.MAX_SAFE_INTEGER,
  sessionsMax: Number.MAX_SAFE_INTEGER,
});

const protocol: Protocol<PrimaryState, never, Executed> = {
  start(_env, _options, records) {
    const state: PrimaryState = { store: kv.emptyKv(), position: 0 };
    for (const { position, command } of records) {
      machine.apply(state.store, position, command, 0);
      state.position = position;
    }
    return state;
  },
  request(state, env, request) {
    if (env.self !== PRIMARY) {
      env.reply(request.from, { status: 'redirect', leader: PRIMARY });
      return;
    }
    const command =
      request.kind === 'open'
        ? kv.openCommand(request.from, env.nowUs())
        : kv.operationCommand(request.operation, request.session, request.sequence, env.nowUs());
    const position = ++state.position;
    env.persist({ position, command });
    env.reply(request.from, machine.apply(state.store, position, command, 0));
  },
  message: () => undefined,
  timer: () => undefined,
  durable: () => undefined,
  view: ({ position }) => ({
    role: 'primary',
    term: 1,
    leader: PRIMARY,
    commit: position,
    applied: position,
  }),
  messageKind: () => 'none',
};

/** A planted bug: what was acknowledged is lost when the primary is killed. */
const answersFirst: Variant = {
  id: 'answers-first',
  describe: 'answers before the write is on disk',
  kind: 'mutant',
  durability: () => 'unsynced',
};

export const primaryStore: System = {
  name: 'primary-store',
  describe: 'one primary that writes before it answers',
  operations: ['read', 'write', 'cas', 'append', 'inc'],
  options: {},
  rules: {},
  protocol: () => protocol as AnyProtocol,
  client: () => sessionClient(clientRules),
  electionTimeoutMs: 300,
  variants: [answersFirst],
};
`;
