/** `ordeal image build`: the container image in which nodes run. */

import type { Command } from 'commander';
import { progressOn } from '../run/progress.ts';
import { StartProgress } from '../run/start-progress.ts';

export function registerImage(program: Command): void {
  program
    .command('image')
    .description('the container image in which nodes run')
    .command('build')
    .description('build the image, the same for all systems, from a registry or Debian packages')
    .argument('[system]', 'makes no difference: all systems share one image')
    .addHelpText('after', '\nExample:\n  ordeal image build')
    .option('--quiet', 'no progress on stderr')
    .action(async (_system: string | undefined, { quiet }: { readonly quiet?: boolean }) => {
      const { buildImage } = await import('../docker/index.ts');
      using start = new StartProgress(progressOn(process.stderr, quiet === true));
      const image = await buildImage(start.tell);
      process.stdout.write(`${image.tag}\n`);
    });
}
