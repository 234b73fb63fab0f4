/** The campaign before this one: what it found, and where its seeds ended. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Signature } from '../judge/signature.ts';
import { decodeFile } from '../store/decode.ts';
import type { Work } from './campaign.ts';
import { keptViolation } from './kept.ts';
import { CampaignState, signature } from './state.ts';

export interface PreviousViolation {
  readonly subject: string;
  readonly signature: Signature;
  readonly issue: string | null;
  /** The small run that shows it, where one was kept; as the user would type it. */
  readonly repro: string | null;
}

export interface Previous {
  /** Its document, as the user would type it. */
  readonly path: string;
  readonly startedAt: string;
  readonly nextSeed: number;
  readonly violations: readonly PreviousViolation[];
}

/** The document of a campaign, in its directory. */
export const CAMPAIGN_FILE = 'campaign.json';

const text = z.string();
const campaign = z.looseObject({
  name: text,
  startedAt: text,
  work: z.looseObject({
    wallS: z.number(),
    repeated: z.number(),
    identical: z.number(),
    stopped: text.nullable(),
    differs: text.nullable(),
  }),
  seeds: z.looseObject({ next: z.number() }),
  violations: z.array(
    z.looseObject({
      subject: text,
      signature,
      issue: text.nullable(),
      kept: keptViolation.nullable(),
    }),
  ),
});

/** Reads a campaign's document, or that in its directory. Throws a usage error for what is none. */
export function readPrevious(given: string): Previous {
  const isDirectory = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const path = isDirectory ? join(given, CAMPAIGN_FILE) : given;
  const { startedAt, seeds, violations } = decodeFile(path, campaign);
  return {
    path,
    startedAt,
    nextSeed: seeds.next,
    violations: violations.map(({ subject, signature: of, issue, kept }) => {
      const small = kept?.small ?? null;
      const repro = small === null ? null : join(dirname(path), small.repro);
      return { subject, signature: of, issue, repro };
    }),
  };
}

/** The last campaign of this name that came to its end, and was no shard; null where there is none. */
export function lastCampaign(store: string, name: string, but: string | null): Previous | null {
  for (const directory of campaignsIn(store, name).reverse()) {
    if (directory === but || workOf(directory) === null) continue;
    if (CampaignState.open(directory).plan.shard.of === 1) return readPrevious(directory);
  }
  return null;
}

/** What the threads of a campaign did; null where it has not come to its end. */
export function workOf(directory: string): Work | null {
  const path = join(directory, CAMPAIGN_FILE);
  if (!existsSync(path)) return null;
  const { wallS, repeated, identical, stopped, differs } = decodeFile(path, campaign).work;
  const done = { wallS, repeated, identical };
  if (stopped === null) return { ...done, stop: null };
  return differs === null ? null : { ...done, stop: { kind: 'differs', where: differs } };
}

/** Directories of campaigns of this name, the oldest first. */
export function campaignsIn(store: string, name: string): string[] {
  if (!existsSync(store)) return [];
  return readdirSync(store)
    .filter((entry) => entry.includes(`-campaign-${name}`))
    .sort()
    .map((entry) => join(store, entry))
    .filter((directory) => CampaignState.isThere(directory))
    .filter((directory) => CampaignState.open(directory).plan.name === name);
}
