/** `ordeal image build`: the container image in which nodes run. */

import type { Command } from 'commander';

export function registerImage(program: Command): void {
  program
    .command('image')
    .description('the container image in which nodes run')
    .command('build')
    .description('build the image, the same for all systems, from a registry or Debian packages')
    .argument('[system]', 'makes no difference: all systems share one image')
    .addHelpText('after', '\nExample:\n  ordeal image build')
    .action(async () => {
      const { buildImage } = await import('../docker/index.ts');
      const image = await buildImage((line) => process.stderr.write(`${line}\n`));
      process.stdout.write(`${image.tag}\n`);
    });
}
