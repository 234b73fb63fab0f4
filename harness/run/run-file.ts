/** What a run follows from, for `run.json`: configuration, code, machine, and how to make it again. */

import { readFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import type { RunConfig, RunRequest } from '../config/config.ts';
import { type GitState, gitState } from '../core/git.ts';
import { REPOSITORY } from '../own/code.ts';
import { projectState } from '../own/paths.ts';
import { FILES, type RunFile, SCHEMA } from '../store/format.ts';
import { commandText, type Flag, setFlags } from './command-text.ts';
import type { PreparedRun } from './prepared.ts';

export function describeRun({ request, config, byValue }: PreparedRun): RunFile {
  return {
    ...circumstances(ownFiles(config)),
    kind: 'run',
    config,
    command: commandOf(request, config),
    byValue,
    backend: {},
  };
}

/** When, with which code and on what machine anything is played or run; `own` are the user's files. */
export function circumstances(
  own: readonly string[],
): Pick<
  RunFile,
  'schema' | 'startedAt' | 'startedIn' | 'versions' | 'git' | 'project' | 'machine'
> {
  return {
    schema: SCHEMA,
    startedAt: new Date().toISOString(),
    versions: { ordeal: ordealVersion(), node: process.version },
    git: ordealState(),
    ...(own.length === 0 ? {} : { project: projectState(own) }),
    startedIn: process.cwd(),
    machine: { platform: platform(), arch: arch(), cpus: cpus().length, memoryBytes: totalmem() },
  };
}

/** Files of the user's that took part in a run. */
export function ownFiles({
  modules = [],
  rules,
}: Pick<RunConfig, 'modules' | 'rules'>): readonly string[] {
  return [...modules, ...rules];
}

/** Of Ordeal's own checkout; null outside of one. */
export function ordealState(): GitState | null {
  return gitState(REPOSITORY);
}

export function ordealVersion(): string {
  const text = readFileSync(join(REPOSITORY, 'package.json'), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

/** The command that makes the same run again: what the user asked for, with the seed. */
export function commandOf(request: RunRequest, config: RunConfig): string {
  // No flags say what stands in a plan: the file beside the run does.
  if (config.plan !== undefined) return `npx ordeal replay ${FILES.repro}`;
  const [bin, ...own] = request.program ?? [];
  return commandText(
    bin === undefined ? ['run', request.system] : ['run'],
    [['bin', bin], ['seed', config.seed], ...settingFlags(request)],
    own,
  );
}

/** What a request settles besides system and seed, in the order of the flags. */
export function settingFlags(request: RunRequest): Flag[] {
  return [
    ['backend', request.backend],
    ['workload', request.workload],
    ['nodes', request.nodes],
    ['concurrency', request.concurrency],
    ['rate', request.rate],
    ['time-limit', request.timeLimitS],
    ['startup-timeout', request.startupTimeoutS],
    ['nemesis', request.nemesis],
    ['nemesis-interval', request.nemesisIntervalS],
    ['recovery-min', request.recoveryMinS],
    ['recovery-max', request.recoveryMaxS],
    ['stop-at-violation', request.stopAtViolation === true ? true : null],
    ['mutant', request.mutants],
    ['rules', request.rules],
    ...setFlags(request.set ?? {}),
  ];
}
