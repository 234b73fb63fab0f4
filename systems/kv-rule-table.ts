/** What is said of the rules that every replicated store shares, and answers made of its parts. */

import type { Command, CommandResult, KvRules, KvSnapshot, KvState } from './kv.ts';
import { answer, count, oneOf, type RuleTable, shaped, text, yesOrNo } from './rule-table.ts';
import type { ClientRules } from './session-client.ts';

export const command = shaped<Command>('a command', {
  kind: oneOf('noop', 'open', 'operation', 'config'),
  id: text,
  session: count,
  sequence: count,
});

export const commandResult = shaped<CommandResult>('what a command came to', {
  status: oneOf('ok', 'fail'),
});

export const kvState = shaped<KvState>('the state of the store', {
  data: answer('a Map', (value) => value instanceof Map),
  sessions: answer('a Map', (value) => value instanceof Map),
});

export const kvSnapshot = shaped<KvSnapshot>('a snapshot of the store', {
  keys: answer('a list', Array.isArray),
  values: answer('a list', Array.isArray),
  sessions: answer('a list', Array.isArray),
});

export const kvRuleTable: RuleTable<KvRules> = {
  dedupe: {
    says: 'whether a command of a session is new, known, or must not be executed (dissertation, 6.3)',
    answers: oneOf('execute', 'repeat', 'stale', 'unknown'),
  },
  sessionExpired: {
    says: 'whether a session is over, by the times in the entries alone (dissertation, 6.3)',
    answers: yesOrNo,
  },
};

export const clientRuleTable: RuleTable<ClientRules> = {
  clientOutcome: {
    says: 'client: how an operation ends that was given up or refused; fail if it certainly never happened',
    answers: oneOf('fail', 'info'),
  },
};
