/**
 * Three projects, one after another. `quick` (`npm run test:quick`) is for everyday work, in less than
 * half a minute of two idle cores; `test/tidy.test.ts` sees to it that every room keeps some of its
 * tests there, but for those that are tested through processes alone. `slow` is what starts processes or
 * simulates for long. `alone` is what runs in real time: containers, processes that talk to one another,
 * a browser. It has the machine for itself, as what is measured there would be the load of the others.
 */

import { configDefaults, defineConfig } from 'vitest/config';

/** What runs in real time, as patterns. */
const ALONE: readonly string[] = [
  'test/{cli,readme}.test.ts',
  'test/harness/{docker,host,lockstep,package,process}/**/*.test.ts',
  'test/harness/{realtime,start-up,stop-at-violation,report/html}.test.ts',
  'test/harness/check/interrupted.test.ts',
  'test/harness/run/backends.test.ts',
];

/** What `quick` leaves out, as patterns. */
export const SLOW: readonly string[] = [
  ...ALONE,
  'test/soak.test.ts',
  'test/examples/**/*.test.ts',
  'test/harness/scenario/{cli,store}.test.ts',
  'test/harness/check/{command,recorded}.test.ts',
  'test/harness/{check-flags,consistent-cut,documents,output}.test.ts',
  'test/harness/config/recovery.test.ts',
  'test/harness/core/files.test.ts',
  'test/harness/{flow,formats/input,formats/malformed}.test.ts',
  'test/harness/run/{branch,flooded,hunt,step-triggers,unrepeated}.test.ts',
  'test/harness/{judge/sufficiency,own-parts,variants/bounded}.test.ts',
  'test/harness/explain/explanation.test.ts',
  'test/harness/explore/{command,in-process,matrix/command,sometimes,steps}.test.ts',
  'test/harness/compare/{bisect,command,pair}.test.ts',
  'test/harness/campaign/{command,init}.test.ts',
  'test/harness/prove/{cli,mutants}.test.ts',
  'test/harness/shrink/{cli,passes,shrink}.test.ts',
  'test/harness/sim/{copy,disk-faults}.test.ts',
  'test/harness/store/trace-events.test.ts',
  'test/harness/traces/export.test.ts',
  'test/systems/{laws,rules-are-pure}.test.ts',
  'test/systems/*/{mutants,options,processes}.test.ts',
  'test/workloads/workloads.test.ts',
  'test/checkers/**/{fuzz,proposed-order,progress,readme}.test.ts',
];

const FILES = ['test/**/*.test.ts'];
// By default one core is left to others: of two, that would be half.
const ALL_CORES = '100%';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // What was transformed is kept in node_modules for the next time.
    fsModuleCache: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: FILES,
          exclude: [...configDefaults.exclude, ...SLOW],
          // Without a process and a fresh world for each file: three times as fast.
          isolate: false,
          pool: 'threads',
          maxWorkers: ALL_CORES,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: [...SLOW],
          exclude: [...configDefaults.exclude, ...ALONE],
          maxWorkers: ALL_CORES,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: [...ALONE],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
