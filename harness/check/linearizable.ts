/** `--checker linearizable`: one order of all operations, within real time, explains every answer. */

import { OK, type Value } from '../../checkers/history.ts';
import {
  checkLinearizable,
  type LinearizabilityResult,
  modelNamed,
  models,
} from '../../checkers/linearizable/index.ts';
import { usage } from '../core/errors.ts';
import { drainedQueue, expandDrains, withPlaces } from './drains.ts';
import { nilReadsOf, notesOf } from './notes.ts';
import { checkInParallel } from './pool.ts';
import type { Answer, Question } from './question.ts';

export async function judgeLinearizable(question: Question): Promise<Answer> {
  const { file, failedCas, budget, threads, witness = 'positions' } = question;
  const model = linearizableModel(question);
  const initial = question.initial ?? (model === 'kv-append' ? emptyKey(file) : null);
  const options = {
    model,
    initial,
    ...(failedCas === undefined ? {} : { failedCas }),
    nilReads: nilReadsOf(question),
    ...(budget === undefined ? {} : { budget }),
    witness,
  };
  const { file: judged, unordered } = QUEUES.includes(model)
    ? expandDrains(file, question.name)
    : { file, unordered: null };
  const parallel = await checkInParallel(judged.history, options, threads);
  const isLoose = unordered !== null && model === 'fifo-queue' && parallel.verdict.kind === 'valid';
  const ordered = isLoose
    ? checkLinearizable(withPlaces(file, question.name), { ...options, model: drainedQueue })
    : null;
  const isUndecided = ordered?.verdict.kind === 'unknown';
  // That the order of their elements is undecided leaves the rest of the answer as it was.
  const result = ordered === null || isUndecided ? parallel : ordered;
  const { verdict, decidedBy, configurations, operations, keys } = result;
  return {
    checker: 'linearizable',
    model,
    verdict,
    notes: [
      ...notesOf(question),
      ...(isUndecided
        ? [`the drain of line ${unordered} was not alone: the order of its list was not judged`]
        : []),
      ...claimNotes(result),
      ...otherKeys(result),
    ],
    decidedBy,
    configurations,
    operations,
    ...(judged === file ? {} : { file: judged }),
    ...(keys.length > 1 ? { stats: { keys: keys.length } } : {}),
  };
}

/** Once a key contradicts itself the others are not gone into any further: what is known of them. */
function otherKeys({ keys, verdict }: LinearizabilityResult): string[] {
  if (verdict.kind !== 'invalid') return [];
  const count = (kind: string): number => keys.filter((key) => key.verdict.kind === kind).length;
  const others = count('invalid') - 1;
  const left = count('unknown');
  return [
    ...(others > 0
      ? [`${others} more ${others === 1 ? 'key contradicts itself' : 'keys contradict themselves'}`]
      : []),
    ...(left > 0
      ? [`${left} ${left === 1 ? 'key was' : 'keys were'} not judged after the contradiction`]
      : []),
  ];
}

/** Objects that can be drained. */
const QUEUES: readonly string[] = ['fifo-queue', 'unordered-queue'];

/** What the system says of itself and does not keep, apart from what its clients saw. */
function claimNotes({ keys }: LinearizabilityResult): string[] {
  const refused = keys.filter(({ evidence }) => evidence !== undefined);
  const [first] = refused;
  if (first === undefined) return [];
  const of = first.key === undefined ? '' : ` of key ${first.key}`;
  const more = refused.length === 1 ? '' : `, and of ${refused.length - 1} more keys`;
  return [
    `the positions in the answers claim an order${of} that is none: ${first.evidence}${more}; ` +
      'the verdict is by the answers alone (--witness off does not look at positions)',
  ];
}

/**
 * What a key holds where nothing was put: some stores answer nothing, others (Porcupine's, that of
 * MIT 6.824) the empty text. The file says which, by what it answers to those who get.
 */
function emptyKey({ format, history }: Question['file']): Value {
  if (format === 'porcupine-kv') return '';
  const [get, read] = ['get', 'read'].map((name) => history.functions.find(name));
  let isText = false;
  for (let event = 0; event < history.length; event++) {
    const f = history.f.get(event);
    if (history.type[event] !== OK || (f !== get && f !== read)) continue;
    const value = history.values.value(history.value.get(event));
    if (value === null) return null;
    isText ||= value === '';
  }
  return isText ? '' : null;
}

function linearizableModel({ model, file, name }: Question): string {
  const known = Object.keys(models).join(', ');
  if (file.model === 'stack' && modelNamed(model ?? '')?.drains === true) {
    // A queue knows push and pop as well, and would call every stack broken.
    throw usage(`${name}: --model ${model}: the file says that its object is a stack`);
  }
  if (model === undefined) throw usage(`${name}: --checker linearizable needs --model (${known})`);
  if (modelNamed(model) !== undefined) return model;
  throw usage(`--model: "${model}" is no model of checker linearizable (those are ${known})`);
}
