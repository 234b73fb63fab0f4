/** Scenarios from text, as a user's own file would bring them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenario } from '../../../harness/scenario/file.ts';
import { type PlayedScenario, playScenario } from '../../../harness/scenario/judge.ts';
import type { Played } from '../../../harness/scenario/play.ts';

/** Plays a file with these contents for a system. */
export function playText(system: string, text: string): PlayedScenario {
  return withFile(text, (file) => playScenario(loadScenario(system, file)));
}

/** The play of the rules of the first case. */
export function ruleOf(system: string, text: string): Played {
  const [first] = playText(system, text).cases;
  if (first === undefined) throw new Error('no case');
  return first.played;
}

/** What is wrong with a file, without its directory. */
export function refusalOf(system: string, text: string): string {
  return withFile(text, (file) => {
    try {
      playScenario(loadScenario(system, file));
    } catch (error) {
      return error instanceof Error ? error.message.replaceAll(file, 'mine.yaml') : String(error);
    }
    return 'nothing';
  });
}

function withFile<Result>(text: string, use: (file: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-scenario-'));
  try {
    const file = join(directory, 'mine.yaml');
    writeFileSync(file, text);
    return use(file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
