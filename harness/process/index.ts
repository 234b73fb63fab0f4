/** The backend of plain processes: programs that speak JSON lines, in real time. */

import { BACKENDS } from '../config/backends.ts';
import type { LiveBackend } from '../core/backend.ts';
import { usage } from '../core/errors.ts';
import { ProgramCluster } from './cluster.ts';

export const processBackend: LiveBackend = {
  name: 'process',
  faults: BACKENDS.process.faults,
  // Whatever a machine lacks shows when the program is started: it needs nothing else.
  prepare: async () => undefined,
  async launch(spec) {
    const { system, workload } = spec;
    const { rpc } = workload;
    if (system.kind !== 'program') throw usage(`${system.name} is no program`);
    if (rpc === undefined) throw usage(`--workload ${workload.name} cannot be asked of programs`);
    const cluster = new ProgramCluster({ ...spec, command: system.command, rpc });
    try {
      await cluster.launch();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  },
};
