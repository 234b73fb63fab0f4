/** `repro.json`: a run that was made smaller, to be kept beside the code and replayed on later commits. */

import { z } from 'zod';
import type { RunConfig } from '../config/config.ts';
import type { Signature } from '../judge/signature.ts';
import { decodeFile } from '../store/decode.ts';
import { jsonText, writeWhole } from '../store/files.ts';
import type { RunFile, SCHEMA } from '../store/format.ts';
import { circumstances, config } from '../store/stored-files.ts';
import type { Digests } from './recording.ts';

/** What is kept of a run that fails: all that makes it again, and what it is to come to. */
export interface Repro extends Pick<RunFile, 'versions' | 'git' | 'project' | 'startedIn'> {
  readonly schema: typeof SCHEMA;
  readonly kind: 'repro';
  readonly signature: Signature;
  /** The sentence of the violation. */
  readonly because: string;
  /** The run retold, a sentence a step. */
  readonly story: readonly string[];
  /** Of its recording, by the code that made it. */
  readonly sha256: Digests;
  /** With its plan. */
  readonly config: RunConfig;
}

const text = z.string();
const { schema, versions, git, project, startedIn } = circumstances;

const repro: z.ZodType<Repro> = z.looseObject({
  schema,
  kind: z.literal('repro'),
  versions,
  git,
  project,
  startedIn,
  signature: z.looseObject({ checker: text, property: text }),
  because: text,
  story: z.array(text),
  sha256: z.looseObject({ history: text, trace: text }),
  config,
});

export function writeRepro(path: string, contents: Repro): void {
  writeWhole(path, jsonText(contents));
}

/** Throws a usage error where the file cannot be read, or is no repro of this version. */
export function readRepro(path: string): Repro {
  return decodeFile(path, repro);
}
