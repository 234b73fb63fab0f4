/** `ordeal image build`: the container image in which nodes run. */

import type { Command } from 'commander';
import { EXIT } from '../core/errors.ts';
import { interruption } from '../run/interruption.ts';
import { progressOn } from '../run/progress.ts';
import { StartProgress } from '../run/start-progress.ts';

export function registerImage(program: Command, done: (status: number) => void): void {
  program
    .command('image')
    .description('the container image in which nodes run')
    .command('build')
    .description('build the image, the same for all systems, from a registry or Debian packages')
    .argument('[system]', 'makes no difference: all systems share one image')
    .addHelpText('after', '\nExample:\n  ordeal image build')
    .option('--quiet', 'no progress on stderr')
    .action(async (_system: string | undefined, { quiet }: { readonly quiet?: boolean }) => {
      done(await build(quiet === true));
    });
}

async function build(quiet: boolean): Promise<number> {
  const { buildImage } = await import('../docker/index.ts');
  const progress = progressOn(process.stderr, quiet);
  using interrupt = interruption('ending the build', progress.aside);
  using start = new StartProgress(progress);
  try {
    const image = await buildImage(start.tell, interrupt.signal);
    process.stdout.write(`${image.tag}\n`);
    return EXIT.valid;
  } catch (error) {
    if (error !== interrupt.signal.reason) throw error;
    return EXIT.interrupted;
  }
}
