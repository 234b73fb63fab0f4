/** What a program gets wrong is told as what a user types wrong: one line, and nothing is run. */

import { HarnessError, hunt, type RunOptions, run, simulate, systems } from 'ordeal';
import { describe, expect, test } from 'vitest';

/** As JavaScript passes them, which no compiler has seen. */
function told(options: unknown): string {
  try {
    simulate(options as RunOptions);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    expect(error.failure).toBe('usage');
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  return 'nothing';
}

const base = { system: 'raft', timeLimitS: 1, seed: 1 };
const noProtocol = { ...systems['raft'], protocol: undefined };

describe('of the options of the library', () => {
  test.each([
    [{ sytem: 'raft' }, 'options: unknown option "sytem" (did you mean "system"?)'],
    [{ ...base, timeLimit: 5 }, 'options: unknown option "timeLimit" (did you mean "timeLimitS"?)'],
    [{}, 'options.system: is missing (the name of a system, or a system is needed)'],
    ['raft', "options: 'raft' is not allowed (an object is needed)"],
    [undefined, 'options: undefined is not allowed (an object is needed)'],
    [{ ...base, system: 'rfat' }, 'unknown system "rfat" (did you mean "raft"?)'],
    [{ ...base, system: 7 }, 'options.system: 7 is not allowed (the name of a system, or a system'],
    [{ ...base, nodes: '5' }, "options.nodes: '5' is not allowed (a number is needed)"],
    [{ ...base, nodes: 99 }, '--nodes: 99 is not allowed (a whole number 1 to 9)'],
    [{ ...base, seed: Number.NaN }, '--seed: NaN is not allowed'],
    [{ ...base, concurrency: '2m' }, "options.concurrency: '2m' is not allowed"],
    [
      { ...base, backend: 'dokcer' },
      'options.backend: \'dokcer\' is not allowed ("sim", "docker", or "process"',
    ],
    [{ ...base, nemesis: 'kill' }, "options.nemesis: 'kill' is not allowed (a list of names or"],
    [{ ...base, nemesis: ['kil'] }, '--nemesis: unknown "kil" (did you mean "kill"?)'],
    [
      { ...base, nemesis: [{ name: 'mine' }] },
      'options.nemesis[0]: nemesis mine: field "describe"',
    ],
    [{ ...base, workload: { name: 'mine' } }, 'options.workload: workload mine: field "describe"'],
    [{ ...base, system: noProtocol }, 'options.system: system raft: field "protocol" is missing'],
    [{ ...base, stopAtViolation: 1 }, 'options.stopAtViolation: 1 is not allowed (true or false'],
    [{ ...base, set: { reads: null } }, 'options.set: '],
    [{ ...base, set: { read: 'lease' } }, '--set: unknown option "read" (did you mean "reads"?)'],
    [{ ...base, variants: 'rf-local-read' }, "options.variants: 'rf-local-read' is not allowed"],
    [{ ...base, variants: [{ describe: 'mine' }] }, 'options.variants[0]: has no id'],
    [
      { ...base, variants: [{ id: 'mine', describe: 'mine', kind: 'variant', rule: () => ({}) }] },
      '`rule` of variant mine is no field of a variant (did you mean "rules"?)',
    ],
  ])('%j is refused', (options, message) => {
    expect(told(options)).toContain(message);
  });

  test('what is right is taken, and what is undefined is as if it were not there', () => {
    expect(told({ ...base, nodes: undefined, concurrency: '2n', nemesis: ['none'] })).toBe(
      'nothing',
    );
  });

  test('a hunt makes one run or more, and what surrounds a run is looked at before it', async () => {
    for (const runs of [0, 1.5, '3', undefined]) {
      expect(() => hunt(base, runs as number)).toThrow(/^runs: .*\(a whole number from 1 on\)$/);
    }
    expect(() => hunt({ ...base, sed: 3 } as RunOptions, 1)).toThrow('unknown option "sed"');
    const elsewhere = { stroe: 'there' } as object;
    await expect(run(base, elsewhere)).rejects.toThrow('did you mean "store"?');
  });
});
