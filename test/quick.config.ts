/**
 * `npm run test:quick`: the tests for everyday work, in less than half a minute of two idle cores. Left
 * out is what starts processes, containers or a browser, or simulates for long; `npm test` has it all,
 * and `test/tidy.test.ts` sees to it that every room keeps some of its tests here, but for those that
 * are tested through processes alone.
 */

import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

/** What is left out, as patterns. */
export const SLOW: readonly string[] = [
  'test/{cli,readme,soak}.test.ts',
  'test/examples/**',
  'test/harness/{docker,host,package,process}/**',
  'test/harness/scenario/{cli,store}.test.ts',
  'test/harness/check/{command,interrupted,recorded}.test.ts',
  'test/harness/{check-flags,consistent-cut,documents,output,realtime,start-up,stop-at-violation}.test.ts',
  'test/harness/config/recovery.test.ts',
  'test/harness/core/files.test.ts',
  'test/harness/{flow,formats/input,formats/malformed,report/html}.test.ts',
  'test/harness/run/{backends,branch,flooded,hunt,step-triggers,unrepeated}.test.ts',
  'test/harness/{judge/sufficiency,own-parts,variants/bounded}.test.ts',
  'test/harness/explain/explanation.test.ts',
  'test/harness/explore/{command,in-process,matrix/command,sometimes,steps}.test.ts',
  'test/harness/compare/{bisect,command,pair}.test.ts',
  'test/harness/prove/{cli,mutants}.test.ts',
  'test/harness/shrink/{cli,passes,shrink}.test.ts',
  'test/harness/sim/{copy,disk-faults}.test.ts',
  'test/harness/store/trace-events.test.ts',
  'test/systems/{laws,rules-are-pure}.test.ts',
  'test/systems/*/{mutants,options,processes}.test.ts',
  'test/workloads/workloads.test.ts',
  'test/checkers/**/{fuzz,proposed-order,progress,readme}.test.ts',
];

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default mergeConfig(
  whole,
  // Without a process and a fresh world for each file: three times as fast. What was transformed is kept
  // in node_modules for the next time.
  defineConfig({
    test: {
      exclude: [...configDefaults.exclude, ...SLOW],
      isolate: false,
      pool: 'threads',
      // By default one core is left to others: of two, that would be half.
      maxWorkers: '100%',
      fsModuleCache: true,
    },
  }),
);
