/** What a run follows from, for `run.json`: configuration, code, machine, and how to make it again. */

import { readFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import type { RunConfig, RunRequest } from '../config/config.ts';
import { type GitState, gitState } from '../core/git.ts';
import { REPOSITORY } from '../own/code.ts';
import { projectState } from '../own/paths.ts';
import { FILES, type RunFile, SCHEMA } from '../store/format.ts';
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
  const { program } = request;
  const [bin = '', ...own] = program ?? [];
  const what = program === undefined ? [request.system] : ['--bin', quoted(bin)];
  const parts = ['npx ordeal run', ...what, '--seed', String(config.seed)];
  const flag = (name: string, value: string | number | readonly string[] | null | undefined) => {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (text !== '') parts.push(`--${name}`, quoted(text));
  };
  flag('backend', request.backend);
  flag('workload', request.workload);
  flag('nodes', request.nodes);
  flag('concurrency', request.concurrency);
  flag('rate', request.rate);
  flag('time-limit', request.timeLimitS);
  flag('startup-timeout', request.startupTimeoutS);
  flag('nemesis', request.nemesis);
  flag('nemesis-interval', request.nemesisIntervalS);
  flag('recovery-min', request.recoveryMinS);
  flag('recovery-max', request.recoveryMaxS);
  if (request.stopAtViolation === true) parts.push('--stop-at-violation');
  flag('mutant', request.mutants);
  flag('rules', request.rules);
  for (const [name, value] of Object.entries(request.set ?? {})) flag('set', `${name}=${value}`);
  if (own.length > 0) parts.push('--', ...own.map(quoted));
  return parts.join(' ');
}

export function quoted(text: string): string {
  return /^[\w.,:/=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
