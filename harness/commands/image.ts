/** `ordeal image build`: the container image in which nodes run. */

import type { Command } from 'commander';
import type { System } from '../../systems/system.ts';
import { systemNamed } from '../config/catalogue.ts';
import { EXIT } from '../core/errors.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { StartProgress } from '../run/start-progress.ts';

export function registerImage(program: Command, done: (status: number) => void): void {
  program
    .command('image')
    .description('the container image in which nodes run')
    .command('build')
    .description('build the image of nodes, from a registry or Debian packages')
    .argument('[system]', 'whose own to build as well: protocols share one, etcd has another')
    .addHelpText('after', '\nExamples:\n  ordeal image build\n  ordeal image build etcd')
    .option('--quiet', 'no progress on stderr')
    .action(async (name: string | undefined, { quiet }: { readonly quiet?: boolean }) => {
      done(await build(name === undefined ? null : systemNamed(name), quiet === true));
    });
}

async function build(system: System | null, quiet: boolean): Promise<number> {
  const { buildImage, buildMemberImage } = await import('../docker/index.ts');
  const progress = progressOn(process.stderr, quiet);
  using interrupt = interruption('ending the build', progress.aside);
  using start = new StartProgress(progress);
  try {
    const images = [await buildImage(start.tell, interrupt.signal)];
    if (system?.kind === 'member') {
      const packaged = { name: system.name, packages: system.member.packages };
      images.push(await buildMemberImage(packaged, start.tell, interrupt.signal));
    }
    for (const { tag } of images) process.stdout.write(`${tag}\n`);
    return EXIT.valid;
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    return EXIT.interrupted;
  }
}
