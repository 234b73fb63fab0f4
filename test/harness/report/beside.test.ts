/** Two runs side by side. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { besideHtml } from '../../../harness/report/beside.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { EVENTS, STALE_READ, storeRun } from '../store/stored.ts';

let store: string;

beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'ordeal-beside-'));
});

afterAll(() => {
  rmSync(store, { recursive: true });
});

describe('two runs side by side', () => {
  test('have the differences first, and then the first event that differs', () => {
    const failing = readRun(storeRun(store, STALE_READ));
    const events = EVENTS.map((event, at) => (at === 8 ? { ...event, value: 2 } : event));
    const passing = readRun(storeRun(store, { kind: 'valid' }, { events }));
    const page = besideHtml(failing, passing);
    expect(page).toContain('<td>violation</td><td>valid</td>');
    expect(page).not.toContain('<th scope="row">seed</th>');
    expect(page).toMatch(/The same in both: [^<]*\bseed\b/);
    expect(page).toContain('The same up to here, 8 in all');
    expect(page).toMatch(
      /<tr class="conflict"><td>[^<]*read x 1 n1<\/td><td>[^<]*read x 2 n1<\/td>/,
    );
    expect(page.indexOf('What differs')).toBeLessThan(page.indexOf('Where what clients saw parts'));
  });

  test('that are the same say so', () => {
    const run = readRun(storeRun(store, { kind: 'valid' }));
    const page = besideHtml(run, run);
    expect(page).toContain('Nothing that the two runs say of themselves');
    expect(page.match(/it is the same in both runs/g)).toHaveLength(2);
  });

  test('of which one was killed before it was judged are put beside each other, too', () => {
    const run = readRun(storeRun(store, STALE_READ));
    const killed = readRun(storeRun(store, null, { events: EVENTS.slice(0, 4) }));
    const page = besideHtml(run, killed);
    expect(page).toContain('it was not judged');
    expect(page).toContain('(nothing more)');
  });
});
