/** What a run leaves on a terminal, in Markdown and in JUnit's XML. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../../harness/core/errors.ts';
import { junitXml } from '../../../harness/report/junit.ts';
import { summaryMarkdown } from '../../../harness/report/summary.ts';
import { terminalBlock } from '../../../harness/report/terminal.ts';
import type { RunSummary } from '../../../harness/store/format.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { RUN, resultsFor, STALE_READ, storeRun, TWO_LEADERS } from '../store/stored.ts';

let store: string;
let failing: RunSummary;

beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'ordeal-report-'));
  const { run, history } = readRun(storeRun(store, null));
  const directory = 'store/20261121T003100Z-raft-register-42';
  failing = {
    run,
    results: resultsFor(history, STALE_READ, [TWO_LEADERS]),
    paths: { directory, report: { path: `${directory}/report.html`, bytes: 684_000 } },
  };
});

afterAll(() => {
  rmSync(store, { recursive: true });
});

function withVerdict(verdict: RunSummary['results']['verdict']): RunSummary {
  const results = { ...failing.results, verdict, exitStatus: EXIT[verdict.kind] };
  return { ...failing, results };
}

const PLAIN = { columns: 80, colour: false };

describe('the block of a run on a terminal', () => {
  test('says what was done, what broke, and how to see it again', () => {
    expect(terminalBlock(failing, PLAIN)).toBe(`\
✔ Config      raft@0123456  sim  3 nodes  seed 42
✔ Workload    register  5.00 s simulated in 0.10 s · 4 ops  3 ok  1 info  0 fail
✔ Faults      partition ×1  kill ×0 (1 skipped)
✖ Check       linearizable                                               10.0 ms
✖ Check       agreement  ElectionSafety                                   2.0 ms
✖ Evidence    clients: linearizable
✔ Evidence    logs: nothing
✖ Evidence    decisions: ElectionSafety

✖ VIOLATION   process 3 read x = 1 at 60 ms although write x = 2 had been
              answered at 40 ms
              2 operations can be put in an order
              the read of 1 cannot come next
              also agreement: n1 and n2 both led

  replay      npx ordeal replay store/20261121T003100Z-raft-register-42
  report      store/20261121T003100Z-raft-register-42/report.html   (684 kB)
`);
  });

  test('says what was exercised of the protocol', () => {
    const stats = { snapshotsTaken: 60, transfersDone: 0, membershipChanges: 3, leaders: 9 };
    const [first] = failing.results.checks;
    if (first === undefined) throw new Error('the stored run has no checks');
    const checks = [{ ...first, checker: 'agreement', verdict: { kind: 'valid' as const }, stats }];
    const text = terminalBlock({ ...failing, results: { ...failing.results, checks } }, PLAIN);
    expect(text).toContain('✔ Exercised   60 snapshots taken · 3 membership changes\n');
  });

  test('says VALID without a command to see it again', () => {
    const block = terminalBlock(withVerdict({ kind: 'valid' }), PLAIN);
    expect(block).toContain('✔ VALID ');
    expect(block).not.toContain('replay');
  });

  test('says why nothing is known', () => {
    const block = terminalBlock(withVerdict({ kind: 'unknown', because: 'too few' }), PLAIN);
    expect(block).toContain('? UNKNOWN     too few');
  });

  test('has no line wider than the terminal but for commands and paths', () => {
    for (const columns of [40, 61, 80, 120]) {
      const lines = terminalBlock(failing, { columns, colour: false }).split('\n');
      const texts = lines.filter((line) => !/^ {2}(replay|report)/.test(line));
      expect(Math.max(...texts.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  test('says the same with colours as without', () => {
    const coloured = terminalBlock(failing, { columns: 80, colour: true });
    expect(coloured).not.toBe(terminalBlock(failing, PLAIN));
    expect(stripVTControlCharacters(coloured)).toBe(terminalBlock(failing, PLAIN));
  });

  test('does not let text from a history act on the terminal', () => {
    const because = 'read \u001b[2J\u0007 of \u202egnorw';
    const block = terminalBlock(withVerdict({ ...STALE_READ, because }), PLAIN);
    expect(block).toContain('read \\u001b[2J\\u0007 of \\u202egnorw');
    expect(block).not.toContain('\u001b');
  });
});

describe('summary.md', () => {
  test('holds the verdict, the command and the figures', () => {
    const text = summaryMarkdown(failing);
    expect(text).toContain('## ✖ VIOLATION: raft / register');
    expect(text).toContain(RUN.command);
    expect(text).toContain('| operations | 4: 3 ok, 1 of unknown outcome, 0 failed |');
    expect(text).toContain('| agreement | ✖ invalid | n1 and n2 both led |');
  });

  test('shows what looks like markup as it stands', () => {
    const because = '<img src=x> [a](http://b) | `c` **d**';
    const text = summaryMarkdown(withVerdict({ ...STALE_READ, because }));
    expect(text).toContain('\\<img src=x\\> \\[a\\](http://b) \\| \\`c\\` \\*\\*d\\*\\*');
  });
});

describe('junit.xml', () => {
  test('has a case per checker, a failure for a violation and an error for an unknown', () => {
    const { checks } = failing.results;
    const unknown = { checker: 'stats', verdict: { kind: 'unknown', because: 'few' }, seconds: 0 };
    const results = { ...failing.results, checks: [...checks, unknown] } as RunSummary['results'];
    const text = junitXml([{ ...failing, results }]);
    expect(text).toContain('tests="3" failures="2" errors="1"');
    expect(text).toContain('<failure message="n1 and n2 both led">');
    expect(text).toContain('<error message="few">');
  });

  test('stays well-formed whatever a history holds', () => {
    const because = `a & b < "c" \u0000 'd' ]]>`;
    const results = { ...failing.results, checks: [{ ...check(because) }] };
    const text = junitXml([{ ...failing, results }]);
    expect(text).toContain('a &amp; b &lt; &quot;c&quot; \\u0000 &#39;d&#39; ]]&gt;');
  });
});

function check(because: string): RunSummary['results']['checks'][number] {
  return { checker: 'stats', verdict: { kind: 'unknown', because }, seconds: 0 };
}
