import { describe, expect, test } from 'vitest';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';
import { haveRecorded, load, recordedHistories } from './recorded.ts';

describe.skipIf(!haveRecorded)('recorded histories (needs ../shared)', () => {
  test.each(recordedHistories().map((recorded) => [recorded.file, recorded] as const))(
    '%s gets its recorded verdict',
    (_, recorded) => {
      const { model, initial, failedCas } = recorded;
      const result = checkLinearizable(load(recorded), {
        model,
        initial,
        nilReads: recorded.format === 'jepsen-edn' ? 'silent' : 'observed',
        ...(failedCas === undefined ? {} : { failedCas }),
      });
      expect(result.verdict.kind).toBe(recorded.linearizable ? 'valid' : 'invalid');
    },
  );
});
