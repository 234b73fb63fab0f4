/** How a history was understood, and what a verdict leaves open: notes beside it. */

import { FAIL, type History, NEMESIS, NONE, OK } from '../../checkers/history.ts';
import { CAS_MISMATCH, type FailedCas, type NilReads } from '../../checkers/linearizable/index.ts';
import type { Question } from './question.ts';

export interface Understanding {
  readonly failedCas: FailedCas;
  readonly nilReads: NilReads;
}

/** What was taken for no answer although it might be one. */
export function readingNotes(history: History, { failedCas, nilReads }: Understanding): string[] {
  const notes: string[] = [];
  const silent = nilReads === 'silent' ? count(history, isNilRead(history)) : 0;
  if (silent > 0) {
    notes.push(
      `${silent} ${silent === 1 ? 'read' : 'reads'} of nil taken as silent: no answer (--nil-reads observed takes ` +
        'nil for what was found)',
    );
  }
  const mismatch = history.errors.find(CAS_MISMATCH);
  if (failedCas === 'observed' && mismatch !== NONE) {
    const cas = history.functions.find('cas');
    const others = count(
      history,
      (event) =>
        history.type[event] === FAIL &&
        history.f[event] === cas &&
        history.error[event] !== mismatch,
    );
    if (others > 0) {
      notes.push(
        `${others} failed cas with another error than ${CAS_MISMATCH} taken as not having happened`,
      );
    }
  }
  return notes;
}

/** Whether any operation was answered: succeeded with an answer, or failed with one. */
export function isExercised(history: History, { failedCas, nilReads }: Understanding): boolean {
  const isSilent = nilReads === 'silent' ? isNilRead(history) : () => false;
  const cas = failedCas === 'observed' ? history.functions.find('cas') : NONE;
  const mismatch = history.errors.find(CAS_MISMATCH);
  for (let event = 0; event < history.length; event++) {
    if (history.process[event] === NEMESIS) continue;
    const type = history.type[event];
    if (type === OK && !isSilent(event)) return true;
    const seen = history.f[event] === cas && history.error[event] === mismatch;
    if (type === FAIL && seen) return true;
  }
  return false;
}

function isNilRead(history: History): (event: number) => boolean {
  const read = history.functions.find('read');
  return (event) =>
    history.type[event] === OK && history.f[event] === read && history.value[event] === NONE;
}

function count(history: History, holds: (event: number) => boolean): number {
  let found = 0;
  for (let event = 0; event < history.length; event++) {
    if (history.process[event] !== NEMESIS && holds(event)) found++;
  }
  return found;
}

/** The notes for a question as it was asked. */
export function notesOf(question: Question): readonly string[] {
  const { file, failedCas = 'absent' } = question;
  return readingNotes(file.history, { failedCas, nilReads: nilReadsOf(question) });
}

/** Knossos, whose histories these are, takes an answer of nil to a read for no answer. */
export function nilReadsOf({ nilReads, file }: Question): 'observed' | 'silent' {
  return nilReads ?? (file.format === 'jepsen-edn' ? 'silent' : 'observed');
}
