/**
 * `npm run test:quick`: the tests for everyday work, in less than a minute. Left out is what starts
 * processes, containers or a browser, or simulates for long; `npm test` has it all.
 */

import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

const SLOW = [
  'test/{cli,readme,soak}.test.ts',
  'test/examples/**',
  'test/harness/{docker,host,package}/**',
  'test/harness/scenario/{cli,store}.test.ts',
  'test/harness/check/interrupted.test.ts',
  'test/harness/{check,consistent-cut,documents,realtime,stop-at-violation}.test.ts',
  'test/harness/config/recovery.test.ts',
  'test/harness/core/files.test.ts',
  'test/harness/{flow,formats/malformed,report/html}.test.ts',
  'test/harness/run/{backends,branch,hunt}.test.ts',
  'test/harness/{explain/explanation,explore/command,shrink/cli,shrink/shrink}.test.ts',
  'test/harness/store/trace-events.test.ts',
  'test/systems/{laws,rules-are-pure}.test.ts',
  'test/systems/*/{mutants,options,processes}.test.ts',
  'test/workloads/workloads.test.ts',
  'test/checkers/**/{fuzz,proposed-order,progress}.test.ts',
];

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default mergeConfig(
  whole,
  // Without a process and a fresh world for each file: three times as fast.
  defineConfig({
    test: { exclude: [...configDefaults.exclude, ...SLOW], isolate: false, pool: 'threads' },
  }),
);
