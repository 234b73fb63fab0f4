import { describe, expect, test } from 'vitest';
import { progressOn, runText, stepText, type Target } from '../../../harness/run/progress.ts';

function written(isTTY: boolean): { target: Target; text: () => string } {
  let text = '';
  return { target: { isTTY, columns: 40, write: (more) => (text += more) }, text: () => text };
}

const step = (done: number) => {
  return { kind: 'runs', done, total: 1000, valid: done, invalid: 0, unknown: 0 } as const;
};

describe('long work', () => {
  test('says how much is done, how fast, how long it takes yet, and what was found', () => {
    expect(stepText(step(250), 10)).toBe('250 of 1 000 runs · 25.0/s · 30 s left · 250 valid');
    expect(stepText({ ...step(2), total: 3, valid: 1, invalid: 1 }, 60)).toBe(
      '2 of 3 runs · 30.0 s each · 30 s left · 1 invalid, 1 valid',
    );
    const hunted = { kind: 'variants', done: 1, total: 1, found: 0, unexpected: 1 } as const;
    expect(stepText(hunted, 2)).toBe('1 of 1 variant · 2.00 s each · 0 found, 1 not as expected');
    expect(stepText({ ...hunted, found: 1, unexpected: 0 }, 2)).toBe(
      '1 of 1 variant · 2.00 s each · 1 found',
    );
  });

  test('of one run says how far it is, in virtual time and against a live cluster', () => {
    expect(runText({ kind: 'simulated', doneS: 12.4, totalS: 600 })).toBe(
      'simulated 12 of about 600 s',
    );
    const live = { kind: 'live', elapsedS: 7.6, phase: 'load', events: 1204 } as const;
    expect(runText({ ...live, faultsInForce: 1 })).toBe(
      '8 s: load, 1 204 events, 1 fault in force',
    );
  });

  test('on a terminal it is one line that never wraps, and is gone in the end', () => {
    const { target, text } = written(true);
    let now = 0;
    const progress = progressOn(target, false, () => now);
    for (const done of [1, 2, 3]) {
      progress.step(step(done));
      now += 250;
    }
    progress.line('a leader was elected');
    progress.end();
    expect(text()).not.toContain('runs\n');
    expect(text().endsWith('\r\u001b[K')).toBe(true);
    expect(text()).toContain('\r\u001b[Ka leader was elected\n3 of 1 000 runs');
    const states = text().replaceAll('\r\u001b[K', '\n').split('\n');
    expect(Math.max(...states.map((state) => state.length))).toBeLessThan(40);
  });

  test('on a terminal it makes room for what others write there', () => {
    const { target, text } = written(true);
    let now = 0;
    const progress = progressOn(target, false, () => now);
    progress.step(step(1));
    now += 250;
    progress.step(step(2));
    progress.aside(() => target.write('a row\n'));
    const [before, rest] = text().split('\r\u001b[K');
    expect(before).toMatch(/^2 of /);
    expect(rest).toBe(`a row\n${before}`);
  });

  test('elsewhere it is a line every ten seconds, without cursor codes', () => {
    const { target, text } = written(false);
    let now = 0;
    const progress = progressOn(target, false, () => now);
    for (let done = 1; done <= 250; done++) {
      progress.step(step(done));
      now += 100;
    }
    progress.end();
    expect(text().split('\n')).toHaveLength(3);
    expect(text()).toMatch(/^101 of 1 000 runs · 10\.1\/s · 90 s left · 101 valid\n/);
    expect(text()).not.toContain('\u001b');
  });

  test('is silent when nobody wants to know', () => {
    const { target, text } = written(true);
    const progress = progressOn(target, true, () => 1e9);
    progress.line('x');
    progress.step(step(1));
    expect(text()).toBe('');
  });
});
