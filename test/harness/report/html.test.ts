/** The page of a report, as text and in a browser: offline, accessible, safe against its own data. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../checkers/history.ts';
import type { Verdict } from '../../../checkers/verdict.ts';
import { besideHtml } from '../../../harness/report/beside.ts';
import { reportHtml } from '../../../harness/report/html.ts';
import { loadScenario } from '../../../harness/scenario/file.ts';
import { playScenario } from '../../../harness/scenario/judge.ts';
import { writeScenarioReport } from '../../../harness/scenario/page.ts';
import { type ScenarioRun, storeScenario } from '../../../harness/scenario/store.ts';
import { writeDerived } from '../../../harness/store/files.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { EVENTS, RUN, STALE_READ, storeRun, TWO_LEADERS } from '../store/stored.ts';
import { SKEW, writeSkew } from './skew.ts';

const CHROMIUM = '/usr/bin/chromium';
const REQUIRED = process.env['ORDEAL_REQUIRE_CHROMIUM'] === '1';

let store: string;

beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'ordeal-html-'));
});

afterAll(() => {
  rmSync(store, { recursive: true });
});

function report(verdict: Verdict | null, more: Parameters<typeof storeRun>[2] = {}): string {
  const directory = storeRun(store, verdict, more);
  return writeDerived(directory, 'report', reportHtml(readRun(directory), nemeses));
}

describe('report.html', () => {
  test('is the same for the same stored run', () => {
    const stored = readRun(storeRun(store, STALE_READ));
    expect(reportHtml(stored, nemeses)).toBe(reportHtml(stored, nemeses));
  });

  test('shows the line numbers of the trace that contradict each other', () => {
    const page = readFileSync(report(TWO_LEADERS), 'utf8');
    expect(page).toContain('ElectionSafety');
    // Positions 1 and 2 of the trace are lines 3 and 4 of the file, after its header.
    for (const line of [3, 4]) {
      expect(page).toMatch(
        new RegExp(`<tr data-event="t${line}" data-node="\\d" class="conflict">`),
      );
    }
  });

  test('draws a line for each node, with its steps and its time as a leader', () => {
    const page = readFileSync(report(TWO_LEADERS), 'utf8');
    expect(page.match(/<g class="operation" data-event="t\d+" data-node/g)).toHaveLength(4);
    expect(page).toContain('<title>n2 leads in term 2</title>');
    expect(page).toContain('ElectionSafety: one leader per term');
  });

  test('exists for a run that was killed before it was judged', () => {
    expect(readFileSync(report(null), 'utf8')).toContain('killed before it was judged');
  });

  test('draws transactions that go round in a circle, with a sentence an arrow', () => {
    const page = readFileSync(report(writeSkew(), { events: SKEW }), 'utf8');
    expect(page.match(/<path class="arrow"/g)).toHaveLength(2);
    expect(page).toContain('r x → []');
    expect(page).toMatch(/T0 · process 0<\/a> before T1 · process 1<\/b>: T0 /);
  });

  test('exists for a run without any events', () => {
    expect(readFileSync(report({ kind: 'valid' }, { events: [] }), 'utf8')).toContain('VALID');
  });

  test('says what it leaves out of a long run, and stays small', () => {
    const path = report(STALE_READ, { events: [...EVENTS, ...manyEvents(60_000)] });
    const page = readFileSync(path, 'utf8');
    expect(page).toContain('Left out: ');
    expect(page.length).toBeLessThan(600_000);
  });
});

const HOSTILE = `</script><script>window.broken = 1</script><img src=x onerror="window.broken=2">"'&`;

describe.skipIf(!REQUIRED && !existsSync(CHROMIUM))('report.html in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
    const quiet = ['--disable-background-networking', '--disable-component-update'];
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...args, ...quiet, '--disable-sync'],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
  });

  /** Opens a page from disk; returns what it asked for and what it complained about. */
  async function open(path: string, colorScheme: 'light' | 'dark', hash = '') {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${pathToFileURL(path).href}${hash}`);
    return { page, requests, errors };
  }

  test.each(['light', 'dark'] as const)(
    'asks for nothing, complains of nothing and is accessible in a %s scheme',
    async (scheme) => {
      for (const path of [
        report(STALE_READ, { others: [TWO_LEADERS] }),
        report({ kind: 'valid' }),
        report(writeSkew(), { events: SKEW }),
        scenarioReport(store),
        besidePage(),
      ]) {
        const { page, requests, errors } = await open(path, scheme);
        expect(requests).toEqual([pathToFileURL(path).href]);
        expect(errors).toEqual([]);
        expect(await axeViolations(page)).toEqual([]);
        await page.close();
      }
    },
    60_000,
  );

  test('shows verdict, sentence, command and witness on the first screen', async () => {
    const { page } = await open(report(STALE_READ), 'light');
    for (const selector of ['.pill', '.because', '#command', 'g[data-culprit]']) {
      const box = await page.locator(selector).boundingBox();
      expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThan(800);
    }
    await page.close();
  });

  test('is no wider than a telephone', async () => {
    const { page } = await open(report(STALE_READ, { others: [TWO_LEADERS] }), 'light');
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    await page.close();
  });

  test('marks the drawing of the operation whose row is chosen', async () => {
    const { page } = await open(report(STALE_READ), 'light');
    await page.locator('a[href="#event=7"]').first().click();
    expect(await page.locator('g[data-event="7 8"].selected').count()).toBe(1);
    expect(await page.locator('tr[data-event="7 8"][aria-current]').count()).toBe(1);
    await page.close();
  });

  test('opens at the event that its address names, in every view, also what is folded', async () => {
    const path = report(STALE_READ, { others: [TWO_LEADERS] });
    const { page } = await open(path, 'light', '#event=8');
    // The operation that it ends: in the drawing, in its table, and as two events of the history.
    expect(await page.locator('.selected').count()).toBe(4);
    expect(await page.locator('details tr[data-event="8"]').isVisible()).toBe(true);
    await page.evaluate("location.hash = 'event=t4'");
    await expect.poll(() => page.locator('tr[data-event="t4"].selected').count()).toBe(1);
    // In the picture as well.
    expect(await page.locator('.selected').count()).toBe(2);
    await page.locator('g[data-event="3 4"]').first().click();
    await expect.poll(() => page.evaluate('location.hash')).toBe('#event=3');
    await page.close();
  });

  test('leaves of the lines of nodes what is looked for, in the picture as in the table', async () => {
    const { page } = await open(report(TWO_LEADERS), 'light');
    const lines = page.locator('tr[data-node]:visible');
    expect(await lines.count()).toBe(4);
    await page.getByRole('checkbox', { name: 'n2' }).uncheck();
    expect(await lines.count()).toBe(3);
    await page.getByRole('searchbox').fill('LEADER');
    expect(await lines.count()).toBe(1);
    expect(await page.locator('g[data-node]:visible').count()).toBe(1);
    expect(await page.locator('.filter [role=status]').textContent()).toBe('1 of 4 lines');
    await page.close();
  });

  test('keeps its place for an address that names nothing it knows', async () => {
    const { page, errors } = await open(report(STALE_READ), 'light', '#event="]');
    expect(errors).toEqual([]);
    expect(await page.locator('.selected').count()).toBe(0);
    await page.close();
  });

  test('shows whatever a history holds as text', async () => {
    const events: NewEvent[] = EVENTS.map((event) => {
      const nemesis = event.process === 'nemesis';
      return nemesis ? event : { ...event, key: HOSTILE, value: HOSTILE, error: HOSTILE };
    });
    const because = `process 3 said ${HOSTILE}`;
    const verdict: Verdict = { ...STALE_READ, because };
    const run = { ...RUN, command: `npx ordeal ${HOSTILE}` };
    const { page, errors } = await open(report(verdict, { events, run }), 'light');
    expect(await page.evaluate('window.broken')).toBe(undefined);
    expect(errors).toEqual([]);
    expect(await page.locator('.because').textContent()).toBe(because);
    expect(await page.locator('#command').textContent()).toBe(run.command);
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });
});

/** Rules of axe-core that the page breaks, with the elements concerned. */
async function axeViolations(page: Page): Promise<unknown> {
  // The policy of the page admits no script of ours, so it is evaluated from outside.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
  const result = 'r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])';
  return await page.evaluate(
    `axe.run().then((r) => (r.passes.length > 10 ? ${result} : 'ran not'))`,
  );
}

/** Of a failing run and of one that passes. */
function besidePage(): string {
  const failing = readRun(storeRun(store, STALE_READ));
  const passing = readRun(storeRun(store, { kind: 'valid' }));
  return writeDerived(passing.directory, 'report', besideHtml(failing, passing));
}

/** Of a scenario with a claim, which breaks what it should. */
function scenarioReport(store: string): string {
  const played = playScenario(loadScenario('raft', 'raft-figure-8'));
  const { schema, startedAt, versions, git, machine } = RUN;
  const run: ScenarioRun = {
    schema,
    startedAt,
    versions,
    git,
    machine,
    kind: 'scenario',
    command: 'npx ordeal run raft --scenario raft-figure-8',
    config: {
      system: 'raft',
      modules: [],
      scenario: 'raft-figure-8',
      mutants: [],
      rules: [],
      set: {},
    },
  };
  const directory = storeScenario(store, run, played, '');
  return resolve(writeScenarioReport(directory, run, played).path);
}

function manyEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, at) => {
    const kind = at % 2 === 0 ? ('invoke' as const) : ('ok' as const);
    const time = 2e9 + at * 1e6;
    return { time, type: kind, process: 100, f: 'write', key: 'y', value: Math.floor(at / 2) };
  });
}
