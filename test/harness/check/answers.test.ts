/** What `ordeal check` answers beyond a verdict: promises, staleness, notes, positions. */

import { describe, expect, test } from 'vitest';
import { GOOD, scratch, sequential, UNTIMED } from './checking.ts';

const { judge } = scratch();

describe('what is said of a history', () => {
  test('names the strongest promise', async () => {
    const stale =
      '{"process":0,"type":"invoke","f":"write","value":1}\n{"process":0,"type":"ok","f":"write","value":1}\n' +
      '{"process":0,"type":"invoke","f":"write","value":2}\n{"process":0,"type":"ok","f":"write","value":2}\n' +
      '{"process":1,"type":"invoke","f":"read"}\n{"process":1,"type":"ok","f":"read","value":1}\n';
    const strongest = await judge(stale, { checker: 'strongest' });
    expect(strongest).toMatchObject({
      verdict: { kind: 'valid' },
      strongest: 'ordered-sequential',
    });
    expect(await judge(stale, { checker: 'sequential' })).toMatchObject({
      verdict: { kind: 'valid' },
    });
    expect(await judge(stale, { checker: 'regular' })).toMatchObject({
      verdict: { kind: 'invalid' },
    });
  });

  test('proves nothing where nothing succeeded', async () => {
    const text = '{"process":0,"type":"invoke","f":"write","value":1}\n';
    const nothing = {
      verdict: { kind: 'unknown', because: expect.stringContaining('nothing was exercised') },
    };
    expect(await judge(text, { model: 'register' })).toMatchObject({ status: 2, ...nothing });
    expect(await judge(text, { checker: 'strongest' })).toMatchObject(nothing);
    const nemesis = '{"process":"nemesis","type":"info","f":"kill"}\n';
    expect(await judge(nemesis, { model: 'register' })).toMatchObject(nothing);
    // Knossos calls its own such histories linearizable; what is printed must be earned.
    expect(
      await judge('{:process 0 :type :invoke :f :read :value nil}', { model: 'register' }),
    ).toMatchObject({ status: 2, ...nothing });
    const silent =
      '{:process 0 :type :invoke :f :read :value nil}\n{:process 0 :type :ok :f :read :value nil}';
    expect(await judge(silent, { model: 'register' })).toMatchObject({ status: 2, ...nothing });
    const observed = { model: 'register', nilReads: 'observed' } as const;
    expect(await judge(silent, observed)).toMatchObject({ verdict: { kind: 'valid' } });
    expect(await judge('', { model: 'register' })).toMatchObject({
      status: 2,
      verdict: { because: expect.stringContaining('the history is empty') },
    });
  });

  test('says what the reading of the history leaves out', async () => {
    const lines = (error: string) =>
      '{"process":0,"type":"invoke","f":"cas","value":[1,2]}\n' +
      `{"process":0,"type":"fail","f":"cas","value":[1,2],"error":"${error}"}\n`;
    const text = `${sequential([['read', null, null]])}${lines('cas-mismatch')}${lines('no leader')}`;
    const flags = { model: 'cas-register', failedCas: 'observed', nilReads: 'silent' } as const;
    const { verdict, notes } = await judge(text, flags);
    expect(verdict.kind).toBe('valid');
    expect(notes).toContainEqual(expect.stringContaining('1 failed cas with another error'));
    expect(notes).toContainEqual(expect.stringContaining('1 read of nil taken as silent'));
    const set = sequential([
      ['add', 1, 1],
      ['read', null, [1]],
    ]);
    expect((await judge(set, { model: 'set' })).notes).toContainEqual(
      expect.stringContaining('earlier reads were not judged'),
    );
  });

  test('reads failed compare-and-sets and nil reads for the weaker promises as for the others', async () => {
    const failed = sequential([['write', 1, 1]]);
    const cas =
      '{"process":0,"type":"invoke","f":"cas","value":[1,2]}\n' +
      '{"process":0,"type":"fail","f":"cas","value":[1,2]}\n';
    const text = `${failed}${cas}${sequential([['read', null, 1]])}`;
    expect((await judge(text, { checker: 'sequential' })).verdict.kind).toBe('valid');
    expect((await judge(text, { checker: 'sequential', failedCas: 'observed' })).verdict.kind).toBe(
      'invalid',
    );
    const nil = `${failed}${sequential([['read', null, null]])}`;
    expect((await judge(nil, { checker: 'sequential' })).verdict.kind).toBe('invalid');
    expect((await judge(nil, { checker: 'sequential', nilReads: 'silent' })).verdict.kind).toBe(
      'valid',
    );
  });

  test('bounds the staleness of reads, in milliseconds only where there are times', async () => {
    const events = (timed: boolean) =>
      [
        [0, 'write', 1],
        [0, 'write', 2],
        [0, 'write', 3],
        [1, 'read', 1],
      ]
        .flatMap(([process, f, value]) => [
          { process, type: 'invoke', f, value: f === 'read' ? null : value },
          { process, type: 'ok', f, value },
        ])
        .map((event, i) => `${JSON.stringify(timed ? { ...event, time: i * 1e6 } : event)}\n`)
        .join('');
    const flags = { checker: 'strongest' };
    expect(
      (await judge(events(true), { ...flags, stalenessVersions: 2, stalenessMs: 3 })).status,
    ).toBe(0);
    expect(await judge(events(true), { ...flags, stalenessVersions: 1 })).toMatchObject({
      verdict: { kind: 'invalid', property: 'bounded-staleness' },
    });
    expect((await judge(events(true), { ...flags, stalenessMs: 2 })).verdict.kind).toBe('invalid');
    expect((await judge(events(false), { ...flags, stalenessMs: 2 })).error).toContain(
      'has no times',
    );
    expect(JSON.stringify(await judge(events(false), flags))).not.toMatch(/\d ms/);
    expect((await judge(events(true), { model: 'register', stalenessMs: 2 })).error).toContain(
      '--staleness-ms: checker linearizable has no use for it',
    );
  });

  test('says whether a valid verdict over register transactions is proved', async () => {
    const text = sequential([
      ['txn', [['w', 'x', 1]], [['w', 'x', 1]]],
      ['txn', [['r', 'x', null]], [['r', 'x', 1]]],
    ]);
    for (const level of ['strict-serializable', 'sser', 'ser', 'si', 'ra', 'rc', 'ru']) {
      const { verdict, proved } = await judge(text, { model: 'rw-register', level });
      expect([level, verdict.kind, proved]).toEqual([level, 'valid', true]);
    }
  });

  test('may be a queue by --model where a file of LiMo does not say so', async () => {
    const text = '[1] call enq(1)\n[1] return\n[2] call deq\n[2] return 1';
    expect(await judge(text, { model: 'fifo-queue' })).toMatchObject({
      format: 'limo',
      verdict: { kind: 'valid' },
    });
    expect((await judge(text, {})).error).toContain('history:1: expected a line "# @object');
  });

  test('may run out of steps', async () => {
    const lines: string[] = [];
    for (let process = 0; process < 12; process++) {
      lines.push(`{"process":${process},"type":"invoke","f":"write","value":${process % 3}}`);
    }
    for (let process = 0; process < 12; process++) {
      lines.push(`{"process":${process},"type":"ok","f":"write","value":${process % 3}}`);
    }
    lines.push(
      '{"process":20,"type":"invoke","f":"read"}',
      '{"process":20,"type":"ok","f":"read","value":7}',
    );
    const result = await judge(lines.join('\n'), { model: 'cas-register', budget: { steps: 3 } });
    expect(['unknown', 'invalid']).toContain(result.verdict.kind);
    if (result.verdict.kind === 'unknown')
      expect(result.verdict.because).toMatch(/budget|steps|configurations/);
  });
});

describe('positions in answers', () => {
  const events = (positions: readonly number[]) =>
    [
      { process: 0, type: 'invoke', f: 'write', value: 1 },
      { process: 1, type: 'invoke', f: 'write', value: 2 },
      { process: 0, type: 'ok', f: 'write', value: 1, position: positions[0] },
      { process: 1, type: 'ok', f: 'write', value: 2, position: positions[1] },
      { process: 0, type: 'invoke', f: 'read' },
      { process: 0, type: 'ok', f: 'read', value: 2, position: positions[2] },
    ]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');

  test('prove a history, or are ignored', async () => {
    const proved = await judge(events([1, 2, 2]), { model: 'cas-register' });
    expect(proved).toMatchObject({ status: 0, decidedBy: 'the order that the system claims' });
    const ignored = await judge(events([1, 2, 2]), { model: 'cas-register', witness: 'off' });
    expect(ignored).toMatchObject({ status: 0, decidedBy: 'register monitor', notes: UNTIMED });
  });

  test('that claim no order are noted beside the verdict of the answers', async () => {
    const { status, decidedBy, notes } = await judge(events([2, 1, 2]), { model: 'cas-register' });
    expect([status, decidedBy]).toEqual([0, 'register monitor']);
    expect(notes).toContainEqual(expect.stringContaining('claim an order that is none'));
  });

  test('prove ordered sequential consistency over several keys, which answers alone leave to a search', async () => {
    const store = (second: number) =>
      [
        ['x', 0, 'write', 1, 1],
        ['y', 1, 'write', 1, 2],
        ['y', 0, 'read', null, second],
        ['x', 1, 'read', 1, 2],
      ]
        .flatMap(([key, process, f, value, position]) => [
          { key, process, type: 'invoke', f, value: f === 'read' ? null : value },
          { key, process, type: 'ok', f, value, position },
        ])
        .map((event) => `${JSON.stringify(event)}\n`)
        .join('');
    const flags = { checker: 'ordered-sequential' };
    expect(await judge(store(1), flags)).toMatchObject({
      verdict: { kind: 'valid' },
      decidedBy: 'the positions in the answers',
    });
    expect((await judge(store(1), { ...flags, witness: 'off' })).verdict.kind).toBe('valid');
    // The read of nil at position 2 is not what the write at position 2 left.
    const lying = await judge(store(2), flags);
    expect(lying.verdict.kind).toBe('valid');
    expect(lying.notes).toContainEqual(expect.stringContaining('by the positions that the system'));
  });

  test.each([
    ['witness', 'off'],
    ['threads', 2],
  ])('--%s means nothing to other checkers', async (flag, value) => {
    const { error } = await judge(GOOD, { checker: 'sequential', [flag]: value });
    expect(error).toContain(`--${flag}: checker sequential has no use for it`);
  });
});
