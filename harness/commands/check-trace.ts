/** `ordeal check-trace`: judges what nodes wrote about themselves, ours and other people's. */

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT, fileProblem, usage } from '../core/errors.ts';
import { styleOf } from '../report/terminal.ts';
import { readTrace } from '../store/reader.ts';
import { exportRaft } from '../traces/export.ts';
import { judgeTraces } from '../traces/judge.ts';
import { readNodeTrace } from '../traces/read.ts';
import { judgementText } from '../traces/text.ts';
import { choice } from './command-line.ts';
import { printDocument } from './document.ts';

interface Flags {
  readonly protocol: 'raft';
  readonly export?: string;
  readonly json?: boolean;
}

const HELP = `
A trace is one JSON object a line, as etcd's Raft library writes it for its TLA+
specification (build tag with_tla); harness/TRACES.md says how to print one from
a node of your own. The files of a cluster are judged together, in any order;
in each, the lines of a node stand in the order in which it wrote them. What a
trace does not tell is not judged, and is said. The trace of a stored run of
ours is judged by everything that its own run was.

Examples:
  ordeal check-trace n1.ndjson n2.ndjson n3.ndjson --protocol raft
  ordeal check-trace store/latest --export trace.ndjson`;

export function registerCheckTrace(program: Command, done: (status: number) => void): void {
  program
    .command('check-trace')
    .description('judge traces that nodes wrote about themselves')
    .argument('<file...>', 'traces, - for standard input, or the directory of a stored run')
    .addOption(
      choice('--protocol <name>', 'which protocol the nodes follow', ['raft']).default('raft'),
    )
    .option(
      '--export <file>',
      "write the trace of a stored run in etcd's format, and judge nothing",
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', HELP)
    .action((paths: readonly string[], flags: Flags) => {
      done(flags.export === undefined ? judge(paths, flags) : write(paths, flags.export));
    });
}

function judge(paths: readonly string[], flags: Flags): number {
  const judgement = judgeTraces(paths);
  const exitStatus = EXIT[judgement.verdict.kind];
  if (flags.json === true) printDocument({ exitStatus, files: paths, ...judgement });
  else process.stdout.write(judgementText(judgement, styleOf(process.stdout)));
  return exitStatus;
}

function write(paths: readonly string[], to: string): number {
  const [path, more] = paths;
  if (path === undefined || more !== undefined) {
    throw usage(`--export: one stored run is written at a time, got ${paths.length}`);
  }
  const trace = readNodeTrace(path);
  if (trace.kind !== 'own') {
    throw usage(`${path}: expected the trace of a stored run of ours, got that of others`);
  }
  const lines = [...exportRaft(readTrace(trace.path, 'ours'))];
  try {
    writeFileSync(to, `${lines.join('\n')}\n`, { flag: 'wx' });
  } catch (error) {
    throw usage(`--export ${to}: cannot be written (${fileProblem(error)})`);
  }
  process.stdout.write(`${lines.length} lines in ${to}\n`);
  return EXIT.valid;
}
