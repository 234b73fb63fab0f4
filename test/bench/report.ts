/** How large the report of a long run is, how long it takes to make, and to open: `npm run bench:report`. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { NewEvent } from '../../checkers/history.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { reportHtml } from '../../harness/report/html.ts';
import { writeDerived } from '../../harness/store/files.ts';
import { readRun } from '../../harness/store/reader.ts';
import { nemeses } from '../../nemesis/index.ts';
import { storeRun } from '../harness/store/stored.ts';

const OPERATIONS = [1_000, 10_000, 100_000];

/** One operation a millisecond, by a hundred processes. */
function eventsOf(operations: number): NewEvent[] {
  return Array.from({ length: operations }, (_, at): NewEvent[] => {
    const process = at % 100;
    const value = at % 3 === 0 ? null : at;
    const operation = { process, f: value === null ? 'read' : 'write', key: `k${at % 40}` };
    const [time, took] = [at * 1e6, (1 + (at % 90)) * 1e5];
    const type = at % 50 === 0 ? 'fail' : 'ok';
    return [
      { ...operation, time, type: 'invoke', value },
      { ...operation, time: time + took, type, value: value ?? at },
    ];
  })
    .flat()
    .sort((a, b) => a.time - b.time);
}

const store = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  console.log('operations  made in  bytes  opened in');
  for (const operations of OPERATIONS) {
    const events = eventsOf(operations);
    const last = events.length - 1;
    const witness = {
      operations: [{ invoke: last - 1, complete: last, why: 'so' }],
      sentences: [],
    };
    const verdict: Verdict = { kind: 'invalid', because: 'a bench', events: [last], witness };
    const stored = readRun(storeRun(store, verdict, { events }));
    const began = performance.now();
    const path = writeDerived(stored.directory, 'report', reportHtml(stored, nemeses));
    const madeMs = performance.now() - began;
    const page = await browser.newPage();
    const opening = performance.now();
    await page.goto(pathToFileURL(path).href);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    const openedMs = performance.now() - opening;
    await page.close();
    const figures = [madeMs, statSync(path).size, openedMs].map((figure) => Math.round(figure));
    console.log(`${operations}  ${figures[0]} ms  ${figures[1]}  ${figures[2]} ms`);
  }
} finally {
  await browser.close();
  rmSync(store, { recursive: true });
}
