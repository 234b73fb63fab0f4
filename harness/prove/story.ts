/** The moves to a violation in numbered steps: what happened, and what nodes did about it. */

import { nodeName } from '../../checkers/trace.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { Operation } from '../../systems/operations.ts';
import type { Reply } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';
import { termNameOf, toldOf } from '../report/event-words.ts';
import type { Retelling, Told } from './retell.ts';

/** `1. the election timer of n1 runs out: n1 votes for n1 in term 1`; `✖` marks what contradicts itself. */
export function storyLines(retelling: Retelling, system: System): string[] {
  const digits = String(retelling.steps.length).length;
  const blamed = blamedIn(retelling.verdict);
  const termName = termNameOf(retelling.trace);
  const lines = retelling.steps.map((told, at) => {
    const number = `${String(at + 1).padStart(digits)}.`;
    const followed = followedFrom(told, termName, blamed);
    const isConflict = told.events.some(({ line }) => blamed.has(line));
    const what = [happening(told, system), ...(followed.length === 0 ? [] : [followed.join(', ')])];
    return `${number} ${isConflict ? '✖ ' : ''}${what.join(': ')}`;
  });
  return [...beginningLine(retelling, termName), ...lines];
}

/** Of what made the cluster ready, only what changed who leads. */
function beginningLine({ beginning }: Retelling, termName: string): string[] {
  const turns = beginning.flatMap(({ events }) =>
    events.flatMap(({ node, event }) => {
      const told = toldOf(event, termName);
      return told?.isTurn === true ? [`${nodeName(node)} ${told.words}`] : [];
    }),
  );
  if (beginning.length === 0) return [];
  return [`Before that, until clients are answered: ${turns.join('; ')}.`];
}

function blamedIn(verdict: Verdict | null): ReadonlySet<number> {
  return new Set(verdict?.kind === 'invalid' ? (verdict.trace ?? []) : []);
}

function happening({ move, flight, asked, crashed }: Told, system: System): string {
  const { kind, node, what } = move;
  const name = nodeName(node);
  const power = crashed ? `, which loses its power before what it writes is synced` : '';
  switch (kind) {
    case 'deliver':
    case 'duplicate': {
      if (flight === null || flight.message === null) {
        const peer = flight === null ? '' : nodeName(flight.from);
        return `${name} hears that its connection with ${peer} is gone${power}`;
      }
      const message = messageText(system, flight.message);
      const again = kind === 'duplicate' ? ', and will once more' : '';
      return `${nodeName(flight.from)} → ${name}: ${message} arrives${again}${power}`;
    }
    case 'fire':
      return `${timerName(system, what)} of ${name} runs out${power}`;
    case 'ask':
      return `a client asks ${name} to ${asked === null ? '' : operationWords(asked)}${power}`;
    case 'crash':
      return `${name} crashes`;
    case 'start':
      return `${name} starts again${power}`;
    case 'break':
      return `the connection of ${name} and ${nodeName(what)} breaks`;
  }
}

function messageText({ scenarioWords }: System, message: unknown): string {
  if (scenarioWords !== undefined) return scenarioWords.tell(message, nodeName);
  return JSON.stringify(message);
}

function timerName({ scenarioWords }: System, timer: number): string {
  const named = Object.entries(scenarioWords?.timers ?? {}).find(([, number]) => number === timer);
  return named === undefined ? `timer ${timer}` : `the ${named[0]} timer`;
}

function operationWords({ f, key, value }: Operation): string {
  return f === 'read' ? `read ${key}` : `${f} ${JSON.stringify(value)} (${key})`;
}

function followedFrom(
  { events, answers, move }: Told,
  termName: string,
  blamed: ReadonlySet<number>,
): string[] {
  const did = events.flatMap(({ node, event, line }) => {
    if (event.kind === 'crash' || (event.kind === 'boot' && !blamed.has(line))) return [];
    const told = toldOf(event, termName);
    if (told === null && !blamed.has(line)) return [];
    const words = told?.words ?? `reports ${event.kind}`;
    return [node === move.node ? words : `${nodeName(node)} ${words}`];
  });
  const heard = answers.map(
    ({ operation, reply }) => `answers ${operationWords(operation)}: ${replyText(reply)}`,
  );
  // The same words of several events in a row are said once.
  return [...did, ...heard].filter((words, at, all) => words !== all[at - 1]);
}

function replyText(reply: Reply): string {
  switch (reply.status) {
    case 'ok':
      return JSON.stringify(reply.value);
    case 'redirect':
      return reply.leader === null ? 'nobody leads' : `ask ${nodeName(reply.leader)}`;
    case 'fail':
    case 'unknown':
      return `${reply.status}, ${reply.error}`;
  }
}
