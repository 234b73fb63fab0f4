import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemNamed } from '../../../harness/config/catalogue.ts';
import { loadScenario } from '../../../harness/scenario/file.ts';
import { refusalOf } from './scenario.ts';

const RAFT_FILE = join(import.meta.dirname, '../../../systems/raft/scenarios/raft-split-vote.yaml');
const HEAD = 'title: mine\nnodes: [A, B, C]\n';

describe('a scenario file', () => {
  const wrong: readonly [what: string, steps: string, message: string][] = [
    ['no YAML', 'steps: [', ':3:'],
    ['an unknown field', 'stepz: []\n', ':3:1: unknown field "stepz" (did you mean "steps"?)'],
    ['no steps', 'about: x\n', 'steps are needed'],
    ['a step with no action', 'steps:\n  - say: hello\n', ':4:5: steps.0: an action is needed'],
    [
      'a step with two actions',
      'steps:\n  - crash: A\n    start: B\n',
      ':4:5: steps.0: one action to a step, not crash and start',
    ],
    ['an unknown action', 'steps:\n  - kill: A\n', ':4:5: steps.0: unknown field "kill"'],
    ['an unknown node', 'steps:\n  - crash: D\n', ':4:12: steps.0.crash: no node is called "D"'],
    [
      'an unknown node in a filter',
      'steps:\n  - deliver: { kind: prepare, from: Aa }\n',
      ':4:37: steps.0.deliver.from: no node is called "Aa" (did you mean "A"?)',
    ],
    ['an unknown field of a filter', 'steps:\n  - settle: { knd: prepare }\n', 'steps.0.settle: '],
    [
      'messages of an unknown kind',
      'steps:\n  - drop: { kind: prepair }\n',
      ':4:19: steps.0.drop.kind: basic-paxos has no messages of kind "prepair" (did you mean "prepare"?)',
    ],
    [
      'a count of messages of an unknown kind',
      'steps:\n  - settle: true\nexpect: { delivered: { acceptd: 0 } }\n',
      ':5:33: expect.delivered.acceptd: basic-paxos has no messages of kind "acceptd"',
    ],
    [
      'a number for a node in what is on the way',
      'steps:\n  - settle: true\nexpect: { in-flight: [{ from: 5 }] }\n',
      ':5:31: expect.in-flight.0.from: a name or a list of names is needed',
    ],
    [
      'an unknown field of what is on the way',
      'steps:\n  - settle: true\nexpect: { in-flight: [{ not: { knd: accept } }] }\n',
      'expect.in-flight.0.not: Unrecognized key: "knd"',
    ],
    [
      'a comparison with no number',
      'steps:\n  - settle: true\nexpect: { A: { used: { at-least: x } } }\n',
      ':5:34: expect.A.used.at-least: a number is needed',
    ],
    [
      'one of no list',
      'steps:\n  - settle: true\nexpect: { A: { used: { one-of: 5 } } }\n',
      'expect.A.used.one-of: a list is needed',
    ],
    [
      'two tests of one fact',
      'steps:\n  - settle: true\nexpect: { A: { used: { at-least: 1, at-most: 2 } } }\n',
      ':5:16: expect.A.used: one test is needed, not several',
    ],
    [
      'two requests of one name',
      'steps:\n  - request: { at: A, propose: 1, as: v }\n  - request: { at: B, propose: 2, as: v }\n',
      ':5:39: steps.1.request.as: "v" names a request already',
    ],
    [
      'an inherited property for a timer',
      'steps:\n  - fire: { at: A, timer: constructor }\n',
      'basic-paxos has no timer "constructor"',
    ],
    [
      'an inherited property for a fact',
      'steps:\n  - settle: true\nexpect: { A: { constructor: 1 } }\n',
      'expect.A.constructor: a node has no "constructor"',
    ],
    [
      'an end of its own beside cases',
      'expect: { A: { used: 7 } }\ncases:\n  - title: one\n    steps: [{ settle: true }]\n',
      ':3:1: expect: a file has cases, or steps, expect and claims of its own, not both',
    ],
    [
      'steps that contain themselves',
      'steps: &all\n  - repeat: { times: 2, steps: *all }\n',
      'more than 1000000 values',
    ],
    [
      'aliases of aliases',
      `about: [${['&a0 [x, x, x, x, x, x, x, x, x, x]', ...tenfold(7)].join(', ')}]\n`,
      'more than 1000000 values',
    ],
    [
      'an operation that the system does not serve',
      'steps:\n  - request: { at: A, write: 1 }\n',
      ':4:30: steps.0.request.write: basic-paxos serves read, propose only',
    ],
    [
      'a request without an operation',
      'steps:\n  - request: { at: A }\n',
      'steps.0.request: one operation is needed (read, propose)',
    ],
    [
      'an unknown timer',
      'steps:\n  - fire: { at: A, timer: electoin }\n',
      'steps.0.fire.timer: basic-paxos has no timer "electoin"',
    ],
    [
      'a time without a unit',
      'steps:\n  - wait: 200\n',
      ':4:11: steps.0.wait: a time is needed, as in 200 ms',
    ],
    [
      'an answer to nobody',
      'steps:\n  - settle: true\n    expect: { answers: { first: ok } }\n',
      'steps.0.expect.answers.first: no request is called "first"',
    ],
    [
      'a fact of nobody',
      'steps:\n  - settle: true\n    expect: { Z: { decided: 1 } }\n',
      'steps.0.expect.Z: "Z" is neither a node nor a word',
    ],
    [
      'an unknown fact',
      'steps:\n  - settle: true\n    expect: { A: { decide: 1 } }\n',
      'steps.0.expect.A.decide: a node has no "decide" (did you mean "decided"?)',
    ],
    [
      'an unknown variant',
      'variants: [px-adopt-lowest]\nsteps:\n  - settle: true\n',
      'variants: basic-paxos has no mutant "px-adopt-lowest"',
    ],
    [
      'an unknown option',
      'options: { backofMs: 1 }\nsteps:\n  - settle: true\n',
      'options: unknown option "backofMs" (did you mean "backoffMs"?)',
    ],
    [
      'an option out of its range',
      'options: { backoffMs: 0 }\nsteps:\n  - settle: true\n',
      'options: backoffMs=0: not allowed (a whole number 1 to 10000)',
    ],
    [
      'durable state that the system does not have',
      'given: { A: { term: 3 } }\nsteps:\n  - settle: true\n',
      'given.A: term: is no durable state here (known: used, promised, accepted)',
    ],
    [
      'a claim that comes to nothing',
      'steps:\n  - settle: true\nclaims:\n  - says: it is safe\n',
      'claims.0: breaks or expect is needed',
    ],
    [
      'a connection where there are none',
      'steps:\n  - disconnect: [A, B]\n',
      'basic-paxos knows no connections',
    ],
    [
      'both cases and steps',
      'steps:\n  - settle: true\ncases:\n  - title: one\n    steps: [{ settle: true }]\n',
      ':3:1: steps: a file has cases, or steps',
    ],
  ];

  test.each(wrong)('with %s is refused, with place and field', (_, body, message) => {
    const refusal = refusalOf('basic-paxos', HEAD + body);
    expect(refusal).toContain('mine.yaml');
    expect(refusal).toContain(message);
  });

  test('asks in no log of Raft for terms that go down, or are above its own', () => {
    const given = (fields: string) =>
      refusalOf('raft', `${HEAD}given: { A: { ${fields} } }\nsteps:\n  - settle: true\n`);
    expect(given('log: [2, 1]')).toContain('given.A: log: the terms of a log never go down');
    expect(given('term: 1, log: [2]')).toContain('given.A: term: the log has an entry of term 2');
  });

  test('may ask under one name again and again', () => {
    const repeat = '  - repeat: { times: 2, steps: [{ request: { at: A, read: null, as: r } }] }\n';
    const text = `${HEAD}steps:\n${repeat}  - settle: true\nexpect: { answers: { r: ok } }\n`;
    expect(refusalOf('basic-paxos', text)).toBe('nothing');
  });

  test('names no node twice, and none by a word of scenarios', () => {
    const steps = 'steps:\n  - settle: true\n';
    const twice = refusalOf('basic-paxos', `title: x\nnodes: [A, A]\n${steps}`);
    expect(twice).toContain(':2:12: nodes.1: "A" names a node already');
    const word = refusalOf('basic-paxos', `title: x\nnodes: [A, all]\n${steps}`);
    expect(word).toContain('"all" is a word of scenarios');
  });

  test('may be for a system that is given by value', () => {
    const system = { ...systemNamed('raft'), name: 'mine' };
    expect(loadScenario(systemNamed('raft'), RAFT_FILE).name).toBe('raft-split-vote');
    expect(() => loadScenario(system, RAFT_FILE)).toThrow('is for raft, not for mine');
    expect(() => loadScenario(system, 'raft-split-vote')).toThrow(
      'mine has no scenario "raft-split-vote" (raft has one)',
    );
  });

  test('may say for which system it is, and is refused to another', () => {
    const text = `system: raft\n${HEAD}steps:\n  - settle: true\n`;
    expect(refusalOf('raft', text)).toBe('nothing');
    expect(refusalOf('basic-paxos', text)).toContain('is for raft, not for basic-paxos');
  });

  test('does not lose single messages of connections', () => {
    const text = `${HEAD}steps:\n  - drop: true\n`;
    expect(refusalOf('zab', text)).toContain('the connections of zab do not drop single messages');
  });
});

/** Lists that each have ten times what the one before has. */
function tenfold(levels: number): string[] {
  return Array.from({ length: levels }, (_, level) => {
    return `&a${level + 1} [${`*a${level}, `.repeat(10)}]`;
  });
}

describe('a name of no scenario', () => {
  test('is refused with what was meant', () => {
    expect(() => loadScenario('raft', 'raft-figure-9')).toThrow(
      '--scenario: raft has no scenario "raft-figure-9" (did you mean "raft-figure-8"?)',
    );
    expect(() => loadScenario('raft', 'nothing-like-it')).toThrow(
      'see: ordeal list scenarios raft',
    );
    expect(() => loadScenario('raft', 'numbering')).toThrow('(basic-paxos has one)');
    expect(() => loadScenario('raft', './nope.yaml')).toThrow(
      '--scenario ./nope.yaml: no such file',
    );
  });
});
