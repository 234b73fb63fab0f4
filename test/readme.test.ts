/**
 * What README shows is what one sees: its samples are run, and what they print is compared, but for
 * what is another on every machine (times of the machine's own, the commit, the names of stored
 * runs). After a change that is meant: ORDEAL_UPDATE_README=1 npx vitest ... test/readme.test.ts
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { registerBisect } from '../harness/commands/bisect.ts';
import { registerCampaign } from '../harness/commands/campaign.ts';
import { registerCheck } from '../harness/commands/check.ts';
import { registerCompare } from '../harness/commands/compare.ts';
import { registerDoctor } from '../harness/commands/doctor.ts';
import { registerExplain } from '../harness/commands/explain.ts';
import { registerExplore } from '../harness/commands/explore.ts';
import { registerImage } from '../harness/commands/image.ts';
import { registerInit } from '../harness/commands/init.ts';
import { registerList } from '../harness/commands/list.ts';
import { registerMerge } from '../harness/commands/merge.ts';
import { registerMutants } from '../harness/commands/mutants.ts';
import { registerProve } from '../harness/commands/prove.ts';
import { registerReplay } from '../harness/commands/replay.ts';
import { registerReport } from '../harness/commands/report.ts';
import { registerRun } from '../harness/commands/run.ts';
import { registerSchema } from '../harness/commands/schema.ts';
import { registerShrink } from '../harness/commands/shrink.ts';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'harness', 'bin.js');
const README = join(ROOT, 'README.md');
const UPDATE = process.env['ORDEAL_UPDATE_README'] === '1';
const text = readFileSync(README, 'utf8');

const directory = mkdtempSync(join(tmpdir(), 'ordeal-readme-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Sample {
  readonly command: string;
  /** What it prints, as shown. */
  readonly shown: string;
  /** What `echo $?` prints after it; null where that is not shown. */
  readonly status: number | null;
}

/** Commands and what they print, out of the code blocks that begin with a prompt. */
function samplesIn(markdown: string): Sample[] {
  const blocks = [...markdown.matchAll(/^```\n(\$ [\s\S]*?)^```$/gm)].map((match) => match[1]);
  return blocks.flatMap((block = '') => {
    const [said = '', status] = block.split(/^\$ echo \$\?$/m);
    const [first = '', ...lines] = said.split('\n');
    const command = first.replace('$ npx ordeal ', '');
    const shown = lines.join('\n');
    return [{ command, shown, status: status === undefined ? null : Number(status) }];
  });
}

/** What only a slow machine has time to say. */
const PROGRESS = /^(simulated \d+ of|[\d ]+ runs:) .*\n/gm;

/** Without what differs from machine to machine and from day to day, nor the breaks of lines. */
function comparable(printed: string): string {
  return (
    printed
      .replaceAll(PROGRESS, '')
      .replaceAll(/raft(@\w+)?( \(changed\))?(?= +sim)/g, 'raft@COMMIT')
      .replaceAll(/\d{8}T\d{6}Z/g, 'DATE')
      .replaceAll(/simulated in [\d.]+\s(ms|s)/g, 'simulated in TIME')
      .replaceAll(/^(. Check .*?) +[\d.]+\s(µs|ms|s)$/gm, '$1 TIME')
      .replaceAll(/\(\d+\skB\)/g, '(SIZE)')
      .replaceAll(/\s+/g, ' ')
      // How many futures there is time to draw depends on the machine.
      .replaceAll(/Decisive: .*? First broken:/g, 'Decisive: STEPS First broken:')
      .trim()
  );
}

const samples = samplesIn(text);

describe('README', () => {
  test('has samples, each with what it prints', () => {
    expect(samples.length).toBeGreaterThan(0);
    for (const { command, shown } of samples) expect([command, shown]).not.toContain('');
  });

  test.each(samples)('shows what is printed by: ordeal $command', async (sample) => {
    const { command, shown, status } = sample;
    // On a slow machine it may take longer than it does by default.
    const patience = command.startsWith('shrink') ? ['--budget', '10m'] : [];
    const parameters = [...command.split(' '), ...patience];
    const options = { cwd: directory, reject: false } as const;
    const result = await execa(process.execPath, [BIN, ...parameters], options);
    const printed = `${[result.stderr, result.stdout].join('\n').trim()}\n`;
    const kept = printed.replaceAll(' (changed)', '').replaceAll(PROGRESS, '');
    if (UPDATE)
      writeFileSync(
        README,
        readFileSync(README, 'utf8').replace(shown, () => kept),
      );
    else expect(comparable(printed)).toBe(comparable(shown));
    if (status !== null) expect(result.exitCode).toBe(status);
  });

  test('names the versions of Node that the packages ask for', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly engines: { readonly node: string };
    };
    const built = readFileSync(join(ROOT, 'harness', 'package', 'build.ts'), 'utf8');
    const [, least = ''] = /engines: \{ node: '>=([\d.]+)' \}/.exec(built) ?? [];
    expect(text).toContain(`Both need Node ${engines.node.replace('>=', '')} or newer`);
    expect(text).toContain(`for Node ${least}, `);
  });

  test('names no flag that no command has, and no script that the package does not have', () => {
    const program = new Command();
    const registers = [registerRun, registerCheck, registerReplay, registerShrink, registerMutants];
    const others = [
      registerDoctor,
      registerReport,
      registerImage,
      registerExplore,
      registerCompare,
      registerCampaign,
      registerInit,
      registerMerge,
      registerSchema,
      registerBisect,
      registerExplain,
      registerProve,
    ];
    for (const register of [...registers, ...others]) {
      register(program, () => undefined);
    }
    registerList(program);
    const flags = program.commands.flatMap(({ options }) => options.map(({ long }) => long));
    const named = [...text.matchAll(/(?<=[ `(])--[a-z][a-z-]+/g)].map(([flag]) => flag);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((flag) => flag !== '--help' && !flags.includes(flag))).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Record<string, string>;
    };
    const run = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect(run.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});
