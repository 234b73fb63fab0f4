/** The checkers of `ordeal check`: one entry each, and which of them a model asks for. */

import { checkBank } from '../../checkers/bank.ts';
import { checkCounter } from '../../checkers/counter.ts';
import { NEMESIS, type Value } from '../../checkers/history.ts';
import { checkLinearizable, modelNamed, models } from '../../checkers/linearizable/index.ts';
import { checkLongFork } from '../../checkers/long-fork.ts';
import { PROMISES, type PromiseName, strongestPromise } from '../../checkers/promises/index.ts';
import { checkQueue } from '../../checkers/queue.ts';
import { checkSet } from '../../checkers/set.ts';
import { checkSetFull } from '../../checkers/set-full.ts';
import { checkTotalQueue } from '../../checkers/total-queue.ts';
import {
  checkTransactions,
  findLevel,
  LEVELS,
  type TransactionResult,
  type TransactionWorkload,
} from '../../checkers/transactional/index.ts';
import { checkUniqueIds } from '../../checkers/unique-ids.ts';
import type { CheckResult } from '../../checkers/verdict.ts';
import { usage } from '../errors.ts';
import { isExercised, readingNotes } from './notes.ts';
import type { Answer, CheckFlags, Question } from './question.ts';
import { refuseReuse, refuseShapes } from './shapes.ts';

interface Checker {
  readonly name: string;
  readonly describe: string;
  /** The functions that it knows; null where that depends on the question. */
  readonly functions: readonly string[] | null;
  /** The flags that it looks at, besides `--model`. */
  readonly flags: readonly (keyof CheckFlags)[];
  judge(question: Question): Answer;
}

const PROMISE_FLAGS = [
  'initial',
  'failedCas',
  'nilReads',
  'budget',
  'stalenessVersions',
  'stalenessMs',
] as const;

/** Checkers that need no model. */
const small: readonly Checker[] = [
  {
    name: 'bank',
    describe: 'every read of all accounts finds the same total',
    functions: ['read', 'transfer'],
    flags: ['initial'],
    judge: ({ file, initial }) => {
      const total = typeof initial === 'number' ? { total: initial } : {};
      return answerOf(checkBank(file.history, total));
    },
  },
  {
    name: 'set',
    describe: 'the final read holds each element whose add was answered',
    functions: ['add', 'read'],
    flags: [],
    judge: ({ file }) => ({
      ...answerOf(checkSet(file.history)),
      notes: ['earlier reads were not judged; --model set --checker linearizable judges them'],
    }),
  },
  {
    name: 'set-full',
    describe: 'each element, once there, is in every later read',
    functions: ['add', 'read'],
    flags: [],
    judge: ({ file }) => answerOf(checkSetFull(file.history)),
  },
  {
    name: 'queue',
    describe: 'what is dequeued was enqueued before',
    functions: ['enqueue', 'dequeue'],
    flags: [],
    judge: ({ file }) => answerOf(checkQueue(file.history)),
  },
  {
    name: 'total-queue',
    describe: 'what was enqueued is dequeued in the end',
    functions: ['enqueue', 'dequeue', 'drain'],
    flags: [],
    judge: ({ file }) => answerOf(checkTotalQueue(file.history)),
  },
  {
    name: 'unique-ids',
    describe: 'no id is given out twice',
    functions: ['generate'],
    flags: [],
    judge: ({ file }) => answerOf(checkUniqueIds(file.history)),
  },
  {
    name: 'counter',
    describe: 'reads stay within what was surely and perhaps added',
    functions: ['inc', 'dec', 'add', 'read'],
    flags: ['initial'],
    judge: ({ file, initial }) => {
      const start = typeof initial === 'number' ? { initial } : {};
      return answerOf(checkCounter(file.history, start));
    },
  },
  {
    name: 'long-fork',
    describe: 'no two readers disagree on which of two writes came first',
    functions: null,
    flags: [],
    judge: ({ file }) => answerOf(checkLongFork(file.history)),
  },
];

const checkers: readonly Checker[] = [
  {
    name: 'linearizable',
    describe: 'one order, within real time, explains every answer',
    functions: null,
    flags: ['initial', 'failedCas', 'nilReads', 'budget'],
    judge: judgeLinearizable,
  },
  {
    name: 'transactional',
    describe: 'transactions keep an isolation level (--level)',
    functions: null,
    flags: ['level', 'workload'],
    judge: judgeTransactions,
  },
  {
    name: 'strongest',
    describe: 'names the strongest promise that registers keep',
    functions: ['read', 'write', 'cas'],
    flags: PROMISE_FLAGS,
    judge: (question) => judgePromise(question, undefined),
  },
  ...PROMISES.filter((name) => name !== 'linearizable').map((promise) => ({
    name: promise,
    describe: `registers keep the promise ${promise}`,
    functions: ['read', 'write', 'cas'],
    flags: PROMISE_FLAGS,
    judge: (question: Question) => judgePromise(question, promise),
  })),
  ...small,
];

const CHECKER_NAMES = checkers.map(({ name }) => name);

/** The checkers with what each says, for lists. */
export const CHECKERS: readonly (readonly [name: string, describe: string])[] = checkers.map(
  ({ name, describe }) => [name, describe],
);

/** Models that are judged by transactions, or by a checker of the same name. */
const TRANSACTIONAL = ['list-append', 'rw-register'];
const OWN_CHECKER = small.map(({ name }) => name).filter((name) => modelNamed(name) === undefined);

export const MODEL_NAMES: readonly string[] = [
  ...Object.keys(models),
  ...TRANSACTIONAL,
  ...OWN_CHECKER,
];

/** Refuses flags that nothing would come of; the file may still name the model. */
export function validateFlags(flags: CheckFlags): void {
  const { model, checker, level } = flags;
  if (model !== undefined && !MODEL_NAMES.includes(model)) {
    throw usage(`--model: unknown "${model}" (known: ${MODEL_NAMES.join(', ')})`);
  }
  if (checker !== undefined && !CHECKER_NAMES.includes(checker)) {
    throw usage(`--checker: unknown "${checker}" (known: ${CHECKER_NAMES.join(', ')})`);
  }
  if (level !== undefined && findLevel(level) === null) {
    throw usage(`--level: unknown "${level}" (known: ${LEVELS.join(', ')})`);
  }
}

/** Judges a history; throws a usage error where it does not fit what is asked. */
export function answer(question: Question): Answer {
  const asked = { ...question, model: question.model ?? modelOf(question) };
  const checker = checkerFor(asked);
  refuseIdleFlags(asked, checker);
  if (asked.file.history.length === 0) {
    const because = 'the history is empty: there is nothing to judge';
    return { checker: checker.name, verdict: { kind: 'unknown', because } };
  }
  refuseForeignFunctions(asked, checker);
  refuseShapes(asked.file, asked.name, { judge: judgeOf(asked, checker), initial: asked.initial });
  return exercised(asked, checker.judge(asked));
}

/** Nothing is proved where nothing was answered. */
function exercised({ file, failedCas = 'absent' }: Question, answered: Answer): Answer {
  const { verdict } = answered;
  if (verdict.kind !== 'valid' || isExercised(file.history, failedCas)) return answered;
  const because = 'no operation succeeded: nothing was exercised, nothing is proved';
  // Knossos, whose histories these are, calls such a history linearizable.
  const isKnossos = answered.checker === 'linearizable' && file.format === 'jepsen-edn';
  return isKnossos
    ? {
        ...answered,
        verdict: { kind: 'valid', note: because },
        details: { ...answered.details, exercised: false },
      }
    : { ...answered, verdict: { kind: 'unknown', because } };
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
} as const;

/** A flag that is not looked at would let the user believe that it was. */
function refuseIdleFlags(question: Question, checker: Checker): void {
  for (const flag of Object.keys(OPTIONAL) as (keyof typeof OPTIONAL)[]) {
    const given = question[flag] !== undefined && question[flag] !== null;
    if (!given || checker.flags.includes(flag)) continue;
    throw usage(`--${OPTIONAL[flag]}: checker ${checker.name} has no use for it`);
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

function judgeLinearizable(question: Question): Answer {
  const { file, failedCas, budget } = question;
  const model = linearizableModel(question);
  const initial = question.initial ?? emptyText(model, file.format);
  const { verdict, decidedBy, configurations, operations, keys } = checkLinearizable(file.history, {
    model,
    initial,
    ...(failedCas === undefined ? {} : { failedCas }),
    nilReads: nilReadsOf(question),
    ...(budget === undefined ? {} : { budget: { steps: budget } }),
  });
  return {
    checker: 'linearizable',
    model,
    verdict,
    notes: notesOf(question),
    decidedBy,
    configurations,
    operations,
    ...(keys.length > 1 ? { stats: { keys: keys.length } } : {}),
  };
}

function notesOf(question: Question): readonly string[] {
  const { file, failedCas = 'absent' } = question;
  return readingNotes(file.history, { failedCas, nilReads: nilReadsOf(question) });
}

/** Porcupine's key-value store holds the empty text where nothing was put. */
function emptyText(model: string, format: string | null): Value {
  return model === 'kv-append' && format === 'porcupine-kv' ? '' : null;
}

function linearizableModel({ model, file, name }: Question): string {
  const known = Object.keys(models).join(', ');
  if (file.model === 'stack' && model?.endsWith('queue') === true) {
    // A queue knows push and pop as well, and would call every stack broken.
    throw usage(`${name}: --model ${model}: the file says that its object is a stack`);
  }
  if (model === undefined) throw usage(`${name}: --checker linearizable needs --model (${known})`);
  if (modelNamed(model) !== undefined) return model;
  throw usage(`--model: "${model}" is no model of checker linearizable (those are ${known})`);
}

/** Knossos, whose histories these are, takes an answer of nil to a read for no answer. */
function nilReadsOf({ nilReads, file }: Question): 'observed' | 'silent' {
  return nilReads ?? (file.format === 'jepsen-edn' ? 'silent' : 'observed');
}

function judgeTransactions({ file, model, workload, level, name }: Question): Answer {
  const kind = workload ?? model;
  if (kind !== 'list-append' && kind !== 'rw-register') {
    throw usage(`${name}: --checker transactional needs --workload list-append or rw-register`);
  }
  const result = checkTransactions(file.history, {
    workload: kind satisfies TransactionWorkload,
    ...(level === undefined ? {} : { level }),
  });
  return {
    checker: 'transactional',
    model: kind,
    verdict: result.verdict,
    decidedBy: 'dependency graph',
    also: transactionLines(result),
    ...(result.stats === undefined ? {} : { stats: result.stats }),
    details: {
      level: result.level,
      anomalies: Object.fromEntries(result.counts),
      strongest: result.strongest,
      weakestViolated: result.weakestViolated,
      // Reads of registers do not show the order of versions: what is valid may be inference only.
      ...(kind === 'rw-register' && result.verdict.kind === 'valid'
        ? { proved: result.proved }
        : {}),
    },
  };
}

/** What was found, also where the level allows it, and which levels that leaves. */
function transactionLines({ counts, strongest }: TransactionResult): readonly string[] {
  if (counts.size === 0) return [];
  const found = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [`anomalies: ${found}; strongest levels not ruled out: ${strongest.join(', ')}`];
}

function judgePromise(question: Question, promise: PromiseName | undefined): Answer {
  const { file, initial, budget, model = 'cas-register', failedCas } = question;
  const { stalenessVersions: versionsMax, stalenessMs: msMax } = question;
  if (model !== 'register' && model !== 'cas-register') {
    throw usage(`--model: promises are judged of register or cas-register, not of ${model}`);
  }
  if (msMax !== undefined && !file.timed) {
    throw usage(`${question.name}: --staleness-ms: the file has no times`);
  }
  refuseReuse(file, question.name);
  const result = strongestPromise(file.history, {
    ...(initial === undefined ? {} : { initial }),
    ...(promise === undefined ? {} : { promise }),
    ...(budget === undefined ? {} : { stepsMax: budget }),
    ...(failedCas === undefined ? {} : { failedCas }),
    nilReads: nilReadsOf(question),
    timed: file.timed,
    staleness: {
      ...(versionsMax === undefined ? {} : { versionsMax }),
      ...(msMax === undefined ? {} : { msMax }),
    },
  });
  const { strongest, kept } = result;
  return {
    ...answerOf(result),
    model,
    notes: notesOf(question),
    details: { strongest, kept },
  };
}

function answerOf({ checker, verdict, stats }: CheckResult): Answer {
  return { checker, verdict, ...(stats === undefined ? {} : { stats }) };
}

/** Names the first operation that the checker, or the model, does not know. */
function refuseForeignFunctions({ file, name, model }: Question, checker: Checker): void {
  const known =
    checker.name === 'linearizable' ? modelNamed(model ?? '')?.functions : checker.functions;
  if (known === undefined || known === null) return;
  const { history, lines } = file;
  const isKnown = history.functions.names.map((f) => known.includes(f));
  for (let event = 0; event < history.length; event++) {
    const f = history.f[event] as number;
    if (isKnown[f] === true || history.process[event] === NEMESIS) continue;
    const who = checker.name === 'linearizable' ? `model ${model}` : `checker ${checker.name}`;
    throw usage(
      `${name}:${lines[event]}: expected an operation that ${who} knows ` +
        `(${known.join(', ')}), got ${history.functions.names[f]}`,
    );
  }
}
