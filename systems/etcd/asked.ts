/** One question to a member on the way of an operation, and what ends the operation before its time. */

import type { Answer, Ask, Exchange } from '../member.ts';
import type { Outcome } from '../operations.ts';
import { type Refusal, refusalIn } from './gateway.ts';

type Effect = 'changes nothing' | 'changes something';

/** The body of an answer that is what was asked for; ends the operation where it is not. */
export function* asked(ask: Ask, does: Effect): Exchange<unknown> {
  const answer: Answer = yield ask;
  const refusal = refusalIn(answer);
  if (refusal !== null) throw new Refused(refusal, does);
  return answer.kind === 'answered' ? answer.body : undefined;
}

/** What ends an operation before its last answer. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly outcome: Outcome;

  /** What changes nothing has not happened, whatever became of it. */
  constructor({ error, definite }: Refusal, does: Effect) {
    super(error);
    this.outcome = { type: definite || does === 'changes nothing' ? 'fail' : 'info', error };
  }
}
