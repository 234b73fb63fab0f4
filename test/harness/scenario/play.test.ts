import { describe, expect, test } from 'vitest';
import { systemNamed } from '../../../harness/config/catalogue.ts';
import { loadScenario } from '../../../harness/scenario/file.ts';
import { playScenario } from '../../../harness/scenario/judge.ts';
import { builtInVariant } from '../../../harness/variants/variants.ts';
import { playText, ruleOf } from './scenario.ts';

const THREE = 'title: mine\nnodes: [A, B, C]\n';
const PLAIN_RAFT = `${THREE}options: { preVote: false, checkQuorum: false }\n`;
const ELECTED = `
steps:
  - fire: { at: A, timer: election }
  - settle: true
    expect: { A: { role: leader } }
`;

describe('an expectation that does not hold', () => {
  test('makes the scenario invalid, with what was found', () => {
    const { verdict } = playText(
      'raft',
      `${PLAIN_RAFT}${ELECTED}expect: { B: { role: leader } }\n`,
    );
    expect(verdict).toMatchObject({
      kind: 'invalid',
      because: 'expected B: role leader; found follower',
    });
  });

  test.each([
    ['{ log: { has: 1 } }', null],
    ['{ log: { has: 2 } }', '[1]'],
    ['{ term: { at-least: 1 } }', null],
    ['{ term: { at-least: 2 } }', '1'],
    ['{ term: { at-most: 0 } }', '1'],
    ['{ role: { not: follower } }', null],
    ['{ role: { one-of: [leader, candidate] } }', null],
    ['{ votedFor: { one-of: [B, C] } }', 'A'],
    ['down', 'it is up'],
  ])('A: %s against a leader of term 1 finds %s', (fact, found) => {
    const { final } = ruleOf('raft', `${PLAIN_RAFT}${ELECTED}expect: { A: ${fact} }\n`);
    expect(final[0]?.found).toBe(found);
  });

  test('about everybody does not hold where nobody is up', () => {
    const text = `${PLAIN_RAFT}steps:\n  - crash: all\nexpect: { all: { term: 0 } }\n`;
    expect(ruleOf('raft', text).final[0]?.found).toBe('nobody is up');
  });

  test('about everybody names the first for whom it does not', () => {
    const { final } = ruleOf('raft', `${PLAIN_RAFT}${ELECTED}expect: { all: { role: leader } }\n`);
    expect(final[0]?.found).toBe('B: follower');
  });
});

describe('a story', () => {
  const details = (text: string, step: number) =>
    ruleOf('raft', text).told[step]?.details.join('\n') ?? '';

  test('counts what is sent to a node that is down, and says what is lost otherwise', () => {
    const steps = '  - crash: C\n  - fire: { at: A, timer: election }\n  - settle: true\n';
    expect(details(`${PLAIN_RAFT}steps:\n${steps}`, 2)).toContain(
      'lost: 2 messages to C, which is down',
    );
    const cut = '  - isolate: C\n  - fire: { at: A, timer: election }\n';
    expect(details(`${PLAIN_RAFT}steps:\n${cut}`, 1)).toContain('lost: A → C  RequestVote');
  });

  test('says how often a message went, and not the same again and again', () => {
    const steps = '  - run: { for: 2 s, until: { A: { leader: { not: null } } } }\n  - run: 5 s\n';
    const told = details(`${PLAIN_RAFT}steps:\n${steps}`, 1);
    expect(told).toMatch(/arrives: [ABC] → [ABC] \(\d+ times\), [ABC] \(\d+ times\) /);
    expect(told.length).toBeLessThan(1000);
  });

  test('tells of a long list how it begins and ends', () => {
    const given = `given: { A: { log: [${'1, '.repeat(60)}2] } }\n`;
    const steps = 'steps:\n  - crash: A\n  - start: A\n';
    expect(details(`${PLAIN_RAFT}${given}${steps}`, 1)).toContain('log [1, 1, (57 more), 1, 2]');
  });
});

describe('a step that cannot be carried out', () => {
  test.each([
    ['deliver: { kind: vote }', 'there is no such message; on the way: nothing'],
    ['hold: { kind: vote }', 'there is no such message'],
    ['fire: { at: A, timer: heartbeat }', 'the timer "heartbeat" of A is not set'],
    ['run: { for: 1 s, until: { A: { term: 99 } } }', 'it never came to that'],
  ])('%s says why', (step, why) => {
    const { otherwise } = ruleOf('raft', `${PLAIN_RAFT}steps:\n  - ${step}\n`);
    expect(otherwise[0]).toContain(why);
  });

  test('asks nobody who is down', () => {
    const steps = 'steps:\n  - crash: A\n  - request: { at: A, read: null }\n';
    expect(ruleOf('raft', `${PLAIN_RAFT}${steps}`).otherwise[0]).toContain('A is down');
  });
});

describe('messages', () => {
  const ASKED = `${THREE}steps:\n  - request: { at: A, propose: v, as: v }\n`;
  const inFlight = (steps: string, filter: string) =>
    ruleOf('basic-paxos', `${ASKED}${steps}expect: { in-flight: [${filter}] }\n`).final[0]?.found;

  test('are delivered once, and only those that pass', () => {
    const steps = '  - deliver: { kind: prepare, to: B }\n';
    expect(inFlight(steps, '{ kind: prepare, count: 1 }')).toBeNull();
    expect(inFlight(steps, '{ kind: promise, from: B, with: { ballot: 0 }, count: 1 }')).toBeNull();
    expect(inFlight(steps, '{ kind: promise, with: { ballot: 1 } }')).toBe('0');
  });

  test('can be lost, doubled, and held up', () => {
    const count = (steps: string, expected: number) =>
      expect(inFlight(steps, `{ kind: prepare, count: ${expected} }`)).toBeNull();
    count('  - drop: { kind: prepare, first: 1 }\n', 1);
    count('  - duplicate: { kind: prepare, to: B }\n', 3);
    count('  - hold: { kind: prepare }\n', 0);
    count('  - hold: { kind: prepare }\n  - release: { to: C }\n', 1);
  });

  test('to a node that is cut off are lost, and those on the way to it as well', () => {
    expect(inFlight('  - isolate: B\n', '{ kind: prepare, count: 1 }')).toBeNull();
    expect(
      inFlight('  - partition: [[A, B], [B, C]]\n', '{ kind: prepare, to: C, count: 0 }'),
    ).toBeNull();
    const back = '  - isolate: B\n  - heal: true\n  - fire: { at: A, timer: attempts }\n';
    expect(inFlight(back, '{ kind: prepare, to: B, count: 1 }')).toBeNull();
  });

  test('to a node that is down are lost when they arrive', () => {
    const steps = '  - crash: B\n  - deliver: { to: B }\n  - start: B\n';
    expect(inFlight(steps, '{ kind: promise, count: 0 }')).toBeNull();
  });
});

describe('connections', () => {
  const BOOTED = `${THREE}down: [C]\nsteps:\n`;

  test('break with what is under way, and both ends are told', () => {
    const steps = `
  - run: { for: 5 s, until: { B: { role: leading, phase: broadcast }, A: { phase: broadcast } } }
  - disconnect: [A, B]
    expect: { A: { role: looking } }
`;
    expect(ruleOf('zab', `${BOOTED}${steps}`).otherwise).toEqual([]);
  });

  test('are never overtaken: a filter stops at the first message that does not pass', () => {
    const steps = `
  - run: { for: 5 s, until: { B: { phase: broadcast }, A: { phase: broadcast } } }
  - request: { at: B, write: 1 }
  - fire: { at: B, timer: ping }
  - deliver: { kind: ping, from: B, to: A }
`;
    const { otherwise } = ruleOf('zab', `${BOOTED}${steps}`);
    expect(otherwise[0]).toContain('there is no such message');
    expect(otherwise[0]).toContain('Propose');
  });

  test('tell a sender, with the next delivery, that nobody is there', () => {
    const { final } = ruleOf(
      'zab',
      `${BOOTED}  - note: A and B have called C\nexpect: { in-flight: [{ kind: disconnected, to: A }] }\n`,
    );
    expect(final[0]?.found).toBeNull();
  });
});

describe('clients', () => {
  const SESSION = `${PLAIN_RAFT}${ELECTED}
  - open: { at: A, as: s }
  - settle: true
  - request: { at: A, append: 1, session: s, as: first }
  - settle: true
`;

  test('that ask again in a session get the same answer, and nothing is done twice', () => {
    const steps = `${SESSION}  - retry: { at: A, of: first }\n  - settle: true\n`;
    const end = 'expect: { answers: { first: { ok: 1 } }, A: { data: { x: [1] } } }\n';
    expect(ruleOf('raft', steps + end).otherwise).toEqual([]);
  });

  test('are judged: an answer that no order explains is a violation', () => {
    const steps = `${SESSION}  - retry: { at: A, of: first }\n  - settle: true\n`;
    const more = '  - request: { at: A, read: null, as: read }\n  - settle: true\n';
    const text = `variants: [rf-no-dedupe]\n${steps}${more}`;
    const broken = ruleOf('raft', text).violations.map(({ property }) => property);
    expect(broken).toContain('linearizable');
    expect(broken).toContain('SessionDedupe');
  });

  test('that ask again and again under one name are as many clients', () => {
    const repeat = '  - repeat: { times: 2, steps: [{ request: { at: A, write: 1, as: w } }] }\n';
    const read = '  - request: { at: A, read: null, as: read }\n  - settle: true\n';
    const end = 'expect: { answers: { w: ok, read: { ok: 1 } } }\n';
    const played = ruleOf('raft', `${PLAIN_RAFT}${ELECTED}${repeat}${read}${end}`);
    expect(played.otherwise).toEqual([]);
    expect(played.violations).toEqual([]);
    expect(played.told[4]?.details.filter((text) => text.startsWith('answer to'))).toEqual([
      'answer to "w": ok',
      'answer to "w": ok',
      'answer to "read": ok: 1',
    ]);
  });

  test('that were sent on need not be served: a refusal is no effect', () => {
    const steps = `${PLAIN_RAFT}${ELECTED}
  - request: { at: B, write: 1, as: refused }
  - request: { at: A, read: null, as: read }
  - settle: true
`;
    const end = 'expect: { answers: { refused: { redirect: A }, read: { ok: null } } }\n';
    expect(ruleOf('raft', steps + end).otherwise).toEqual([]);
    expect(ruleOf('raft', steps + end).violations).toEqual([]);
  });
});

describe('a disk', () => {
  test('keeps at a crash what was synced, and loses what was not', () => {
    const steps = 'steps:\n  - request: { at: A, propose: v }\n  - restart: A\n';
    const used = (variants: string) =>
      ruleOf('basic-paxos', `${THREE}${variants}${steps}expect: { A: { used: 0 } }\n`).final[0]
        ?.found;
    expect(used('')).toBeNull();
    expect(used('variants: [px-ballot-not-durable]\n')).toBe('none');
  });

  test('syncs what stands before a barrier, not what is written behind it', () => {
    const steps = `steps:
  - fire: { at: A, timer: election }
  - deliver: { kind: request-vote, to: B }
  - restart: B
`;
    const text = `${PLAIN_RAFT}variants: [rf-vote-not-durable]\n${steps}`;
    const { final } = ruleOf('raft', `${text}expect: { B: { term: 1, votedFor: null } }\n`);
    expect(final.map(({ found }) => found)).toEqual([null, null]);
  });
});

describe('repetition and time', () => {
  test('ends when what was waited for is there', () => {
    const steps = `${PLAIN_RAFT}${ELECTED}
  - repeat:
      times: 20
      steps:
        - request: { at: A, append: 7 }
        - settle: true
      until: { A: { commit: 4 } }
`;
    expect(ruleOf('raft', `${steps}expect: { A: { commit: 4 } }\n`).otherwise).toEqual([]);
  });

  test('fails where it never is, and says in which repetition a step went wrong', () => {
    const repeated = (rest: string) => `${PLAIN_RAFT}${ELECTED}  - repeat: ${rest}\n`;
    const never = repeated('{ times: 3, steps: [{ settle: true }], until: { A: { term: 9 } } }');
    expect(ruleOf('raft', never).otherwise[0]).toContain('it never came to that: A: term 9 (1)');
    const second = repeated(
      '{ times: 3, steps: [{ request: { at: A, append: 7 }, expect: { A: { log: [1, 1] } } }] }',
    );
    expect(ruleOf('raft', second).otherwise[0]).toContain('in repetition 2');
  });

  test('lets timers fire in their order while it runs, and none while it waits', () => {
    const waited = `${PLAIN_RAFT}steps:\n  - wait: 10 s\nexpect: { all: { term: 0 } }\n`;
    expect(ruleOf('raft', waited).otherwise).toEqual([]);
    const ran = `${PLAIN_RAFT}steps:\n  - run: { for: 10 s, until: { all: { commit: 1 } } }\n`;
    expect(ruleOf('raft', ran).otherwise).toEqual([]);
  });
});

describe('a claim', () => {
  const claimed = (claim: string) => {
    const text = `${PLAIN_RAFT}${ELECTED}claims:\n  - ${claim}\n`;
    return playText('raft', text).verdict;
  };

  test('that breaks nothing although it should makes the scenario invalid', () => {
    const verdict = claimed(
      '{ says: wrong, variants: [rf-vote-anyone], breaks: [ElectionSafety] }',
    );
    expect(verdict).toMatchObject({
      kind: 'invalid',
      because: 'the claim "wrong" was to break ElectionSafety, and broke nothing',
    });
  });

  test('that breaks something although it should not makes it invalid as well', () => {
    const verdict = claimed('{ says: safe, variants: [rf-quorum-half], breaks: none }');
    expect(verdict).toMatchObject({ kind: 'invalid' });
  });

  test('may come to something else than a broken invariant', () => {
    const verdict = claimed('{ says: silent, variants: [rf-no-noop], expect: { A: { log: [] } } }');
    expect(verdict).toMatchObject({ kind: 'valid' });
    expect(
      claimed('{ says: x, options: { preVote: true }, expect: { A: { term: 9 } } }'),
    ).toMatchObject({
      kind: 'invalid',
      because: 'the claim "x": expected A: term 9; found 1',
    });
  });
});

describe('with a variant of the user', () => {
  test('the script is played with that, and claims are left out', () => {
    const scenario = loadScenario('raft', 'raft-figure-8');
    const variant = builtInVariant(systemNamed('raft'), 'rf-commit-old-term');
    const { verdict, cases, variants } = playScenario(scenario, [variant]);
    expect(verdict).toMatchObject({ kind: 'invalid', property: 'CommitCurrentTerm' });
    expect(cases.flatMap(({ claims }) => claims)).toEqual([]);
    expect(variants).toEqual(['rf-commit-old-term']);
  });
});
