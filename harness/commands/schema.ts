/** `ordeal schema`: the JSON schema of a YAML file of ours, for editors. */

import type { Command } from 'commander';
import { z } from 'zod';
import { campaignSchema } from './campaign-schema.ts';
import { argumentOf } from './command-line.ts';
import { optionsSchema } from './config-file.ts';

/** By name, the files that there are. */
const SCHEMAS = { campaign: campaignSchema, options: optionsSchema } as const;

const HELP = `
  campaign   the file of ordeal campaign
  options    the file of --config

An editor completes and checks what begins with such a line:
  # yaml-language-server: $schema=campaign.schema.json

Examples:
  ordeal schema campaign > campaign.schema.json
  ordeal schema options`;

export function registerSchema(program: Command, done: (status: number) => void): void {
  program
    .command('schema')
    .description('the JSON schema of a YAML file of ours, for editors')
    .addArgument(argumentOf('[file]', 'of which file', Object.keys(SCHEMAS)).default('campaign'))
    .addHelpText('after', HELP)
    .action((file: keyof typeof SCHEMAS) => {
      process.stdout.write(`${schemaText(file)}\n`);
      done(0);
    });
}

/** As it is printed, and written by `ordeal init`. */
export function schemaText(file: keyof typeof SCHEMAS): string {
  // What may be written, not what it is read as.
  return JSON.stringify(z.toJSONSchema(SCHEMAS[file], { io: 'input' }), null, 2);
}
