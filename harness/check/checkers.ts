/** The checkers of `ordeal check`, which of them a model asks for, and what each can be asked. */

import { NEMESIS, type Value } from '../../checkers/history.ts';
import { modelNamed, models } from '../../checkers/linearizable/index.ts';
import { findLevel, LEVELS } from '../../checkers/transactional/index.ts';
import { elementsOf, entriesOf, isMap } from '../../checkers/value.ts';
import { suggestion, usage } from '../core/errors.ts';
import { comparedEchoes, refuseDenials } from './echoes.ts';
import { judgeLinearizable } from './linearizable.ts';
import { isExercised, nilReadsOf } from './notes.ts';
import { promiseCheckers } from './promises.ts';
import { type Answer, type Checker, type CheckFlags, EMPTY, type Question } from './question.ts';
import { refuseMixedNames, refuseShapes } from './shapes.ts';
import { smallCheckers } from './small.ts';
import { judgeTransactions } from './transactional.ts';

const checkers: readonly Checker[] = [
  {
    name: 'linearizable',
    describe: 'one order, within real time, explains every answer',
    functions: null,
    flags: ['initial', 'failedCas', 'nilReads', 'budget', 'witness', 'threads'],
    judge: judgeLinearizable,
  },
  {
    name: 'transactional',
    describe: 'transactions keep an isolation level (--level)',
    functions: null,
    flags: ['level', 'workload', 'initial'],
    judge: judgeTransactions,
  },
  ...promiseCheckers,
  ...smallCheckers,
];

const CHECKER_NAMES = checkers.map(({ name }) => name);

/** The checkers with what each says, for lists. */
export const CHECKERS: readonly (readonly [name: string, describe: string])[] = checkers.map(
  ({ name, describe }) => [name, describe],
);

/** Models that are judged by transactions, or by a checker of the same name. */
const TRANSACTIONAL = ['list-append', 'rw-register'];
const OWN_CHECKER = smallCheckers
  .map(({ name }) => name)
  .filter((name) => modelNamed(name) === undefined);

export const MODEL_NAMES: readonly string[] = [
  ...Object.keys(models),
  ...TRANSACTIONAL,
  ...OWN_CHECKER,
];

/** Refuses flags that nothing would come of; the file may still name the model. */
export function validateFlags(flags: CheckFlags): void {
  const { model, checker, level } = flags;
  if (model !== undefined && !MODEL_NAMES.includes(model)) {
    throw usage(`--model: unknown "${model}" (${suggestion(model, MODEL_NAMES)})`);
  }
  for (const name of namesIn(checker)) {
    if (CHECKER_NAMES.includes(name)) continue;
    throw usage(`--checker: unknown "${name}" (${suggestion(name, CHECKER_NAMES)})`);
  }
  if (level !== undefined && findLevel(level) === null) {
    throw usage(`--level: unknown "${level}" (${suggestion(level, LEVELS)})`);
  }
}

function namesIn(checker: string | undefined): readonly string[] {
  return checker === undefined ? [] : checker.split(',').map((name) => name.trim());
}

/**
 * Judges a history by every checker that is asked for; throws a usage error where it does not fit
 * what is asked. A model beside checkers that need none asks for its own checker as well.
 */
export async function answers(question: Question): Promise<readonly Answer[]> {
  const names = namesIn(question.checker);
  const asked = (name: string | undefined): Question => {
    const one = { ...question, checker: name };
    return { ...one, model: question.model ?? modelOf(one) };
  };
  const named = names.map((name) => checkerFor(asked(name)));
  const needsModel = named.some(({ name }) => !isSmall(name));
  const own = question.model !== undefined && !needsModel ? [checkerFor(asked(undefined))] : [];
  const all = [
    ...new Set(named.length === 0 ? [checkerFor(asked(undefined))] : [...own, ...named]),
  ];
  refuseIdleFlags(question, all);
  const found: Answer[] = [];
  for (const checker of all) {
    const given = Object.keys(OPTIONAL).filter(
      (flag) => !checker.flags.includes(flag as keyof typeof OPTIONAL),
    );
    const idle = Object.fromEntries(given.map((flag) => [flag, undefined]));
    const begun = beginning(question.initial, checker);
    found.push(await answer({ ...asked(checker.name), initial: begun, ...idle }, checker));
  }
  return found;
}

/** One object that holds nothing holds nil; of transactions, it is said of all keys. */
function beginning(initial: Value | undefined, { name }: Checker): Value | undefined {
  return initial === EMPTY && name !== 'transactional' ? null : initial;
}

function isSmall(name: string): boolean {
  return smallCheckers.some((checker) => checker.name === name);
}

async function answer(asked: Question, checker: Checker): Promise<Answer> {
  if (asked.file.history.length === 0) {
    const because = 'the history is empty: there is nothing to judge';
    return { checker: checker.name, verdict: { kind: 'unknown', because } };
  }
  refuseForeignFunctions(asked, checker);
  refuseShapes(asked.file, asked.name, { judge: judgeOf(asked, checker), initial: asked.initial });
  if (judgeOf(asked, checker) === 'multi-register') refuseMixedNames(asked.file, asked.name);
  refuseDenials(asked.file, asked.name, judgeOf(asked, checker));
  const notes = comparedEchoes(asked.file, asked.name, judgeOf(asked, checker));
  const found = await checker.judge(asked);
  const all = [...(found.notes ?? []), ...notes, ...foreignInitial(asked)];
  return exercised(asked, { ...found, notes: all });
}

/** A word on the command line is a text; one that the history has nowhere may be a slip of the hand. */
function foreignInitial({ initial, file: { history } }: Question): readonly string[] {
  if (typeof initial !== 'string' || initial === EMPTY) return [];
  for (let event = 0; event < history.length; event++) {
    if (holds(history.values.value(history.value.get(event)), initial)) return [];
  }
  return [`--initial is the text ${JSON.stringify(initial)}, which occurs nowhere in the history`];
}

/** Whether a value is this text, or has it somewhere inside. */
function holds(value: Value, text: string): boolean {
  const elements = elementsOf(value);
  if (elements !== null) return elements.some((item) => holds(item, text));
  if (isMap(value)) return entriesOf(value).some((entry) => holds(entry, text));
  return value === text;
}

/** Nothing is proved where nothing was answered. */
function exercised(question: Question, answered: Answer): Answer {
  const { verdict } = answered;
  const { file, failedCas = 'absent' } = question;
  const understood = { failedCas, nilReads: nilReadsOf(question) };
  if (verdict.kind !== 'valid' || isExercised(file.history, understood)) return answered;
  const because = 'no operation succeeded with an answer: nothing was exercised, nothing is proved';
  return {
    ...answered,
    verdict: { kind: 'unknown', because },
    // For who compares with Knossos, which calls such a history linearizable.
    details: { ...answered.details, exercised: false },
  };
}

/** Whose values they are: of a model, or of a checker without one. */
function judgeOf({ model, workload }: Question, checker: Checker): string {
  if (checker.name === 'linearizable') return modelNamed(model ?? '')?.name ?? '';
  if (checker.name === 'transactional') return workload ?? model ?? '';
  return checker.flags.includes('nilReads') ? 'cas-register' : checker.name;
}

/** The options that some checkers have no use for, by their names on the command line. */
const OPTIONAL = {
  initial: 'initial',
  level: 'level',
  workload: 'workload',
  budget: 'budget',
  failedCas: 'failed-cas',
  nilReads: 'nil-reads',
  stalenessVersions: 'staleness-versions',
  stalenessMs: 'staleness-ms',
  witness: 'witness',
  threads: 'threads',
  positionScope: 'position-scope',
} as const;

/** A flag that is not looked at would let the user believe that it was. */
function refuseIdleFlags(question: Question, asked: readonly Checker[]): void {
  for (const flag of Object.keys(OPTIONAL) as (keyof typeof OPTIONAL)[]) {
    const given = question[flag] !== undefined && question[flag] !== null;
    if (!given || asked.some(({ flags }) => flags.includes(flag))) continue;
    const who = asked.map(({ name }) => name).join(' and ');
    throw usage(`--${OPTIONAL[flag]}: checker ${who} has no use for it`);
  }
}

/** The model, where no flag names it: the file may, and some checkers have only one. */
function modelOf({ file, checker, workload }: Question): string | undefined {
  if (checker === undefined || checker === 'linearizable') return file.model ?? workload;
  return checker === 'transactional' ? workload : undefined;
}

function checkerFor(question: Question): Checker {
  const name = question.checker ?? defaultChecker(question);
  const found = checkers.find((checker) => checker.name === name);
  if (found === undefined) throw usage(`--checker: unknown "${name}"`);
  return found;
}

function defaultChecker({ model, file, name }: Question): string {
  if (model === undefined) {
    throw usage(
      `${name}: what does the history promise? Name it with --model (${MODEL_NAMES.join(', ')}) ` +
        'or --checker',
    );
  }
  if (TRANSACTIONAL.includes(model)) return 'transactional';
  if (OWN_CHECKER.includes(model)) return model;
  // A set that is only added to and read at the end: Jepsen's test `set`, not the object.
  const { functions } = file.history;
  const single = functions.find('contains') === -1 && functions.find('remove') === -1;
  return model === 'set' && single ? 'set' : 'linearizable';
}

/** What a model knows; queues can be drained too. */
function functionsOf(model: string): readonly string[] | undefined {
  const known = modelNamed(model);
  return known?.drains === true ? [...known.functions, 'drain'] : known?.functions;
}

/** Names the first operation that the checker, or the model, does not know. */
function refuseForeignFunctions({ file, name, model }: Question, checker: Checker): void {
  const known = checker.name === 'linearizable' ? functionsOf(model ?? '') : checker.functions;
  if (known === undefined || known === null) return;
  const { history, lines } = file;
  const isKnown = history.functions.names.map((f) => known.includes(f));
  for (let event = 0; event < history.length; event++) {
    const f = history.f.get(event);
    if (isKnown[f] === true || history.process[event] === NEMESIS) continue;
    const who = checker.name === 'linearizable' ? `model ${model}` : `checker ${checker.name}`;
    const got = history.functions.names[f] ?? '';
    const near = suggestion(got, known, '');
    throw usage(
      `${name}:${lines[event]}: expected an operation that ${who} knows ` +
        `(${known.join(', ')}), got ${got}${near === '' ? '' : `: ${near}`}`,
    );
  }
}
