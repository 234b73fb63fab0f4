/** `ordeal image build`: the container image of a system. */

import type { Command } from 'commander';
import { systemNamed } from '../catalogue.ts';

export function registerImage(program: Command): void {
  program
    .command('image')
    .description('container images of systems')
    .command('build')
    .description('build the image of a system, from a registry or from Debian packages')
    .argument('<system>', 'see: ordeal list systems')
    .addHelpText('after', '\nExample:\n  ordeal image build raft')
    .action(async (system: string) => {
      systemNamed(system);
      const { buildImage } = await import('../docker/index.ts');
      const image = await buildImage(system, (line) => process.stderr.write(`${line}\n`));
      process.stdout.write(`${image.tag}\n`);
    });
}
