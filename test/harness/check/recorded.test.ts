/** The recorded histories of others get their recorded verdicts. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { checkAt } from './checking.ts';

interface Recorded {
  readonly file: string;
  readonly format: string;
  readonly model: string;
  readonly initial?: Value | Readonly<Record<string, Value>>;
  readonly failedCas?: 'observed' | 'absent';
  readonly level?: string;
  readonly linearizable?: boolean;
  readonly valid?: boolean;
}

const DATA = '../shared/data';

describe.skipIf(!existsSync(DATA))('a recorded history (needs ../shared)', () => {
  const recorded: readonly Recorded[] = existsSync(DATA)
    ? JSON.parse(readFileSync(`${DATA}/manifest.json`, 'utf8'))
    : [];

  test.each(recorded.map((entry) => [entry.file, entry] as const))(
    '%s gets its recorded verdict',
    async (name, { format, model, initial = null, failedCas, level, ...said }) => {
      const start = Array.isArray(initial) || typeof initial !== 'object' ? initial : null;
      const pairs = start === null && initial !== null ? Object.entries(initial) : start;
      const { status, out } = await checkAt(`${DATA}/${name}`, {
        model,
        json: true,
        initial: pairs as Value,
        failedCas,
        level,
      });
      const valid = said.linearizable ?? said.valid;
      const result = JSON.parse(out);
      if (result.exercised === false) {
        // Knossos calls it valid; of the recorded ones, none is invalid where nothing succeeded.
        expect({ valid, status, verdict: result.verdict.kind }).toEqual({
          valid: true,
          status: 2,
          verdict: 'unknown',
        });
        return;
      }
      expect(result).toMatchObject({
        format,
        verdict: { kind: valid === true ? 'valid' : 'invalid' },
      });
      expect(status).toBe(valid === true ? 0 : 1);
      if (valid !== true) expect(result.verdict.events.length).toBeGreaterThan(0);
    },
  );
});
